/**
 * Holds what each fold lets go of while an observation goes on: of containers that are over all,
 * of others what is longest unused where a bound is near; and that nothing counts as lost for it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { containerA, containerB, createStory, type Story } from "../../testing/event-story.ts";
import { addSocketHook, sampleSocket } from "../../testing/flow-events.ts";
import { sampleNode } from "../../testing/sample-facts.ts";
import type { Event, Process, SocketArgument } from "../event/event.ts";
import { chooseUnused } from "./choose-unused.ts";
import { createContainers } from "./container.ts";
import { networkKey } from "./container-key.ts";
import { createLives, isDue, noteEnd, takeStock } from "./container-lives.ts";
import { createCoverage } from "./coverage.ts";
import type { Fact, FlowFact, ListenFact, LossFact } from "./fact.ts";
import { FactSet } from "./fact-set.ts";
import { createFileUse } from "./file-use.ts";
import { createFlows } from "./flow.ts";
import type { Fold, ProcessNode, Release } from "./fold.ts";
import { fileUseCopies } from "./fork-file-uses.ts";
import { isCompact } from "./kept-uses.ts";
import { createPrivileges } from "./privilege.ts";
import { createProcessTree } from "./process-tree.ts";

const dayUs = 86_400_000_000;

/** A fold with a tree, stepped by hand. */
function stage<State>(fold: Fold<State>) {
  const state = fold.start();
  const facts = new FactSet();
  const emitted: Fact[] = [];
  const emit = (fact: Fact): void => {
    emitted.push(fact);
    facts.add(fact);
  };
  const tree = createProcessTree();
  const retire = (node: ProcessNode): void => fold.retire?.(state, node, emit);
  let nowUs = 0;
  const take = (event: Event): void => {
    nowUs = Math.max(nowUs, event.timeUs);
    const node = tree.place(event, nowUs, retire);
    fold.step(state, event, { node, nowUs, emit });
    fold.tick?.(state, nowUs, emit);
  };
  const release = (over: readonly string[] = [], atUs = nowUs): readonly Fact[] => {
    const before = emitted.length;
    const isOver = (container: string) => over.includes(container);
    const about: Release = { nowUs: atUs, isOver, isGone: isOver, nodeOf: (id) => tree.get(id) };
    tree.release(about, retire);
    fold.release?.(state, about, emit);
    return emitted.slice(before);
  };
  const finish = (): FactSet => {
    tree.finish(retire);
    fold.finish?.(state, emit);
    return facts;
  };
  const tell = (story: Story): void => {
    for (const event of story.events.splice(0)) take(event);
  };
  return { state, facts, emitted, tell, take, release, finish };
}

function run(story: Story, containerId = containerA, pid = 10): Process {
  return story.exec({ pid, binary: "/bin/main", containerId, inInitTree: true });
}

test("what is longest unused goes, and nothing while there is room", () => {
  const things = [5, 1, 4, 2, 3, 9, 8, 7];
  const timeOf = (thing: number) => thing;
  assert.deepEqual(chooseUnused(things, 10, timeOf), []);
  assert.deepEqual(chooseUnused([...things, 6], 10, timeOf), [1, 2, 3]);
});

test("a container that is over is told and forgotten, with its files and its losses", () => {
  const story = createStory();
  const { state, tell, release } = stage(createFileUse());
  for (const containerId of [containerA, containerB]) {
    const process = run(story, containerId, containerId === containerA ? 10 : 11);
    for (let at = 0; at < 9000; at++) story.open(process, `/data/${at}`);
    story.hook(process, "vfs_write", {
      arguments: [{ kind: "file", label: "", path: "/data/1", flags: "", permission: "" }],
    });
  }
  tell(story);
  const facts = release([containerA]);
  assert.equal(facts.filter(({ kind }) => kind === "file-use").length, 8194);
  assert.deepEqual(
    facts.flatMap((fact) => (fact.kind === "loss" ? [[fact.container, fact.count]] : [])),
    [[containerA, 9000 - 8192]],
  );
  assert.deepEqual([...state.totals.writes.byContainer.keys()], [containerB]);
  assert.equal(state.totals.totals.has(containerA), false);
  assert.deepEqual([...state.totals.losses.keys()], [`${containerB} eviction`]);
  assert.equal(state.totals.writes.count, 1);
});

