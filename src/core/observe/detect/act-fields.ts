/**
 * Holds the names under which rules ask for what an act says: those of Sigma, of auditd, and ours.
 * In: an act. Out: a value, several, or undefined where it is not known.
 * Must never guess: what no sensor tells is undefined, and a name without a getter is no field.
 */
import { classifyAddress, parseAddress } from "../../event/ip-address.ts";
import { baseName, directoryOf } from "../../inventory/container-path.ts";
import { namedHosts } from "../host-names.ts";
import type { Act, ActKind } from "./act.ts";
import { readCalls, readRecordTypes, readSocket } from "./audit-words.ts";
import type { Subject, SubjectBook } from "./subject.ts";

export type FieldValue = string | number | boolean | readonly string[] | undefined;

export interface ActField {
  readonly name: string;
  /** Dense over all tables: readers keep values in arrays. */
  readonly index: number;
  /** Which acts can carry it; undefined: all. */
  readonly kinds: readonly ActKind[] | undefined;
  /** What it follows from alone: binary and arguments of the process, or the path of the act. */
  readonly facet: "program" | "path" | undefined;
  /** **Unit** of its numbers: microseconds since 1970; only such fields take modifiers of time. */
  readonly isTime: boolean;
  readonly read: (act: Act, book: SubjectBook) => FieldValue;
}

export type FieldTable = ReadonlyMap<string, ActField>;
type Read = ActField["read"];
interface Facets {
  readonly program: ReadonlySet<string>;
  readonly path: ReadonlySet<string>;
}
type Row = readonly [names: string, read: Read, kinds?: readonly ActKind[]];

const ancestorsMax = 16;
const filled = (text: string): string | undefined => (text === "" ? undefined : text);
const known = (id: number): number | undefined => (id < 0 ? undefined : id);
const userOf = (uid: number) => (uid === 0 ? "root" : uid < 0 ? undefined : String(uid));
const hookOf = ({ event }: Act) => ("hook" in event ? event : undefined);

/** Program and arguments as one line; argv[0] is not told by the sensor. */
export function commandLine({ binary, arguments: args }: Subject): string {
  return args === "" ? binary : `${binary} ${args}`;
}

/** Nearest first, without the process itself. */
function ancestors<T>(subject: Subject, get: (above: Subject) => Iterable<T>): readonly T[] {
  const found = new Set<T>();
  let above = subject.parent;
  for (let depth = 0; above !== undefined && depth < ancestorsMax; depth += 1) {
    for (const value of get(above)) found.add(value);
    above = above.parent;
  }
  return [...found];
}

function classOf(address: string): string | undefined {
  const bytes = parseAddress(address);
  if (bytes === undefined) return undefined;
  const name = classifyAddress(bytes);
  return name === "internet" ? "public" : name;
}

/** `native`: nothing tells what it is; the program of its own that a container is there for. */
function rolesOfHost({ host }: Subject): readonly string[] | undefined {
  if (host === undefined) return undefined;
  return host.roles.size === 0 ? ["native"] : [...host.roles];
}

function hostsOf({ binary, arguments: args }: Subject): readonly string[] | undefined {
  const names = namedHosts(binary, args).map(({ name }) => name.toLowerCase());
  return names.length === 0 ? undefined : names;
}

function secondsBetween(sinceUs: number, nowUs: number): number | undefined {
  return sinceUs > 0 && nowUs > 0 ? Math.max(0, (nowUs - sinceUs) / 1e6) : undefined;
}

function containerAge(act: Act, book: SubjectBook): number | undefined {
  const startedUs = act.event.process?.pod?.containerStartUs ?? 0;
  if (startedUs > 0) return secondsBetween(startedUs, act.timeUs);
  const since = book.containerSince(act.subject.container);
  return since?.fromStart === true ? secondsBetween(since.sinceUs, act.timeUs) : undefined;
}

function serviceAge({ subject, timeUs }: Act): number | undefined {
  const { host, entryKind } = subject;
  if (entryKind !== "service" || host === undefined) return undefined;
  return secondsBetween(host.startUs, timeUs);
}

/** Names of fields, by what they follow from alone. */
const programNames = "Image CommandLine name binary arguments command words".split(" ");
const pathNames = ["path", "directory", "basename", "TargetFilename"];
const facets: Facets = { program: new Set(programNames), path: new Set(pathNames) };
const auditProgramNames = ["exe", "comm", ...Array.from({ length: 16 }, (_, at) => `a${at}`)];
const auditFacets: Facets = { program: new Set(auditProgramNames), path: new Set(["name"]) };
const ofTime = new Set(["time", "@timestamp", "UtcTime"]);

