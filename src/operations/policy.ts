/**
 * Holds the operation `policy`: which tracing policies waggle wants, and making servers have them.
 * In: an action; a report or its sources; servers, or a directory. Out: what is wanted and why, and
 * what was done where. Must never change a server or a file without being told `yes`.
 */
import * as z from "zod";
import { ProblemLog } from "../core/event/problem.ts";
import type { WatchedQuestion } from "../core/respond/compile-policies.ts";
import type { LeftOut } from "../core/respond/open-question.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { addressesOf, tlsFields, tlsOf, withRunTls } from "./live/tls-fields.ts";
import { type NodePolicies, type NodeTask, visitNodes } from "./live/visit-nodes.ts";
import { type WantedPolicies, type WantedPolicy, wantPolicies } from "./live/want-policies.ts";
import { loadInventory } from "./load-inventory.ts";
import { obtainPlainReport, reportFields } from "./obtain-report.ts";
import type { Operation, OperationContext } from "./operation.ts";
import { resolveSources } from "./sources.ts";
import { addStateSources } from "./state-sources.ts";

const policyActions = ["plan", "apply", "status", "clean"] as const;
export type PolicyActionName = (typeof policyActions)[number];

const input = z.strictObject({
  action: z
    .enum(policyActions)
    .describe(
      "plan: what would change and why; apply: do it; status: what is loaded; clean: take away " +
        "all policies of waggle",
    ),
  tetragon: z
    .array(z.string().min(1))
    .max(1000)
    .optional()
    .describe("Servers: unix:///path or host:port, one a node"),
  ...tlsFields,
  to: z
    .string()
    .min(1)
    .optional()
    .describe("Write the policies as YAML into this existing directory, for kubectl apply"),
  set: z
    .array(z.string().min(1))
    .max(100)
    .optional()
    .describe(
      "Which shipped policies: their names, use, flows, rights, attacks, default, all or none",
    ),
  beside: z
    .boolean()
    .optional()
    .describe("Write beside the daemon that holds the state: what it starts itself passes this"),
  yes: z.boolean().optional().describe("Really change servers or write files"),
  anew: z
    .boolean()
    .optional()
    .describe("Try at once what a server refused and does not list, as after its restart"),
  changesPerHour: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .optional()
    .describe("Policies of one server that may be replaced or taken away in an hour; 6 by default"),
  ...reportFields,
});

export type PolicyInput = z.infer<typeof input>;

export interface PolicyOutput {
  readonly action: PolicyActionName;
  /** False: nothing was changed, and `yes` would. */
  readonly isApplied: boolean;
  /** A daemon reads from this what went wrong: that is no failure of the program. */
  readonly isBeside: boolean;
  /** False: neither report nor sources were given, so nothing was compiled. */
  readonly isCompiled: boolean;
  readonly wanted: readonly WantedPolicy[];
  readonly watched: readonly WatchedQuestion[];
  readonly leftOut: readonly LeftOut[];
  /** **Order**: as named. */
  readonly nodes: readonly NodePolicies[];
  /** Files that were written, or would be. */
  readonly files: readonly string[];
}

const changesPerHourDefault = 6;

export const policy: Operation<PolicyInput, PolicyOutput> = {
  name: "policy",
  summary: "plan, load and look after the tracing policies that waggle needs",
  description:
    "From the vulnerable packages of running images makes the fewest policies that still tell " +
    "whether they are used, beside those that ship with waggle. All of them only observe. plan " +
    "says what would change on each server and why; apply does it with --yes: a new policy is " +
    "loaded before the one it replaces is taken away, and policies of others are never touched.",
  effect: "write",
  input,
  run: async (given, context) => {
    const { action, tetragon = [], to } = given;
    checkInput(given);
    const tls = tlsOf(withRunTls(given, context.settings.config.run ?? {}));
    const servers = addressesOf(tetragon, tls);
    const isChanging = (action === "apply" || action === "clean") && given.yes === true;
    const isWanting = action === "plan" || action === "apply";
    const known = isWanting ? await learn(given, context) : undefined;
    const wanted = isWanting ? wantPolicies({ set: given.set ?? [], known }) : nothing;
    const isBeside = given.beside === true;
    const task: NodeTask = {
      kind: action === "status" ? "look" : "change",
      wanted: wanted.policies,
      // Who says clean means all of it.
      changesPerHour:
        action === "clean"
          ? Number.MAX_SAFE_INTEGER
          : (given.changesPerHour ?? changesPerHourDefault),
      isAnew: given.anew === true,
      isApplied: isChanging,
      state: given.state,
      isBeside,
    };
    const files = to === undefined ? [] : wanted.policies.map((one) => fileOf(to, one));
    if (isChanging && to !== undefined) await writeFiles(to, wanted, context);
    const nodes = await visitNodes(servers, task, context.outside);
    const isCompiled = known !== undefined;
    const about = { action, isApplied: isChanging, isBeside, isCompiled };
    return { ...about, nodes, files, ...shown(wanted) };
  },
};

