/**
 * Holds made-up events in which everything happens that the folds keep something for: for laws that
 * must hold whatever happens.
 * In: numbers that choose. Out: events, in the order in which they might arrive.
 */
import fc from "fast-check";
import type { Event, Process } from "../core/event/event.ts";
import { createStory, type Story, startContainer } from "./event-story.ts";
import { addSocketHook, sampleSocket } from "./flow-events.ts";

/** One choice: what happens, to which process, with which of a few things, and how late. */
export interface Choice {
  readonly what: number;
  readonly who: number;
  readonly thing: number;
  /** **Unit**: milliseconds by which its events arrive late. */
  readonly lateMs: number;
}

export const choices: fc.Arbitrary<readonly Choice[]> = fc.array(
  fc.record({
    what: fc.nat(25),
    who: fc.nat(1000),
    thing: fc.nat(7),
    lateMs: fc.oneof(
      { weight: 4, arbitrary: fc.constant(0) },
      { arbitrary: fc.nat(900), weight: 1 },
    ),
  }),
  { minLength: 20, maxLength: 150 },
);

interface Stage {
  readonly story: Story;
  readonly living: Process[];
  /** Of the first process of each container. */
  readonly firstPids: Map<string, number>;
  nextPid: number;
  nextContainer: number;
}

/** The same events for the same choices. */
export function livelyEvents(made: readonly Choice[]): readonly Event[] {
  const story = createStory();
  const stage: Stage = { story, living: [], firstPids: new Map(), nextPid: 2000, nextContainer: 0 };
  enter(stage, "run");
  const late: { event: Event; atUs: number }[] = [];
  let latestUs = 0;
  for (const choice of made) {
    const before = story.events.length;
    happen(stage, choice);
    for (const event of story.events.slice(before)) {
      if (event.timeUs > 0) latestUs = event.timeUs;
      late.push({ event, atUs: latestUs + choice.lateMs * 1000 });
    }
  }
  const first = story.events.slice(0, story.events.length - late.length);
  return [...first, ...late.sort((a, b) => a.atUs - b.atUs).map(({ event }) => event)];
}

const paths = [
  "/usr/bin/tool",
  "/usr/lib/x86_64-linux-gnu/libc.so.6",
  "/etc/passwd",
  "/tmp/dropped",
  "/app/main.py",
  "/usr/lib/x86_64-linux-gnu/ld-2.31.so",
  "/var/lib/data/one",
  "/usr/local/bin/entry.sh",
] as const;

/** **Unit**: seconds. */
const pauses = [1, 5, 30, 61, 130, 200, 700, 4000] as const;

function happen(stage: Stage, { what, who, thing }: Choice): void {
  const { story, living } = stage;
  const process = living[who % living.length];
  const path = paths[thing] ?? "";
  if (process === undefined || what === 0) enter(stage, thing < 5 ? "run" : "exec");
  else if (what <= 3) living.push(begin(stage, process, path, thing));
  else if (what === 4) living.push(story.fork(process, { pid: stage.nextPid++ }));
  else if (what <= 6) replace(stage, process, path);
  else if (what <= 8) end(stage, process);
  else if (what === 9) story.nowUs += (pauses[thing] ?? 0) * 1_000_000;
  else if (what === 10) endFirst(stage, process);
  else if (what <= 12) story.open(process, path, thing % 2 === 0 ? "-rwxr-xr-x" : undefined);
  else if (what === 13) write(story, process, path);
  else if (what === 14) story.map(process, path);
  else if (what === 15) story.load(process, path);
  else if (what <= 20) useSocket(stage, process, what - 16, thing);
  else if (what === 21) story.open(withRights(process, thing), path);
  else if (what === 22) interrupt(story, thing);
  else if (what === 23) relist(story, living);
  else if (what === 24) story.open({ ...process, execId: "" }, path);
  else story.prelude(process, path);
}

function enter(stage: Stage, verb: "run" | "exec"): void {
  const { story, living } = stage;
  // Nobody enters a container that is over.
  const inside = verb === "exec" ? living.find((one) => one.containerId !== "") : undefined;
  const containerId = inside?.containerId ?? String(stage.nextContainer++).padStart(31, "c");
  const about = { pid: stage.nextPid, binary: "/usr/local/bin/entry.sh", containerId };
  const { first, shim } = startContainer(story, about, inside === undefined ? "run" : "exec");
  if (inside === undefined) stage.firstPids.set(containerId, first.pid);
  stage.nextPid += 10;
  living.push(first, ...(living.length === 0 ? [shim] : []));
}

