/**
 * Holds the check of what the parts of a workflow mean to each other, before anything runs.
 * In: a document of the right shape, what steps may use. Out: a workflow, or each mistake with the
 * path of its key: unknown uses and keys, missing steps, cycles, inputs that nothing uses.
 */
import { findNearNames } from "../../core/report/find-near-names.ts";
import { readDuration } from "../time-range.ts";
import { checkWith } from "./check-with.ts";
import type { Expression, PathExpression } from "./expression.ts";
import { findCycle } from "./find-cycle.ts";
import { readExpression } from "./read-expression.ts";
import { checkInputs } from "./read-inputs.ts";
import type { BoundUse } from "./step-use.ts";
import { compileTemplate, pathsOf, pathsOfTemplate, type Template } from "./template.ts";
import type { Workflow, WorkflowProblem, WorkflowStep } from "./workflow.ts";
import type { StepDocument, WorkflowDocument } from "./workflow-schema.ts";

const timeoutMsDefault = 600_000;
const parallelCountDefault = 4;

/** **Errors**: values. The workflow is whole only where there are none. */
export function checkWorkflow(
  document: WorkflowDocument,
  uses: readonly BoundUse[],
): {
  readonly workflow: Omit<Workflow, "source" | "text">;
  readonly problems: readonly WorkflowProblem[];
} {
  const checker = new Checker(document, uses);
  const workflow = checker.read();
  return { workflow, problems: checker.problems };
}

class Checker {
  readonly problems: WorkflowProblem[] = [];
  private readonly document: WorkflowDocument;
  private readonly uses: readonly BoundUse[];
  private readonly ids: readonly string[];
  private readonly usedInputs = new Set<string>();

  constructor(document: WorkflowDocument, uses: readonly BoundUse[]) {
    this.document = document;
    this.uses = uses;
    this.ids = document.steps.map(({ id }) => id);
  }

  read(): Omit<Workflow, "source" | "text"> {
    const { name, description, triggers, inputs = {}, steps, found, outputs = {} } = this.document;
    this.problems.push(...checkInputs(inputs));
    const read = steps.flatMap((step, at) => this.readStep(step, ["steps", String(at)]));
    this.checkIds();
    this.checkCycles(read);
    const workflow = {
      ...{ name, description, triggers, inputs, steps: read },
      parallelCount: this.document.parallel ?? parallelCountDefault,
      found: found === undefined ? undefined : this.readCondition(found, ["found"]),
      outputs: Object.entries(outputs).map(
        ([key, value]) => [key, this.readTemplate(value, ["outputs", key])] as const,
      ),
    };
    for (const input of Object.keys(inputs)) {
      if (this.usedInputs.has(input)) continue;
      this.note(["inputs", input], "no step uses this input");
    }
    return workflow;
  }

  private readStep(step: StepDocument, path: readonly string[]): readonly WorkflowStep[] {
    const use = this.uses.find(({ name }) => name === step.uses);
    const given = this.readTemplate(step.with ?? {}, [...path, "with"]);
    const condition = this.readIf(step.if, [...path, "if"]);
    if (use === undefined) {
      const [near] = findNearNames(
        step.uses,
        this.uses.map(({ name }) => name),
      );
      const hint = near === undefined ? "" : `; did you mean ${near}?`;
      this.note([...path, "uses"], `nothing is called ${JSON.stringify(step.uses)}${hint}`);
      return [];
    }
    if (use.type !== step.type) {
      this.note([...path, "type"], `${use.name} is of type ${use.type}`);
    }
    this.problems.push(...checkWith(use, step.with ?? {}, given, [...path, "with"]));
    for (const [at, id] of (step.dependsOn ?? []).entries()) {
      this.checkStep(id, [...path, "dependsOn", String(at)]);
    }
    const read = condition === undefined ? [] : pathsOf(condition);
    return [
      {
        id: step.id,
        use,
        with: given,
        waitsFor: [
          ...new Set([...(step.dependsOn ?? []), ...stepsOf([...pathsOfTemplate(given), ...read])]),
        ],
        condition,
        looksAt: stepsOf(read.filter(({ parts }) => parts[2] === "status")),
        timeoutMs: (readDuration(step.timeout ?? "") ?? timeoutMsDefault * 1000) / 1000,
        retryCount: step.retries ?? 0,
        isTolerant: step["continue-on-error"] ?? false,
      },
    ];
  }

