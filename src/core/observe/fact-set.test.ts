/**
 * Holds the laws of merging facts: in any order, any number of times, the same knowledge.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { arbitraryFact, countCitations } from "../../testing/arbitrary-facts.ts";
import type { Actor, Citation, Fact, FileUseFact, FileUseHow } from "./fact.ts";
import { FactSet } from "./fact-set.ts";
import { addCitation, compareCitations, mergeCitations, mergeFileUses } from "./merge-facts.ts";

const citation = fc.record({
  timeUs: fc.integer({ min: 0, max: 5 }),
  node: fc.constantFrom("n1", "n2"),
  execId: fc.constantFrom("x", "y"),
  pid: fc.constant(1),
  binary: fc.constant("/b"),
  sensor: fc.constantFrom("open" as const, "exec" as const),
  policy: fc.constant(""),
  input: fc.integer({ min: 0, max: 1 }),
  offset: fc.integer({ min: 0, max: 3 }),
});

/** Equal times, inputs and offsets are one event: the rest must then be equal too. */
function asEvent(one: Citation): Citation {
  return { ...one, node: "n1", execId: "x", sensor: "open" };
}

const citations = fc
  .array(citation.map(asEvent), { maxLength: 3 })
  .map((list) => mergeCitations(list, []));

const fileUse: fc.Arbitrary<FileUseFact> = countCitations(
  fc.record({
    kind: fc.constant("file-use" as const),
    container: fc.constantFrom("c1", "c2"),
    path: fc.constantFrom("/a", "/b"),
    how: fc.constantFrom<FileUseHow>("read", "mapped"),
    actor: fc.constantFrom<Actor>("service", "bulk-reader"),
    origin: fc.constantFrom<Actor>("service", "operator"),
    actorReason: fc.constantFrom("because", "therefore"),
    count: fc.integer({ min: 1, max: 9 }),
    firstSeenUs: fc.integer({ min: 0, max: 5 }),
    lastSeenUs: fc.integer({ min: 5, max: 9 }),
    binaries: fc
      .uniqueArray(fc.constantFrom("/1", "/2", "/3", "/4", "/5", "/6"), { maxLength: 4 })
      .map((list) => list.sort()),
    sensors: fc.subarray(["mmap" as const, "open" as const]),
    afterWrite: fc.boolean(),
    citations,
  }),
);

const seen = { firstSeenUs: fc.integer({ min: 0, max: 5 }), lastSeenUs: fc.nat({ max: 9 }) };

const addresses = fc
  .uniqueArray(fc.constantFrom("1", "2", "3", "4", "5", "6"), { maxLength: 4 })
  .map((list) => list.sort());

