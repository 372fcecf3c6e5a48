/**
 * Holds the tests of the process tree and its actor classes, on small stories and on a recording.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  containerA,
  containerB,
  createStory,
  observe,
  startContainer,
} from "../../testing/event-story.ts";
import { recordedStart } from "../../testing/recorded-start.ts";
import type { Process } from "../event/event.ts";
import { createProcessTree } from "./process-tree.ts";

const second = 1_000_000;

test("what runs before the main program is startup, the rest is the service", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/entrypoint.sh" });
  const mkdir = story.exec({
    pid: 11,
    binary: "/usr/bin/mkdir",
    containerId: containerA,
    inInitTree: true,
    parent: first,
  });
  story.exit(mkdir);
  const agent = story.exec({
    pid: 12,
    binary: "/usr/bin/agent",
    containerId: containerA,
    inInitTree: true,
    parent: first,
  });
  const flags = "execve rootcwd";
  const main = story.exec({
    pid: 10,
    binary: "/usr/sbin/server",
    containerId: containerA,
    inInitTree: true,
    flags,
    parent: first,
  });
  const worker = story.fork(main, { pid: 13 });
  story.open(worker, "/etc/server.conf");
  const { actorOf, retired } = observe(story.events);
  assert.equal(actorOf(first), "startup");
  assert.equal(actorOf(mkdir), "startup");
  assert.equal(actorOf(agent), "service");
  assert.equal(actorOf(main), "service");
  assert.equal(actorOf(worker), "service");
  const worked = retired.find(({ pid }) => pid === 13);
  assert.equal(worked?.sessionExecId, first.execId);
  assert.equal(retired.find(({ execId }) => execId === first.execId)?.startsContainer, true);
});

test("an entry point that stays as the parent leaves its children to the service", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/bin/sh", arguments: "/run.sh" });
  const child = story.exec({ ...inA, pid: 11, binary: "/usr/bin/java", parent: first });
  const { actorOf } = observe(story.events);
  assert.equal(actorOf(first), "service");
  assert.equal(actorOf(child), "service");
});

const inA = { containerId: containerA, inInitTree: true };

test("below a small init the child that execs on is the entry point", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/sbin/tini", arguments: "-- run" });
  const script = story.exec({ ...inA, pid: 11, binary: "/run.sh", parent: first });
  const flags = "execve";
  const main = story.exec({ ...inA, pid: 11, binary: "/usr/bin/app", flags, parent: script });
  const { actorOf } = observe(story.events);
  assert.equal(actorOf(first), "service");
  assert.equal(actorOf(script), "startup");
  assert.equal(actorOf(main), "service");
});

test("the runtime's own processes inside the container's cgroup are the runtime", () => {
  const story = createStory();
  const { initFork } = startContainer(story, { pid: 10, binary: "/app" });
  const { retired, actorOf } = observe(story.events);
  const init = retired.find(({ binary }) => binary === "/proc/self/exe");
  assert.equal(init?.actor, "runtime");
  assert.equal(actorOf(initFork), "host");
});

test("a fork that still has the runtime's image is the runtime, also inside the container", () => {
  const story = createStory();
  const runc = story.exec({ pid: 5, binary: "/usr/local/bin/my-runtime", arguments: "boot" });
  const fork = story.fork(runc, { pid: 6, ...inA });
  story.open(fork, "/etc/group");
  assert.equal(observe(story.events).actorOf(fork), "runtime");
});

test("a process whose exec was not seen is no runtime for having a parent outside", () => {
  const story = createStory();
  const shim = story.process({ pid: 5, binary: "/usr/bin/containerd-shim-runc-v2" });
  const app = story.process({ ...inA, pid: 6, binary: "/app", parent: shim });
  story.open(app, "/etc/x");
  assert.equal(observe(story.events).actorOf(app), "service");
});

test("a fork is joined to the next program of its pid, whatever becomes known first", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/app" });
  const from = story.events.length;
  const fork = story.fork(first, { pid: 11 });
  story.open(fork, "/etc/x");
  const one = story.exec({ ...inA, pid: 11, binary: "/one", parent: first });
  const flags = "execve";
  const two = story.exec({ ...inA, pid: 11, binary: "/two", flags, parent: one });
  const before = story.events.slice(0, from);
  const [opened, execOne, execTwo] = story.events.slice(from);
  assert.ok(opened !== undefined && execOne !== undefined && execTwo !== undefined);
  const next = (events: Parameters<typeof observe>[0], process: Process) =>
    observe(events).retired.find(({ execId }) => execId === process.execId)?.nextExecId;
  for (const order of [
    [opened, execOne, execTwo],
    [execTwo, opened, execOne],
    [execTwo, execOne, opened],
  ]) {
    assert.equal(next([...before, ...order], fork), one.execId);
    assert.equal(next([...before, ...order], one), two.execId);
  }
  const lost = { ...execTwo, parent: undefined };
  for (const order of [
    [opened, lost],
    [lost, opened],
  ]) {
    assert.equal(next([...before, ...order], fork), "", "the program between was not seen");
  }
});

test("a fork is not taken for the beginning of a later process with its pid", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/app" });
  const from = story.events.length;
  const fork = story.fork(first, { pid: 11 });
  story.open(fork, "/etc/x");
  const one = story.exec({ ...inA, pid: 11, binary: "/one", parent: first });
  const two = story.exec({ ...inA, pid: 11, binary: "/two", parent: first });
  const before = story.events.slice(0, from);
  const [opened, execOne, execTwo] = story.events.slice(from);
  assert.ok(opened !== undefined && execOne !== undefined && execTwo !== undefined);
  const { retired } = observe([...before, execTwo, opened, execOne]);
  const next = retired.find(({ execId }) => execId === fork.execId)?.nextExecId;
  assert.equal(next, one.execId);
  assert.notEqual(next, two.execId);
});

test("what becomes known late does not change a class that others have seen as final", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/entry.sh" });
  const child = story.exec({ ...inA, pid: 11, binary: "/usr/bin/migrate", parent: first });
  story.exit(child);
  story.nowUs += 100 * second;
  const flags = "execve";
  const main = story.exec({ ...inA, pid: 10, binary: "/server", flags, parent: first });
  story.nowUs += 200 * second;
  story.open(main, "/etc/x");
  const { actorOf } = observe(story.events);
  assert.equal(actorOf(child), "service");
  assert.equal(actorOf(first), "startup");
});

test("a program from memory that the container runs itself is not the runtime", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/app" });
  const hidden = { ...inA, binary: "/proc/self/fd/3", flags: "execve clone" };
  const memory = story.exec({ ...hidden, pid: 11, parent: first });
  const shell = enter(story, { pid: 20, binary: "/bin/bash" });
  const dropped = story.exec({
    ...hidden,
    binary: "/dev/fd/7",
    pid: 21,
    inInitTree: false,
    parent: shell,
  });
  const { actorOf } = observe(story.events);
  assert.equal(actorOf(memory), "service");
  assert.equal(actorOf(dropped), "operator");
});

type Told = ReturnType<typeof createStory>;

/** `exec` into a container that runs: entered from outside, not in the init tree. */
function enter(
  story: Told,
  actor: { pid: number; binary: string; arguments?: string; maybeProbe?: boolean },
): Process {
  return startContainer(story, { ...actor, containerId: containerA, inInitTree: false }, "exec")
    .first;
}

