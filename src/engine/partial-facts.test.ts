/**
 * Holds the laws of facts of some containers: the same as those of all, but for the others; and
 * told one after the other, as the containers were touched, they make up all. And of those of new
 * doings alone: of containers, files and rights a part of all, of the rest but losses the whole.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { createPlainJsonDecoder } from "../core/event/decode-json.ts";
import type { Event } from "../core/event/event.ts";
import { widerKey } from "../core/observe/container-key.ts";
import type { ContainerKey, Fact } from "../core/observe/fact.ts";
import { containerOfFact, factKey } from "../core/observe/fact-key.ts";
import { FactSet } from "../core/observe/fact-set.ts";
import type { DumpPart } from "../core/observe/fold.ts";
import type { ProcessTreeOptions } from "../core/observe/process-tree.ts";
import { createFolds } from "../operations/create-folds.ts";
import { choices, livelyEvents } from "../testing/lively-events.ts";
import { sampleDetector } from "../testing/sample-detector.ts";
import { createObserver, type Observer } from "./observe-events.ts";
import { TouchedContainers } from "./touched-containers.ts";
import { TouchedProcesses } from "./touched-processes.ts";

/** Speaks of some processes only: sessions without signals must stay silent. */
const detector = sampleDetector(["exec", "read", "connect"], ({ kind, subject }) => {
  return kind !== "exec" || subject.pid % 3 === 0;
});

const recordings = [
  ...["events/pairs", "events/observed", "observe/start", "cli/events"],
  ...["flows/shop", "flows/host", "flows/late", "flows/shell"],
] as const;

function recorded(name: string): readonly Event[] {
  const file = new URL(`../../fixtures/${name}.jsonl.gz`, import.meta.url);
  const bytes = gunzipSync(readFileSync(file));
  const decoder = createPlainJsonDecoder();
  const events: Event[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    const event = decoder.decode(bytes, start, end, 0, start);
    if (event !== undefined) events.push(event);
    start = end + 1;
  }
  return events;
}

function partOf(keys: ReadonlySet<ContainerKey>): DumpPart {
  return { wants: (container) => keys.has(container) || keys.has(widerKey(container)) };
}

function openFacts(observer: Observer, tree: ProcessTreeOptions, part?: DumpPart) {
  const told: Fact[] = [];
  observer.emitOpen((fact) => void told.push(fact), part);
  // Who compares them as they come need not merge them.
  const files = told.filter(({ kind }) => kind === "file-use").map(factKey);
  assert.equal(new Set(files).size, files.length, "a use of a file is told once");
  if (part !== undefined) return told;
  const facts: Fact[] = [];
  const emit = (fact: Fact) => void facts.push(fact);
  createObserver(
    { folds: createFolds([], [detector]), tree, emit },
    structuredClone(observer.dump()),
  ).finish();
  assertSame(told, facts, "asked without an end");
  return facts;
}

function about(facts: readonly Fact[], part: DumpPart | undefined): readonly Fact[] {
  return facts.filter((fact) => {
    const container = containerOfFact(fact);
    return part === undefined || container === "" || part.wants(container);
  });
}

function texts(facts: Iterable<Fact>): string {
  const set = new FactSet();
  for (const fact of facts) set.add(fact);
  return set.canonical();
}

/** Tells only what differs: there are hundreds of facts. */
function assertSame(told: readonly Fact[], all: readonly Fact[], where: string): void {
  const [a, b] = [texts(told), texts(all)];
  if (a === b) return;
  const [left, right] = [a.split("\n"), b.split("\n")];
  const only = (some: readonly string[], others: readonly string[]) =>
    some.filter((line) => !others.includes(line));
  assert.deepEqual(only(left, right), only(right, left), where);
}

interface Run {
  readonly observer: Observer;
  /** Of facts that were settled. */
  readonly settled: Set<ContainerKey>;
}

