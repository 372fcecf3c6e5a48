/**
 * Tells to which scenario a process belongs: by its place in the tree of processes and by time.
 * In: truth and the table of processes. Out: an owner for each process and moment.
 */
import type { Labels, Scenario, Span } from "./labels.ts";
import type { ProcessTable, TableProcess } from "./process-table.ts";

/**
 * `ordinary`: background of services, probes, cron. `recorder`: what made the recording, and its
 * preparation of scenarios: it counts for nothing.
 */
export type Owner =
  | { readonly kind: "scenario"; readonly scenario: Scenario }
  | { readonly kind: "ordinary" }
  | { readonly kind: "recorder" };

export interface Owners {
  of(execId: string, timeUs: number): Owner;
  /** Processes of a scenario, with those that carry it (the runtime that entered a container). */
  processes(scenario: Scenario): readonly TableProcess[];
}

const ordinary: Owner = { kind: "ordinary" };
const recorder: Owner = { kind: "recorder" };

/** **Unit**: microseconds. Clocks of labels and events differ by a little. */
const slackUs = 1_000_000;
/** What a service was told to do may go on a little after the scenario's end. */
const afterUs = 3_000_000;

/** Whoever starts jobs; what it starts belongs to scenarios, or to itself. */
const driverPart = "run_sh";
/** Parts of the recorder whose children are ordinary background all the same. */
const givesBackground = new Set(["kubelet"]);

export function createOwners(
  table: ProcessTable,
  { scenarios, phases, recorder: parts, endUs }: Labels,
): Owners {
  const partOf = new Map<string, string>();
  for (const [name, ids] of parts) for (const id of ids) partOf.set(id, name);
  const owned = new Map<string, Scenario>();
  const services = new Map<string, Scenario[]>();
  const lists = new Map<Scenario, TableProcess[]>();
  for (const scenario of scenarios) {
    const { trees, through } = rootsOf(table, scenario, partOf);
    const list = [...trees.flatMap((tree) => [...table.downwards(tree.execId)])];
    for (const service of through) {
      const known = services.get(service.execId);
      if (known === undefined) services.set(service.execId, [scenario]);
      else known.push(scenario);
      list.push(service, ...startedWithin(table, service, scenario));
    }
    for (const { execId } of list) if (!services.has(execId)) owned.set(execId, scenario);
    lists.set(scenario, list);
  }
  const find = (execId: string, timeUs: number): Owner => {
    if (timeUs > endUs) return recorder;
    const scenario = owned.get(execId) ?? serviceOwner(services.get(execId), timeUs);
    if (scenario !== undefined) return { kind: "scenario", scenario };
    if (isWithin(timeUs, phases)) return recorder;
    return isRecorder(table, execId, partOf) ? recorder : ordinary;
  };
  return { of: find, processes: (scenario) => lists.get(scenario) ?? [] };
}

function serviceOwner(
  through: readonly Scenario[] | undefined,
  timeUs: number,
): Scenario | undefined {
  return through?.find(
    ({ startUs, endUs }) => timeUs >= startUs - slackUs && timeUs <= endUs + afterUs,
  );
}

/** A root that began within the scenario is its job, with what carries it; else a service. */
function rootsOf(
  table: ProcessTable,
  scenario: Scenario,
  partOf: ReadonlyMap<string, string>,
): { readonly trees: readonly TableProcess[]; readonly through: readonly TableProcess[] } {
  const trees: TableProcess[] = [];
  const through: TableProcess[] = [];
  for (const pid of scenario.roots) {
    const all = table.ofPid(pid).filter(({ startUs }) => startUs <= scenario.endUs);
    const own = all.filter(({ startUs }) => startUs >= scenario.startUs - slackUs);
    const latest = all.toSorted((a, b) => b.startUs - a.startUs)[0];
    if (own.length > 0) trees.push(...own.map((root) => topBelowDriver(table, root, partOf)));
    else if (latest !== undefined) through.push(...runningBelow(table, latest, scenario));
  }
  return { trees, through };
}

/** The driver's own child above a root; the root itself where something else started it. */
function topBelowDriver(
  table: ProcessTable,
  root: TableProcess,
  partOf: ReadonlyMap<string, string>,
): TableProcess {
  let top = root;
  for (const process of table.upwards(root.execId)) {
    const part = partOf.get(process.execId);
    if (part === driverPart) return top;
    if (part !== undefined) break;
    top = process;
  }
  return root;
}

/** A service and its workers, as far as they were there before. */
function runningBelow(
  table: ProcessTable,
  service: TableProcess,
  { startUs }: Scenario,
): readonly TableProcess[] {
  const below = [...table.downwards(service.execId)];
  return below.filter((one) => one === service || one.startUs < startUs - slackUs);
}

/** What a service starts within a scenario, with all below it. */
function startedWithin(
  table: ProcessTable,
  service: TableProcess,
  { startUs, endUs }: Scenario,
): readonly TableProcess[] {
  const started = table
    .childrenOf(service.execId)
    .filter((one) => one.startUs >= startUs - slackUs && one.startUs <= endUs + afterUs);
  return started.flatMap((one) => [...table.downwards(one.execId)]);
}

function isRecorder(
  table: ProcessTable,
  execId: string,
  partOf: ReadonlyMap<string, string>,
): boolean {
  let isItself = true;
  for (const process of table.upwards(execId)) {
    const part = partOf.get(process.execId);
    if (part !== undefined) return isItself || !givesBackground.has(part);
    isItself = false;
  }
  return false;
}

function isWithin(timeUs: number, spans: readonly Span[]): boolean {
  return spans.some(({ startUs, endUs }) => timeUs >= startUs && timeUs <= endUs);
}