test("who enters from outside is an operator, with everything started there", () => {
  const story = createStory();
  startContainer(story, { pid: 10, binary: "/app" });
  const shell = enter(story, { pid: 20, binary: "/bin/bash" });
  const child = { containerId: containerA, inInitTree: false, parent: shell };
  const cat = story.exec({ ...child, pid: 21, binary: "/usr/bin/cat", arguments: "/etc/passwd" });
  const { actorOf, retired } = observe(story.events);
  assert.equal(actorOf(shell), "operator");
  assert.equal(actorOf(cat), "operator");
  const catNode = retired.find(({ execId }) => execId === cat.execId);
  assert.equal(catNode?.sessionExecId, shell.execId);
});

test("a probe is told by its mark, also its children, which carry none", () => {
  const story = createStory();
  startContainer(story, { pid: 10, binary: "/app" });
  const sh = enter(story, { pid: 20, binary: "/bin/sh", arguments: "-c x", maybeProbe: true });
  const child = { containerId: containerA, inInitTree: false, parent: sh };
  const curl = story.exec({ ...child, pid: 21, binary: "/usr/bin/curl" });
  const { actorOf } = observe(story.events);
  assert.equal(actorOf(sh), "probe");
  assert.equal(actorOf(curl), "probe");
});

test("a probe is told by the command that an object declares", () => {
  const story = createStory();
  startContainer(story, { pid: 10, binary: "/app" });
  const quoted = { binary: "/usr/bin/sh", arguments: '-c "test -f /tmp/ok"' };
  const sh = enter(story, { pid: 20, ...quoted });
  const other = enter(story, { pid: 30, binary: "/usr/bin/sh", arguments: '-c "rm -f /tmp/ok"' });
  const probeCommands = new Map([[containerA, ["sh -c test -f /tmp/ok"]]]);
  const { actorOf } = observe(story.events, { probeCommands });
  assert.equal(actorOf(sh), "probe");
  assert.equal(actorOf(other), "operator");
});

