/**
 * Holds a way to tell small stories of processes as the events Tetragon would send.
 * In: who forks, executes, opens and exits, in order. Out: events, and what the folds make of them.
 * Must stay close to what was recorded: ids, flags and the order around an exec.
 */
import type { Event, Process, ProcessEventBase } from "../core/event/event.ts";
import { createContainers } from "../core/observe/container.ts";
import type { FileUseFact } from "../core/observe/fact.ts";
import { FactSet } from "../core/observe/fact-set.ts";
import { createFileUse } from "../core/observe/file-use.ts";
import type { Fold, ProcessNode } from "../core/observe/fold.ts";
import type { ProcessTreeOptions } from "../core/observe/process-tree.ts";
import { createObserver } from "../engine/observe-events.ts";

/** **Unit**: microseconds; the time of the first event of a story. */
export const storyStartUs = 1_700_000_000_000_000;
const bootedUs = storyStartUs - 1_000_000_000;

export interface Actor {
  readonly pid: number;
  readonly binary: string;
  readonly arguments?: string;
  readonly containerId?: string;
  readonly flags?: string;
  readonly inInitTree?: boolean | undefined;
  readonly maybeProbe?: boolean;
  readonly parent?: Process | undefined;
  readonly startUs?: number;
  readonly cwd?: string;
  readonly node?: string;
}

export const containerA = "a".repeat(31);
export const containerB = "b".repeat(31);

/** A story: each call adds an event a millisecond later than the last, or at `story.nowUs`. */
export interface Story {
  nowUs: number;
  readonly events: Event[];
  /** A process that was there before, as somebody's parent. */
  process(actor: Actor): Process;
  /** A fork without an exec: it has the program of its parent, and no event of its own. */
  fork(parent: Process, actor: Partial<Actor> & { readonly pid: number }): Process;
  exec(actor: Actor): Process;
  exit(process: Process): void;
  open(process: Process, path: string, permission?: string): void;
  map(process: Process, path: string, protection?: number): void;
  load(process: Process, path: string): void;
  hook(process: Process, hook: string, parts: Partial<Extract<Event, { hook: string }>>): void;
  /** What the kernel opens and maps for a program before its exec is reported. */
  prelude(process: Process, program: string, linker?: string): void;
}

export function createStory(nodeName = "node-1"): Story {
  const parents = new Map<string, Process>();
  const events: Event[] = [];
  const story: Story = {
    nowUs: storyStartUs,
    events,
    process(actor) {
      const startUs = actor.startUs ?? story.nowUs;
      const process = toProcess(actor, actor.node ?? nodeName, startUs);
      if (actor.parent !== undefined) parents.set(process.execId, actor.parent);
      return process;
    },
    fork(parent, actor) {
      const { binary, cwd, containerId } = parent;
      return story.process({
        binary,
        cwd,
        containerId,
        arguments: parent.arguments,
        inInitTree: parent.inInitTree,
        flags: "execve",
        parent,
        ...actor,
      });
    },
    exec(actor) {
      const process = story.process({ flags: "execve rootcwd clone", ...actor });
      events.push({ ...base(process), type: "exec", ancestors: [] });
      return process;
    },
    exit(process) {
      events.push({ ...base(process), type: "exit", status: 0, signal: "" });
    },
    open(process, path, permission = "-rw-r--r--") {
      const file = { kind: "file" as const, label: "", path, flags: "", permission };
      story.hook(process, "security_file_open", { arguments: [file] });
    },
    map(process, path, protection = 5) {
      const permission = "-rwxr-xr-x";
      const file = { kind: "file" as const, label: "", path, flags: "", permission };
      const value = { kind: "integer" as const, label: "prot", value: protection };
      story.hook(process, "security_mmap_file", { arguments: [file, value] });
    },
    load(process, path) {
      events.push({ ...base(process), timeUs: 0, type: "loader", path, buildId: "00" });
    },
    hook(process, hook, parts) {
      events.push({
        ...base(process),
        type: "kprobe",
        hook,
        object: "",
        policy: "files",
        arguments: [],
        returned: undefined,
        action: "KPROBE_ACTION_POST",
        message: "",
        tags: [],
        ...parts,
      });
    },
    prelude(process, program, linker = "/usr/lib/x86_64-linux-gnu/ld-2.31.so") {
      for (const path of [program, linker]) story.open(process, path, "-rwxr-xr-x");
      for (const path of [program, linker]) {
        story.load(process, path);
        story.map(process, path);
      }
    },
  };
  const base = (process: Process): ProcessEventBase => {
    story.nowUs += 1000;
    const parent = parents.get(process.execId);
    const place = { node: nodeName, cluster: "", input: 0, offset: events.length * 100 };
    return { timeUs: story.nowUs, ...place, process, parent, tid: process.pid };
  };
  return story;
}