function begin({ story, nextPid }: Stage, parent: Process, binary: string, thing: number): Process {
  const { containerId } = parent;
  const inInitTree = containerId !== "" && thing > 2;
  const args = thing % 3 === 0 ? "-h db.example.com" : "";
  return story.exec({
    pid: nextPid + thing,
    binary,
    arguments: args,
    containerId,
    inInitTree,
    parent,
  });
}

function replace({ story, living }: Stage, process: Process, binary: string): void {
  const { pid, containerId, inInitTree } = process;
  const flags = "execve";
  const next = story.exec({ pid, binary, containerId, inInitTree, flags, parent: process });
  living.splice(living.indexOf(process), 1, next);
}

/** With the first process of a container all others of it end. */
function end(stage: Stage, process: Process): void {
  const { story, living, firstPids } = stage;
  const { containerId, pid } = process;
  const isFirst = containerId !== "" && firstPids.get(containerId) === pid;
  const others = isFirst ? inSame(living, process).filter((one) => one.pid !== pid) : [];
  // One stays, or nothing could happen any more.
  if (others.length + 1 >= living.length) return;
  for (const one of [...others, process]) {
    story.exit(one);
    living.splice(living.indexOf(one), 1);
  }
}

function endFirst(stage: Stage, { containerId }: Process): void {
  const pid = stage.firstPids.get(containerId);
  const first = stage.living.find((one) => one.containerId === containerId && one.pid === pid);
  if (first !== undefined) end(stage, first);
}

function inSame(living: readonly Process[], { containerId }: Process): readonly Process[] {
  return containerId === "" ? [] : living.filter((one) => one.containerId === containerId);
}

function write(story: Story, process: Process, path: string): void {
  const file = { kind: "file" as const, label: "", path, flags: "", permission: "-rw-r--r--" };
  story.hook(process, "vfs_write", { arguments: [file] });
}

const socketHooks = [
  ["tcp_connect", "inet_csk_accept", "tcp_sendmsg", "tcp_recvmsg", "tcp_close"],
  ["tcp_sendmsg", "inet_csk_listen_start", "udp_sendmsg", "tcp_set_state", "socket_connect"],
] as const;

function useSocket({ story }: Stage, process: Process, what: number, thing: number): void {
  const hook = socketHooks[thing % 2]?.[what] ?? "tcp_sendmsg";
  const place = Number(process.containerId.replaceAll("c", ""));
  const isPart = what === 4 && thing > 3;
  const socket = {
    // No two containers have an address or a socket in common.
    sourceAddress: `10.0.${1 + place}.1`,
    cookie: String(10 * place + 1 + (thing >> 1)),
    sourcePort: isPart ? 0 : 40_000 + (thing >> 1),
    destinationAddress: `10.0.0.${2 + (thing % 3)}`,
    destinationPort: thing > 5 ? 45_000 : 5432,
    protocol: hook.startsWith("udp") ? "IPPROTO_UDP" : "IPPROTO_TCP",
    state: hook === "inet_csk_listen_start" ? "TCP_LISTEN" : "TCP_ESTABLISHED",
  };
  if (hook === "inet_csk_accept") {
    const listener = { state: "TCP_LISTEN", sourcePort: 8080, destinationPort: 0, cookie: "99" };
    const taken = sampleSocket({ ...socket, sourcePort: 8080, destinationPort: 40_001 });
    story.hook(process, hook, { arguments: [sampleSocket(listener)], returned: taken });
  } else addSocketHook(story, process, hook, { socket, size: 100 + thing });
}

function withRights(process: Process, thing: number): Process {
  const effective = thing % 2 === 0 ? ["CAP_SYS_ADMIN"] : [];
  const host = { inum: 1, isHost: thing > 4 };
  const none = { mount: undefined, ipc: undefined, uts: undefined, user: undefined };
  return {
    ...process,
    capabilities: { permitted: [], inheritable: [], effective },
    namespaces: { ...none, cgroup: undefined, pid: host, network: { inum: 7, isHost: thing > 2 } },
  };
}

/** What a node says of its own sensor. */
function interrupt(story: Story, thing: number): void {
  story.nowUs += 1000;
  const at = { timeUs: story.nowUs, node: "node-1", cluster: "", input: 0, offset: 0 };
  if (thing > 4) story.events.push({ ...at, type: "rate-limit", droppedCount: 3 + thing });
  else
    story.events.push({ ...at, type: "throttle", started: thing % 2 === 0, cgroup: `g${thing}` });
}

/** Tetragon started anew: it lists what runs. */
function relist(story: Story, living: readonly Process[]): void {
  for (const process of living.slice(0, 5)) {
    const { pid, binary, containerId, startTimeUs: startUs, inInitTree } = process;
    story.exec({ pid, binary, containerId, startUs, inInitTree, flags: "procFS" });
  }
}