const other: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({
    kind: fc.constant("container" as const),
    container: fc.constantFrom("c1", "c2"),
    node: fc.constantFrom("", "n"),
    cluster: fc.constant(""),
    containerId: fc.constantFrom("c1", "c1c1"),
    namespace: fc.constantFrom("", "shop", "web"),
    pod: fc.constantFrom("", "p"),
    podUid: fc.constant(""),
    workloadKind: fc.constant(""),
    workload: fc.constant(""),
    containerName: fc.constant(""),
    imageName: fc.constant(""),
    imageId: fc.constantFrom("", "i@1", "i@2"),
    ...seen,
    startedUs: fc.nat({ max: 5 }),
    fromStart: fc.boolean(),
    ended: fc.boolean(),
    dumped: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("privilege" as const),
    container: fc.constantFrom("c1", "c2"),
    privilege: fc.constantFrom("root" as const, "capability" as const),
    detail: fc.constantFrom("", "CAP_SYS_ADMIN"),
    source: fc.constantFrom("seen" as const, "declared" as const),
    ...seen,
    citations,
  }),
  fc.record({
    kind: fc.constant("flow" as const),
    container: fc.constantFrom("c1", "c2"),
    direction: fc.constantFrom("inbound" as const, "outbound" as const, "unknown" as const),
    protocol: fc.constantFrom("tcp" as const, "udp" as const),
    peer: fc.constantFrom("10.0.0.1", "10.0.0.2", "*", ""),
    port: fc.constantFrom(0, 80, 8080),
    actor: fc.constantFrom<Actor>("service", "probe"),
    localAddresses: addresses,
    connectionCount: fc.nat({ max: 9 }),
    failedCount: fc.nat({ max: 9 }),
    sentBytes: fc.nat({ max: 99 }),
    receivedBytes: fc.nat({ max: 99 }),
    sendsSeen: fc.boolean(),
    receivesSeen: fc.boolean(),
    ...seen,
    binaries: addresses,
    hostNames: addresses,
    citations,
  }),
  fc.record({
    kind: fc.constant("listen" as const),
    container: fc.constantFrom("c1", "c2"),
    protocol: fc.constantFrom("tcp" as const, "udp" as const),
    address: fc.constantFrom("", "0.0.0.0", "::"),
    port: fc.constantFrom(80, 8080),
    ...seen,
    binaries: addresses,
    citations,
  }),
  fc.record({
    kind: fc.constant("coverage" as const),
    node: fc.constantFrom("n1", "n2"),
    sensor: fc.constant("open" as const),
    policy: fc.constantFrom("", "p"),
    sinceUs: fc.nat({ max: 5 }),
    untilUs: fc.nat({ max: 9 }),
    basis: fc.constantFrom("stated" as const, "inferred" as const),
    pathPrefixes: fc.subarray(["/a", "/b", "/usr"]),
    limits: fc.subarray(["x", "y"]),
    eventCount: fc.nat({ max: 9 }),
  }),
  fc.record({
    kind: fc.constant("loss" as const),
    node: fc.constantFrom("n1", "n2"),
    container: fc.constantFrom("", "c1"),
    reason: fc.constantFrom("gap", "eviction"),
    sinceUs: fc.nat({ max: 2 }),
    untilUs: fc.nat({ max: 9 }),
    count: fc.nat({ max: 9 }),
    detail: fc.constantFrom("", "why"),
  }),
);

const facts = fc.array(fc.oneof(fileUse, other), { maxLength: 40 });

function canonical(list: readonly Fact[]): string {
  const set = new FactSet();
  for (const fact of list) set.add(fact);
  return set.canonical();
}

test("law: the order of facts and repeating them change nothing", () => {
  fc.assert(
    fc.property(facts, fc.func(fc.double()), (list, order) => {
      const shuffled = [...list, ...list].sort((a, b) => order(a) - order(b));
      assert.equal(canonical(shuffled), canonical(list));
    }),
  );
});

test("law: merging file uses is associative", () => {
  fc.assert(
    fc.property(fileUse, fileUse, fileUse, (a, b, c) => {
      const [x, y, z] = [a, b, c].map((one) => ({ ...one, path: "/a", container: "c" }));
      if (x === undefined || y === undefined || z === undefined) return;
      const left = mergeFileUses(mergeFileUses(x, y), z);
      const right = mergeFileUses(x, mergeFileUses(y, z));
      assert.deepEqual({ ...left, actor: "", how: "" }, { ...right, actor: "", how: "" });
    }),
  );
});

test("law: merging what was merged in parts is merging all of it", () => {
  fc.assert(
    fc.property(facts, facts, (a, b) => {
      const parts = [a, b].flatMap((list) => {
        const set = new FactSet();
        for (const fact of list) set.add(fact);
        return [...set.all()];
      });
      assert.equal(canonical(parts), canonical([...a, ...b]));
      assert.equal(canonical(parts.reverse()), canonical([...b, ...a]));
    }),
  );
});

