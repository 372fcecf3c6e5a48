/**
 * Holds how the parts of a state are packed into few arrays and read back, each by itself.
 * That an observation goes on from them as if nothing had been is in
 * `src/engine/observer-dump.test.ts`.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import v8 from "node:v8";
import fc from "fast-check";
import { createStory, startContainer } from "../../testing/event-story.ts";
import { addSocketHook } from "../../testing/flow-events.ts";
import { sampleNode, sampleProcess } from "../../testing/sample-facts.ts";
import { createCoverage } from "./coverage.ts";
import { emitNode, execSinceUs } from "./emit-coverage.ts";
import type { Fact } from "./fact.ts";
import { createFileUse } from "./file-use.ts";
import { createFirstProcess, hasEnded, noteProcess } from "./first-process.ts";
import { createFlows } from "./flow.ts";
import type { Fold } from "./fold.ts";
import { eachKeptUse, isCompact, openPending } from "./kept-uses.ts";
import { noteTime, startNode } from "./node-coverage.ts";
import { packColumns, packRows, unpackColumns, unpackRows } from "./pack-columns.ts";
import { packFileUses, unpackFileUses } from "./pack-file-uses.ts";
import { packOpenFlows, unpackOpenFlows } from "./pack-flows.ts";
import { packTree, unpackTree } from "./pack-tree.ts";
import { createPrivileges } from "./privilege.ts";
import { packPrivileges, unpackPrivileges } from "./privilege-state.ts";
import { printOf } from "./process-print.ts";
import { createProcessTree } from "./process-tree.ts";
import { openedUses } from "./process-uses.ts";
import { releaseCoverage } from "./release-coverage.ts";
import { releaseFileUses } from "./release-file-uses.ts";
import { releaseFlows } from "./release-flows.ts";
import { createFlowState, openEnds } from "./settle-flows.ts";
import { createTreeNode } from "./tree-node.ts";
import { createTreeState, sceneOf } from "./tree-state.ts";
import { createUseLists } from "./use-lists.ts";
import type { UseTaker } from "./use-record.ts";

const values = fc.oneof(
  fc.double({ noDefaultInfinity: false }),
  fc.integer(),
  fc.string(),
  fc.boolean(),
  fc.constant(undefined),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.array(fc.record({ name: fc.string(), at: fc.integer() }), { maxLength: 3 }),
  fc.constant(new Map([["a", 1]])),
);

test("law: what is packed into columns is read back as it was, also through bytes", () => {
  const alike = fc.constantFrom("tcp", "udp");
  const rows = fc.oneof(
    fc.array(fc.record({ a: values, b: values })),
    fc.array(fc.record({ a: fc.integer(), b: alike })),
    fc.array(fc.record({ a: fc.array(fc.record({ x: alike, y: fc.double() })), b: alike })),
    fc.array(fc.record({ a: fc.record({ x: alike }), b: fc.array(fc.array(fc.nat())) })),
  );
  fc.assert(
    fc.property(rows as fc.Arbitrary<readonly object[]>, (given) => {
      const plain = given.map((row) => ({ ...row }));
      const read = unpackRows<object>(v8.deserialize(v8.serialize(packRows(plain))));
      assert.deepEqual(structuredClone(read), structuredClone(plain));
    }),
    { numRuns: 500 },
  );
});

test("records are read back into the shape that is asked for, with what was packed", () => {
  const packed = packColumns([{ a: 1, b: "x" }], ["a"]);
  assert.deepEqual(
    unpackColumns(packed, () => ({ a: 0, b: "new" })),
    [{ a: 1, b: "new" }],
  );
  assert.deepEqual(unpackRows(packRows([])), []);
});

test("texts that come again and again are written once", () => {
  const text = "x".repeat(100);
  const rows = Array.from({ length: 1000 }, (_, at) => ({ text, at }));
  assert.ok(v8.serialize(packRows(rows)).length < 10_000);
});

test("equal blocks have one print, others another", () => {
  const process = sampleProcess({ arguments: "a" });
  assert.equal(printOf(process), printOf(structuredClone(process)));
  const others = [
    { ...process, arguments: "b" },
    { ...process, inInitTree: false },
    { ...process, uid: 0 },
    { ...process, capabilities: { permitted: [], effective: ["CAP_SYS_ADMIN"], inheritable: [] } },
  ];
  assert.equal(new Set([process, ...others].map(printOf)).size, 5);
  assert.ok([process, ...others].every((one) => printOf(one) > 0));
});

/** A short story with files, rights and sockets, as a fold keeps it. */
function keep<State>(fold: Fold<State>): State {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/bin/main" });
  story.open(first, "/etc/passwd");
  story.open(first, "/app/data");
  addSocketHook(story, first, "tcp_connect");
  addSocketHook(story, first, "tcp_sendmsg", { size: 5 });
  const [tree, state] = [createProcessTree(), fold.start()];
  for (const event of story.events) {
    const node = tree.place(event, event.timeUs, () => {});
    fold.step(state, event, { node, nowUs: event.timeUs, emit: () => {} });
  }
  return state;
}

