/**
 * Holds the form of a workflow file.
 * In: plain data. Out: a document whose shape is right; what its parts mean to each other is
 * checked by `check-workflow.ts`. `docs/workflow.schema.json` is generated from here.
 */
import * as z from "zod";
import { levels } from "../../core/observe/detect/rule.ts";
import { readDuration } from "../time-range.ts";

const namePattern = /^[a-z][a-z0-9_-]{0,62}$/;
const name = z.string().regex(namePattern, {
  error: "expected small letters, digits, - and _, a letter first",
});

const duration = z.string().refine((text) => readDuration(text) !== undefined, {
  error: "expected a duration such as 90s, 10m or 1h30m",
});

const sentence = z.string().trim().min(1).max(2000);
const nothing = z.strictObject({}).nullable();

const triggers = z
  .strictObject({
    command: nothing.describe("By `waggle workflow run`, from scripts and timers").optional(),
    manual: nothing.describe("By a person, from whatever surface").optional(),
    incident: z
      .strictObject({
        "min-severity": z
          .enum(levels)
          .describe("From this severity on; medium when left out")
          .optional(),
      })
      .nullable()
      .describe("When an incident begins, or something new is known of it")
      .optional(),
    schedule: z
      .strictObject({ every: duration.describe("How long after the start of the last run") })
      .describe("Again and again")
      .optional(),
    webhook: z
      .strictObject({
        path: z
          .string()
          .regex(/^\/[a-z0-9/_-]{1,200}$/, { error: "expected a path such as /hooks/forensics" })
          .describe("Path below the address of the daemon's server"),
        secretEnv: z
          .string()
          .regex(/^[A-Za-z_][A-Za-z0-9_]{0,200}$/, { error: "expected the name of a variable" })
          .describe("Variable that holds the secret that callers must know"),
      })
      .describe("By a request of another program")
      .optional(),
  })
  .refine((given) => Object.values(given).some((one) => one !== undefined), {
    error: "name at least one, for example command",
  });

const inputTypes = ["text", "number", "boolean", "list", "duration", "severity"] as const;

const inputDeclaration = z.strictObject({
  type: z.enum(inputTypes).describe("text when left out; a list is written a,b,c").optional(),
  description: sentence.describe("For whoever runs it").optional(),
  default: z
    .union([z.string(), z.number(), z.boolean(), z.array(z.string())])
    .describe("What it is when nobody says")
    .optional(),
  required: z.boolean().describe("Refuse to run without it").optional(),
  choices: z.array(z.string().min(1)).min(1).max(50).describe("Only one of these").optional(),
});

const stepTypes = ["sensor", "agent", "action"] as const;

const step = z.strictObject({
  id: name.describe("How others refer to it: steps.ID.output"),
  type: z
    .enum(stepTypes)
    .describe("A sensor reads, an agent judges, an action changes something outside"),
  uses: z.string().min(1).max(100).describe("What it does: `waggle workflow list` names them"),
  description: sentence.describe("What it is for").optional(),
  with: z
    .record(z.string(), z.unknown())
    .describe("What it is given; values may hold templates")
    .optional(),
  dependsOn: z
    .array(name)
    .max(50)
    .describe("Steps it waits for, beside those whose outputs it uses")
    .optional(),
  if: z
    .union([z.string().min(1).max(2000), z.boolean()])
    .describe("Condition: it is skipped where this is false")
    .optional(),
  timeout: duration.describe("How long one try may take; 10m when left out").optional(),
  retries: z
    .int()
    .min(0)
    .max(5)
    .describe("How often it is tried again; 0 when left out")
    .optional(),
  "continue-on-error": z
    .boolean()
    .describe("Its failure fails neither the run nor steps that wait for it")
    .optional(),
});

const workflowSchema = z.strictObject({
  name: name.describe("How it is called; flow.NAME means the same"),
  description: sentence.describe("What it finds out and does"),
  triggers: triggers.describe("What starts it"),
  inputs: z
    .record(name, inputDeclaration)
    .refine((all) => Object.keys(all).length <= 30, { error: "at most 30" })
    .describe("What whoever runs it may say")
    .optional(),
  parallel: z.int().min(1).max(8).describe("Steps at one time; 4 when left out").optional(),
  steps: z.array(step).min(1).max(50).describe("They run as soon as those they wait for are done"),
  found: z
    .string()
    .min(1)
    .max(2000)
    .describe("Condition over the steps: where it is true, the exit status is 10")
    .optional(),
  outputs: z
    .record(name, z.unknown())
    .refine((all) => Object.keys(all).length <= 30, { error: "at most 30" })
    .describe("What of it matters; values may hold templates")
    .optional(),
});

export type WorkflowDocument = z.infer<typeof workflowSchema>;
export type StepDocument = z.infer<typeof step>;
export type InputDeclaration = z.infer<typeof inputDeclaration>;
export type StepType = (typeof stepTypes)[number];

export interface ShapeProblem {
  readonly path: readonly string[];
  readonly message: string;
}

/** **Errors**: values, each with the path of the key. */
export function readWorkflowShape(
  value: unknown,
): { readonly document: WorkflowDocument } | { readonly problems: readonly ShapeProblem[] } {
  const result = workflowSchema.safeParse(value);
  if (result.success) return { document: result.data };
  const problems = result.error.issues.slice(0, 50).map((issue) => {
    const unknown = issue.code === "unrecognized_keys" ? (issue.keys[0] ?? "") : "";
    const path = [...issue.path.map(String), ...(unknown === "" ? [] : [unknown])];
    const message = unknown === "" ? plainMessage(issue.message) : "there is no such key";
    return { path, message };
  });
  return { problems };
}

function plainMessage(message: string): string {
  return /undefined$/.test(message) ? "it is missing" : message;
}

/** The schema as JSON Schema, for editors. */
export function workflowJsonSchema(): unknown {
  return {
    ...z.toJSONSchema(workflowSchema, { io: "input" }),
    title: "Workflow of waggle",
  };
}
