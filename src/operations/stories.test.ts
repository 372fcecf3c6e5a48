/**
 * Runs `report` over each story of `fixtures/stories` and compares what it says with what must
 * hold.
 * In: folders as a user has them: `waggle.yaml` and the files it names. Out: one test a story.
 * `UPDATE=1` writes `expect.json` anew; the difference is to be read, not trusted.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createNodeFiles } from "../adapters/files/node-files.ts";
import type { Action } from "../core/judge/decide/action.ts";
import { nameWorkload } from "../core/judge/name-workload.ts";
import type { Finding } from "../core/judge/verdict.ts";
import type { Report } from "../core/report/report.ts";
import { stillContext } from "../testing/still-context.ts";
import { loadConfig } from "./load-config.ts";
import type { OperationContext } from "./operation.ts";
import { report } from "./report.ts";

const folder = join(import.meta.dirname, "..", "..", "fixtures", "stories");
const stories = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory());

/** What a reader checks; the rest of a report is not the story's business. */
interface Expectation {
  /** One sentence: what must hold, and why. A person writes it. */
  readonly story: string;
  readonly findings: readonly unknown[];
  readonly actions: readonly string[];
  readonly contradictions: readonly string[];
  /** Codes. */
  readonly problems: readonly string[];
}

async function makeReport(story: string): Promise<Report> {
  const files = createNodeFiles();
  const context: OperationContext = {
    files,
    scanner: {
      scan: () => assert.fail("nothing is scanned"),
      match: () => assert.fail("nothing is scanned"),
      dataVersion: () => assert.fail("nothing is scanned"),
    },
    now: undefined,
    settings: await loadConfig(files, join(folder, story, "waggle.yaml")),
    onProgress: () => {},
    ...stillContext,
  };
  return (await report.run({}, context)).report;
}

function tellFinding({ vulnerability, package: { name }, ...finding }: Finding): unknown {
  const { exposed, observed, allowed, hopCount } = finding.exposure;
  const { name: decision, byTable, row, inputs, modifiers } = finding.decision;
  return {
    finding: `${vulnerability.id} ${name} in ${nameWorkload(finding.workload)}`,
    decision,
    byTable,
    row,
    assumed: inputs.filter(({ assumed }) => assumed).map((input) => input.name),
    usage: `${finding.usage.state}, coverage ${finding.usage.coverage}`,
    exposure: { exposed, observed, allowed, hopCount },
    modifiers: Object.fromEntries(modifiers.map((one) => [one.name, one.effect])),
  };
}

function tellAction({ kind, decision, workloads, findings }: Action): string {
  const where = workloads.map(nameWorkload).sort().join(", ");
  return `${decision}: ${kind} in ${where}, for ${findings.length}`;
}

function extract({ findings, actions, contradictions, problems }: Report, story: string) {
  const expectation: Expectation = {
    story,
    findings: findings.map(tellFinding),
    actions: actions.map(tellAction),
    contradictions: contradictions.map(
      ({ kind, workload, observed }) => `${kind} in ${nameWorkload(workload)}: ${observed}`,
    ),
    problems: problems.map(({ code }) => code),
  };
  return expectation;
}

test("there are stories", () => assert.ok(stories.length > 0, `none in ${folder}`));

for (const { name } of stories) {
  const file = join(folder, name, "expect.json");
  const expected = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as Expectation)
    : undefined;
  test(`${name}: ${expected?.story ?? "nothing is expected yet, run with UPDATE=1"}`, async () => {
    const told = extract(await makeReport(name), expected?.story ?? "");
    if (process.env["UPDATE"] === "1") {
      writeFileSync(file, `${JSON.stringify(told, null, 2)}\n`);
      return;
    }
    assert.ok(expected?.story, `${file}: say in \`story\` what must hold and why`);
    assert.deepEqual(told, expected);
  });
}
