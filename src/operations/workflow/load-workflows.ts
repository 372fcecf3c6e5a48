/**
 * Holds the loading of workflows: those that come with the program, and those of the user.
 * In: a name or a file, directories. Out: workflows; problems with file, line and column.
 */
import { ProblemLog } from "../../core/event/problem.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { nearestName } from "../nearest-name.ts";
import type { OperationContext } from "../operation.ts";
import { readText } from "../read-text.ts";
import { type ParsedWorkflow, parseWorkflow, type WorkflowFileProblem } from "./parse-workflow.ts";
import { stepUses } from "./step-uses.ts";
import type { Workflow } from "./workflow.ts";

/** **Unit**: bytes of one file. */
const sizeBytesMax = 256 * 1024;

type Reach = Pick<OperationContext, "files" | "outside">;

export interface LoadedWorkflows {
  /** **Order**: by name; those of the user take the place of shipped ones of the same name. */
  readonly workflows: readonly Workflow[];
  readonly problems: readonly WorkflowFileProblem[];
}

/** **Errors**: what is wrong with a file is a value; `WaggleError` for names that are not there. */
export async function loadWorkflows(
  directories: readonly string[],
  { files, outside }: Reach,
): Promise<LoadedWorkflows> {
  const { workflows: shipped } = outside.shipped;
  const byName = new Map<string, Workflow>();
  const problems: WorkflowFileProblem[] = [];
  for (const directory of [...(shipped === "" ? [] : [shipped]), ...directories]) {
    const own = new Set<string>();
    for (const { name } of await files.listTree(directory)) {
      if (!/\.ya?ml$/i.test(name)) continue;
      const parsed = await readWorkflowFile(name, { files });
      problems.push(...parsed.problems);
      const { workflow } = parsed;
      if (workflow === undefined) continue;
      if (own.has(workflow.name)) problems.push(doubled(workflow));
      else byName.set(workflow.name, workflow);
      own.add(workflow.name);
    }
  }
  const workflows = [...byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { workflows, problems };
}

function doubled({ name, source }: Workflow): WorkflowFileProblem {
  const message = `${source}:1:1: another file of this directory holds ${JSON.stringify(name)} too`;
  return { message, source, place: { line: 1, column: 1 } };
}

/** **Errors**: throws what reading a file throws. */
export async function readWorkflowFile(
  name: string,
  { files }: Pick<Reach, "files">,
): Promise<ParsedWorkflow> {
  const { text } = await readText(files, name, { sizeBytesMax, problems: new ProblemLog() });
  return parseWorkflow(text, name, stepUses);
}

/**
 * By its name, with `flow.` in front or not, or by its file.
 * **Errors**: throws `not-found`; `config-invalid` with each mistake for a file that has some.
 */
export async function findWorkflow(
  given: string,
  directories: readonly string[],
  reach: Reach,
): Promise<Workflow> {
  if (/[/\\]|\.ya?ml$/i.test(given)) {
    const { workflow, problems } = await readWorkflowFile(given, reach);
    if (workflow !== undefined) return workflow;
    throw invalid(problems);
  }
  const { workflows, problems } = await loadWorkflows(directories, reach);
  const name = given.replace(/^flow\./, "");
  const found = workflows.find((one) => one.name === name);
  if (found !== undefined) return found;
  const broken = problems.filter(({ source }) => source.includes(name));
  if (broken.length > 0) throw invalid(broken);
  const names = workflows.map((one) => one.name);
  const near = nearestName(name, names);
  const hint =
    near === undefined ? `there are: ${names.join(", ") || "none"}` : `did you mean ${near}`;
  throw new WaggleError("not-found", `No workflow is called ${JSON.stringify(given)}; ${hint}.`);
}

/** One error for all mistakes of a file. */
function invalid(problems: readonly WorkflowFileProblem[]): WaggleError {
  const lines = problems.slice(0, 20).map(({ message }) => message);
  return new WaggleError("config-invalid", lines.join("\n"));
}
