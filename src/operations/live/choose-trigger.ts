/**
 * Holds when a daemon writes a report: soon after something that matters changed, and by a
 * schedule; never when nothing changed.
 * In: facts as they come, scans and objects that changed, milliseconds that only grow. Out: whether
 * a report is due, and why. State is plain data with bounds. Must never read a clock.
 */
import { classifyAddress, parseAddress } from "../../core/event/ip-address.ts";
import type {
  ContainerFact,
  Fact,
  FileUseFact,
  FlowFact,
  PrivilegeFact,
} from "../../core/observe/fact.ts";

/** What stirs a report, and what it is called. */
const stirNames = {
  workload: ["new workload", "new workloads"],
  image: ["new image", "new images"],
  "old-image-ended": ["old image no longer running", "old images no longer running"],
  use: ["first use", "first uses"],
  exposure: ["new way of exposure", "new ways of exposure"],
  privilege: ["new privilege", "new privileges"],
  scan: ["scan that changed", "scans that changed"],
  cluster: ["change of cluster objects", "changes of cluster objects"],
  configuration: ["change of the configuration", "changes of the configuration"],
  incident: ["new incident", "new incidents"],
  person: ["decision of a person", "decisions of people"],
  restart: ["restart before the report", "restarts before the report"],
  retry: ["report that failed before", "reports that failed before"],
} as const;
export type StirKind = keyof typeof stirNames;

export interface TriggerSettings {
  /** **Unit**: milliseconds without a further change before a report is written. */
  readonly quietMs: number;
  /** **Unit**: milliseconds after the first change at which it is written anyhow. */
  readonly delayMsMax: number;
  /** **Unit**: milliseconds between reports when little changed; 0: no schedule. */
  readonly scheduleMs: number;
}

export const defaultTriggers: TriggerSettings = {
  quietMs: 20_000,
  delayMsMax: 120_000,
  scheduleMs: 86_400_000,
};

/** Counts by kind since the last report. */
export type Stirring = Readonly<Record<StirKind, number>>;

export interface TriggerState {
  /** Keys that stirred once, oldest first. */
  readonly seen: Set<string>;
  /** What each container is an instance of: its workload and image. */
  readonly subjects: Map<string, Subject>;
  /** Containers that run, by workload, then image. */
  readonly running: Map<string, Map<string, Set<string>>>;
  readonly counts: Record<StirKind, number>;
  /** -1: nothing stirred since the last report. */
  firstMs: number;
  lastMs: number;
  /** When the last report was written, or the state was made. */
  reportedMs: number;
  /** Any fact at all since then. */
  isTouched: boolean;
  /** Keys beyond the bound, dropped: they may stir once more. */
  droppedCount: number;
}

interface Subject {
  readonly workload: string;
  readonly image: string;
}

const seenCountMax = 100_000;
const containerCountMax = 20_000;
const separator = "\u0000";

/** Facts of before, from the store, are noted and then settled: they stir nothing. */
export function createTriggers(nowMs: number): TriggerState {
  return {
    seen: new Set(),
    subjects: new Map(),
    running: new Map(),
    counts: noCounts(),
    firstMs: -1,
    lastMs: -1,
    reportedMs: nowMs,
    isTouched: false,
    droppedCount: 0,
  };
}

function noCounts(): Record<StirKind, number> {
  const kinds = Object.keys(stirNames) as StirKind[];
  return Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<StirKind, number>;
}

export interface NoteOptions {
  readonly nowMs: number;
  /** Whether a file belongs to a package with findings: only such uses stir. */
  readonly matters: (fact: FileUseFact) => boolean;
}

/** **Cost**: a lookup or two a fact. */
export function noteFacts(
  state: TriggerState,
  facts: readonly Fact[],
  { nowMs, matters }: NoteOptions,
): void {
  if (facts.length > 0) state.isTouched = true;
  // What a container is comes first, in whatever order the facts are.
  for (const fact of facts) if (fact.kind === "container") noteContainer(state, fact, nowMs);
  for (const fact of facts) {
    const stirred = stirOf(state, fact, matters);
    if (stirred !== undefined && isNew(state, stirred.key)) stir(state, stirred.kind, nowMs);
  }
}

interface Stirred {
  readonly kind: StirKind;
  readonly key: string;
}

function stirOf(
  state: TriggerState,
  fact: Fact,
  matters: NoteOptions["matters"],
): Stirred | undefined {
  switch (fact.kind) {
    case "file-use":
      return isUse(fact) && matters(fact)
        ? stirredBy(state, "use", fact.container, [fact.path, fact.how])
        : undefined;
    case "flow":
      return stirredBy(state, "exposure", fact.container, flowParts(fact));
    case "listen": {
      const { container, protocol, port, address } = fact;
      return stirredBy(state, "exposure", container, ["listens", protocol, port, address]);
    }
    case "privilege":
      return isRight(fact)
        ? stirredBy(state, "privilege", fact.container, [fact.privilege, fact.detail])
        : undefined;
    default:
      return undefined;
  }
}

function stirredBy(
  { subjects }: TriggerState,
  kind: StirKind,
  container: string,
  parts: readonly (string | number)[],
): Stirred {
  const { workload, image } = subjects.get(container) ?? { workload: container, image: "" };
  return { kind, key: [kind, workload, image, ...parts].join(separator) };
}

