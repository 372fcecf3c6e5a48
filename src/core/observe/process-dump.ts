/**
 * Holds the second source of facts: the list of running processes that a script wrote on the node.
 * In: lines. Out: facts of containers, files and sockets with the sensor `dump`, by the same tree
 * and folds that read events, so that both speak of the same things in the same way.
 * Must never claim more than the list shows: what ran, is mapped or is open at that moment.
 */
import type { Event, Process, SocketArgument } from "../event/event.ts";
import type { ProblemLog, ProblemWeight } from "../event/problem.ts";
import { createContainers } from "./container.ts";
import { type DumpProcess, readDumpLine } from "./dump-line.ts";
import type { DumpSocket } from "./dump-socket.ts";
import type { Emit, Fact } from "./fact.ts";
import { createFileUse } from "./file-use.ts";
import { createFlows } from "./flow.ts";
import type { Fold, ProcessNode } from "./fold.ts";
import { createProcessTree } from "./process-tree.ts";

const processCountMax = 65_536;
const pathCountMax = 2_000_000;

export interface ProcessDumpOptions {
  /** Index that citations carry. */
  readonly inputIndex: number;
  readonly input: string;
  readonly problems: ProblemLog;
  readonly emit: Emit;
}

export interface ProcessDumpSummary {
  readonly processCount: number;
  /** **Unit**: microseconds since the epoch; 0 when the dump does not tell. */
  readonly timeUs: number;
}

interface Listed {
  readonly process: DumpProcess;
  /** **Unit**: bytes from the start of the dump, when lines end in one byte and none is empty. */
  readonly offset: number;
}

/** **Errors**: lines that cannot be read go to `problems`; nothing is thrown. */
export function readProcessDump(
  lines: Iterable<string>,
  options: ProcessDumpOptions,
): ProcessDumpSummary {
  const { node, timeUs, listed } = readLines(lines, options);
  const inTree = findInitTrees(listed);
  const tree = createProcessTree({ nodeCountMax: processCountMax + 16 });
  const emit = (fact: Fact): void => options.emit(asDumped(fact));
  const containers = createContainers();
  const fileUse = createFileUse();
  const feeds = [feedOf(containers, emit), feedOf(fileUse, emit), feedOf(createFlows(), emit)];
  const retire = (one: ProcessNode): void => {
    for (const feed of feeds) feed.retire(one);
  };
  for (const { process, offset } of listed) {
    const place = { timeUs, node, input: options.inputIndex, offset };
    for (const event of toEvents(process, place, inTree.has(process.pid))) {
      const placed = tree.place(event, timeUs, retire);
      for (const feed of feeds) feed.step(event, placed, timeUs);
    }
  }
  tree.finish(retire);
  for (const feed of feeds) feed.finish();
  return { processCount: listed.length, timeUs };
}

interface Feed {
  step(event: Event, node: ProcessNode | undefined, nowUs: number): void;
  retire(node: ProcessNode): void;
  finish(): void;
}

function feedOf<State>(fold: Fold<State>, emit: Emit): Feed {
  const state = fold.start();
  return {
    step: (event, node, nowUs) => fold.step(state, event, { node, nowUs, emit }),
    retire: (node) => fold.retire?.(state, node, emit),
    finish: () => fold.finish?.(state, emit),
  };
}

function readLines(
  lines: Iterable<string>,
  options: ProcessDumpOptions,
): { node: string; timeUs: number; listed: Listed[] } {
  const encoder = new TextEncoder();
  const listed: Listed[] = [];
  let host = { node: "", timeUs: 0 };
  let offset = 0;
  let lineNumber = 0;
  let pathCount = 0;
  const report = (code: string, weight: ProblemWeight, message: string): void => {
    const place = { input: options.input, offset, line: lineNumber };
    options.problems.add({ code, weight, message, place });
  };
  for (const line of lines) {
    lineNumber++;
    const read = line.trim() === "" ? undefined : readDumpLine(line);
    if (read === undefined && line.trim() !== "") {
      report("dump-line-unreadable", "unreadable", "A line of the process dump is no process.");
    } else if (read?.kind === "host") {
      host = read;
    } else if (read !== undefined) {
      pathCount += read.mapped.length + read.read.length;
      if (listed.length < processCountMax && pathCount < pathCountMax) {
        listed.push({ process: read, offset });
      } else {
        report("dump-too-large", "lost", "The process dump lists more than is read at once.");
      }
    }
    offset += encoder.encode(line).length + 1;
  }
  lineNumber = 0;
  if (listed.length === 0) {
    report("dump-empty", "doubtful", "The process dump lists no process; see docs/processes.md.");
  } else if (host.timeUs === 0) {
    report("dump-without-time", "doubtful", "The process dump does not tell when it was made.");
  }
  return { ...host, listed };
}