const files: readonly ActKind[] = [
  ...(["read", "write", "delete", "rename", "link", "mode", "truncate"] as const),
  ...(["attribute", "mount", "map", "memory-file", "unix-connect", "exec"] as const),
];
const written: readonly ActKind[] = ["write", "rename", "link", "truncate", "delete", "mode"];
const met: readonly ActKind[] = [
  ...(["connect", "accept", "listen", "bind", "send", "receive", "close"] as const),
];
const ends: readonly ActKind[] = ["connect", "accept"];

/** Names that Sigma rules and ours share. */
const commonRows: readonly Row[] = [
  ["Image", ({ subject }) => subject.binary],
  ["CommandLine", ({ subject }) => commandLine(subject)],
  ["CurrentDirectory", ({ subject }) => filled(subject.cwd)],
  ["User", ({ subject }) => userOf(subject.uid)],
  ["LogonId", ({ subject }) => known(subject.auid)],
  ["ProcessId", ({ subject }) => subject.pid],
  ["ProcessGuid", ({ subject }) => subject.execId],
  ["ParentImage", ({ subject }) => subject.parent?.binary],
  ["ParentCommandLine", ({ subject }) => subject.parent && commandLine(subject.parent)],
  ["ParentUser", ({ subject }) => subject.parent && userOf(subject.parent.uid)],
  ["ParentProcessId", ({ subject }) => subject.parent?.pid],
  ["ParentProcessGuid", ({ subject }) => filled(subject.parentExecId)],
  ["Computer ComputerName Hostname", ({ subject }) => filled(subject.node)],
  ["time @timestamp UtcTime", ({ timeUs }) => timeUs],
  ["DestinationIp", (act) => (act.kind === "connect" ? filled(act.address) : undefined), ends],
  ["DestinationPort", (act) => readSocket(act).destinationPort, ends],
  ["DestinationHostname", ({ subject }) => hostsOf(subject), ["connect"]],
  ["SourceIp", (act) => readSocket(act).sourceAddress, ends],
  ["SourcePort", (act) => readSocket(act).sourcePort, ends],
  ["Protocol", ({ protocol }) => filled(protocol), met],
  ["Initiated", ({ kind }) => String(kind === "connect"), ends],
  ["TargetFilename", ({ path }) => filled(path), [...written, "read"]],
  ["SourceFilename", ({ otherPath }) => filled(otherPath), ["rename", "link"]],
];