  private readIf(text: StepDocument["if"], path: readonly string[]): Expression | undefined {
    if (text === undefined) return undefined;
    if (typeof text === "boolean") return { kind: "value", value: text };
    return this.readCondition(text, path);
  }

  /** With or without `${{ }}` around it. */
  private readCondition(text: string, path: readonly string[]): Expression | undefined {
    const [, start = "", inner = text] = /^(\s*\$\{\{)(.*)\}\}\s*$/s.exec(text) ?? [];
    const result = readExpression(inner);
    if ("trouble" in result) {
      const { message, offset } = result.trouble;
      this.note(path, message, start.length + offset);
      return undefined;
    }
    this.checkPaths(pathsOf(result.expression), path);
    return result.expression;
  }

  private readTemplate(value: unknown, path: readonly string[]): Template {
    const template = compileTemplate(value, path, ({ path: at, message, offset }) =>
      this.note(at, message, offset),
    );
    this.checkTemplate(template, path);
    return template;
  }

  /** Each at its own key. */
  private checkTemplate(template: Template, path: readonly string[]): void {
    if (template.kind === "map") {
      for (const [key, one] of template.entries) this.checkTemplate(one, [...path, key]);
    } else if (template.kind === "list") {
      for (const [at, one] of template.items.entries()) {
        this.checkTemplate(one, [...path, String(at)]);
      }
    } else this.checkPaths(pathsOfTemplate(template), path);
  }

  private checkPaths(paths: readonly PathExpression[], path: readonly string[]): void {
    for (const { parts } of paths) {
      const [root, name] = parts;
      if (root === "inputs") this.checkInput(String(name ?? ""), path);
      else if (root === "steps") this.checkReference(parts, path);
      else if (root !== "trigger") {
        const message = `there is no ${JSON.stringify(root)}; there are inputs, steps and trigger`;
        this.note(path, message);
      }
    }
  }

  private checkInput(name: string, path: readonly string[]): void {
    this.usedInputs.add(name);
    if (Object.hasOwn(this.document.inputs ?? {}, name)) return;
    this.note(path, `there is no input ${JSON.stringify(name)}`);
  }

  private checkReference(parts: PathExpression["parts"], path: readonly string[]): void {
    const [, id, field] = parts;
    this.checkStep(String(id ?? ""), path);
    if (field === undefined || ["output", "status", "error"].includes(String(field))) return;
    const message = `a step has output, status and error, not ${JSON.stringify(field)}`;
    this.note(path, message);
  }

  private checkStep(id: string, path: readonly string[]): void {
    if (this.ids.includes(id)) return;
    const [near] = findNearNames(id, this.ids);
    const hint = near === undefined ? "" : `; did you mean ${near}?`;
    this.note(path, `there is no step ${JSON.stringify(id)}${hint}`);
  }

  private checkIds(): void {
    for (const [at, id] of this.ids.entries()) {
      if (this.ids.indexOf(id) === at) continue;
      this.note(["steps", String(at), "id"], `two steps are called ${JSON.stringify(id)}`);
    }
  }

  private checkCycles(steps: readonly WorkflowStep[]): void {
    const cycle = findCycle(new Map(steps.map(({ id, waitsFor }) => [id, waitsFor])));
    if (cycle === undefined) return;
    const at = this.ids.indexOf(cycle[0] ?? "");
    this.note(["steps", String(at)], `steps wait for each other: ${cycle.join(" → ")}`);
  }

  private note(path: readonly string[], message: string, offset = 0): void {
    this.problems.push({ path, message, offset });
  }
}

function stepsOf(paths: readonly PathExpression[]): readonly string[] {
  return [
    ...new Set(paths.flatMap(({ parts }) => (parts[0] === "steps" ? [String(parts[1])] : []))),
  ];
}