function start(tree: ProcessTreeOptions): Run {
  const settled = new Set<ContainerKey>();
  const emit = (fact: Fact) => void settled.add(containerOfFact(fact));
  const options = { folds: createFolds([], [detector]), tree, emit, releases: true };
  return { observer: createObserver(options), settled };
}

/** The facts of each container alone, and of all but it, are those of all that are about it. */
function assertParts({ observer }: Run, tree: ProcessTreeOptions, chosen: readonly number[]): void {
  const all = openFacts(observer, tree);
  const keys = [...new Set(all.map((fact) => widerKey(containerOfFact(fact))))];
  const some = keys.filter((_, at) => chosen.includes(at));
  const sets = [[], some, keys.filter((key) => !some.includes(key)), ...keys.map((key) => [key])];
  for (const set of sets) {
    const part = partOf(new Set(set));
    assertSame(about(openFacts(observer, tree, part), part), about(all, part), String(set));
  }
}

test("recorded: facts of some containers are those of all that are about them", () => {
  for (const file of recordings) {
    const events = recorded(file);
    const run = start({});
    for (const [at, event] of events.entries()) {
      run.observer.observe(event);
      if (at % Math.ceil(events.length / 4) === 0) assertParts(run, {}, [0, 2, 3]);
    }
    assertParts(run, {}, [0, 2, 3]);
  }
});

test("recorded: to be asked changes nothing of what goes on", () => {
  for (const file of recordings) {
    const events = recorded(file);
    // Detection decides some things only when it is asked.
    const begin = () => createObserver({ folds: createFolds([]), emit: () => {}, releases: true });
    const [asked, left] = [begin(), begin()];
    for (const [at, event] of events.entries()) {
      asked.observe(event);
      left.observe(event);
      if (at % Math.ceil(events.length / 4) === 0) asked.emitOpen(() => {});
    }
    asked.emitOpen(() => {});
    assert.deepEqual(structuredClone(asked.dump()), structuredClone(left.dump()), file);
  }
});

const small = fc.constantFrom({}, { graceUs: 2_000_000 });

test("law: facts of some containers are those of all that are about them", () => {
  const chosenOf = fc.array(fc.nat(5), { maxLength: 4 });
  fc.assert(
    fc.property(choices, fc.nat(1000), small, chosenOf, (made, place, tree, chosen) => {
      const events = livelyEvents(made);
      const run = start(tree);
      for (const event of events.slice(0, 1 + (place % events.length))) run.observer.observe(event);
      assertParts(run, tree, chosen);
    }),
    { numRuns: 100 },
  );
});

function isHostSocket(event: Event): boolean {
  return (
    "hook" in event && event.process?.containerId === "" && /tcp|udp|inet|sock/.test(event.hook)
  );
}

/** What a store shows to which only facts of touched containers are told. */
function assertTouched(events: readonly Event[], tree: ProcessTreeOptions, every: number): void {
  const { observer, settled } = start(tree);
  let shown: readonly Fact[] = [];
  for (const [at, event] of events.entries()) {
    observer.observe(event);
    if (at % every !== 0) continue;
    const touched = new TouchedContainers();
    touched.addAll(observer.takeTouched());
    for (const key of settled) touched.add(key);
    settled.clear();
    const part = partOf(touched.take() ?? assert.fail());
    const news = new Set(about(shown, part));
    shown = [
      ...shown.filter((fact) => !news.has(fact)),
      ...about(openFacts(observer, tree, part), part),
    ];
    assertSame(shown, openFacts(observer, tree), `after ${at}`);
  }
}

test("recorded: facts of what was touched, one time after the other, make up all", () => {
  for (const file of recordings) {
    const events = recorded(file);
    assertTouched(events, {}, Math.ceil(events.length / 40));
  }
});

