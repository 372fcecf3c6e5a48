/**
 * Holds facts at random for laws, built small so that keys collide.
 * In: names to choose from. Out: arbitraries of facts as folds make them: lists sorted and bounded,
 * equal times and offsets one event.
 */
import fc from "fast-check";
import type { Actor, Citation, Fact, FileUseHow } from "../core/observe/fact.ts";
import { mergeIndicators } from "../core/observe/merge-detect-facts.ts";
import { mergeCitations } from "../core/observe/merge-facts.ts";
import { mergeDays } from "../core/observe/profile/merge-profile-facts.ts";

const citation: fc.Arbitrary<Citation> = fc.record({
  timeUs: fc.nat({ max: 5 }),
  node: fc.constant("n1"),
  execId: fc.constant("x"),
  pid: fc.constant(1),
  binary: fc.constant("/b"),
  sensor: fc.constant("open"),
  policy: fc.constant(""),
  input: fc.nat({ max: 1 }),
  offset: fc.nat({ max: 3 }),
});
const citations = fc.array(citation, { maxLength: 3 }).map((list) => mergeCitations(list, []));
const texts = fc
  .uniqueArray(fc.constantFrom("1", "2", "3", "4", "5", "6"), { maxLength: 4 })
  .map((list) => list.sort());
const seen = { firstSeenUs: fc.nat({ max: 5 }), lastSeenUs: fc.nat({ max: 9 }) };
const protocol = fc.constantFrom("tcp" as const, "udp" as const);

/** Folds cite no event that they did not count. */
export function countCitations<T extends { count: number; citations: readonly Citation[] }>(
  facts: fc.Arbitrary<T>,
): fc.Arbitrary<T> {
  return facts.map((fact) => ({ ...fact, count: Math.max(fact.count, fact.citations.length) }));
}

export interface FactNames {
  readonly containers: readonly string[];
  /** Paths, details, peers, policies, reasons. */
  readonly texts: readonly string[];
}

export function arbitraryFact(names: FactNames): fc.Arbitrary<Fact> {
  const container = fc.constantFrom(...names.containers);
  const text = fc.constantFrom(...names.texts);
  return fc.oneof(
    containerFact(container),
    countCitations(
      fc.record({
        kind: fc.constant("file-use" as const),
        container,
        path: text,
        how: fc.constantFrom<FileUseHow>("read", "mapped"),
        actor: fc.constantFrom<Actor>("service", "bulk-reader"),
        origin: fc.constantFrom<Actor>("service", "operator"),
        actorReason: fc.constantFrom("because", "therefore"),
        count: fc.integer({ min: 1, max: 9 }),
        ...seen,
        binaries: texts,
        sensors: fc.subarray(["mmap" as const, "open" as const]),
        afterWrite: fc.boolean(),
        citations,
      }),
    ),
    fc.record({
      kind: fc.constant("privilege" as const),
      container,
      privilege: fc.constantFrom("root" as const, "capability" as const),
      detail: text,
      source: fc.constantFrom("seen" as const, "declared" as const),
      ...seen,
      citations,
    }),
    flowFact(container, text),
    fc.record({
      kind: fc.constant("listen" as const),
      container,
      protocol,
      address: text,
      port: fc.constantFrom(80, 8080),
      ...seen,
      binaries: texts,
      citations,
    }),
    ...detectFacts(container, text),
    ...nodeFacts(container, text),
    profileFact(text),
  );
}

function profileFact(text: fc.Arbitrary<string>): fc.Arbitrary<Fact> {
  return fc.record({
    kind: fc.constant("profile" as const),
    place: fc.record({
      cluster: fc.constant(""),
      namespace: fc.constantFrom("shop", "web"),
      kind: fc.constant("Deployment"),
      name: text,
      container: fc.constant("main"),
    }),
    dimension: fc.constantFrom("binary" as const, "child" as const),
    value: text,
    count: fc.integer({ min: 1, max: 9 }),
    days: fc.array(fc.nat({ max: 40 }), { maxLength: 20 }).map((list) => mergeDays(list, [])),
    runs: texts,
    ...seen,
  });
}

const workload = fc.option(
  fc.record({
    cluster: fc.constant(""),
    namespace: fc.constantFrom("shop", "web"),
    kind: fc.constant("Deployment"),
    name: fc.constant("api"),
    container: fc.constant("main"),
  }),
  { nil: undefined },
);
const indicators = fc
  .array(fc.record({ type: fc.constantFrom("ip" as const, "file" as const), value: names() }), {
    maxLength: 3,
  })
  .map((list) => mergeIndicators(list, []));