test("a process that runs for months reads any number of files, and none is lost", () => {
  const story = createStory();
  const { state, tell, release, finish } = stage(createFileUse());
  const process = run(story);
  for (let round = 0; round < 40; round++) {
    for (let at = 0; at < 1500; at++) story.open(process, `/data/${round}/${at}`);
    story.open(process, "/data/often");
    tell(story);
    release();
  }
  assert.ok(state.totals.totalCount < 50_000);
  const facts = finish();
  assert.deepEqual(facts.losses, []);
  const read = facts.fileUses(containerA).filter(({ how }) => how === "read");
  assert.equal(read.length, 40 * 1500 + 1);
  const [often] = read.filter(({ path }) => path === "/data/often");
  assert.deepEqual(often?.citations.length, 1);
  assert.ok((often?.lastSeenUs ?? 0) > (often?.firstSeenUs ?? 0));
});

test("a process with many uses is opened only where a bound of theirs is near", () => {
  const story = createStory();
  const { state, tell, release } = stage(createFileUse());
  const [reader, writer] = [run(story), run(story, containerA, 11)];
  for (let at = 0; at < 900; at++) {
    story.open(reader, `/data/${at}`);
    story.hook(writer, "vfs_write", {
      arguments: [{ kind: "file", label: "", path: `/w/${at}`, flags: "", permission: "" }],
    });
  }
  tell(story);
  for (let look = 0; look < 6; look++) fileUseCopies.noteLook?.(state);
  release();
  const isOpen = ({ execId }: Process) => {
    const process = state.processes.get(execId);
    return process !== undefined && !isCompact(process.kept);
  };
  assert.deepEqual([isOpen(reader), isOpen(writer)], [false, true]);
  assert.equal(state.totals.totalCount, 900 - Math.floor(0.6 * 1024));
});

test("paths written long ago are forgotten before new ones are left out, and counted", () => {
  const story = createStory();
  const { state, tell, release, finish } = stage(createFileUse());
  const process = run(story);
  const write = (at: number) =>
    story.hook(process, "vfs_write", {
      arguments: [{ kind: "file", label: "", path: `/tmp/${at}`, flags: "", permission: "" }],
    });
  for (let at = 0; at < 8000; at++) {
    write(at);
    if (at % 500 === 499) {
      tell(story);
      release();
    }
  }
  assert.ok(state.totals.writes.count <= 0.8 * 8192);
  for (const path of ["/tmp/7999", "/tmp/0"]) story.open(process, path);
  tell(story);
  const facts = finish();
  const afterWrite = (path: string) =>
    facts.fileUses(containerA).find((one) => one.path === path && one.how === "read")?.afterWrite;
  assert.deepEqual([afterWrite("/tmp/7999"), afterWrite("/tmp/0")], [true, false]);
  const [loss] = facts.losses;
  assert.equal(loss?.reason, "write-eviction");
  assert.ok((loss?.count ?? 0) >= 1639);
});

test("containers beyond the bound are told early, and what comes later adds to it", () => {
  const story = createStory();
  const { state, tell, release, finish } = stage(createContainers());
  const idOf = (index: number) => String(index).padStart(31, "0");
  const first = run(story, idOf(0), 10);
  for (let index = 1; index < 20_000; index++) {
    run(story, idOf(index), 10 + index);
    if (index % 1000 === 0) {
      tell(story);
      release();
    }
  }
  assert.ok(state.seen.size < 16_384);
  story.exit(first);
  tell(story);
  const facts = finish();
  assert.deepEqual(facts.losses, []);
  const all = [...facts.containers];
  assert.equal(all.length, 20_000);
  assert.ok(all.every(({ startedUs }) => startedUs > 0));
  assert.deepEqual(
    all.filter(({ ended }) => ended).map(({ container }) => container),
    [idOf(0)],
  );
});

test("details of rights are forgotten with their container, or there would be no more room", () => {
  const story = createStory();
  const { state, tell, release, finish } = stage(createPrivileges());
  const effective = ["CAP_SYS_ADMIN"];
  const capabilities = { permitted: [], inheritable: [], effective };
  for (let index = 0; index < 20_000; index++) {
    const containerId = String(index).padStart(31, "0");
    const process = { ...run(story, containerId, 10 + index), capabilities };
    story.events.length = 0;
    story.open(process, "/x");
    story.exit(process);
    tell(story);
    if (index % 1000 === 999) story.nowUs += 200_000_000;
    if (index % 100 === 0) release(index % 200 === 0 ? [containerId] : []);
  }
  assert.ok(state.details.size < 16_384);
  const facts = finish();
  assert.deepEqual(facts.losses, []);
  const last = facts.privileges(String(19_999).padStart(31, "0"));
  assert.ok(last.some(({ detail }) => detail === "CAP_SYS_ADMIN"));
});

