/**
 * Holds that copies of parts stand by themselves, share no link with what goes on, and are made
 * without recursion. That their ends tell what the whole would, laws of the engine hold.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createStory, startContainer } from "../../testing/event-story.ts";
import { addSocketHook } from "../../testing/flow-events.ts";
import { createConnection } from "./connection.ts";
import { isHostKey } from "./container-key.ts";
import { createContainerScene } from "./container-scene.ts";
import { endPart } from "./end-part.ts";
import type { Fact } from "./fact.ts";
import { createFileUse } from "./file-use.ts";
import { createFlows } from "./flow.ts";
import { selectFlows } from "./flow-part.ts";
import { createFlowUser, spanOf } from "./flow-state.ts";
import type { Fold, ProcessNode } from "./fold.ts";
import { fileUseCopies } from "./fork-file-uses.ts";
import { forkFlows } from "./fork-flows.ts";
import { isCompact, openKept, wholeOf } from "./kept-uses.ts";
import { createProcessTree } from "./process-tree.ts";
import { createFlowState } from "./settle-flows.ts";
import { createTreeNode } from "./tree-node.ts";
import { TreePart } from "./tree-part.ts";
import { createTreeState } from "./tree-state.ts";
import { createUses } from "./use-record.ts";

const everything = { wants: () => true };
const depth = 100_000;

/** One process after the other does something; `onStep` is told after each. */
function play<State>(fold: Fold<State>, onStep: (state: State, part: PartOf) => void) {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/bin/main" });
  story.open(first, "/etc/passwd");
  addSocketHook(story, first, "tcp_connect");
  addSocketHook(story, first, "tcp_sendmsg", { size: 5 });
  // Without its own end it waits for its connection, at most until the end.
  const socket = { sourceAddress: "0.0.0.0", sourcePort: 0 };
  addSocketHook(story, first, "tcp_sendmsg", { socket, size: 7 });
  story.open(first, "/app/data");
  const tree = createProcessTree();
  const state = fold.start();
  for (const event of story.events) {
    const node = tree.place(event, event.timeUs, () => {});
    fold.step(state, event, { node, nowUs: event.timeUs, emit: () => {} });
    onStep(state, (isNew) =>
      tree.select(isNew === undefined ? everything : { ...everything, isNew }),
    );
  }
  return state;
}

type PartOf = (isNew?: (execId: string) => boolean) => TreePart;

test("to end a copy of uses or flows leaves all as it was", () => {
  for (const fold of [createFileUse(), createFlows()] as readonly Fold<unknown>[]) {
    let count = 0;
    play(fold, (state, partOf) => {
      const before = structuredClone(fold.dump?.(state));
      const copy = fold.fork?.(state, partOf());
      fold.finish?.(copy, () => {
        count += 1;
      });
      assert.deepEqual(structuredClone(fold.dump?.(state)), before, fold.name);
    });
    assert.ok(count === 0 || fold.name === "flow", "of uses only ended processes tell");
  }
});

test("a copy of what is new has the uses since the last look, and knows of the others", () => {
  const paths: string[][] = [];
  const ids = new Set<string>();
  play(createFileUse(), (state, partOf) => {
    for (const id of state.processes.keys()) ids.add(id);
    fileUseCopies.noteLook?.(state);
    const copy = fileUseCopies.fork?.(
      state,
      partOf((id) => ids.has(id)),
    );
    const uses = [...(copy?.processes.values() ?? [])];
    paths.push(uses.flatMap((process) => [...(openKept(process.kept).uses.read?.keys() ?? [])]));
    for (const process of uses) {
      const whole =
        state.processes.get(process.execId) ?? assert.fail("the copy's are the state's");
      assert.equal(wholeOf(process.kept), whole.kept);
    }
  });
  assert.ok(paths.flat().includes("/etc/passwd"));
  assert.deepEqual(paths.at(-1), ["/app/data"]);
});

