/**
 * Holds telling Slack: by an incoming webhook, or by a bot that keeps a thread for each incident.
 * In: notices. Out: messages; the thread is the channel and time stamp of the first one.
 * **Source**: docs.slack.dev, "Sending messages using incoming webhooks", `chat.postMessage`.
 */
import { type Level, levels } from "../../core/observe/detect/rule.ts";
import { DeliveryError } from "../../ports/delivery-error.ts";
import type { Notice, Notifier, NotifierTarget, SecretPlace } from "../../ports/notifier.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { NotifierOptions } from "./notifier-options.ts";
import { createHttpTarget } from "./post-http.ts";
import { readSecret } from "./read-secret.ts";
import { buildSlackMessage } from "./slack-message.ts";

/** With a token it is a bot. **Errors**: throws `usage`. */
export function createSlack(target: NotifierTarget, options: NotifierOptions): Notifier {
  const { tokenPlace, channel, name } = target;
  if (tokenPlace === undefined) return createHook(target, options);
  if (channel === "") {
    const message = `notify route ${JSON.stringify(name)}: a bot needs a channel.`;
    throw new WaggleError("usage", message);
  }
  return createBot(target, tokenPlace, options);
}

/** Slack gives no time stamp here, so there are no threads: each message is whole. */
function createHook(target: NotifierTarget, options: NotifierOptions): Notifier {
  const http = createHttpTarget(target, options);
  const write = (notice: Notice) => JSON.stringify(buildSlackMessage({ ...notice, thread: "" }));
  return {
    name: target.name,
    kind: "slack",
    preview: (notice) => ({ method: "POST", target: http.shown, body: write(notice) }),
    send: async (notice, signal) => {
      await http.post({ body: write(notice) }, signal);
      return { thread: "" };
    },
  };
}

function createBot(
  target: NotifierTarget,
  tokenPlace: SecretPlace,
  options: NotifierOptions,
): Notifier {
  const http = createHttpTarget(target, options, { url: "https://slack.com/api/chat.postMessage" });
  const write = (notice: Notice) => JSON.stringify(buildCall(notice, target.channel));
  return {
    name: target.name,
    kind: "slack",
    preview: (notice) => ({ method: "POST", target: http.shown, body: write(notice) }),
    send: async (notice, signal) => {
      const token = await readSecret(tokenPlace, options.environment);
      const headers = {
        authorization: `Bearer ${token}`,
        "content-type": "application/json; charset=utf-8",
      };
      const secrets = [token];
      const body = write(notice);
      const answer = await http.post({ body, headers, secrets, readsAnswer: true }, signal);
      return { thread: threadOf(answer, notice, target.name) };
    },
  };
}

function buildCall(notice: Notice, channel: string): Readonly<Record<string, unknown>> {
  const thread = readThread(notice.thread);
  const message = buildSlackMessage(thread === undefined ? { ...notice, thread: "" } : notice);
  const call = { parse: "none", link_names: false, ...message };
  if (thread === undefined) return { channel, ...call };
  const isGraver = rank(notice.incident.severity) > rank(thread.severity);
  return {
    channel: thread.channel,
    thread_ts: thread.ts,
    // Nobody should have to follow a thread to learn that it got worse.
    ...(isGraver ? { reply_broadcast: true } : {}),
    ...call,
  };
}

function rank(level: string): number {
  return levels.indexOf(level as Level);
}

interface Thread {
  readonly channel: string;
  readonly ts: string;
  /** The gravest that was told. */
  readonly severity: string;
}

/** `C012AB3CD/1503435956.000247/high`. */
function readThread(text: string): Thread | undefined {
  const [, channel = "", ts = "", severity = ""] =
    /^([A-Z0-9]{1,40})\/(\d{1,12}\.\d{1,12})\/([a-z]{1,20})$/.exec(text) ?? [];
  return ts === "" ? undefined : { channel, ts, severity };
}

/** **Source**: `chat.postMessage`, "Errors"; these pass by themselves. */
const passingErrors = new Set([
  ...["ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable"],
  ...["request_timeout", "team_added_to_org", "message_limit_exceeded"],
]);

function threadOf(answer: string, { thread, incident }: Notice, route: string): string {
  const said = readAnswer(answer);
  if (said.ok !== true) {
    const word = typeof said.error === "string" && /^[a-z_]{1,80}$/.test(said.error);
    const why = word ? `Slack said ${said.error}` : "Slack's answer is not understood";
    const retryable = !word || passingErrors.has(String(said.error));
    throw new DeliveryError(`Route ${route}: ${why}.`, { retryable });
  }
  const old = readThread(thread);
  const channel = old?.channel ?? said.channel;
  const ts = old?.ts ?? said.ts;
  const before = old?.severity ?? "informational";
  const severity = rank(incident.severity) > rank(before) ? incident.severity : before;
  const next = `${channel}/${ts}/${severity}`;
  return readThread(next) === undefined ? "" : next;
}

function readAnswer(answer: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(answer);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
