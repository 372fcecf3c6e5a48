/**
 * Holds the reading of one line of a process dump, as `scripts/dump-processes.sh` writes it.
 * In: a line of text. Out: the machine or one process, with only what is used.
 * Must never trust a type: a dump is as hostile as any other input.
 */
import { cutText, textLengthMax } from "../event/bounds.ts";
import { isObject, type JsonObject } from "../inventory/json-value.ts";
import { type DumpSocket, readDumpSocket } from "./dump-socket.ts";

export interface DumpHost {
  readonly kind: "host";
  readonly node: string;
  /** **Unit**: microseconds since the epoch: when the dump was made. */
  readonly timeUs: number;
}

export interface DumpProcess {
  readonly kind: "process";
  readonly pid: number;
  readonly parentPid: number;
  /** Pid inside the innermost namespace; equal to `pid` without one. */
  readonly innerPid: number;
  readonly startUs: number;
  readonly uid: number;
  readonly exe: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  /** 64 hex digits; "" outside containers. */
  readonly containerId: string;
  readonly mapped: readonly string[];
  /** Files mapped as data, and open files. */
  readonly read: readonly string[];
  /** TCP and UDP sockets that it holds. */
  readonly sockets: readonly DumpSocket[];
}

/** **Unit**: entries of one list of a process. */
const listCountMax = 8192;

/** Undefined for a line that is none of both. */
export function readDumpLine(line: string): DumpHost | DumpProcess | undefined {
  const fields = parse(line);
  if (fields === undefined) return undefined;
  if (fields["type"] === "host") {
    return { kind: "host", node: text(fields["node"]), timeUs: microseconds(fields["time"]) };
  }
  const pid = fields["pid"];
  if (fields["type"] !== "process" || typeof pid !== "number") return undefined;
  return readProcess(fields, pid);
}

function readProcess(fields: JsonObject, pid: number): DumpProcess {
  const maps = list(fields["maps"]).filter(isObject);
  const inner = list(fields["nspid"]).at(-1);
  const uids = list(fields["uid"]);
  return {
    kind: "process",
    pid,
    parentPid: number(fields["ppid"], 0),
    innerPid: number(inner, pid),
    startUs: microseconds(fields["start_time"]),
    uid: number(uids[1] ?? uids[0], -1),
    exe: text(fields["exe"]),
    argv: list(fields["argv"]).map(text),
    cwd: text(fields["cwd"]),
    containerId: containerOfCgroup(cgroupText(fields["cgroup"])),
    mapped: maps.filter((map) => map["exec"] === true).map((map) => text(map["path"])),
    read: [
      ...maps.filter((map) => map["exec"] !== true).map((map) => text(map["path"])),
      ...list(fields["files"]).map(text),
    ],
    sockets: list(fields["sockets"]).flatMap(readDumpSocket),
  };
}

/**
 * The container of a cgroup path: docker, containerd, CRI-O and podman, below kubepods or not, with
 * cgroup v1 or v2. The innermost one counts; the monitors of CRI-O and podman are no containers.
 */
export function containerOfCgroup(cgroup: string): string {
  let found = "";
  for (const match of cgroup.matchAll(/([\w.-]*?)([0-9a-f]{64})(?:\.scope)?(?=[/\n,]|$)/g)) {
    const [, before = "", id = ""] = match;
    if (!/conmon/.test(before)) found = id;
  }
  return found;
}

function cgroupText(value: unknown): string {
  return Array.isArray(value) ? value.map(text).join("\n") : text(value);
}

function parse(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    // Not JSON: the caller counts the line.
    return undefined;
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? cutText(value, textLengthMax.path) : "";
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, listCountMax) : [];
}

/** Uids come as text, as /proc tells them. */
function number(value: unknown, otherwise: number): number {
  const read = typeof value === "string" && /^\d{1,10}$/.test(value) ? Number(value) : value;
  return typeof read === "number" && Number.isSafeInteger(read) ? read : otherwise;
}

function microseconds(value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0 || value > 1e11) return 0;
  return Math.round(value * 1_000_000);
}