/**
 * Pids that belong to their container's own tree. Where a container has no process 1 of its own
 * (it shares the host's or its pod's pids) all do: when in doubt it is the service.
 */
function findInitTrees(listed: readonly Listed[]): ReadonlySet<number> {
  const byPid = new Map(listed.map(({ process }) => [process.pid, process]));
  const withInit = new Set(
    listed
      .filter(({ process }) => process.innerPid === 1 && process.pid !== 1)
      .map(({ process }) => process.containerId),
  );
  const inTree = new Set<number>();
  for (const { process } of listed) {
    if (process.containerId === "") continue;
    if (!withInit.has(process.containerId) || descendsFromInit(process, byPid)) {
      inTree.add(process.pid);
    }
  }
  return inTree;
}

function descendsFromInit(process: DumpProcess, byPid: ReadonlyMap<number, DumpProcess>): boolean {
  let one: DumpProcess | undefined = process;
  for (let step = 0; step < 256 && one !== undefined; step++) {
    if (one.containerId !== process.containerId) return false;
    if (one.innerPid === 1) return true;
    one = byPid.get(one.parentPid);
  }
  return false;
}

interface Place {
  readonly timeUs: number;
  readonly node: string;
  readonly input: number;
  readonly offset: number;
}

function* toEvents(listed: DumpProcess, at: Place, inInitTree: boolean): Generator<Event> {
  const process = toProcess(listed, at, inInitTree);
  const base = { ...at, cluster: "", process, parent: undefined, tid: listed.pid };
  yield { ...base, type: "exec", ancestors: [] };
  for (const path of listed.mapped) yield { ...base, type: "loader", path, buildId: "" };
  for (const path of listed.read) {
    const file = { kind: "file", label: "", path, flags: "", permission: "" } as const;
    yield { ...base, ...hookParts, hook: "file_open", arguments: [file] };
  }
  for (const socket of listed.sockets) {
    yield {
      ...base,
      ...hookParts,
      hook: socketHooks[socket.state],
      arguments: [toArgument(socket)],
    };
  }
}

const hookParts = {
  type: "lsm",
  object: "",
  policy: "",
  returned: undefined,
  action: "",
  message: "",
  tags: [],
} as const;

/** Hooks that would have told the same; of a connected socket none tells who opened it. */
const socketHooks: Readonly<Record<DumpSocket["state"], string>> = {
  listening: "inet_csk_listen_start",
  connected: "listed_socket",
  bound: "udp_lib_get_port",
};

function toArgument(socket: DumpSocket): SocketArgument {
  const { protocol, local, localPort, peer, peerPort, state } = socket;
  return {
    kind: "socket",
    label: "",
    family: "",
    protocol: `IPPROTO_${protocol.toUpperCase()}`,
    state: state === "listening" ? "TCP_LISTEN" : "",
    sourceAddress: local,
    sourcePort: localPort,
    destinationAddress: peer,
    destinationPort: peerPort,
    cookie: "",
  };
}

function toProcess(listed: DumpProcess, at: Place, inInitTree: boolean): Process {
  return {
    execId: `dump:${at.node}:${listed.pid}`,
    parentExecId: `dump:${at.node}:${listed.parentPid}`,
    pid: listed.pid,
    uid: listed.uid,
    auid: -1,
    cwd: listed.cwd,
    binary: listed.exe,
    arguments: listed.argv.slice(1).join(" "),
    flags: "procFS",
    startTimeUs: listed.startUs,
    containerId: listed.containerId,
    pod: undefined,
    capabilities: undefined,
    namespaces: undefined,
    credentials: undefined,
    binaryProperties: undefined,
    inInitTree: listed.containerId === "" ? undefined : inInitTree,
  };
}

function asDumped(fact: Fact): Fact {
  if (fact.kind === "container") return { ...fact, fromStart: false, ended: false, dumped: true };
  if (fact.kind !== "file-use" && fact.kind !== "flow" && fact.kind !== "listen") return fact;
  const citations = fact.citations.map((one) => ({ ...one, sensor: "dump" as const }));
  if (fact.kind !== "file-use") return { ...fact, citations };
  return { ...fact, sensors: ["dump"], citations };
}
