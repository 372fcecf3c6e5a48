/**
 * Tries sequences on made-up acts: windows, order, bounds, and what survives a restart.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { linearRegex } from "../../../operations/detect/linear-regex.ts";
import { ActScene, namesOfHits, sceneAct } from "../../../testing/act-scene.ts";
import type { Act } from "../detect/act.ts";
import type { Hit } from "../detect/detector.ts";
import { compileSequence } from "./compile-sequence.ts";
import { createCompileWhere } from "./compile-where.ts";
import { createSequenceDetector } from "./sequence-detector.ts";
import type { SequenceRule } from "./sequence-rule.ts";

const second = 1_000_000;

function compile(told: Record<string, unknown>): SequenceRule {
  const head = { id: "rule", title: "A rule", family: "discovery", level: "low", author: "me" };
  const options = { source: "rule.yaml", compileWhere: createCompileWhere(linearRegex) };
  const { rule, problems } = compileSequence({ ...head, ...told }, options);
  assert.deepEqual(problems, []);
  assert.ok(rule !== undefined);
  return rule;
}

const pipe = compile({
  id: "pipe",
  by: "parent",
  within: "3s",
  steps: [
    { name: "fetch", act: "exec", where: { role: "fetcher" } },
    {
      name: "run",
      act: "exec",
      where: { role: "shell", arguments: "" },
      with: { "sibling-of": "fetch", overlaps: "fetch" },
    },
  ],
});
const drop = compile({
  id: "drop",
  by: ["container", "file"],
  within: "5m",
  ordered: true,
  steps: [
    { name: "write", act: "write" },
    { name: "run", act: "exec", file: "binary" },
    { name: "delete", act: "delete" },
  ],
  subject: "run",
});
const burst = compile({
  id: "burst",
  by: "entry",
  within: "1m",
  steps: [
    {
      name: "look",
      act: "exec",
      where: { name: ["id", "ps", "env", "mount"] },
      distinct: { field: "name", "at-least": 3 },
    },
  ],
  subject: "look.entry",
});
const upload = compile({
  id: "upload",
  by: "process",
  within: "1m",
  steps: [{ name: "send", act: "send", sum: { field: "bytes", "at-least": 1000 } }],
  unless: "own-network",
});

class Run {
  readonly hits: Hit[] = [];
  readonly lost: string[] = [];
  readonly detector;
  readonly scene: ActScene;
  state;

  constructor(scene: ActScene, rules: readonly SequenceRule[], keyCountMax?: number) {
    this.scene = scene;
    this.detector = createSequenceDetector(rules, keyCountMax === undefined ? {} : { keyCountMax });
    this.state = this.detector.start();
  }

  feed(...acts: readonly Act[]): this {
    for (const act of acts) {
      this.detector.step(this.state, act, this.context(act.timeUs));
    }
    return this;
  }

  context(nowUs: number) {
    return {
      nowUs,
      book: this.scene,
      hit: (hit: Hit) => this.hits.push(hit),
      lost: ({ container }: { readonly container: string }) => this.lost.push(container),
    };
  }

  get names(): readonly string[] {
    return namesOfHits(this.hits);
  }
}

test("a fetcher and a shell side by side are told once, with both and what they said", () => {
  const scene = new ActScene();
  const shell = scene.add({ pid: 1, binary: "/bin/bash" });
  const words = "-s http://203.0.113.5/x";
  const fetch = scene.add({ pid: 2, binary: "/usr/bin/curl", arguments: words, parent: shell });
  const run = scene.add({ pid: 3, binary: "/bin/sh", parent: shell });
  const { hits } = new Run(scene, [pipe]).feed(
    sceneAct(fetch, second),
    sceneAct(run, 1.5 * second),
    sceneAct(run, 1.5 * second),
  );
  assert.equal(hits.length, 1);
  assert.equal(hits[0]?.subject, run);
  assert.deepEqual(hits[0]?.others, [fetch.execId]);
  assert.deepEqual(hits[0]?.because, [`fetch: /usr/bin/curl ${words}`, "run: /bin/sh"]);
  assert.deepEqual(
    hits[0]?.indicators.filter(({ type }) => type !== "command"),
    [
      { type: "url", value: "http://203.0.113.5/x" },
      { type: "ip", value: "203.0.113.5" },
    ],
  );
});

test("what ended before the other began does not overlap", () => {
  const scene = new ActScene();
  const shell = scene.add({ pid: 1, binary: "/bin/bash" });
  const at = { startUs: second, exitUs: 1.2 * second };
  const fetch = scene.add({ pid: 2, binary: "/usr/bin/curl", parent: shell, ...at });
  const run = scene.add({ pid: 3, binary: "/bin/sh", parent: shell, startUs: 1.5 * second });
  const acts = [sceneAct(fetch, second), sceneAct(run, 1.5 * second)];
  assert.deepEqual(new Run(scene, [pipe]).feed(...acts).names, []);
});

test("acts further apart than the window are no sequence", () => {
  const scene = new ActScene();
  const shell = scene.add({ pid: 1, binary: "/bin/bash" });
  const fetch = scene.add({ pid: 2, binary: "/usr/bin/curl", parent: shell });
  const run = scene.add({ pid: 3, binary: "/bin/sh", parent: shell });
  const acts = [sceneAct(fetch, second), sceneAct(run, 4.1 * second)];
  assert.deepEqual(new Run(scene, [pipe]).feed(...acts).names, []);
});

test("an ordered sequence goes by the times of events, not by their arrival", () => {
  const scene = new ActScene();
  const shell = scene.add({ pid: 1, binary: "/bin/bash" });
  const run = scene.add({ pid: 2, binary: "/tmp/a", parent: shell });
  const write = sceneAct(shell, second, { kind: "write", path: "/tmp/a" });
  const start = sceneAct(run, 2 * second);
  const remove = sceneAct(shell, 3 * second, { kind: "delete", path: "/tmp/a" });
  assert.deepEqual(new Run(scene, [drop]).feed(remove, start, write).names, ["drop of exec-1"]);
  const early = { ...remove, timeUs: 0.5 * second };
  assert.deepEqual(new Run(scene, [drop]).feed(write, start, early).names, []);
});

test("a session is told once of its burst, and what repeats does not push out what differs", () => {
  const scene = new ActScene();
  const shell = scene.add({ pid: 1, binary: "/bin/bash" });
  const start = (binary: string, at: number) =>
    sceneAct(scene.add({ pid: 100 + at, binary, parent: shell }), at * 10_000);
  const many = Array.from({ length: 200 }, (_, at) => start("/usr/bin/ps", at + 2));
  const run = new Run(scene, [burst]).feed(start("/usr/bin/id", 1), ...many);
  assert.deepEqual(run.names, []);
  run.feed(start("/usr/bin/env", 300), start("/usr/bin/mount", 301));
  assert.deepEqual(run.names, ["burst of exec-0"]);
  assert.equal(run.hits.length, 1);
});

test("bytes add up, but not those that an exception spares", () => {
  const scene = new ActScene();
  const tool = scene.add({ pid: 1, binary: "/usr/bin/curl" });
  const send = (at: number, address: string) =>
    sceneAct(tool, at, { kind: "send", path: "", address, port: 80, value: 600 });
  const near = new Run(scene, [upload]).feed(send(1, "127.0.0.1"), send(2, "127.0.0.1"));
  assert.deepEqual(near.names, []);
  const far = new Run(scene, [upload]).feed(send(1, "203.0.113.5"), send(2, "203.0.113.5"));
  assert.deepEqual(far.names, ["upload of exec-0"]);
});

function liveliness(): { readonly scene: ActScene; readonly acts: readonly Act[] } {
  const scene = new ActScene();
  const acts: Act[] = [];
  for (let session = 0; session < 3; session++) {
    const base = session * 3 * second + second;
    const shell = scene.add({ pid: 1000 * session + 1, binary: "/bin/bash" });
    const child = (binary: string, at: number): void => {
      const pid = 1000 * session + acts.length + 2;
      acts.push(sceneAct(scene.add({ pid, binary, parent: shell }), base + at * second));
    };
    const file = (kind: "write" | "delete", at: number): void => {
      const path = `/tmp/${session}`;
      acts.push(sceneAct(shell, base + at * second, { kind, path }));
    };
    child("/usr/bin/wget", 1);
    child("/bin/sh", session === 1 ? 9 : 2);
    for (const [at, name] of ["id", "ps", "env"].entries()) child(`/usr/bin/${name}`, 3 + at);
    file("write", 2);
    child(`/tmp/${session}`, 4);
    file("delete", session === 2 ? 1 : 6);
  }
  return { scene, acts };
}

test("any order of the same acts within half a minute gives the same signals", () => {
  const { scene, acts } = liveliness();
  const rules = [pipe, drop, burst];
  const straight = new Run(scene, rules).feed(...acts).names;
  assert.equal(straight.length, 7);
  const order = fc.shuffledSubarray([...acts], { minLength: acts.length });
  fc.assert(
    fc.property(order, fc.nat(acts.length - 1), (shuffled, at) => {
      // Once more, as after a reconnection.
      const again = shuffled[at];
      const run = new Run(scene, rules).feed(...shuffled, ...(again === undefined ? [] : [again]));
      assert.deepEqual(run.names, straight);
    }),
  );
});

test("a state that was copied goes on as the one it was copied from", () => {
  const { scene, acts } = liveliness();
  const rules = [pipe, drop, burst];
  const straight = new Run(scene, rules).feed(...acts).names;
  for (let cut = 0; cut <= acts.length; cut++) {
    const first = new Run(scene, rules).feed(...acts.slice(0, cut));
    const second_ = new Run(scene, rules);
    const { dump, load } = second_.detector;
    assert.ok(dump !== undefined && load !== undefined);
    second_.state = load(structuredClone(dump(first.state)));
    second_.feed(...acts.slice(cut));
    assert.deepEqual(namesOfHits([...first.hits, ...second_.hits]), straight);
  }
});

test("a state of before a rule changed is taken up without it", () => {
  const { scene, acts } = liveliness();
  const before = new Run(scene, [pipe, burst]).feed(...acts);
  const changed = { ...pipe, steps: pipe.steps.slice(0, 1), subjectStep: 0 };
  const after = new Run(scene, [changed]);
  const { load } = after.detector;
  assert.ok(load !== undefined);
  after.state = load(structuredClone(before.state));
  assert.deepEqual([...after.state.rules.keys()], []);
});

test("no flood of keys or marks makes the state grow beyond its bounds", () => {
  const scene = new ActScene();
  const run = new Run(scene, [drop, burst], 50);
  const shell = scene.add({ pid: 1, binary: "/bin/bash" });
  for (let at = 0; at < 5000; at++) {
    run.feed(sceneAct(shell, at, { kind: "write", path: `/tmp/${at}` }));
    run.feed(sceneAct(shell, at * 2 * second, { kind: "delete", path: "/tmp/x" }));
  }
  const episodes = run.state.rules.get("drop");
  assert.ok(episodes !== undefined && episodes.size <= 50);
  for (const { marks } of episodes.values()) {
    for (const list of marks) assert.ok(list.length <= 12);
  }
  assert.ok(run.lost.length > 4000, "keys let go while their window was open are told");
});

test("windows that ended and containers that are gone are forgotten", () => {
  const scene = new ActScene();
  const run = new Run(scene, [drop]);
  const here = scene.add({ pid: 1, binary: "/bin/sh", container: "c1" });
  const there = scene.add({ pid: 2, binary: "/bin/sh", container: "c2" });
  const write = (subject: typeof here, at: number) =>
    sceneAct(subject, at, { kind: "write", path: "/tmp/a" });
  run.feed(write(here, second), write(there, 100 * second));
  run.detector.tick?.(run.state, run.context(340 * second));
  assert.equal(run.state.rules.get("drop")?.size, 1);
  const isGone = (container: string) => container === "c2";
  run.detector.release?.(run.state, { nowUs: 340 * second, isGone });
  assert.equal(run.state.rules.get("drop")?.size, 0);
});

test("rules that want the same of an act share what is kept of it, others do not", () => {
  const scene = new ActScene();
  const other = { ...burst, head: { ...burst.head, id: "other" } };
  const many = compile({
    ...{ id: "many", by: "entry", within: "1m" },
    steps: [{ name: "look", act: "exec", distinct: { field: "binary", "at-least": 5 } }],
  });
  const run = new Run(scene, [burst, other, many]);
  const tool = scene.add({ pid: 1, binary: "/usr/bin/id" });
  run.feed(sceneAct(tool, second, { kind: "exec" }));
  const markOf = (rule: string) => {
    const [episode] = run.state.rules.get(rule)?.values() ?? [];
    return episode?.marks[0]?.[0];
  };
  assert.ok(markOf("burst") !== undefined && markOf("many") !== undefined);
  assert.equal(markOf("other"), markOf("burst"));
  assert.notEqual(markOf("many"), markOf("burst"));
});

test("of two rules with one id the first is taken", () => {
  const { listings } = createSequenceDetector([pipe, { ...burst, head: pipe.head }]);
  assert.equal(listings.length, 1);
});