test("a command at even distances is a probe; at odd ones, or a bare shell, it is not", () => {
  const story = createStory();
  startContainer(story, { pid: 10, binary: "/app" });
  const from = story.nowUs;
  const even: Process[] = [];
  const odd: Process[] = [];
  const shells: Process[] = [];
  const oddGaps = [0, 2, 47, 50];
  for (let at = 0; at < 4; at++) {
    story.nowUs = from + at * 20 * second;
    const ping = { binary: "/usr/bin/redis-cli", arguments: "ping" };
    even.push(enter(story, { pid: 2000 + at, ...ping }));
    shells.push(enter(story, { pid: 4000 + at, binary: "/bin/bash", arguments: "-i" }));
  }
  for (let at = 0; at < 4; at++) {
    story.nowUs = from + (100 + (oddGaps[at] ?? 0)) * second;
    odd.push(enter(story, { pid: 6000 + at, binary: "/usr/bin/ps", arguments: "aux" }));
  }
  const { actorOf } = observe(story.events);
  assert.deepEqual(even.map(actorOf), ["probe", "probe", "probe", "probe"]);
  assert.deepEqual(odd.map(actorOf), ["operator", "operator", "operator", "operator"]);
  assert.deepEqual(shells.map(actorOf), ["operator", "operator", "operator", "operator"]);
});

test("with the host's pids nobody is in the init tree: descent decides", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/entry.sh", inInitTree: false });
  const rest = { containerId: containerA, inInitTree: false };
  const main = story.exec({
    ...rest,
    pid: 10,
    binary: "/usr/bin/redis-server",
    flags: "execve",
    parent: first,
  });
  const worker = story.fork(main, { pid: 11 });
  story.open(worker, "/data/x");
  const shell = enter(story, { pid: 20, binary: "/bin/bash" });
  const { actorOf, facts } = observe(story.events);
  assert.equal(actorOf(first), "startup");
  assert.equal(actorOf(main), "service");
  assert.equal(actorOf(worker), "service");
  assert.equal(actorOf(shell), "operator");
  assert.equal([...facts.containers][0]?.fromStart, true);
});

test("containers of a pod that share their pids have each their own first process", () => {
  const story = createStory();
  const shared = { inInitTree: false };
  const one = startContainer(story, { ...shared, pid: 10, binary: "/one" }).first;
  const other = { ...shared, containerId: containerB };
  const two = startContainer(story, { ...other, pid: 30, binary: "/two" }).first;
  const child = story.exec({ ...other, pid: 31, binary: "/helper", parent: two });
  const { actorOf, facts } = observe(story.events);
  assert.deepEqual([one, two, child].map(actorOf), ["service", "service", "service"]);
  assert.deepEqual(
    [...facts.containers].map(({ fromStart }) => fromStart),
    [true, true],
  );
});

test("older sensors without the mark of the init tree: descent decides as well", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/app" });
  const shell = enter(story, { pid: 20, binary: "/bin/bash" });
  const unmarked = story.events.map((event) =>
    "process" in event && event.process !== undefined
      ? { ...event, process: { ...event.process, inInitTree: undefined } }
      : event,
  );
  const { actorOf } = observe(unmarked);
  assert.equal(actorOf(first), "service");
  assert.equal(actorOf(shell), "operator");
});

test("a process whose ancestors were never seen is taken as the service's", () => {
  const story = createStory();
  const lone = story.exec({
    pid: 9,
    binary: "/app",
    containerId: containerA,
    inInitTree: undefined,
  });
  assert.equal(observe(story.events).actorOf(lone), "service");
});

test("an installer handles packages, and so do its helpers, but not the server it starts", () => {
  const story = createStory();
  startContainer(story, { pid: 10, binary: "/app" });
  const shell = enter(story, { pid: 20, binary: "/bin/bash" });
  const rest = { containerId: containerA, inInitTree: false };
  const apt = { binary: "/usr/bin/apt-get", arguments: "install -y x" };
  const installer = story.exec({ ...rest, ...apt, pid: 21, parent: shell });
  const script = story.exec({ ...rest, pid: 22, binary: "/bin/sh", parent: installer });
  const server = story.exec({ ...rest, pid: 23, binary: "/usr/sbin/sshd", parent: script });
  story.exit(script);
  story.exit(installer);
  story.nowUs += 60 * second;
  story.exit(server);
  const { retired, actorOf } = observe(story.events);
  assert.equal(actorOf(installer), "package-manager");
  assert.equal(actorOf(script), "package-manager");
  assert.equal(actorOf(server), "operator");
  const node = retired.find(({ execId }) => execId === installer.execId);
  assert.equal(node?.origin, "operator");
});