test("each part of a state is read back as it was", () => {
  const uses = keep(createFileUse());
  const dump = structuredClone(packFileUses(uses));
  const { processes, totals } = unpackFileUses(dump, createUseLists());
  assert.ok([...processes.values()].every(({ kept }) => isCompact(kept)));
  // Looks begin anew.
  for (const process of uses.processes.values()) {
    const open = openedUses(process);
    open.look = 0;
    openPending(open);
    const take: UseTaker["take"] = (_how, _path, use) => {
      use.look = 0;
    };
    eachKeptUse(open, { take });
  }
  for (const process of processes.values()) openedUses(process);
  assert.deepEqual(processes, uses.processes);
  assert.deepEqual(totals, uses.totals);
  assert.ok(processes.size > 1);
  const rights = keep(createPrivileges());
  const read = unpackPrivileges(structuredClone(packPrivileges(rights)));
  assert.ok([...read.processes.values()].every(({ sightings }) => sightings.length > 0));
  assert.deepEqual([...read.processes.keys()], [...rights.processes.keys()]);
  for (const [execId, { sightings }] of rights.processes) {
    assert.deepEqual(read.processes.get(execId)?.sightings, sightings);
  }
  assert.deepEqual(read.details, rights.details);
  const flows = keep(createFlows());
  const open = unpackOpenFlows(structuredClone(packOpenFlows(flows)));
  assert.deepEqual(open.users, flows.users);
  assert.deepEqual(open.book, flows.book);
  assert.equal(open.book.count, 1);
});

test("processes that know each other do so again", () => {
  const state = createTreeState();
  const [parent, child] = [createTreeNode("p", "n", 1), createTreeNode("c", "n", 2)];
  Object.assign(child, { parent, previous: parent });
  state.nodes.set("c", child);
  sceneOf(state, "x").candidates.push(child);
  const read = unpackTree(structuredClone(packTree(state)));
  const again = read.nodes.get("c");
  assert.ok(again?.parent !== undefined && again.parent === again.previous);
  assert.equal(again.parent.execId, "p");
  assert.equal(read.nodes.has("p"), false, "it is not found by its id");
  assert.equal(sceneOf(read, "x").candidates[0], again);
});

test("nothing is let go of while there is room and nothing is over", () => {
  const never = () => false;
  const about = { nowUs: 1e15, isOver: never, isGone: never, nodeOf: () => undefined };
  const facts: Fact[] = [];
  releaseFileUses(keep(createFileUse()), about, (fact) => facts.push(fact));
  const state = createFlowState();
  const flowing = { totals: state.totals, crowded: [], open: () => openEnds(state) };
  releaseFlows(flowing, about, (fact) => facts.push(fact));
  releaseCoverage(keep(createCoverage({ policies: [] })), [], (fact) => facts.push(fact));
  assert.deepEqual(facts, []);
});

test("the first process of a container is the earliest of its own, and ends once", () => {
  const seen = createFirstProcess();
  const first = sampleNode({ pid: 5, startUs: 10, exitUs: 90, startsContainer: true });
  const later = { execId: "l", sessionExecId: "l", pid: 6, startUs: 20, exitUs: 30 };
  noteProcess(seen, sampleNode({ ...later, actor: "runtime" }));
  assert.equal(seen.startedUs, 0);
  noteProcess(seen, sampleNode(later));
  assert.equal(hasEnded(seen), true, "as far as is known");
  noteProcess(seen, { ...first, exitUs: 0 });
  assert.deepEqual([seen.startedUs, seen.first?.live, hasEnded(seen)], [10, true, false]);
  noteProcess(seen, first);
  assert.equal(hasEnded(seen), true);
});

test("a node's record tells since when its starts were seen", () => {
  const node = startNode("n");
  const facts: Fact[] = [];
  const base = { node: "n", cluster: "", input: 0, offset: 0 };
  const event = { ...base, type: "unknown", name: "x", timeUs: 70 } as const;
  assert.equal(
    noteTime(node, event, (fact) => facts.push(fact)),
    true,
  );
  assert.equal(execSinceUs(node), 70);
  emitNode(node, [], (fact) => facts.push(fact));
  assert.deepEqual(facts, []);
});
