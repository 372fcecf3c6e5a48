/**
 * Holds what vendors document of the messages that they take, written by hand from their pages.
 * In: a message as plain data. Out: what is wrong with it, "" for nothing.
 * **Source**: docs.slack.dev (Block Kit reference, formatting), developer.pagerduty.com (Events v2),
 * Alertmanager's openapi.yaml, falcosidekick's payload type.
 */
import { Ajv } from "ajv";

type Data = Readonly<Record<string, unknown>>;

const ajv = new Ajv({ strict: false, allErrors: true });
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
ajv.addFormat("date-time", (text) => time.test(text) && !Number.isNaN(Date.parse(text)));

const text = (max: number) => ({ type: "string", minLength: 1, maxLength: max });
const textObject = (max: number, types = ["plain_text", "mrkdwn"]) => ({
  type: "object",
  required: ["type", "text"],
  additionalProperties: false,
  properties: {
    type: { enum: types },
    text: text(max),
    emoji: { type: "boolean" },
    verbatim: { type: "boolean" },
  },
});
const block = (type: string, properties: object, required: readonly string[]) => ({
  type: "object",
  required: ["type", ...required],
  additionalProperties: false,
  properties: { type: { const: type }, ...properties },
});

const slackSchema = ajv.compile({
  type: "object",
  required: ["text", "blocks"],
  properties: {
    text: text(40_000),
    blocks: {
      type: "array",
      minItems: 1,
      maxItems: 50,
      items: {
        anyOf: [
          block("header", { text: textObject(150, ["plain_text"]) }, ["text"]),
          block("section", { text: textObject(3000) }, ["text"]),
          block(
            "section",
            { fields: { type: "array", minItems: 1, maxItems: 10, items: textObject(2000) } },
            ["fields"],
          ),
          block(
            "context",
            { elements: { type: "array", minItems: 1, maxItems: 10, items: textObject(2000) } },
            ["elements"],
          ),
          block("divider", {}, []),
        ],
      },
    },
  },
});

/** Its shape, and that no text in it does anything. */
export function checkSlackMessage(message: Data): string {
  if (!slackSchema(message)) return `invalid_blocks ${ajv.errorsText(slackSchema.errors)}`;
  if (message["unfurl_links"] !== false || message["unfurl_media"] !== false) return "unfurls";
  if (message["mrkdwn"] !== false) return "text_is_marked";
  for (const { kind, value } of slackTexts(message)) {
    const why = checkSlackText(kind, value);
    if (why !== "") return `${why}: ${JSON.stringify(value.slice(0, 80))}`;
  }
  return "";
}

interface SlackText {
  readonly kind: "plain" | "marked";
  readonly value: string;
}

function slackTexts(value: unknown): readonly SlackText[] {
  if (Array.isArray(value)) return value.flatMap(slackTexts);
  if (typeof value !== "object" || value === null) return [];
  const one = value as Data;
  if (typeof one["text"] === "string") {
    const isMarked = one["type"] === "mrkdwn";
    const isTame = isMarked ? one["verbatim"] === true : one["emoji"] !== true;
    const own: SlackText = { kind: isMarked ? "marked" : "plain", value: one["text"] };
    const rest = slackTexts(one["blocks"] ?? []);
    return [isTame ? own : { ...own, value: "<untamed>" }, ...rest];
  }
  return Object.values(one).flatMap(slackTexts);
}

const moving = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

function checkSlackText(kind: SlackText["kind"], value: string): string {
  if (/[<>]/.test(value)) return "link_or_mention";
  if (/&(?!amp;|lt;|gt;)/.test(value)) return "unescaped_ampersand";
  if (moving.test(value)) return "invisible_character";
  if (kind === "plain") return "";
  // Outside of code spans stand only words of ours.
  const outside = value.replace(/`[^`\n]+`/g, "");
  return /^[\w\s*·•:,.…–-]*$/.test(outside) ? "" : "text_outside_of_code";
}

const pagerSchema = ajv.compile({
  type: "object",
  required: ["routing_key", "event_action", "dedup_key"],
  additionalProperties: false,
  properties: {
    routing_key: text(100),
    event_action: { enum: ["trigger", "acknowledge", "resolve"] },
    dedup_key: text(255),
    client: text(255),
    payload: {
      type: "object",
      required: ["summary", "source", "severity"],
      additionalProperties: false,
      properties: {
        summary: text(1024),
        source: text(1024),
        severity: { enum: ["critical", "error", "warning", "info"] },
        timestamp: { type: "string", format: "date-time" },
        component: text(1024),
        group: text(1024),
        class: text(1024),
        custom_details: { type: "object" },
      },
    },
  },
  if: { properties: { event_action: { const: "trigger" } } },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ["payload"] },
});

export function checkPagerEvent(event: Data, sizeBytes: number): string {
  if (sizeBytes > 512 * 1024) return "larger than 512 KB";
  return pagerSchema(event) ? "" : ajv.errorsText(pagerSchema.errors);
}

const labelSet = {
  type: "object",
  additionalProperties: { type: "string", minLength: 1 },
  propertyNames: { pattern: "^[a-zA-Z_][a-zA-Z0-9_]*$" },
};

const alertSchema = ajv.compile({
  type: "array",
  minItems: 1,
  items: {
    type: "object",
    required: ["labels"],
    additionalProperties: false,
    properties: {
      labels: { ...labelSet, required: ["alertname"] },
      annotations: { ...labelSet, additionalProperties: { type: "string" } },
      startsAt: { type: "string", format: "date-time" },
      endsAt: { type: "string", format: "date-time" },
      generatorURL: { type: "string" },
    },
  },
});

export function checkAlerts(alerts: readonly Data[]): string {
  if (!alertSchema(alerts)) return ajv.errorsText(alertSchema.errors);
  const isReversed = alerts.some(
    ({ startsAt, endsAt }) => Date.parse(String(endsAt)) < Date.parse(String(startsAt)),
  );
  return isReversed ? "start time must be before end time" : "";
}

const falcoSchema = ajv.compile({
  type: "object",
  required: ["uuid", "output", "priority", "rule", "time", "output_fields", "source", "tags"],
  additionalProperties: false,
  properties: {
    uuid: {
      type: "string",
      pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
    },
    output: text(100_000),
    priority: {
      enum: [
        ...["Emergency", "Alert", "Critical", "Error", "Warning", "Notice"],
        ...["Informational", "Debug"],
      ],
    },
    rule: text(1000),
    time: { type: "string", format: "date-time" },
    output_fields: { type: "object", additionalProperties: { type: ["string", "number"] } },
    source: text(100),
    tags: { type: "array", items: { type: "string" } },
    hostname: text(300),
  },
});

export function checkFalcoAlert(alert: Data): string {
  return falcoSchema(alert) ? "" : ajv.errorsText(falcoSchema.errors);
}
