/**
 * Holds a notice as a message of syslog, with structured data or with CEF as its text.
 * In: a notice, a time, how long it may be. Out: bytes, without the framing of a transport.
 * **Source**: RFC 5424 §6 (header, structured data), RFC 5426 §3.2 and RFC 5425 §4.3 (lengths);
 * ArcSight Common Event Format, revision 25 (escapes, keys, lengths).
 */
import type { Level } from "../../core/observe/detect/rule.ts";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { Notice } from "../../ports/notifier.ts";
import { noticeId } from "./notice-id.ts";
import { syslogSeverities, tellPlace, tellSome, tellTime, tellTitle } from "./tell-incident.ts";

export interface FrameOptions {
  readonly form: "syslog" | "cef";
  readonly nowMs: number;
  /** **Unit**: bytes of the whole message. */
  readonly sizeBytesMax: number;
}

/** Security and authorization messages, for private eyes. */
const facility = 10;

/** Of the number kept for documents (RFC 5612): waggle has none of its own. */
const dataId = "waggle@32473";

/** **Unit**: bytes that are left for the text behind structured data. */
const textSizeBytes = 600;

/** **Shape**: UTF-8, no control characters; fields that find no room are left out, whole. */
export function buildSyslogFrame(notice: Notice, options: FrameOptions): Buffer {
  const { incident, kind } = notice;
  const { form, nowMs, sizeBytesMax } = options;
  const priority = facility * 8 + (kind === "test" ? 6 : syslogSeverities[incident.severity]);
  const time = new Date(nowMs).toISOString();
  const host = printable(incident.node, 255);
  const head = `<${priority}>1 ${time} ${host} waggle - waggle-${kind}`;
  if (form === "cef") {
    const start = `${head} - ${cefHead(notice)}|`;
    return fit(join(start, cefPairs(notice), sizeBytesMax), sizeBytesMax);
  }
  const data = join(`${head} [${dataId} `, dataPairs(notice), sizeBytesMax - textSizeBytes);
  // The byte order mark says that what follows is UTF-8.
  return fit(`${data}] \ufeff${tellTitle(notice, 500)}`, sizeBytesMax);
}

function join(start: string, pairs: readonly string[], sizeBytesMax: number): string {
  const shown: string[] = [];
  let size = Buffer.byteLength(start);
  for (const pair of pairs) {
    size += Buffer.byteLength(pair) + 1;
    if (size <= sizeBytesMax) shown.push(pair);
  }
  return start + shown.join(" ");
}

function fit(text: string, sizeBytesMax: number): Buffer {
  const bytes = Buffer.from(text.toWellFormed());
  if (bytes.length <= sizeBytesMax) return bytes;
  let end = sizeBytesMax;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}

/** What a header field may hold; "-" for nothing. */
function printable(text: string, lengthMax: number): string {
  return (
    makeVisible(text, lengthMax)
      .replace(/[^!-~]/g, "_")
      .slice(0, lengthMax) || "-"
  );
}

function dataPairs(notice: Notice): readonly string[] {
  const { incident, kind, cluster } = notice;
  const list = (texts: readonly string[]) => tellSome(texts, { count: 6, length: 40 }).join(",");
  const fields: readonly (readonly [string, string])[] = [
    ["incident", incident.id],
    ["kind", kind],
    ["notice", noticeId(notice)],
    ["by", incident.acknowledgement?.by ?? ""],
    ["severity", incident.severity],
    ["score", String(incident.score)],
    ["confidence", incident.confidence],
    ["cluster", cluster],
    ["place", tellPlace(notice)],
    ["first", tellTime(incident.firstSeenUs)],
    ["last", tellTime(incident.lastSeenUs)],
    ["families", list(incident.families)],
    ["techniques", list(incident.techniques)],
  ];
  return fields
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}="${makeVisible(value, 160).replace(/["\\\]]/g, "\\$&")}"`);
}

const cefSeverities: Readonly<Record<Level, number>> = {
  informational: 1,
  low: 3,
  medium: 5,
  high: 8,
  critical: 10,
};

function cefHead(notice: Notice): string {
  const { incident, kind } = notice;
  const family = incident.families[0] ?? "incident";
  const severity = kind === "test" ? 0 : cefSeverities[incident.severity];
  const head = ["CEF:0", "waggle", "waggle", "1", family, tellTitle(notice, 300), `${severity}`];
  return head.map(escapeHead).join("|");
}

function cefPairs(notice: Notice): readonly string[] {
  return extensionOf(notice)
    .filter(([, value]) => value !== "")
    .map(([key, value]) => `${key}=${value.replace(/[\\=]/g, "\\$&")}`);
}

function escapeHead(text: string): string {
  return text.replace(/[\\|]/g, "\\$&");
}

/** **Order**: what is needed first: what comes late finds no room first. */
function extensionOf(notice: Notice): readonly (readonly [string, string])[] {
  const { incident, kind, cluster } = notice;
  const address = incident.artefacts.find(
    ({ type, value }) => type === "ip" && /^\d{1,3}(\.\d{1,3}){3}$/.test(value),
  );
  const process = incident.processes.find(({ signals }) => signals.length > 0);
  const ms = (timeUs: number) => (timeUs > 0 ? String(Math.floor(timeUs / 1000)) : "");
  const text = (value: string | undefined, lengthMax: number) =>
    makeVisible(value ?? "", lengthMax);
  return [
    ["externalId", text(incident.id, 40)],
    ["act", kind],
    ["start", ms(incident.firstSeenUs)],
    ["end", ms(incident.lastSeenUs)],
    ["dvchost", text(incident.node, 100)],
    ["cn1", String(incident.score)],
    ["cn1Label", "score"],
    ["cs1", text(tellPlace(notice), 200)],
    ["cs1Label", "place"],
    ["cs2", tellSome(incident.techniques, { count: 10, length: 40 }).join(",")],
    ["cs2Label", "techniques"],
    ["cs3", text(cluster, 100)],
    ["cs3Label", cluster === "" ? "" : "cluster"],
    ["cs4", text(incident.acknowledgement?.by, 100)],
    ["cs4Label", incident.acknowledgement === undefined ? "" : "acknowledged by"],
    ["dst", address?.value ?? ""],
    ["dproc", text(process?.binary, 200)],
    ["msg", text(tellSome(incident.story, { count: 4, length: 240 }).join(" "), 1000)],
  ];
}
