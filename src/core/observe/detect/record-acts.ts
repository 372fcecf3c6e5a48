/**
 * Holds the record of what a container did, act by act: what a person reads to see for himself.
 * In: acts, through the contract of a detector. Out: lines in order of time.
 * Must never hold more than `lineCountMax` lines; repeats of one act are one line.
 */
import type { TimeUs } from "../../event/event.ts";
import type { Actor, Citation, ContainerKey } from "../fact.ts";
import type { Act, ActKind } from "./act.ts";
import type { Detector } from "./detector.ts";
import { citeAct } from "./read-act.ts";

export interface ActLine {
  readonly timeUs: TimeUs;
  /** Of the last repeat. */
  lastUs: TimeUs;
  readonly kind: ActKind;
  readonly container: ContainerKey;
  readonly process: string;
  readonly pid: number;
  readonly uid: number;
  readonly binary: string;
  readonly actor: Actor;
  /** Command line, path, `address:port`, name of the hook. */
  readonly object: string;
  /** The other name, mode, file system, status; "" else. */
  readonly detail: string;
  count: number;
  /** **Unit**: bytes, of `send` and `receive`. */
  bytes: number;
  readonly citation: Citation;
}

export interface ActRecord {
  readonly lines: readonly ActLine[];
  /** Acts, or lines of the past, that found no place in a full record. */
  readonly omittedCount: number;
}

export interface RecordOptions {
  readonly wants: (container: ContainerKey) => boolean;
  /** Default 100,000. */
  readonly lineCountMax?: number;
  /** Which lines stay when there are too many; the earliest when left out. */
  readonly keeps?: "earliest" | "latest";
}

/** A detector without rules: ask `record` when the observation is over. */
export interface ActRecorder {
  readonly detector: Detector<unknown>;
  /** **Order**: by time, then as they arrived. */
  record(): ActRecord;
}

/** **Cost**: one look-up an act of a wanted container. */
export function recordActs({
  wants,
  lineCountMax = 100_000,
  keeps = "earliest",
}: RecordOptions): ActRecorder {
  const lines: ActLine[] = [];
  const known = new Map<string, ActLine>();
  let omittedCount = 0;
  /** Many at once: each time costs as much as there are lines. */
  const dropOldest = (): void => {
    const dropped = lines.splice(0, Math.ceil(lineCountMax / 4));
    for (const line of dropped) {
      const key = keyOf(line);
      if (known.get(key) === line) known.delete(key);
    }
    omittedCount += dropped.length;
  };
  const take = (act: Act): void => {
    if (!wants(act.subject.container) || act.kind === "close") return;
    const line = describe(act);
    const key = keyOf(line);
    const same = isRepeatable(act.kind) ? known.get(key) : undefined;
    if (same !== undefined) {
      same.count += 1;
      same.bytes += line.bytes;
      same.lastUs = Math.max(same.lastUs, line.lastUs);
      return;
    }
    if (lines.length >= lineCountMax && keeps === "latest") dropOldest();
    if (lines.length < lineCountMax) {
      lines.push(line);
      known.set(key, line);
    } else omittedCount += 1;
  };
  return {
    detector: { name: "record", listings: [], start: () => undefined, step: (_, act) => take(act) },
    record: () => ({ lines: lines.toSorted((a, b) => a.timeUs - b.timeUs), omittedCount }),
  };
}

function isRepeatable(kind: ActKind): boolean {
  return kind !== "exec" && kind !== "exit";
}

function keyOf({ process, kind, object, detail }: ActLine): string {
  return [process, kind, object, detail].join("\u0000");
}

function describe(act: Act): ActLine {
  const { subject, timeUs, kind, value } = act;
  const { container, execId, pid, uid, binary, actor } = subject;
  const isTraffic = kind === "send" || kind === "receive";
  return {
    ...{ timeUs, lastUs: timeUs, kind, container, pid, uid, binary, actor },
    process: execId,
    object: objectOf(act),
    detail: detailOf(act),
    count: 1,
    bytes: isTraffic ? value : 0,
    citation: citeAct(act),
  };
}

function objectOf({ kind, subject, path, address, port, text, event }: Act): string {
  if (kind === "exec") return `${subject.binary} ${subject.arguments}`.trim();
  if (address !== "") return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  if (path !== "") return path;
  return text !== "" ? text : "hook" in event ? event.hook : "";
}

function detailOf({ kind, otherPath, value, text, path, failed, event }: Act): string {
  const parts = [
    ...(kind === "mode" ? [value.toString(8).padStart(4, "0")] : []),
    ...(kind === "identity" ? [`uid ${value}`] : []),
    ...(otherPath !== "" ? [otherPath] : []),
    ...(path !== "" && text !== "" ? [text] : []),
    ...(event.type === "exit" ? [event.signal === "" ? String(event.status) : event.signal] : []),
    ...(failed ? ["failed"] : []),
  ];
  return parts.join(" ");
}
