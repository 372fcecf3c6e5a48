/**
 * Holds telling what a file is by its first bytes.
 * In: the start of a decompressed file. Out: a kind; `events` where nothing speaks against it, so
 * that a broken recording is read as one and its damage counted.
 * Must never go by the file's name.
 */

export type InputKind =
  | "events"
  | "inventory"
  | "kubernetes"
  | "containers"
  | "metrics"
  | "policies"
  | "processes"
  | "kev"
  | "epss"
  | "report"
  | "other";

/** **Unit**: bytes looked at. */
export const detectSizeBytes = 64 * 1024;

const eventKey = /"(?:process_[a-z_]+|rate_limit_info|node_name|function_name)"\s*:/;
const inventoryKey =
  /"(?:artifacts|artifactRelationships|bomFormat|spdxVersion|matches|ignoredMatches)"\s*:/;

/** A report of waggle begins with these. */
const reportStart = /^\{\s*"schemaVersion"\s*:\s*"[\d.]+",\s*"generatedAt"\s*:/;
const kevKey = /"(?:catalogVersion|cveID)"\s*:/;
const epssStart = /^(?:#[^\n]*\n)*cve,epss(?:,|\r?\n)/;

export function detectKind(head: Uint8Array): InputKind {
  if (head.length === 0) return "other";
  const text = new TextDecoder().decode(head.subarray(0, detectSizeBytes)).replace(/^\uFEFF/, "");
  const start = text.trimStart();
  const firstLine = start.slice(0, start.search(/\n|$/));
  if (start.startsWith("{") || start.startsWith("[")) return detectJson(start, firstLine);
  // Metrics may carry the headers of the answer that they came with.
  if (/^# (?:HELP|TYPE) (?:tetragon|go)_/m.test(start)) return "metrics";
  if (isBinary(head)) return "events";
  if (/^\d{4}-\d\d-\d\dT\S+ std(?:out|err) [FP] /.test(start)) return "events";
  if (/^(?:apiVersion|kind):/m.test(start) && start.includes("racingPolicy")) return "policies";
  if (epssStart.test(start)) return "epss";
  if (/\bcontainer[ _]id\b/i.test(firstLine)) return "containers";
  return eventKey.test(start) ? "events" : "other";
}

/** The first line decides where it is a whole document; else what keys the head holds. */
function detectJson(start: string, firstLine: string): InputKind {
  if (/^\{\s*"(?:process_|rate_limit_info|time"|node_name)/.test(firstLine)) return "events";
  if (/^\{\s*"log"\s*:\s*"\{/.test(firstLine)) return "events";
  if (reportStart.test(start)) return "report";
  if (/"kind"\s*:\s*"TracingPolicy/.test(start)) return "policies";
  if (kevKey.test(start.slice(0, 4096)) && /"vulnerabilities"\s*:/.test(start)) return "kev";
  if (inventoryKey.test(start.slice(0, 4096))) return "inventory";
  if (/"kind"\s*:\s*"\w*List"/.test(start) || /"apiVersion"\s*:\s*"v1"/.test(start)) {
    return "kubernetes";
  }
  if (/"(?:boot_id|cgroup|maps)"\s*:/.test(firstLine)) return "processes";
  if (/"(?:Id|ID|containers|Names|podSandboxId)"\s*:/.test(start)) return "containers";
  if (inventoryKey.test(start)) return "inventory";
  return eventKey.test(firstLine) || start.startsWith("{") ? "events" : "other";
}

/** Framed protobuf starts with a length whose first byte is 0. */
function isBinary(head: Uint8Array): boolean {
  return head[0] === 0 && head.length > 4;
}
