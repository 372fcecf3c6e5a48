/**
 * Holds the reading of a workflow file: YAML to a workflow that can run.
 * In: text and its name. Out: a workflow, or what is wrong, at which line and column.
 * Must never throw for what a person wrote.
 */
import { isMap, isScalar, isSeq, type Node } from "yaml";
import { readYaml, type YamlPlace, type YamlValue } from "../read-yaml.ts";
import { checkWorkflow } from "./check-workflow.ts";
import type { BoundUse } from "./step-use.ts";
import type { Workflow, WorkflowProblem } from "./workflow.ts";
import { readWorkflowShape } from "./workflow-schema.ts";

export interface WorkflowFileProblem {
  /** `FILE:LINE:COLUMN: what is wrong`; parts of it are from the file: hostile. */
  readonly message: string;
  readonly source: string;
  readonly place: YamlPlace;
}

export interface ParsedWorkflow {
  /** undefined where there are problems. */
  readonly workflow: Workflow | undefined;
  readonly problems: readonly WorkflowFileProblem[];
}

/** **Errors**: values. */
export function parseWorkflow(
  text: string,
  source: string,
  uses: readonly BoundUse[],
): ParsedWorkflow {
  const [document, another] = readYaml(text, { takesAliases: false });
  if (document === undefined) {
    return refused([problemAt(source, { line: 1, column: 1 }, "it is empty")]);
  }
  if (document.kind === "refused") {
    return refused([problemAt(source, document.place, document.message)]);
  }
  if (another !== undefined) {
    const place = another.kind === "refused" ? another.place : another.placeAt(text.length);
    return refused([problemAt(source, place, "a file holds one workflow")]);
  }
  const tell = (problem: WorkflowProblem) => {
    const place = document.placeAt(offsetOf(document, problem));
    const { path, message } = problem;
    return problemAt(source, place, path.length === 0 ? message : `${path.join(".")}: ${message}`);
  };
  const shape = readWorkflowShape(document.value);
  if ("problems" in shape) return refused(shape.problems.map(tell));
  const { workflow, problems } = checkWorkflow(shape.document, uses);
  if (problems.length > 0) return refused(problems.map(tell));
  return { workflow: { ...workflow, source, text }, problems: [] };
}

function refused(problems: readonly WorkflowFileProblem[]): ParsedWorkflow {
  return { workflow: undefined, problems };
}

function problemAt(source: string, place: YamlPlace, what: string): WorkflowFileProblem {
  const { line, column } = place;
  return { message: `${source}:${line}:${column}: ${what}`, source, place };
}

/** Of the value at a path, of a key that is wrong, or of the last part that is there. */
function offsetOf({ root }: YamlValue, { path, offset = 0 }: WorkflowProblem): number {
  let node: unknown = root;
  let start = startOf(root) ?? 0;
  let isWhole = true;
  for (const part of path) {
    const inner = memberOf(node, part);
    if (inner === undefined) {
      isWhole = false;
      break;
    }
    start = startOf(inner.key) ?? startOf(inner.value) ?? start;
    node = inner.value;
  }
  if (!isWhole || offset === 0 || !isScalar(node)) return start;
  const isQuoted = node.type === "QUOTE_SINGLE" || node.type === "QUOTE_DOUBLE";
  return (startOf(node) ?? start) + offset + (isQuoted ? 1 : 0);
}

function memberOf(
  node: unknown,
  part: string,
): { readonly key: unknown; readonly value: unknown } | undefined {
  if (isSeq(node)) return { key: undefined, value: node.items[Number(part)] };
  if (!isMap(node)) return undefined;
  return node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