function toProcess(actor: Actor, node: string, startUs: number): Process {
  const bootNs = BigInt(startUs - bootedUs) * 1000n;
  const containerId = actor.containerId ?? "";
  const pod = {
    namespace: "default",
    name: "pod",
    uid: "",
    workloadKind: "Deployment",
    workload: "work",
    containerName: "main",
    imageId: "",
    imageName: "",
    containerStartUs: 0,
    privileged: false,
    maybeExecProbe: actor.maybeProbe === true,
  };
  return {
    execId: btoa(`${node}:${bootNs}:${actor.pid}`),
    parentExecId: actor.parent?.execId ?? btoa(`${node}:0:1`),
    pid: actor.pid,
    uid: 0,
    auid: -1,
    cwd: actor.cwd ?? "/",
    binary: actor.binary,
    arguments: actor.arguments ?? "",
    flags: actor.flags ?? "execve",
    startTimeUs: startUs,
    containerId,
    pod: containerId === "" ? undefined : pod,
    capabilities: undefined,
    namespaces: undefined,
    credentials: undefined,
    binaryProperties: undefined,
    inInitTree: "inInitTree" in actor ? actor.inInitTree : false,
  };
}

export interface Observed {
  readonly facts: FactSet;
  /** Every process as it was when the tree let go of it. */
  readonly retired: readonly ProcessNode[];
  readonly evictedCount: number;
  uses(container: string): readonly FileUseFact[];
  /** `how actor path`, sorted. */
  lines(container: string): readonly string[];
  actorOf(process: Process): string;
}

export function observe(events: Iterable<Event>, tree: ProcessTreeOptions = {}): Observed {
  const facts = new FactSet();
  const retired: ProcessNode[] = [];
  const watch: Fold<unknown> = {
    name: "watch",
    start: () => undefined,
    step: () => undefined,
    retire: (_state, node) => void retired.push({ ...node }),
  };
  const emit = facts.add.bind(facts);
  const observer = createObserver({
    folds: [createContainers(), createFileUse(), watch],
    tree,
    emit,
  });
  for (const event of events) observer.observe(event);
  observer.finish();
  return {
    facts,
    retired,
    evictedCount: observer.tree.evictedCount,
    uses: (container) => facts.fileUses(container),
    lines: (container) =>
      facts.fileUses(container).map(({ how, actor, path }) => `${how} ${actor} ${path}`),
    actorOf: (process) => retired.find((one) => one.execId === process.execId)?.actor ?? "",
  };
}

/** A runtime starts a container: its helpers, the fork that becomes the first program, that one. */
export function startContainer(
  story: Story,
  first: Actor,
  verb: "run" | "exec" = "run",
): { readonly shim: Process; readonly first: Process; readonly initFork: Process } {
  const { containerId = containerA } = first;
  const host = { startUs: storyStartUs - 900_000_000, flags: "procFS" };
  const shim = story.process({ ...host, pid: 100, binary: "/usr/bin/containerd-shim-runc-v2" });
  const runtime = { binary: "/usr/sbin/runc", arguments: `${verb} --detach ${containerId}` };
  const runc = story.exec({ ...runtime, pid: first.pid + 1000, parent: shim });
  const self = { binary: "/proc/self/exe", arguments: "init", containerId, parent: runc };
  const init = story.exec({ ...self, pid: first.pid + 1001 });
  story.map(init, "/usr/lib/x86_64-linux-gnu/libseccomp.so.2.5.4");
  const own = first.inInitTree ?? verb === "run";
  const initFork = story.fork(runc, { pid: first.pid, inInitTree: own });
  story.open(initFork, "/etc/passwd");
  story.prelude(initFork, first.binary);
  const started = story.exec({ containerId, inInitTree: own, ...first, parent: shim });
  story.exit(init);
  return { shim, first: started, initFork };
}
