/**
 * Holds the operation `profile`: what workloads were seen to do, to be reviewed and frozen.
 * In: an action; a recording or the state of a daemon, or profiles of files. Out: profiles, a
 * document of them, or what sets them apart.
 * Must never freeze what was not asked for: who freezes says that all of it may be.
 */
import * as z from "zod";
import { type Problem, ProblemLog } from "../core/event/problem.ts";
import {
  compareProfiles,
  type ObservedProfile,
  type ProfileDifference,
  toProfile,
} from "../core/observe/profile/build-profiles.ts";
import type { Profile } from "../core/observe/profile/frozen-profile.ts";
import type { ProfilePlace } from "../core/observe/profile/profile-fact.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { loadProfiles, profileNames, profilesField } from "./detect/load-profiles.ts";
import { observeProfiles } from "./detect/observe-profiles.ts";
import { rulesField } from "./detect/past-fields.ts";
import { writeProfiles } from "./detect/profile-document.ts";
import { nearestName } from "./nearest-name.ts";
import type { Operation, OperationContext } from "./operation.ts";
import { sourceFields } from "./sources.ts";

const { state, events, since, until, k8s, containers, policies } = sourceFields;

const input = z.strictObject({
  action: z
    .enum(["list", "show", "export", "freeze", "diff"])
    .describe(
      "list: which workloads; show: what they do; export: as YAML to review; freeze: the same, " +
        "and what deviates is told from now on; diff: what is new beside --profiles",
    ),
  workload: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .describe("Only this one: its name, namespace/name, or with /container; a node and its unit"),
  ...profilesField,
  ...{ state, events, since, until, k8s, containers, policies },
  ...rulesField,
});
type ProfileInput = z.infer<typeof input>;

export interface ProfileOutput {
  readonly action: ProfileInput["action"];
  /** What was observed; empty where only files were read. **Order**: by place. */
  readonly profiles: readonly ObservedProfile[];
  /** YAML, of export and freeze; "" else. */
  readonly document: string;
  /** Of diff; empty else. */
  readonly differences: readonly ProfileDifference[];
  readonly problems: readonly Problem[];
}

export const profile: Operation<ProfileInput, ProfileOutput> = {
  name: "profile",
  summary: "show what workloads are seen to do; review and freeze it",
  description:
    "Profiles say which programs a workload runs, who starts them, with which arguments, where " +
    "they connect, which sensitive files they touch. They are learned from sessions that no rule " +
    "spoke of. A frozen profile makes each deviation a signal that supports others.",
  effect: "read",
  input,
  run: async (given, context) => {
    const { action, workload } = given;
    const problems = new ProblemLog();
    const isFile = action === "freeze" && given.profiles !== undefined && !hasSource(given);
    if (isFile) {
      const all = await loadProfiles(given.profiles ?? [], context);
      const chosen = choose(all, workload);
      const document = writeProfiles(chosen.map((one) => ({ ...one, frozen: true })));
      return { action, profiles: [], document, differences: [], problems: [] };
    }
    const {
      action: _action,
      workload: _workload,
      profiles: _files,
      rules = [],
      ...sources
    } = given;
    const reviewed = action === "diff" ? await readReviewed(given, context) : [];
    const profiles = choose(await observeProfiles({ sources, rules }, context, problems), workload);
    const isDocument = action === "export" || action === "freeze";
    return {
      action,
      profiles,
      document: isDocument ? writeProfiles(profiles.map((one) => document(one, action))) : "",
      differences: action === "diff" ? compareProfiles(reviewed, profiles) : [],
      problems: problems.list(),
    };
  },
};

function hasSource({ events, state }: ProfileInput): boolean {
  return events !== undefined || state !== undefined;
}

/** With what is known of each value, for whoever reviews it. */
function document(one: ObservedProfile, action: string): ObservedProfile & Profile {
  return { ...one, ...toProfile(one, action === "freeze"), values: one.values };
}

async function readReviewed(
  given: ProfileInput,
  context: OperationContext,
): Promise<readonly Profile[]> {
  const names = profileNames(given.profiles, context);
  if (names.length > 0) return loadProfiles(names, context);
  throw new WaggleError(
    "usage",
    "profile diff: with what? Name reviewed profiles: --profiles FILE.",
  );
}

function choose<T extends { readonly place: ProfilePlace }>(
  all: readonly T[],
  asked: string | undefined,
): readonly T[] {
  if (asked === undefined) return all;
  const found = all.filter(({ place }) => namesOf(place).includes(asked));
  if (found.length > 0) return found;
  const near = nearestName(
    asked,
    all.flatMap(({ place }) => namesOf(place)),
  );
  const hint = near === undefined ? "`waggle profile list` names them" : `did you mean ${near}`;
  throw new WaggleError("not-found", `No profile is of ${JSON.stringify(asked)}; ${hint}.`);
}

function namesOf({ namespace, name, container }: ProfilePlace): readonly string[] {
  const owner = namespace === "" ? name : `${namespace}/${name}`;
  return [name, owner, `${owner}/${container}`];
}