/** A connection of which only bytes are seen: which end listens tells who opened it. */
const unseen = { sourcePort: 9000, destinationAddress: "10.0.0.9", destinationPort: 9001 };

function talk(story: Story, process: Process, socket: Partial<SocketArgument>): void {
  addSocketHook(story, process, "tcp_sendmsg", { socket, size: 10 });
}

function listen(story: Story, process: Process, port: number): void {
  const socket = sampleSocket({
    state: "TCP_LISTEN",
    sourceAddress: "10.0.0.9",
    sourcePort: port,
    destinationPort: 0,
    cookie: "77",
  });
  story.hook(process, "inet_csk_listen_start", { arguments: [socket] });
}

const flowOf = (fact: Fact): readonly FlowFact[] => (fact.kind === "flow" ? [fact] : []);

test("who opened connections of a container that is over is told by what others listen on", () => {
  for (const order of ["runs", "was-released"]) {
    const story = createStory();
    const { tell, release } = stage(createFlows());
    const server = run(story, containerB, 11);
    listen(story, server, 9001);
    const client = run(story, containerA, 10);
    talk(story, client, unseen);
    tell(story);
    if (order === "was-released") {
      const released = release([containerB]);
      assert.deepEqual(
        released.map(({ kind }) => kind),
        ["listen"],
      );
    }
    const [flow] = release([containerA]).flatMap(flowOf);
    assert.equal(flow?.direction, "outbound", order);
  }
});

test("flows of a container wait for connections that others still have", () => {
  const story = createStory();
  const { tell, release, finish, facts } = stage(createFlows());
  const [own, other] = [run(story, containerA, 10), run(story, containerB, 11)];
  for (const process of [own, other]) talk(story, process, unseen);
  talk(story, own, { cookie: "5" });
  tell(story);
  assert.deepEqual(release([containerA]), []);
  finish();
  assert.equal(facts.flows(containerA).length, 2);
  assert.equal(facts.flows(containerB).length, 1);
});