/** A service, and one that reads the files of others, both silent. */
function startSilent() {
  const story = createStory();
  const both = [".py", ".rb"].map((end, at) => {
    const container = { pid: 10 + at, binary: "/bin/main", containerId: `${at}`.repeat(31) };
    const { first } = startContainer(story, container);
    for (let file = 0; file < 100; file += 1) {
      story.open(first, `/usr/lib/${file % 20}/${file}${file < 60 ? ".py" : end}`);
    }
    // What can be run may be the start of the next program: each look tells it.
    story.open(first, `/usr/lib/19/99${end}`, "-rwxr-xr-x");
    return first;
  });
  const [fold, tree] = [createFileUse(), createProcessTree()];
  const state = fold.start();
  const observe = () => {
    for (const event of story.events.splice(0)) {
      const node = tree.place(event, event.timeUs, () => {});
      fold.step(state, event, { node, nowUs: event.timeUs, emit: () => {} });
    }
  };
  observe();
  for (let look = 0; look < 6; look += 1) fileUseCopies.noteLook?.(state);
  const copyOf = () => {
    const part = tree.select({ ...everything, isNew: () => true });
    const copy = fold.fork?.(state, part) ?? assert.fail("uses are copied");
    return { part, copy };
  };
  const tell = () => {
    const { part, copy } = copyOf();
    const told: Fact[] = [];
    tree.fork(part).finish((node) => fold.retire?.(copy, node, () => {}));
    fold.finish?.(copy, (fact) => told.push(fact));
    return told.flatMap((fact) => (fact.kind === "file-use" ? [fact] : []));
  };
  const readOne = (path: string) => {
    for (const process of both) story.open(process, path);
    observe();
  };
  return { state, copyOf, tell, readOne };
}

test("a copy of what is new opens nothing of a silent process", () => {
  const { state, copyOf } = startSilent();
  for (const { execId, kept } of copyOf().copy.processes.values()) {
    assert.ok(isCompact(kept) === false && kept.base === state.processes.get(execId)?.kept);
    assert.deepEqual(kept.uses, createUses());
  }
});

test("who reads in bulk is told by all that a silent process did, at each look", () => {
  const { state, tell, readOne } = startSilent();
  const users = () =>
    [...state.processes.values()].filter(({ kept }) => isCompact(kept) && kept.list.isOfUser);
  const actorsOf = (name: string) =>
    tell().flatMap(({ path, actor }) => (path.endsWith(name) ? [actor] : []));
  for (const path of ["/usr/lib/x/a.jar", "/usr/lib/y/b.jar"]) {
    for (let look = 0; look < 2; look += 1) {
      assert.deepEqual(actorsOf("/99.py"), ["service"]);
      assert.deepEqual(actorsOf("/99.rb"), ["bulk-reader"]);
      assert.equal(users().length, 1, "it is not sought again");
    }
    readOne(path);
    for (let look = 0; look < 6; look += 1) {
      fileUseCopies.noteLook?.(state);
      assert.deepEqual(actorsOf(path), look === 0 ? ["service", "bulk-reader"] : []);
    }
  }
});

test("a chain of processes of any length is ended, and left as it was", () => {
  const state = createTreeState();
  let last = createTreeNode("p0", "n", 1);
  state.nodes.set(last.execId, last);
  for (let at = 1; at < depth; at += 1) {
    const node = createTreeNode(`p${at}`, "n", at + 1);
    node.parent = node.previous = last;
    node.isPlaced = true;
    if (at > depth - 1000) node.container = "c";
    state.nodes.set(node.execId, node);
    last = node;
  }
  const before = { ...last };
  const told = new Map<string, string>();
  const retire = ({ execId, sessionExecId }: ProcessNode) => void told.set(execId, sessionExecId);
  const context = {
    parentOf: () => undefined,
    sceneOf: createContainerScene,
    probeCommandsOf: () => [],
    horizonUs: () => 0,
  };
  endPart(state, new TreePart(state, everything), { context, retire });
  assert.equal(told.size, depth - 1);
  assert.notEqual(told.get(last.execId), last.execId);
  assert.deepEqual({ ...last }, before);
});