const ownRows: readonly Row[] = [
  ["name", ({ subject }) => subject.name],
  ["binary", ({ subject }) => subject.binary],
  ["arguments", ({ subject }) => subject.arguments],
  ["command", ({ subject }) => commandLine(subject)],
  ["words", ({ subject }) => subject.words],
  ["cwd", ({ subject }) => filled(subject.cwd)],
  ["uid", ({ subject }) => known(subject.uid)],
  ["auid", ({ subject }) => known(subject.auid)],
  ["pid", ({ subject }) => subject.pid],
  ["role", ({ subject }) => [...subject.roles]],
  ["actor", ({ subject }) => subject.actor],
  ["process", ({ subject }) => subject.execId],
  ["parent", ({ subject }) => filled(subject.parentExecId)],
  ["entry", ({ subject }) => subject.entry.execId],
  ["entry.kind", ({ subject }) => subject.entryKind],
  ["entry.name", ({ subject }) => subject.entry.name],
  ["entry.binary", ({ subject }) => subject.entry.binary],
  ["host", ({ subject }) => subject.host?.execId],
  ["host.name", ({ subject }) => subject.host?.name],
  ["host.role", ({ subject }) => rolesOfHost(subject)],
  ["parent.name", ({ subject }) => subject.parent?.name],
  ["parent.binary", ({ subject }) => subject.parent?.binary],
  ["parent.arguments", ({ subject }) => subject.parent?.arguments],
  ["parent.command", ({ subject }) => subject.parent && commandLine(subject.parent)],
  ["parent.uid", ({ subject }) => subject.parent && known(subject.parent.uid)],
  ["parent.role", ({ subject }) => subject.parent && [...subject.parent.roles]],
  ["ancestor.name", ({ subject }) => ancestors(subject, ({ name }) => [name])],
  ["ancestor.command", ({ subject }) => ancestors(subject, (above) => [commandLine(above)])],
  ["ancestor.binary", ({ subject }) => ancestors(subject, ({ binary }) => [binary])],
  ["ancestor.role", ({ subject }) => ancestors(subject, ({ roles }) => roles)],
  ["node", ({ subject }) => filled(subject.node)],
  ["container", ({ subject }) => !subject.container.startsWith("host:")],
  ["container.id", ({ subject }) => subject.container],
  ["container.name", ({ subject }) => subject.workload?.container],
  ["container.age", containerAge],
  ["service.age", serviceAge],
  ["cluster", ({ subject }) => subject.workload?.cluster],
  ["namespace", ({ subject }) => subject.workload?.namespace],
  ["workload", ({ subject }) => subject.workload?.name],
  ["workload.kind", ({ subject }) => subject.workload?.kind],
  ["image", ({ subject }) => filled(subject.image)],
  ["fileless", ({ subject }) => subject.fileless],
  ["arguments-cut", ({ subject }) => subject.argumentsCut],
  ["kind", ({ kind }) => kind],
  ["path", ({ path }) => filled(path), files],
  ["other-path", ({ otherPath }) => filled(otherPath), ["rename", "link", "mount"]],
  ["directory", ({ path }) => (path === "" ? undefined : directoryOf(path)), files],
  ["basename", ({ path }) => filled(baseName(path)), files],
  ["address", ({ address }) => filled(address), met],
  ["address.class", ({ address }) => classOf(address), met],
  ["port", ({ port }) => (port === 0 ? undefined : port), met],
  ["protocol", ({ protocol }) => filled(protocol), met],
  ["failed", ({ failed }) => failed],
  ["mode", ({ value }) => `0${value.toString(8)}`, ["mode"]],
  ["mode.setuid", ({ value }) => (value & 0o6000) !== 0, ["mode"]],
  ["mode.executable", ({ value }) => (value & 0o111) !== 0, ["mode"]],
  ["bytes", ({ value }) => value, ["send", "receive"]],
  ["status", ({ value }) => value, ["exit"]],
  ["new-uid", ({ value }) => value, ["identity"]],
  ["text", ({ text }) => filled(text)],
  ["hook", (act) => hookOf(act)?.hook],
  ["policy", (act) => filled(hookOf(act)?.policy ?? "")],
  ["tags", (act) => hookOf(act)?.tags],
];

/** **Source**: the records of auditd as its `ausearch` names their fields. */
const auditRows: readonly Row[] = [
  ["type", (act) => readRecordTypes(act)],
  ["SYSCALL syscall", (act) => readCalls(act)],
  ["exe", ({ subject }) => subject.binary],
  ["comm", ({ subject }) => subject.name.slice(0, 15)],
  ["cwd", ({ subject }) => filled(subject.cwd)],
  ["uid euid", ({ subject }) => known(subject.uid)],
  ["auid", ({ subject }) => known(subject.auid)],
  ["pid", ({ subject }) => subject.pid],
  ["ppid", ({ subject }) => subject.parent?.pid],
  ["success", ({ failed }) => (failed ? "no" : "yes")],
  ["name", ({ path }) => filled(path), files],
  ["nametype", ({ kind }) => nameTypes.get(kind), ["delete", "read"]],
  ["a0", ({ subject }) => [subject.name, subject.binary], ["exec"]],
  ...Array.from({ length: 15 }, (_, at): Row => {
    return [`a${at + 1}`, ({ subject }) => subject.words[at], ["exec"]];
  }),
];

/** Whether a written file was new is not told: only what is certain. */
const nameTypes: ReadonlyMap<ActKind, string> = new Map([
  ["delete", "DELETE"],
  ["read", "NORMAL"],
]);

function makeTable(
  rows: readonly Row[],
  firstIndex: number,
  { program, path }: Facets,
): FieldTable {
  const table = new Map<string, ActField>();
  for (const [names, read, kinds] of rows) {
    for (const name of names.split(" ")) {
      const index = firstIndex + table.size;
      const facet = program.has(name) ? "program" : path.has(name) ? "path" : undefined;
      table.set(name, { name, index, kinds, read, facet, isTime: ofTime.has(name) });
    }
  }
  return table;
}

/** Fields of rules about processes, files and connections; ours are in lower case. */
export const actFields: FieldTable = makeTable([...commonRows, ...ownRows], 0, facets);

const auditOnly = makeTable(auditRows, actFields.size, auditFacets);

/** The same for rules about auditd, where some names mean something else (`name`, `type`). */
export const auditFields: FieldTable = new Map([...actFields, ...auditOnly]);

/** Fields of all tables together: readers have this many places. */
export const fieldCount: number = actFields.size + auditOnly.size;