test("law: what came apart and was merged counts at least the events that it cites", () => {
  const names = { containers: ["c1"], texts: ["a", "b"] };
  fc.assert(
    fc.property(fc.array(arbitraryFact(names), { minLength: 30, maxLength: 60 }), (list) => {
      const set = new FactSet();
      for (const fact of list) set.add(fact);
      for (const fact of set.all()) {
        if (fact.kind !== "file-use" && fact.kind !== "signal" && fact.kind !== "step") continue;
        assert.ok(fact.count >= fact.citations.length, JSON.stringify(fact));
      }
    }),
    { numRuns: 500 },
  );
});

test("a use as the image has it is not undone by a later use of the changed file", () => {
  const base = fc.sample(fileUse, 1)[0];
  assert.ok(base !== undefined);
  const early = { ...base, firstSeenUs: 1, afterWrite: false };
  const late = { ...base, firstSeenUs: 4, afterWrite: true };
  assert.equal(mergeFileUses(late, early).afterWrite, false);
  assert.equal(mergeFileUses(late, late).afterWrite, true);
});

test("keys such as __proto__ are facts like any other", () => {
  const base = fc.sample(fileUse, 1)[0];
  assert.ok(base !== undefined);
  const set = new FactSet();
  set.add({ ...base, container: "__proto__", path: "__proto__" });
  assert.equal(set.fileUses("__proto__").length, 1);
  assert.equal(set.fileUses("constructor").length, 0);
});

test("beyond the bound file uses become a loss that is counted", () => {
  const base = fc.sample(fileUse, 1)[0];
  assert.ok(base !== undefined);
  const set = new FactSet(10);
  for (let at = 0; at < 25; at++) set.add({ ...base, container: "c", path: `/${at}` });
  assert.equal(set.fileUses("c").length, 10);
  assert.deepEqual(
    set.losses.map(({ reason, count }) => [reason, count]),
    [["eviction", 15]],
  );
});

test("beyond the bound losses become one wide loss of their node and reason", () => {
  const facts = new FactSet();
  const loss = (sinceUs: number, container: string): Fact => ({
    ...{ kind: "loss", node: "n", container, reason: "throttle", count: 1, detail: "" },
    ...{ sinceUs, untilUs: sinceUs + 1 },
  });
  for (let at = 1; at <= 10_000; at++) facts.add(loss(at * 10, ""));
  facts.add(loss(70, ""));
  facts.add(loss(500_000, "c1"));
  facts.add(loss(400_000, "c2"));
  assert.equal(facts.losses.length, 10_001);
  const wide = facts.losses.find(({ sinceUs, untilUs }) => untilUs - sinceUs > 1);
  assert.deepEqual(
    [wide?.sinceUs, wide?.untilUs, wide?.count, wide?.container],
    [400_000, 500_001, 2, ""],
  );
});

test("flows and ports stand in the order of their ports, and name their containers", () => {
  const set = new FactSet();
  const at = { container: "c", firstSeenUs: 1, lastSeenUs: 2, binaries: [], citations: [] };
  const listen = { kind: "listen", protocol: "tcp", address: "::", ...at } as const;
  for (const port of [9000, 80, 443]) set.add({ ...listen, port });
  assert.deepEqual(
    set.listens("c").map(({ port }) => port),
    [80, 443, 9000],
  );
  assert.deepEqual(set.networked, ["c"]);
  assert.deepEqual(set.flows("c"), []);
});

test("law: one citation is added as two lists are merged, whatever came first", () => {
  const lists = fc.array(citation, { maxLength: 6 });
  fc.assert(
    fc.property(lists, citation, (list, one) => {
      // Sorted anew, each once, the first few: without a shortcut.
      const plain = [...list, one].sort(compareCitations).filter((each, at, all) => {
        const before = all[at - 1];
        return before === undefined || compareCitations(before, each) !== 0;
      });
      assert.deepEqual(mergeCitations(list, [one]), plain.slice(0, 3));
      const merged = mergeCitations(list, []);
      assert.deepEqual(addCitation(merged, one), plain.slice(0, 3));
      if (merged.some((each) => compareCitations(each, one) === 0)) {
        assert.equal(addCitation(merged, one), merged);
      }
    }),
  );
});
