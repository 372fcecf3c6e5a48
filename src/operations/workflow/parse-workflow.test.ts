/**
 * Tests of `parse-workflow.ts` and what it stands on: `workflow-schema.ts`, `check-workflow.ts`,
 * `check-with.ts`, `find-cycle.ts`, `load-workflows.ts`: each mistake has its place.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { createMemoryFiles } from "../../adapters/files/memory-files.ts";
import { createNodeFiles } from "../../adapters/files/node-files.ts";
import { noOutside } from "../../testing/still-context.ts";
import { readYaml } from "../read-yaml.ts";
import { checkWith } from "./check-with.ts";
import { checkWorkflow } from "./check-workflow.ts";
import { findCycle } from "./find-cycle.ts";
import { findWorkflow, loadWorkflows } from "./load-workflows.ts";
import { parseWorkflow } from "./parse-workflow.ts";
import { stepUses } from "./step-uses.ts";
import { compileTemplate } from "./template.ts";
import { readWorkflowShape, workflowJsonSchema } from "./workflow-schema.ts";

const shipped = fileURLToPath(new URL("../../../workflows", import.meta.url));
const outside = { ...noOutside, shipped: { rules: "", workflows: shipped } };

const good = `name: mine
description: Looks and tells.
triggers:
  command:
inputs:
  since: { default: 2h }
steps:
  - id: find
    type: sensor
    uses: waggle.incidents
    with:
      since: \${{ inputs.since }}
  - id: judge
    type: agent
    uses: classify
    with:
      incidents: \${{ steps.find.output }}
  - id: save
    type: action
    uses: write-file
    if: length(steps.find.output.incidents) > 0
    with:
      file: out.json
      content: \${{ steps.judge.output }}
`;

function troubles(text: string): readonly string[] {
  return parseWorkflow(text, "w.yaml", stepUses).problems.map(({ message }) => message);
}

test("a right file is a workflow whose steps wait for what they use", () => {
  const { workflow, problems } = parseWorkflow(good, "w.yaml", stepUses);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    workflow?.steps.map(({ id, waitsFor }) => [id, waitsFor]),
    [
      ["find", []],
      ["judge", ["find"]],
      ["save", ["judge", "find"]],
    ],
  );
});

test("each mistake is told with line and column", () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ["name: mine", "name: My Flow", /^w\.yaml:1:1: name: expected small letters/],
    ["  command:", "  whenever:", /^w\.yaml:4:3: triggers\.whenever: there is no such key/],
    ["uses: classify", "uses: classfy", /^w\.yaml:15:5: steps\.1\.uses: .*did you mean classify\?/],
    ["type: agent", "type: action", /^w\.yaml:14:5: steps\.1\.type: classify is of type agent/],
    ["      since:", "      sinse:", /^w\.yaml:12:7: steps\.0\.with\.sinse: .*did you mean since/],
    [
      "steps.judge.output }",
      "steps.judgs.output }",
      /:24:7: .*no step "judgs"; did you mean judge/,
    ],
    ["steps.judge.output }", "steps.judge.result }", /output, status and error, not "result"/],
    ["inputs.since }", "inputs.sense }", /there is no input "sense"/],
    ["inputs.since }", "env.HOME }", /there is no "env"; there are inputs, steps and trigger/],
    ["> 0", "> > 0", /^w\.yaml:21:47: steps\.2\.if: ">" is out of place/],
    ["file: out.json", "file: 7", /steps\.2\.with\.file: .*expected string/],
    ["      file: out.json\n", "", /write-file needs file/],
    ["file: out.json", `file: \${{ steps.find.output.x }}`, /telemetry would choose it/],
    ["id: judge", "id: find", /two steps are called "find"/],
    ["  - id: save", "  - id: save\n    dependsOn: [nobody]", /there is no step "nobody"/],
    ["default: 2h }", "default: 2h }\n  extra: {}", /^w\.yaml:7:3: inputs\.extra: no step uses/],
    ["default: 2h }", "type: number, default: many }", /inputs\.since\.default: expected a number/],
    ["type: sensor", "type: sensor\n    timeout: soon", /expected a duration/],
    ["steps:", "steps: []\nother:", /^w\.yaml:7:1: steps/],
    ["name: mine", "name: mine\nname: yours", /^w\.yaml:2:1: .*there twice/],
    ["    uses: waggle.incidents\n", "", /^w\.yaml:8:5: steps\.0\.uses: it is missing/],
  ];
  for (const [before, after, told] of cases) {
    assert.ok(good.includes(before), before);
    const all = troubles(good.replace(before, () => after));
    assert.ok(
      all.some((one) => told.test(one)),
      `${after} → ${JSON.stringify(all)}`,
    );
  }
  assert.match(troubles("")[0] ?? "", /^w\.yaml:1:1:/);
  assert.match(troubles(`${good}---\n${good}`)[0] ?? "", /a file holds one workflow/);
});

test("steps that wait for each other are told as a circle", () => {
  const text = good.replace(
    `      since: \${{ inputs.since }}`,
    `      since: \${{ inputs.since }}\n    dependsOn: [save]`,
  );
  assert.match(troubles(text).join(), /wait for each other: find → save → judge → find/);
  assert.equal(
    findCycle(
      new Map([
        ["a", ["b"]],
        ["b", []],
      ]),
    ),
    undefined,
  );
  assert.deepEqual(findCycle(new Map([["a", ["a"]]])), ["a", "a"]);
});

test("the workflows that ship are right, and fit the published schema", async () => {
  const files = createNodeFiles();
  const { workflows, problems } = await loadWorkflows([], { files, outside });
  assert.deepEqual(problems, []);
  assert.deepEqual(
    workflows.map(({ name }) => name),
    ["security_forensics", "security_watchdog", "vulnerability_triage"],
  );
  const check = new Ajv2020({ strict: false }).compile(workflowJsonSchema() as object);
  for (const { text } of workflows) {
    const [document] = readYaml(text, { takesAliases: false });
    assert.ok(document?.kind === "read");
    // Keys of maps of the reader have no prototype, which ajv does not mind; dates are texts.
    assert.ok(check(JSON.parse(JSON.stringify(document.value))), JSON.stringify(check.errors));
  }
});

test("a workflow is found by name, with flow. in front, by file; near names are told", async () => {
  const files = createMemoryFiles(
    new Map([
      ["mine/a.yaml", new TextEncoder().encode(good)],
      ["mine/bad.yaml", new TextEncoder().encode(good.replace("name: mine", "name: Bad"))],
      ["mine/again.yaml", new TextEncoder().encode(good)],
    ]),
  );
  const reach = { files, outside: noOutside };
  assert.equal((await findWorkflow("mine", ["mine"], reach)).name, "mine");
  assert.equal((await findWorkflow("flow.mine", ["mine"], reach)).name, "mine");
  assert.equal((await findWorkflow("mine/a.yaml", [], reach)).name, "mine");
  await assert.rejects(findWorkflow("mines", ["mine"], reach), /No workflow.*did you mean mine/);
  await assert.rejects(findWorkflow("mine/bad.yaml", [], reach), /bad\.yaml:1:1: name/);
  await assert.rejects(findWorkflow("bad", ["mine"], reach), /bad\.yaml:1:1: name/);
  const { problems } = await loadWorkflows(["mine"], reach);
  assert.ok(problems.some(({ message }) => message.includes('holds "mine" too')));
});

test("a document that was made by a program is checked as a file is", () => {
  const shape = readWorkflowShape({
    ...{ name: "made", description: "By a program.", triggers: { command: {} } },
    steps: [{ id: "a", type: "sensor", uses: "waggle.plan", dependsOn: ["b"] }],
  });
  assert.ok("document" in shape);
  const { problems } = checkWorkflow(shape.document, stepUses);
  assert.deepEqual(
    problems.map(({ path }) => path.join(".")),
    ["steps.0.dependsOn.0"],
  );
});

test("what an action writes to, and whom it tells, is never chosen by what was observed", () => {
  const hostile = {
    file: [`\${{ steps.a.output }}`],
    content: "",
    routes: `\${{ steps.a.output }}`,
  };
  const template = compileTemplate(hostile, [], () => assert.fail("it is right"));
  for (const [name, key] of [
    ["write-file", "file"],
    ["report", "file"],
    ["alert", "routes"],
    ["classify", "agent"],
  ]) {
    const use = stepUses.find((one) => one.name === name);
    assert.ok(use !== undefined, name);
    assert.ok(use.trustedKeys.includes(key ?? ""), name);
    const told = checkWith(use, hostile, template, []).map(({ path, message }) => {
      return `${path.join(".")}: ${message}`;
    });
    if (key !== "agent") assert.ok(told.some((one) => one.startsWith(`${key}: this must not`)));
  }
});
