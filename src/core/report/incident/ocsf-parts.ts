/**
 * Holds how things of an incident are written as objects of OCSF 1.8.0.
 * In: processes, indicators, techniques. Out: plain objects; text is made visible and capped.
 * **Source**: OCSF 1.8.0, `objects/` and `dictionary.json` (names and numbers of its fields).
 */
import type { Incident } from "../../judge/incident/incident.ts";
import { programOf } from "../../judge/incident/name-process.ts";
import type { ProcessFact, SignalFact } from "../../observe/detect/detect-fact.ts";
import type { Indicator } from "../../observe/detect/detector.ts";
import type { Level } from "../../observe/detect/rule.ts";
import { makeVisible } from "../safe-text.ts";

export type OcsfObject = Readonly<Record<string, unknown>>;

export const ocsfVersion = "1.8.0";
/** The version that ids of techniques are of. */
const attackVersion = "19";

export const severityIds: Readonly<Record<Level, number>> = {
  informational: 1,
  low: 2,
  medium: 3,
  high: 4,
  critical: 5,
};

export const confidenceIds: Readonly<Record<Incident["confidence"], number>> = {
  low: 1,
  medium: 2,
  high: 3,
};

/** **Unit**: milliseconds since 1970, as `timestamp_t` is. */
export function ocsfTime(timeUs: number): number {
  return Math.floor(timeUs / 1000);
}

export function capitalize(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

/** A sub-technique names the one above it too. Names come from who knows them; "" is left out. */
export function ocsfAttacks(
  signal: Pick<SignalFact, "techniques" | "tactics">,
  nameOf: (technique: string) => string,
): readonly OcsfObject[] {
  return signal.techniques.map((id) => {
    const [above = id] = id.split(".");
    const sub = above === id ? {} : { sub_technique: named(id, nameOf(id)) };
    return { version: attackVersion, technique: named(above, nameOf(above)), ...sub };
  });
}

export function ocsfTactics(tactics: readonly string[]): readonly OcsfObject[] {
  return tactics.map((tactic) => ({
    version: attackVersion,
    tactic: { name: makeVisible(tactic.split("-").map(capitalize).join(" "), 100) },
  }));
}

function named(uid: string, name: string): OcsfObject {
  return { uid: makeVisible(uid, 40), ...(name === "" ? {} : { name: makeVisible(name, 200) }) };
}

/** `parent` is told once: a whole tree would say the same again in each evidence. */
export function ocsfProcess(process: ProcessFact, parent?: ProcessFact): OcsfObject {
  return {
    pid: process.pid,
    uid: makeVisible(process.process, 200),
    name: makeVisible(programOf(process), 200),
    cmd_line: makeVisible(`${process.binary} ${process.arguments}`, 2000),
    path: makeVisible(process.binary, 1000),
    working_directory: makeVisible(process.cwd, 1000),
    ...(process.startUs > 0 ? { created_time: ocsfTime(process.startUs) } : {}),
    ...(process.exitUs > 0 ? { terminated_time: ocsfTime(process.exitUs) } : {}),
    ...(process.uid < 0 ? {} : { user: { uid: String(process.uid) } }),
    ...(parent === undefined ? {} : { parent_process: ocsfProcess(parent) }),
  };
}

/** **Source**: types of observables, `dictionary.json` (`observable`). */
const observableTypes: Readonly<Record<Indicator["type"], readonly [number, string, string]>> = {
  ip: [2, "IP Address", "evidences[].dst_endpoint.ip"],
  domain: [1, "Hostname", "evidences[].dst_endpoint.hostname"],
  url: [6, "URL String", "evidences[].url.url_string"],
  file: [45, "File Path", "evidences[].file.path"],
  hash: [8, "Hash", "evidences[].file.hashes[].value"],
  user: [4, "User Name", "evidences[].user.name"],
  command: [13, "Command Line", "evidences[].process.cmd_line"],
  container: [10, "Resource UID", "evidences[].container.uid"],
};

export function ocsfObservable({ type, value }: Indicator): OcsfObject {
  const [typeId, typeName, name] = observableTypes[type];
  return { type_id: typeId, type: typeName, name, value: makeVisible(value, 2000) };
}