test("a process that talks for months to any number of far ends loses none", () => {
  const story = createStory();
  const { state, tell, release, finish } = stage(createFlows());
  const process = run(story);
  const many = 9000;
  const { destinationAddress, destinationPort } = unseen;
  const far = { cookie: "far", destinationAddress, destinationPort };
  addSocketHook(story, process, "tcp_connect", { socket: far });
  addSocketHook(story, process, "tcp_close", { socket: far });
  for (let at = 0; at < many; at++) {
    const destinationAddress = `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;
    const socket = { cookie: String(at + 1), destinationAddress };
    addSocketHook(story, process, "tcp_connect", { socket });
    addSocketHook(story, process, "tcp_close", { socket });
    if (at % 500 === 499) {
      story.nowUs += 20_000_000;
      tell(story);
      release();
    }
  }
  assert.ok(state.totals.flowCount <= 4096);
  // The end that it connected to long ago tells who opened this one.
  talk(story, process, unseen);
  tell(story);
  const facts = finish();
  assert.deepEqual(facts.losses, []);
  assert.equal(facts.flows(containerA).length, many + 1);
  assert.ok(facts.flows(containerA).every(({ direction }) => direction === "outbound"));
});

test("ports that were let go of still tell who opened a connection", () => {
  const story = createStory();
  const { state, tell, release, finish } = stage(createFlows());
  const process = run(story);
  listen(story, process, 9000);
  for (let port = 10_000; port < 12_000; port++) {
    listen(story, process, port);
    if (port % 40 === 0) {
      tell(story);
      release();
    }
  }
  const [flows] = state.totals.byContainer.values();
  assert.ok((flows?.ports.size ?? 0) < 1024);
  assert.equal(flows?.ports.has("tcp 9000 10.0.0.9"), false);
  talk(story, process, unseen);
  tell(story);
  const facts = finish();
  assert.deepEqual(facts.losses, []);
  assert.deepEqual(
    facts.flows(containerA).map(({ direction, port }) => [direction, port]),
    [["inbound", 9000]],
  );
  assert.equal(facts.listens(containerA).length, 2001, "none is told without its address as well");
});

test("a network of its own that is silent for days is told and forgotten", () => {
  const story = createStory();
  const { tell, release } = stage(createFlows());
  const none = { mount: undefined, pid: undefined, ipc: undefined, uts: undefined };
  const network = { inum: 7, isHost: false };
  const plain = story.exec({ pid: 10, binary: "/bin/main" });
  const process = {
    ...plain,
    namespaces: { ...none, network, user: undefined, cgroup: undefined },
  };
  talk(story, process, unseen);
  story.exit(process);
  story.nowUs += 300_000_000;
  story.exec({ pid: 11, binary: "/bin/other" });
  tell(story);
  assert.deepEqual(release(), []);
  const [flow] = release([], story.nowUs + 8 * dayUs);
  assert.equal(flow?.kind === "flow" && flow.container, networkKey("node-1", 7));
});

const minuteUs = 60_000_000;

function throttle(timeUs: number, node = "n", cgroup = "g"): Event {
  const at = { timeUs, node, cluster: "", input: 0, offset: 0 };
  return { ...at, type: "throttle", started: true, cgroup };
}

const gapsOf = ({ losses }: FactSet): readonly LossFact[] =>
  losses.filter(({ reason }) => reason === "gap");

test("a node may be watched for years: gaps are told, old minutes are not kept", () => {
  const kept = stage(createCoverage({ policies: [] }));
  const released = stage(createCoverage({ policies: [] }));
  const startUs = 1_790_000_040_000_000;
  for (let minute = 0; minute < 60_000; minute++) {
    // A silence of an hour in the first and in the last days.
    if (minute % 55_000 > 1000 && minute % 55_000 < 1060) continue;
    const event = throttle(startUs + minute * minuteUs);
    for (const one of [kept, released]) one.take(event);
    if (minute % 1000 === 0) released.release();
  }
  const [node] = released.state.nodes.values();
  assert.ok((node?.activity.minutes.size ?? 0) <= 21_160);
  const late = throttle(startUs);
  for (const one of [kept, released]) one.take(late);
  const [all, told] = [kept.finish(), released.finish()];
  assert.equal(gapsOf(all).length, 2);
  assert.deepEqual(gapsOf(told), gapsOf(all));
});

test("control groups and policies that are gone leave room for new ones", () => {
  const { state, take, release, finish } = stage(createCoverage({ policies: [] }));
  const story = createStory();
  const process = run(story);
  for (let index = 0; index < 12_000; index++) {
    take(throttle(1_790_000_040_000_000 + index * 1000, "node-1", `g${index}`));
    if (index % 1000 === 0) release();
  }
  for (let index = 0; index < 3000; index++) {
    story.hook(process, "security_file_open", {
      policy: `p${index}`,
      arguments: [{ kind: "file", label: "", path: "/a/b", flags: "", permission: "" }],
    });
    if (index % 100 === 99) {
      for (const event of story.events.splice(0)) take(event);
      release();
    }
  }
  const node = state.nodes.get("node-1");
  assert.ok((node?.outages.throttled.size ?? 0) < 10_000);
  assert.ok((node?.sensors.size ?? 0) < 2000);
  const facts = finish();
  assert.equal(facts.losses.filter(({ reason }) => reason === "coverage-eviction").length, 0);
  assert.equal(facts.coverage.filter(({ policy }) => policy !== "").length, 3000);
  const throttled = facts.losses.filter(({ reason }) => reason === "throttle");
  assert.ok(throttled.length > 9000);
});

test("nodes that are gone, and minutes with missed starts, leave room for new ones", () => {
  const fold = createCoverage({ policies: [] });
  const { state, take, release, facts } = stage(fold);
  for (let index = 0; index < 8000; index++) {
    take(throttle(1_790_000_040_000_000 + index * 1000, `n${index}`));
    if (index % 100 === 0) release();
  }
  assert.ok(state.nodes.size < 5000);
  assert.equal(state.leftOutCount, 0);
  const told = facts.losses.filter(({ reason }) => reason === "throttle").length;
  assert.equal(told + state.nodes.size, 8000);
  const { node } = [...state.nodes.values()][0] ?? assert.fail();
  for (let minute = 0; minute < 3000; minute++) {
    const startUs = 1_790_000_040_000_000 + minute * minuteUs;
    const missed = sampleNode({ node, startMissed: true, startUs });
    fold.retire?.(state, missed, () => {});
    if (minute % 100 === 0) release();
  }
  assert.ok((state.nodes.get(node)?.missedStarts.minutes.size ?? 0) < 1000);
  assert.equal(state.nodes.get(node)?.missedStarts.minutes.has(-1), false);
});

const listensOf = (fact: Fact): readonly ListenFact[] => (fact.kind === "listen" ? [fact] : []);

test("of what is told early nothing is told again at the end", () => {
  const story = createStory();
  const { tell, release, finish, emitted } = stage(createFlows());
  listen(story, run(story), 9000);
  tell(story);
  release([containerA]);
  finish();
  assert.equal(emitted.flatMap(listensOf).length, 1);
});

/** What is over after one more silence. */
function isOverAfter(
  quietUs: number,
  open: readonly ProcessNode[],
  ended: readonly ProcessNode[],
): boolean {
  const lives = createLives();
  const startUs = 1_790_000_000_000_000;
  takeStock(lives, open, { nowUs: startUs, options: {} });
  for (const node of ended) noteEnd(lives, node);
  let nowUs = startUs;
  let isOver = false;
  for (let passedUs = 0; passedUs < quietUs && !isOver; passedUs += minuteUs) {
    nowUs += minuteUs;
    ({ isOver } = { isOver: takeStock(lives, open, { nowUs, options: {} }).isOver(containerA) });
  }
  return isOver;
}

test("how long a container must be silent to be over depends on what was seen of its end", () => {
  const first = sampleNode({ container: containerA, exitUs: 5, startUs: 1 });
  const probe = sampleNode({ ...first, actor: "probe", origin: "probe", execId: "p" });
  const runs = sampleNode({ container: containerA, execId: "r" });
  const hourUs = 60 * minuteUs;
  assert.equal(isOverAfter(9 * minuteUs, [], [first]), false);
  assert.equal(isOverAfter(11 * minuteUs, [], [first]), true);
  assert.equal(isOverAfter(23 * hourUs, [], [probe]), false, "its first process was never seen");
  assert.equal(isOverAfter(25 * hourUs, [], [probe]), true);
  assert.equal(isOverAfter(23 * hourUs, [runs], [first]), false, "an end was lost");
  assert.equal(isOverAfter(25 * hourUs, [runs], [first]), true);
  assert.equal(isOverAfter(6.9 * dayUs, [runs], []), false);
  assert.equal(isOverAfter(7.1 * dayUs, [runs], []), true);
});

test("a clock that jumps makes nothing look silent", () => {
  const first = sampleNode({ container: containerA, exitUs: 5, startUs: 1 });
  const lives = createLives();
  const startUs = 1_790_000_000_000_000;
  takeStock(lives, [], { nowUs: startUs, options: {} });
  noteEnd(lives, first);
  for (const jumpUs of [30 * dayUs, 0, 300 * dayUs, 1]) {
    const { isOver } = takeStock(lives, [], { nowUs: startUs + jumpUs, options: {} });
    assert.equal(isOver(containerA), false);
  }
});

test("clocks of machines that differ by hours do not make a point of each event", () => {
  const lives = createLives();
  let pointCount = 0;
  for (let at = 0; at < 10_000; at++) {
    const nowUs = 1_790_000_000_000_000 + (at % 2) * 7_200_000_000;
    if (!isDue(lives, nowUs, minuteUs, 6400)) continue;
    takeStock(lives, [], { nowUs, options: {} });
    pointCount += 1;
  }
  assert.ok(pointCount > 0 && pointCount <= 100, `${pointCount} points`);
});

test("only silence of its own makes the tree forget a process whose end was lost", () => {
  const story = createStory();
  const tree = createProcessTree({ nodeCountMax: 100 });
  const retired = new Set<string>();
  const place = (): void => {
    for (const event of story.events.splice(0)) {
      tree.place(event, event.timeUs, ({ binary }) => retired.add(binary));
    }
  };
  for (let pid = 1; pid <= 90; pid++) story.exec({ pid, binary: `/old/${pid}` });
  place();
  const about = (nowUs: number): Release => {
    const never = () => false;
    return { nowUs, isOver: never, isGone: never, nodeOf: () => undefined };
  };
  tree.release(about(story.nowUs), ({ binary }) => retired.add(binary));
  assert.equal(retired.size, 0);
  story.nowUs += 8 * dayUs;
  story.exec({ pid: 99, binary: "/new" });
  place();
  tree.release(about(story.nowUs), ({ binary }) => retired.add(binary));
  assert.ok(retired.has("/old/1") && !retired.has("/new"));
  assert.ok(tree.nodes.size <= 60);
  assert.equal(tree.evictedCount, 0);
});