test("an end that fails leaves also the process that it failed at as it was", () => {
  const state = createTreeState();
  const nodes = ["p0", "p1"].map((execId, at) => createTreeNode(execId, "n", at));
  for (const node of nodes) {
    node.container = "c";
    node.sessionExecId = node.parentExecId = "before";
    node.canBeFirst = node.isPlaced = true;
    // So that it is asked for what probes run.
    node.inInitTree = false;
    state.nodes.set(node.execId, node);
  }
  state.scenes.set("c", { ...createContainerScene(), hasInitTree: true });
  const before = structuredClone(nodes);
  let judgedCount = 0;
  const context = {
    parentOf: () => undefined,
    sceneOf: createContainerScene,
    probeCommandsOf: (): readonly string[] => {
      judgedCount += 1;
      if (judgedCount === 2) throw new Error("at the second");
      return [];
    },
    horizonUs: () => 0,
  };
  const retire = () => assert.fail("nobody is told");
  assert.throws(() => endPart(state, new TreePart(state, everything), { context, retire }));
  assert.equal(judgedCount, 2);
  assert.deepEqual(nodes, before);
});

test("a part of what is new has all sessions of its containers, though it looks at few", () => {
  const story = createStory();
  const tree = createProcessTree();
  for (const [at, containerId] of ["a", "b"].entries()) {
    const id = containerId.repeat(31);
    const { first } = startContainer(story, { pid: 10 + at, binary: "/bin/main", containerId: id });
    story.open(first, "/etc/passwd");
  }
  for (const event of story.events) tree.place(event, event.timeUs, () => {});
  const roots = [...tree.nodes.values()].filter(
    ({ execId, sessionExecId, container }) => execId === sessionExecId && !isHostKey(container),
  );
  assert.ok(roots.length >= 2);
  for (const { container } of roots) {
    const wants = (key: string) => key === container;
    const part = tree.select({ wants, isNew: () => false, newIds: [] });
    const own = part.listNodes().filter((node) => node.container === container);
    assert.deepEqual(new Set(own), new Set(roots.filter((root) => wants(root.container))));
  }
  tree.finish(() => {});
  assert.deepEqual(
    tree.select({ wants: () => true, isNew: () => true, newIds: [] }).listNodes(),
    [],
  );
});

test("processes that share sockets in a chain of any length are copied, each once", () => {
  const state = createFlowState();
  const at = spanOf({ timeUs: 1, input: 0, offset: 0, policy: "" });
  const sums = () => [0, 0, 0] as [number, number, number];
  let last = createFlowUser("u0", "n");
  state.users.set(last.execId, last);
  for (let count = 1; count < depth; count += 1) {
    const user = createFlowUser(`u${count}`, "n");
    const ends = { protocol: "tcp", local: "10.0.0.1", localPort: count, peer: "b", peerPort: 1 };
    const connection = createConnection({ ...ends, protocol: "tcp" }, `k${count}`, 1);
    for (const one of [last, user]) {
      const seen = { sendsSeen: false, receivesSeen: false, opens: false };
      const bytes = { sentBytes: sums(), receivedBytes: sums() };
      connection.parts.push({ user: one, ...bytes, ...seen, ...at });
      one.connections.add(connection);
    }
    state.book.byKey.set(connection.key, [connection]);
    state.book.count += 1;
    state.users.set(user.execId, user);
    last = user;
  }
  const part = {
    ...everything,
    hasProcess: () => true,
    isWanted: () => true,
    toldIds: [],
  };
  const forked = forkFlows(state, part, selectFlows(state, part));
  assert.equal(forked.users.size, depth);
  assert.equal(forked.book.count, depth - 1);
  const [connection] = [...(forked.users.get(last.execId)?.connections ?? [])];
  assert.equal(connection, forked.book.byKey.get(`k${depth - 1}`)?.[0]);
  assert.equal(connection?.parts[1]?.user, forked.users.get(last.execId));
});
