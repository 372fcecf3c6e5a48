/** Tests of `decisions.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DecisionName } from "../src/core/judge/decide/decision.ts";
import { findRow, nameRow } from "../src/core/judge/decide/decision-table.ts";
import type { Funnel } from "../src/core/judge/verdict.ts";
import {
  type DecidedFinding,
  decidePlanted,
  describeFunnel,
  describePlanted,
} from "./decisions.ts";
import type { PlantedRow } from "./truth.ts";

const row = (name: string): PlantedRow => ({
  container: "web",
  type: "npm",
  name,
  version: "1.0",
  location: "",
  use: "start",
  cves: [],
});

const soon = { kev: false, exposed: true, automatable: false, impact: "total" } as const;
const now = { ...soon, automatable: true } as const;

function finding(id: string, name: string, key: typeof soon | typeof now): DecidedFinding {
  const { decision } = findRow(key);
  return {
    id,
    vulnerability: `CVE-${id}`,
    container: "web",
    packages: [`${name}@1.0`],
    decision: {
      name: decision,
      byTable: decision,
      row: nameRow(key),
      deadlineDays: 3,
      forensics: false,
      inputs: [],
      modifiers: [],
    },
  };
}

const action = (decision: DecisionName, ...findings: string[]) => ({ decision, findings });
const funnel = (all: number, actNowActions: number) =>
  ({
    all,
    actNow: 3,
    actNowAssumed: 1,
    actNowActions,
    stages: { actNow: { findings: 2 } },
  }) as unknown as Funnel;

const findings = [finding("1", "a", soon), finding("2", "a", now), finding("3", "b", soon)];
const actions = [action("act-now", "2"), action("soon", "1", "3")];

test("a planted package counts by its most urgent finding, and says which row put it later", () => {
  const decided = decidePlanted([row("a"), row("b")], {
    findings,
    actions,
    funnel: funnel(300, 1),
  });
  assert.deepEqual(
    decided.map((one) => [one.finding?.id, one.isPlanned]),
    [
      ["2", true],
      ["3", true],
    ],
  );
  const text = describePlanted(decided).join("\n");
  assert.match(text, /\| `act-now` \| 1 \|\n\| `soon` \| 1 \|/);
  assert.match(text, /missing from the plan \| 0 \|/);
  assert.match(text, /`soon`, row `kev=no exposed=yes automatable=no impact=total`/);
  assert.match(text, /\(not known to be exploited, not automatable\): web b 1.0 \(CVE-3\)/);
});

test("a planted package without a finding, or whose finding no action holds, is missing", () => {
  const [act] = actions;
  const decided = decidePlanted([row("a"), row("b"), row("c")], {
    findings,
    actions: act === undefined ? [] : [act],
    funnel: funnel(300, 1),
  });
  const text = describePlanted(decided).join("\n");
  assert.match(text, /missing from the plan \| 2 \|/);
  assert.match(text, /- missing: web b 1.0\n- missing: web c 1.0/);
});

test("the reduction is of all matches to actions for now, and its target is told", () => {
  const told = (all: number, count: number) =>
    describeFunnel({ findings, actions, funnel: funnel(all, count) }).join("\n");
  assert.match(told(300, 3), /act-now actions 3: 100x fewer; the target, 100x, is reached\./);
  assert.match(told(300, 4), /75x fewer; the target, 100x, is missed\./);
  assert.match(told(300, 3), /Actions of the plan: 1 act-now, 1 soon, 0 scheduled/);
});
