/** Tests of trying rules on their cases. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event } from "../../event/event.ts";
import { decodeCases } from "./decode-cases.ts";
import type { SignalFact } from "./detect-fact.ts";
import { runCases } from "./run-cases.ts";

/** A rule that sees each exec of `bad`. */
function detect(events: readonly Event[]): readonly SignalFact[] {
  const bad = events.filter((event) => event.type === "exec" && event.process?.binary === "/bad");
  return bad.map(() => ({ rule: "sees-bad" }) as SignalFact);
}

const twice = [
  { pid: 11, exec: "/bad" },
  { pid: 12, exec: "/bad" },
];

function verdicts(document: object, rule = "sees-bad"): readonly string[] {
  return runCases(rule, decodeCases(document), detect).map(
    ({ kind, name, passed, why }) => `${kind} ${name} ${passed} ${why}`,
  );
}

test("a matching case holds when the rule gives a signal, a quiet one when it gives none", () => {
  const good = [{ pid: 11, exec: "/good" }];
  const document = {
    matching: [
      { name: "bad", events: twice },
      { name: "good", events: good },
    ],
    quiet: [
      { name: "good", events: good },
      { name: "bad", events: twice },
    ],
  };
  assert.deepEqual(verdicts(document), [
    "matching bad true ",
    "matching good false It gave no signal.",
    "quiet good true ",
    "quiet bad false It gave 2 signals where it must be quiet.",
  ]);
});

test("an expected count must be met exactly", () => {
  const count = (expected: number) => ({
    matching: [{ name: "n", "expect-count": expected, events: twice }],
  });
  assert.deepEqual(verdicts(count(2)), ["matching n true "]);
  assert.deepEqual(verdicts(count(1)), ["matching n false It gave 2 signals where 1 are due."]);
});

test("signals of other rules do not count, but are told", () => {
  const document = { matching: [{ name: "n", events: twice }] };
  const [result] = runCases("another", decodeCases(document), detect);
  assert.equal(result?.passed, false);
  assert.deepEqual(result?.signals, ["sees-bad"]);
  const named = { rule: "sees-bad", ...document };
  assert.deepEqual(verdicts(named, "another"), ["matching n true "]);
});