test("a start script of a package manager is no installer", () => {
  const story = createStory();
  const npm = { binary: "/usr/local/bin/npm", arguments: "start" };
  const { first } = startContainer(story, { pid: 10, ...npm });
  assert.equal(observe(story.events).actorOf(first), "service");
});

test("a pid used again belongs to another process", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/app" });
  const one = story.exec({ ...inA, pid: 50, binary: "/usr/bin/one", parent: first });
  story.exit(one);
  story.nowUs += 10 * second;
  const shell = enter(story, { pid: 50, binary: "/bin/bash" });
  const { retired, actorOf } = observe(story.events);
  assert.equal(actorOf(one), "service");
  assert.equal(actorOf(shell), "operator");
  assert.equal(retired.find(({ execId }) => execId === one.execId)?.nextExecId, "");
});

test("an event that names only a pid finds the process that had it then", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/app" });
  const anonymous = { ...first, execId: "", binary: "", containerId: "", flags: "unknown" };
  story.open(anonymous, "/etc/secret.conf");
  const stranger = { ...anonymous, pid: 77 };
  story.open(stranger, "/etc/other.conf");
  const { lines } = observe(story.events);
  assert.ok(lines(containerA).includes("read service /etc/secret.conf"));
  assert.ok(!lines(containerA).includes("read service /etc/other.conf"));
});

test("an unknown parent is found by the pid inside its id", () => {
  const story = createStory();
  startContainer(story, { pid: 10, binary: "/app", inInitTree: false });
  const shell = enter(story, { pid: 20, binary: "/bin/bash" });
  const orphan = story.exec({ ...inA, inInitTree: false, pid: 21, binary: "/usr/bin/id" });
  const events = story.events.map((event) =>
    "process" in event && event.process?.execId === orphan.execId
      ? { ...event, process: { ...orphan, parentExecId: btoa("node-1:0:20") } }
      : event,
  );
  const { actorOf, retired } = observe(events);
  assert.equal(actorOf(orphan), "operator");
  const node = retired.find(({ execId }) => execId === orphan.execId);
  assert.equal(node?.sessionExecId, shell.execId);
});

test("ended processes are kept for the grace period of event time, then let go", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/app" });
  const child = story.exec({ ...inA, pid: 11, binary: "/usr/bin/id", parent: first });
  story.exit(child);
  const tree = createProcessTree({ graceUs: 30 * second });
  const gone: string[] = [];
  const place = (at: number) =>
    tree.place({ ...last(), timeUs: at }, at, ({ execId }) => gone.push(execId));
  const last = () =>
    story.events.at(-1) as Extract<(typeof story.events)[number], { type: "exit" }>;
  for (const event of story.events) tree.place(event, event.timeUs || story.nowUs, () => undefined);
  const other = story.exec({ ...inA, pid: 12, binary: "/usr/bin/sleep", parent: first });
  const later = { ...last(), process: other, type: "exec" as const, ancestors: [] };
  tree.place(later, story.nowUs + 20 * second, ({ execId }) => gone.push(execId));
  assert.ok(tree.get(child.execId) !== undefined);
  tree.place(later, story.nowUs + 60 * second, ({ execId }) => gone.push(execId));
  assert.equal(tree.get(child.execId), undefined);
  assert.ok(gone.includes(child.execId));
  assert.ok(!gone.includes(first.execId));
  assert.ok(place(story.nowUs + 61 * second) !== undefined);
});

test("one stray time far ahead does not end the grace of later processes", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/entry.sh" });
  story.open(first, "/etc/x");
  const stray = story.events.at(-1);
  if (stray !== undefined) story.events.push({ ...stray, timeUs: storyStartUsFar });
  const child = story.exec({ ...inA, pid: 11, binary: "/usr/bin/id", parent: first });
  story.exit(child);
  story.exec({ ...inA, pid: 10, binary: "/main", flags: "execve", parent: first });
  assert.equal(observe(story.events).actorOf(child), "startup");
});

const storyStartUsFar = 4_000_000_000_000_000;

