/**
 * Holds small made-up facts, processes and events for tests of coverage and privileges.
 * In: what a test cares about. Out: whole values. Nothing here is taken from a recording.
 */
import type { Event, HookEvent, Process } from "../core/event/event.ts";
import type {
  ContainerFact,
  CoverageFact,
  Fact,
  LossFact,
  PrivilegeFact,
} from "../core/observe/fact.ts";
import type { Fold, ProcessNode } from "../core/observe/fold.ts";

export const minuteUs = 60_000_000;
/** **Unit**: microseconds; a round minute. */
export const sampleStartUs = 1_700_000_040_000_000;
export const sampleContainer = "c".repeat(31);

export function sampleContainerFact(given: Partial<ContainerFact> = {}): ContainerFact {
  return {
    kind: "container",
    container: sampleContainer,
    node: "node-1",
    cluster: "",
    containerId: sampleContainer,
    namespace: "shop",
    pod: "",
    podUid: "",
    workloadKind: "",
    workload: "",
    containerName: "",
    imageName: "",
    imageId: "",
    firstSeenUs: sampleStartUs,
    lastSeenUs: sampleStartUs + 60 * minuteUs,
    startedUs: sampleStartUs,
    fromStart: true,
    ended: false,
    dumped: false,
    ...given,
  };
}

export function sampleCoverage(given: Partial<CoverageFact> = {}): CoverageFact {
  return {
    kind: "coverage",
    node: "node-1",
    sensor: "open",
    policy: "files",
    sinceUs: sampleStartUs - minuteUs,
    untilUs: sampleStartUs + 60 * minuteUs,
    basis: "stated",
    pathPrefixes: [""],
    limits: [],
    eventCount: 10,
    ...given,
  };
}

export function sampleLoss(given: Partial<LossFact> = {}): LossFact {
  return {
    kind: "loss",
    node: "node-1",
    container: "",
    reason: "ring-buffer",
    sinceUs: sampleStartUs + minuteUs,
    untilUs: sampleStartUs + 2 * minuteUs,
    count: 7,
    detail: "",
    ...given,
  };
}

export function samplePrivilege(given: Partial<PrivilegeFact> = {}): PrivilegeFact {
  return {
    kind: "privilege",
    container: sampleContainer,
    privilege: "root",
    detail: "",
    source: "seen",
    firstSeenUs: sampleStartUs,
    lastSeenUs: sampleStartUs,
    citations: [],
    ...given,
  };
}

export function sampleProcess(given: Partial<Process> = {}): Process {
  return {
    execId: "id-1",
    parentExecId: "",
    pid: 1,
    uid: 1000,
    auid: -1,
    cwd: "/",
    binary: "/app/main",
    arguments: "",
    flags: "execve",
    startTimeUs: sampleStartUs,
    containerId: sampleContainer,
    pod: undefined,
    capabilities: undefined,
    namespaces: undefined,
    credentials: undefined,
    binaryProperties: undefined,
    inInitTree: true,
    ...given,
  };
}

export function sampleNode(given: Partial<ProcessNode> = {}): ProcessNode {
  return {
    execId: "id-1",
    node: "node-1",
    pid: 1,
    container: sampleContainer,
    binary: "/app/main",
    arguments: "",
    cwd: "/",
    parentExecId: "",
    sessionExecId: "id-1",
    actor: "service",
    origin: "service",
    actorReason: "",
    execSeen: true,
    fromProc: false,
    startUs: sampleStartUs,
    lastSeenUs: sampleStartUs,
    exitUs: 0,
    nextExecId: "",
    startsContainer: false,
    startMissed: false,
    ...given,
  };
}

export function sampleBase(timeUs: number, process: Process | undefined = sampleProcess()) {
  const about = { timeUs, node: "node-1", cluster: "", input: 0, offset: 0 };
  return { ...about, process, parent: undefined, tid: -1 };
}

export function sampleExec(timeUs: number, process: Partial<Process> = {}): Event {
  return { ...sampleBase(timeUs, sampleProcess(process)), type: "exec", ancestors: [] };
}

export function sampleHook(timeUs: number, given: Partial<HookEvent> = {}): HookEvent {
  return {
    ...sampleBase(timeUs),
    type: "kprobe",
    hook: "security_file_open",
    object: "",
    policy: "files",
    arguments: [],
    returned: undefined,
    action: "",
    message: "",
    tags: [],
    ...given,
  };
}

export function sampleOpen(timeUs: number, path: string, given: Partial<HookEvent> = {}): Event {
  const file = { kind: "file", label: "", path, flags: "", permission: "-rw-r--r--" } as const;
  return sampleHook(timeUs, { arguments: [file], ...given });
}

/** Facts that a fold gives for events, all of one process. */
export function foldFacts<State>(
  fold: Fold<State>,
  events: readonly Event[],
  node: ProcessNode = sampleNode(),
): readonly Fact[] {
  const facts: Fact[] = [];
  const emit = (fact: Fact): void => {
    facts.push(fact);
  };
  const state = fold.start();
  let nowUs = 0;
  for (const event of events) {
    nowUs = event.timeUs === 0 ? nowUs : event.timeUs;
    fold.step(state, event, { node, nowUs, emit });
  }
  fold.retire?.(state, node, emit);
  fold.finish?.(state, emit);
  return facts;
}
