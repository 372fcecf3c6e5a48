/** Tests that policy files given later say of coverage what they would have said from the start. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  foldFacts,
  minuteUs,
  sampleExec,
  sampleHook,
  sampleOpen,
  sampleStartUs,
} from "../../testing/sample-facts.ts";
import type { Event } from "../event/event.ts";
import { createCoverage } from "./coverage.ts";
import type { CoverageFact } from "./fact.ts";
import { FactSet } from "./fact-set.ts";
import { CoverageRestater } from "./restate-coverage.ts";
import { collectStated } from "./stated-sensors.ts";
import type { PolicyScope } from "./tracing-policy.ts";

const at = (minutes: number): number => sampleStartUs + minutes * minuteUs;

function scope(about: Partial<PolicyScope>): PolicyScope {
  return {
    ...{ policy: "files", input: "policy.yaml", hook: "security_file_open", sensor: "open" },
    ...{ namespace: "", paths: ["/usr"], limits: [], doings: [] },
    ...about,
  };
}

const files = scope({});
const loader = scope({ policy: "libraries", hook: "loader", sensor: "loader", paths: [""] });

function observe(events: readonly Event[], policies: readonly PolicyScope[]): CoverageFact[] {
  const facts = foldFacts(createCoverage({ policies }), events);
  return facts.filter((fact): fact is CoverageFact => fact.kind === "coverage");
}

function restate(facts: readonly CoverageFact[], policies: readonly PolicyScope[]) {
  const told = new FactSet();
  const restater = new CoverageRestater(collectStated(policies), told.add.bind(told));
  for (const fact of facts) restater.take(fact);
  restater.end();
  return told.coverage;
}

test("what events let infer gives way to the file, what was stated then does not", () => {
  const events = [sampleExec(at(0)), sampleOpen(at(1), "/usr/lib/x"), sampleExec(at(2))];
  const wider = scope({ paths: ["/usr", "/app"] });
  const before = observe(events, [files]);
  assert.deepEqual(restate(before, [wider]), restate(before, []));
  const [open] = restate(observe(events, []), [wider]).filter(({ sensor }) => sensor === "open");
  assert.deepEqual([open?.basis, open?.pathPrefixes], ["stated", ["/usr", "/app"]]);
  assert.deepEqual([open?.sinceUs, open?.untilUs, open?.eventCount], [at(1), at(2), 1]);
});

test("a file of now does not widen what was stated for the same policy, in either order", () => {
  const events = [sampleExec(at(0)), sampleOpen(at(1), "/usr/lib/x"), sampleExec(at(2))];
  const [inferred, stated] = [observe(events, []), observe(events, [files])];
  const wider = scope({ paths: ["/usr", "/app"] });
  for (const facts of [
    [...inferred, ...stated],
    [...stated, ...inferred],
  ]) {
    const open = restate(facts, [wider]).filter(({ sensor }) => sensor === "open");
    assert.deepEqual(
      open.map(({ basis, pathPrefixes }) => [basis, pathPrefixes]),
      [["stated", ["/usr"]]],
    );
  }
});

test("on each node that is known, a policy that gave no event is told as one", () => {
  const events = [sampleExec(at(0), {}), { ...sampleExec(at(1)), node: "other" }];
  const told = restate(observe(events, []), [files, loader]);
  assert.deepEqual(
    told.map(({ node, sensor, policy, eventCount }) => `${node} ${sensor} ${policy} ${eventCount}`),
    observe(events, [files, loader])
      .map(({ node, sensor, policy, eventCount }) => `${node} ${sensor} ${policy} ${eventCount}`)
      .sort(),
  );
  assert.deepEqual(restate([], [files]), [], "nobody was watched");
});

const hooks = ["security_file_open", "security_mmap_file", "security_file_permission"] as const;
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.nat(50).map((minutes) => sampleExec(at(minutes))),
  fc
    .tuple(fc.nat(50), fc.constantFrom("/usr/lib/a.so", "/app/b.js", "/c"))
    .map(([minutes, path]) => sampleOpen(at(minutes), path)),
  fc
    .tuple(fc.nat(50), fc.constantFrom(...hooks), fc.constantFrom("files", "more", "third"))
    .map(([minutes, hook, policy]) => sampleHook(at(minutes), { hook, policy })),
);
const policy = fc.record({
  policy: fc.constantFrom("files", "more", "libraries"),
  sensor: fc.constantFrom("open" as const, "mmap" as const, "loader" as const),
  paths: fc.subarray(["/usr", "/app", "!/usr/share"], { minLength: 1 }),
  limits: fc.subarray(["only pods with certain labels"]),
});

test("law: given later they state the same paths and limits as given from the start", () => {
  const stated = (facts: readonly CoverageFact[]) => {
    const set = new FactSet();
    for (const fact of facts) set.add(fact);
    return set.coverage
      .filter(({ basis }) => basis === "stated")
      .map(({ node, sensor, policy, pathPrefixes, limits }) => {
        return { node, sensor, policy, pathPrefixes, limits };
      });
  };
  fc.assert(
    fc.property(fc.array(event), fc.array(policy), (more, some) => {
      const events = [sampleExec(at(0)), ...more];
      const scopes = some.map((one) => scope(one));
      assert.deepEqual(
        stated(restate(observe(events, []), scopes)),
        stated(observe(events, scopes)),
      );
    }),
    { numRuns: 300 },
  );
});