/** Writing is no use of what the image brought, nor is what others than the service do. */
function isUse({ how, actor }: FileUseFact): boolean {
  return how !== "written" && (actor === "service" || actor === "startup");
}

function isRight({ source }: PrivilegeFact): boolean {
  return source === "seen" || source === "declared";
}

/** Peers by class: each visitor of a site is a new peer, and none of them is news. */
function flowParts({ direction, protocol, port, peer }: FlowFact): readonly (string | number)[] {
  const bytes = parseAddress(peer);
  const kind = bytes === undefined ? peer : classifyAddress(bytes);
  return [direction, protocol, direction === "unknown" ? 0 : port, kind];
}

/** A further replica is no news; the end of the last container of an image that was replaced is. */
function noteContainer(state: TriggerState, fact: ContainerFact, nowMs: number): void {
  const { container, ended } = fact;
  const subject = subjectOf(fact);
  const known = state.subjects.get(container);
  if (known?.image !== subject.image || known.workload !== subject.workload) {
    leave(state, container);
    state.subjects.set(container, subject);
    if (isNew(state, ["workload", subject.workload].join(separator))) {
      isNew(state, imageKey(subject));
      stir(state, "workload", nowMs);
    } else if (isNew(state, imageKey(subject))) stir(state, "image", nowMs);
  }
  if (!ended) enter(state, container, subject);
  else if (leave(state, container) === "replaced") stir(state, "old-image-ended", nowMs);
  if (state.subjects.size > containerCountMax) forgetOldest(state);
}

function enter({ running }: TriggerState, container: string, { workload, image }: Subject): void {
  const images = running.get(workload) ?? new Map<string, Set<string>>();
  const alive = images.get(image) ?? new Set<string>();
  running.set(workload, images.set(image, alive.add(container)));
}

/** `replaced`: it was the last of its image, and others of its workload run. */
function leave({ running, subjects }: TriggerState, container: string): "replaced" | "" {
  const { workload, image } = subjects.get(container) ?? { workload: "", image: "" };
  const images = running.get(workload);
  const alive = images?.get(image);
  if (images === undefined || alive?.delete(container) !== true || alive.size > 0) return "";
  images.delete(image);
  if (images.size > 0) return "replaced";
  running.delete(workload);
  return "";
}

function forgetOldest(state: TriggerState): void {
  for (const oldest of state.subjects.keys()) {
    leave(state, oldest);
    state.subjects.delete(oldest);
    return;
  }
}

function imageKey({ workload, image }: Subject): string {
  return ["image", workload, image].join(separator);
}

function subjectOf(fact: ContainerFact): Subject {
  const image = fact.imageId === "" ? fact.imageName : fact.imageId;
  const name = [fact.workload, fact.pod, image, fact.container].find((one) => one !== "") ?? "";
  const { cluster, namespace, workloadKind, containerName } = fact;
  const workload = [cluster, namespace, workloadKind, name, containerName].join(separator);
  return { workload, image };
}

function isNew(state: TriggerState, key: string): boolean {
  const { seen } = state;
  if (seen.has(key)) return false;
  seen.add(key);
  if (seen.size > seenCountMax) {
    for (const oldest of seen) {
      seen.delete(oldest);
      state.droppedCount += 1;
      break;
    }
  }
  return true;
}

/** Notes what is no fact: scans, objects of the cluster, decisions. */
export function stir(state: TriggerState, kind: StirKind, nowMs: number): void {
  state.isTouched = true;
  state.counts[kind] += 1;
  if (state.firstMs < 0) state.firstMs = nowMs;
  state.lastMs = nowMs;
}

export interface Trigger {
  readonly isDue: boolean;
  /** `2 new images, first use`; "" when it is not due. */
  readonly because: string;
  /** **Unit**: milliseconds until to ask again; infinite when only facts can change it. */
  readonly waitMs: number;
}

/** Asks only; `settleTriggers` is called when the report is written. */
export function chooseTrigger(
  state: TriggerState,
  nowMs: number,
  { quietMs, delayMsMax, scheduleMs }: TriggerSettings = defaultTriggers,
): Trigger {
  const atMs = scheduleMs > 0 ? state.reportedMs + scheduleMs : Number.POSITIVE_INFINITY;
  if (state.firstMs >= 0) {
    const dueMs = Math.min(state.lastMs + quietMs, state.firstMs + delayMsMax);
    if (nowMs >= dueMs) return { isDue: true, because: describeStirring(state.counts), waitMs: 0 };
    return { isDue: false, because: "", waitMs: dueMs - nowMs };
  }
  if (nowMs >= atMs && state.isTouched) return { isDue: true, because: "schedule", waitMs: 0 };
  const waitMs = nowMs >= atMs ? Number.POSITIVE_INFINITY : atMs - nowMs;
  return { isDue: false, because: "", waitMs };
}

function describeStirring(counts: Stirring): string {
  const kinds = Object.entries(stirNames) as [StirKind, readonly [string, string]][];
  const parts = kinds.flatMap(([kind, [one, many]]) => {
    const count = counts[kind];
    return count === 0 ? [] : [count === 1 ? one : `${count} ${many}`];
  });
  return parts.join(", ");
}

/** A report was written: what stirred is told, and counts no more. */
export function settleTriggers(state: TriggerState, nowMs: number): void {
  Object.assign(state.counts, noCounts());
  state.firstMs = -1;
  state.lastMs = -1;
  state.reportedMs = nowMs;
  state.isTouched = false;
}