test("law: facts of what was touched, one time after the other, make up all", () => {
  fc.assert(
    fc.property(choices, fc.integer({ min: 1, max: 20 }), small, (made, every, tree) => {
      // Its host shares sockets with a container, as in truth nobody does.
      const events = livelyEvents(made).filter((event) => !isHostSocket(event));
      assertTouched(events, tree, every);
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

/** Whose doing it was may become known later, from what others do. */
function useKey(fact: Fact): string {
  return factKey(fact.kind === "file-use" ? { ...fact, actor: "service" } : fact);
}

const pieceKinds = new Set(["file-use", "privilege", "container"]);
const isPiece = ({ kind }: Fact) => pieceKinds.has(kind);

/** What a store shows to which, one time after the other, only what is new is told. */
function assertNew(events: readonly Event[], tree: ProcessTreeOptions, every: number) {
  const { observer } = start(tree);
  const shown = new Set<string>();
  const late = new Set<string>();
  const containers = new FactSet();
  for (const [at, event] of events.entries()) {
    observer.observe(event);
    if (at % every !== 0 && at !== events.length - 1) continue;
    const touched = new TouchedContainers();
    touched.addAll(observer.takeTouched());
    const ids = observer.takeTouchedIds();
    const part = partOf(touched.take() ?? assert.fail());
    const all = openFacts(observer, tree).filter(({ kind }) => kind !== "loss");
    const isNew = ids === undefined ? undefined : (id: string) => ids.has(id);
    const told = about(openFacts(observer, tree, { ...part, isNew, newIds: ids }), part);
    const pieces = told.filter(isPiece);
    assertSame([...all, ...pieces], all, `pieces after ${at}`);
    const rest = (facts: readonly Fact[]) =>
      facts.filter((fact) => !isPiece(fact) && fact.kind !== "loss");
    assertSame(rest(told), rest(about(all, part)), `the rest after ${at}`);
    for (const fact of pieces) shown.add(useKey(fact));
    for (const fact of pieces) if (fact.kind === "container") containers.add(fact);
    for (const fact of all) {
      if (isPiece(fact) && !shown.has(useKey(fact))) late.add(useKey(fact));
    }
  }
  return {
    observer,
    shownCount: shown.size,
    lateKeys: [...late],
    containers: containers.containers,
  };
}

/** The last events of a recording come after the last look. */
function withoutLast(facts: Iterable<Fact>): readonly Fact[] {
  return [...facts].map((fact) => (fact.kind === "container" ? { ...fact, lastSeenUs: 0 } : fact));
}

test("recorded: what is new is a part of all, and each use is told when it is new", () => {
  let count = 0;
  for (const file of recordings) {
    const events = recorded(file);
    const told = assertNew(events, {}, Math.ceil(events.length / 40));
    const { shownCount, lateKeys, containers } = told;
    assert.deepEqual(lateKeys, [], file);
    const all = openFacts(told.observer, {}).filter(({ kind }) => kind === "container");
    assertSame(withoutLast(containers), withoutLast(all), file);
    count += shownCount;
  }
  assert.ok(count > 100, "recordings have uses of files");
});

test("law: what is new is a part of all, whatever came when", () => {
  fc.assert(
    fc.property(choices, fc.integer({ min: 1, max: 20 }), small, (made, every, tree) => {
      const events = livelyEvents(made).filter((event) => !isHostSocket(event));
      assertNew(events, tree, every);
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

test("processes that are gone or too many before they were asked for are not told apart", () => {
  const touched = new TouchedProcesses();
  const node = (execId: string) => ({ execId }) as Parameters<TouchedProcesses["add"]>[0];
  touched.add(node("a"));
  touched.add(node("b"));
  touched.forget(node("c"));
  assert.deepEqual([...(touched.take() ?? [])], ["a", "b"]);
  touched.add(node("a"));
  touched.forget(node("a"));
  assert.equal(touched.take(), undefined);
  for (let at = 0; at <= 65_536; at += 1) touched.add(node(String(at)));
  assert.equal(touched.take(), undefined);
  assert.equal(touched.take()?.size, 0);
});