test("after a stray time ended processes are still let go", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/app" });
  story.open(first, "/etc/x");
  const stray = story.events.at(-1);
  if (stray !== undefined) story.events.push({ ...stray, timeUs: storyStartUsFar });
  const child = story.exec({ ...inA, pid: 11, binary: "/usr/bin/id", parent: first });
  story.exit(child);
  story.nowUs += 300 * second;
  story.open(first, "/etc/y");
  const tree = createProcessTree();
  for (const event of story.events) tree.place(event, event.timeUs, () => undefined);
  assert.equal(tree.get(child.execId), undefined);
});

test("the tree never holds more than its bound, and counts what it lets go", () => {
  const nodeCountMax = 1000;
  const tree = createProcessTree({ nodeCountMax });
  const alive = new Set<string>();
  let most = 0;
  const story = createStory();
  for (let pid = 1; pid <= 200_000; pid++) {
    const process = story.process({ pid: pid % 30_000, binary: "/x", containerId: containerA });
    story.nowUs += 1000;
    alive.add(process.execId);
    const at = { timeUs: story.nowUs, node: "node-1", cluster: "", input: 0, offset: pid };
    const ends = pid % 3 === 0;
    const base = { ...at, process, parent: undefined, tid: pid };
    tree.place(
      ends
        ? { ...base, type: "exit", status: 0, signal: "" }
        : { ...base, type: "exec", ancestors: [] },
      story.nowUs,
      ({ execId }) => alive.delete(execId),
    );
    most = Math.max(most, alive.size);
  }
  assert.ok(most <= nodeCountMax + 1, `${most} nodes`);
  assert.ok(tree.evictedCount > 100_000);
});

test("recorded: runtime, entry points, probes and the service are told apart", () => {
  const { retired, facts } = observe(recordedStart());
  const counts = new Map<string, number>();
  for (const { actor, container } of retired) {
    if (container.startsWith("host:")) continue;
    counts.set(actor, (counts.get(actor) ?? 0) + 1);
  }
  assert.ok((counts.get("probe") ?? 0) >= 9);
  assert.ok((counts.get("runtime") ?? 0) >= 3);
  assert.equal(counts.get("operator"), undefined);
  const binaries = (actor: string) =>
    new Set(retired.filter((one) => one.actor === actor).map(({ binary }) => binary));
  assert.deepEqual([...binaries("service")].sort(), ["/usr/bin/redis-server", "/usr/sbin/nginx"]);
  assert.ok(binaries("probe").has("/usr/bin/curl"));
  assert.ok(binaries("probe").has("/usr/bin/redis-cli"));
  assert.deepEqual([...binaries("runtime")].sort(), ["/dev/fd/6", "/proc/self/exe"]);
  for (const container of facts.containers) assert.equal(container.fromStart, true);
});

test("a process known only as a parent is retired, once an event was its own", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/entry.sh" });
  const parent = story.process({ ...inA, pid: 20, binary: "/usr/bin/parent", parent: first });
  const child = story.exec({ ...inA, pid: 21, binary: "/usr/bin/child", parent });
  const named = observe(story.events).retired.map(({ execId }) => execId);
  assert.ok(!named.includes(parent.execId), "nothing was placed at it");
  story.exit(child);
  const last = story.events.at(-1);
  assert.ok(last?.type === "exit");
  const unnamed = { ...parent, execId: "", parentExecId: "" };
  story.events.push({ ...last, process: unnamed, parent: undefined, timeUs: story.nowUs + 1000 });
  const { retired } = observe(story.events);
  assert.equal(retired.filter(({ execId }) => execId === parent.execId).length, 1);
});

test("a process that is only named as a parent is let go, its children stay", () => {
  const story = createStory();
  const binary = "/usr/sbin/runc";
  const args = `--root ${"/x".repeat(40)} exec --process /tmp/process shell`;
  const runtime = story.process({ pid: 30, binary, arguments: args });
  const shell = story.exec({
    containerId: containerA,
    pid: 31,
    binary: "/bin/sh",
    parent: runtime,
  });
  const tree = createProcessTree();
  const place = () => {
    for (const event of story.events.splice(0)) tree.place(event, event.timeUs, () => undefined);
  };
  place();
  assert.notEqual(tree.get(runtime.execId), undefined);
  story.nowUs += 300 * second;
  story.open(shell, "/etc/x");
  place();
  assert.equal(tree.get(runtime.execId), undefined);
  assert.equal(tree.get(shell.execId)?.actor, "operator");
  const later = story.exec({
    containerId: containerA,
    pid: 32,
    binary: "/bin/ls",
    parent: runtime,
  });
  place();
  assert.notEqual(tree.get(runtime.execId), undefined);
  assert.equal(tree.get(later.execId)?.actor, "operator");
});