function names(): fc.Arbitrary<string> {
  return fc.constantFrom("1", "2", "3");
}

function detectFacts(
  container: fc.Arbitrary<string>,
  text: fc.Arbitrary<string>,
): readonly fc.Arbitrary<Fact>[] {
  const actor = fc.constantFrom<Actor>("service", "operator");
  const place = { container, node: fc.constantFrom("", "n"), process: text };
  return [
    countCitations(
      fc.record({
        kind: fc.constant("signal" as const),
        ...place,
        entry: names(),
        entryKind: fc.constantFrom("login" as const, "service" as const),
        host: names(),
        others: texts,
        actor,
        workload,
        rule: text,
        title: names(),
        ruleKind: fc.constant("sigma" as const),
        family: fc.constant("miner" as const),
        level: fc.constantFrom("low" as const, "high" as const),
        score: fc.nat({ max: 9 }),
        techniques: texts,
        tactics: texts,
        matrix: texts,
        author: names(),
        because: texts,
        indicators,
        incomplete: fc.boolean(),
        count: fc.integer({ min: 1, max: 9 }),
        ...seen,
        citations,
      }),
    ),
    fc.record({
      kind: fc.constant("process" as const),
      ...place,
      parent: names(),
      entry: fc.constantFrom("", "1", "2"),
      workload,
      image: names(),
      pid: fc.nat({ max: 3 }),
      uid: fc.nat({ max: 3 }),
      auid: fc.integer({ min: -1, max: 3 }),
      binary: text,
      arguments: text,
      cwd: names(),
      actor,
      startUs: fc.nat({ max: 5 }),
      exitUs: fc.nat({ max: 9 }),
      exitStatus: fc.constantFrom("", "0", "SIGKILL"),
      citations: citations.map((list) => list.slice(0, 1)),
    }),
    countCitations(
      fc.record({
        kind: fc.constant("step" as const),
        ...place,
        entry: names(),
        what: fc.constantFrom("read" as const, "connect" as const),
        subject: text,
        detail: fc.constantFrom("", "0755", "failed"),
        sentBytes: fc.nat({ max: 99 }),
        receivedBytes: fc.nat({ max: 99 }),
        count: fc.integer({ min: 1, max: 9 }),
        ...seen,
        citations,
      }),
    ),
  ];
}

function containerFact(container: fc.Arbitrary<string>): fc.Arbitrary<Fact> {
  return fc.record({
    kind: fc.constant("container" as const),
    container,
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
  });
}

function flowFact(container: fc.Arbitrary<string>, text: fc.Arbitrary<string>) {
  return fc.record({
    kind: fc.constant("flow" as const),
    container,
    direction: fc.constantFrom("inbound" as const, "outbound" as const),
    protocol,
    peer: text,
    port: fc.constantFrom(0, 80),
    actor: fc.constantFrom<Actor>("service", "probe"),
    localAddresses: texts,
    connectionCount: fc.nat({ max: 9 }),
    failedCount: fc.nat({ max: 9 }),
    sentBytes: fc.nat({ max: 99 }),
    receivedBytes: fc.nat({ max: 99 }),
    sendsSeen: fc.boolean(),
    receivesSeen: fc.boolean(),
    ...seen,
    binaries: texts,
    hostNames: texts,
    citations,
  });
}

function nodeFacts(
  container: fc.Arbitrary<string>,
  text: fc.Arbitrary<string>,
): readonly fc.Arbitrary<Fact>[] {
  return [
    fc.record({
      kind: fc.constant("coverage" as const),
      node: text,
      sensor: fc.constantFrom("open" as const, "exec" as const),
      policy: text,
      sinceUs: fc.nat({ max: 5 }),
      untilUs: fc.nat({ max: 9 }),
      basis: fc.constantFrom("stated" as const, "inferred" as const),
      pathPrefixes: fc.subarray(["/a", "/b", "/usr"]),
      limits: fc.subarray(["x", "y"]),
      eventCount: fc.nat({ max: 9 }),
    }),
    fc.record({
      kind: fc.constant("loss" as const),
      node: text,
      container: fc.oneof(fc.constant(""), container),
      reason: text,
      sinceUs: fc.nat({ max: 2 }),
      untilUs: fc.nat({ max: 9 }),
      count: fc.nat({ max: 9 }),
      detail: fc.constantFrom("", "why"),
    }),
  ];
}