const nothing: WantedPolicies = { policies: [], watched: [], leftOut: [] };

function shown({ policies, watched, leftOut }: WantedPolicies) {
  return { wanted: policies, watched, leftOut };
}

function checkInput({ action, tetragon = [], to, yes }: PolicyInput): void {
  const needsServer = action === "status" || action === "clean";
  if (needsServer && tetragon.length === 0) {
    throw new WaggleError("usage", `policy ${action} asks servers: name them with --tetragon.`);
  }
  if (to !== undefined && action !== "apply" && action !== "plan") {
    throw new WaggleError("usage", "--to goes with plan and apply only.");
  }
  if (action === "apply" && yes === true && to === undefined && tetragon.length === 0) {
    throw new WaggleError("usage", "Where to? Name servers with --tetragon, or files with --to.");
  }
}

/** Undefined where nobody names events or a report: then only shipped policies are wanted. */
async function learn(given: PolicyInput, context: OperationContext) {
  const { report: saved, sbom, ...rest } = reportPart(given);
  const { config } = context.settings;
  const hasEvents =
    given.events !== undefined ||
    given.processes !== undefined ||
    given.state !== undefined ||
    config.state !== undefined ||
    config.events !== undefined ||
    config.processes !== undefined;
  if (saved === undefined && !hasEvents) return undefined;
  // A saved report names packages and not their files: the SBOMs are read beside it.
  const asked = saved === undefined ? { ...rest, sbom } : { ...rest, report: saved };
  const report = await obtainPlainReport(asked, context).catch((error: unknown) => {
    // A plan may be asked for before there is any state: then nothing is known yet.
    const isNew = given.state !== undefined && saved === undefined;
    if (isNew && error instanceof WaggleError && error.code === "not-found") return undefined;
    throw error;
  });
  if (report === undefined) return undefined;
  const names = await sbomNames(given, report.inputs, context);
  const { sboms } = await loadInventory({ sbom: names, vulns: [] }, context, new ProblemLog());
  return { report, sboms };
}

const reportSchema = z.object(reportFields);

/** What `obtainPlainReport` takes. */
function reportPart(given: PolicyInput): z.infer<typeof reportSchema> {
  return reportSchema.parse(given);
}

/** A saved report tells which SBOMs it was made with. */
async function sbomNames(
  given: PolicyInput,
  inputs: readonly { readonly name: string; readonly role: string }[],
  context: OperationContext,
): Promise<readonly string[]> {
  if (given.report === undefined) {
    const sources = resolveSources(reportPart(given), context.settings);
    return (await addStateSources(sources, context)).sbom;
  }
  if (given.sbom !== undefined) return given.sbom;
  return inputs.filter(({ role }) => role === "sbom").map(({ name }) => name);
}

/** Called by purpose: a new generation takes the place of the file, and nothing stale is left. */
function fileOf(directory: string, { document }: WantedPolicy): string {
  return `${directory.replace(/\/+$/, "")}/waggle-${document.purpose}.yaml`;
}

async function writeFiles(
  directory: string,
  { policies }: WantedPolicies,
  { files }: OperationContext,
): Promise<void> {
  for (const one of policies) await files.writeWhole(fileOf(directory, one), [one.yaml]);
}
