/**
 * Holds profiles as a document that people review: YAML, one document a workload.
 * In: profiles; text that anybody may have edited. Out: text in which nothing is hidden; profiles,
 * or where and why a text is none.
 * Must never write a character that a reader cannot see, nor take a key that it does not know.
 */
import * as z from "zod";
import { formatTime } from "../../core/event/format-time.ts";
import type { ObservedProfile } from "../../core/observe/profile/build-profiles.ts";
import type { Profile } from "../../core/observe/profile/frozen-profile.ts";
import {
  type ProfileDimension,
  profileDimensions,
} from "../../core/observe/profile/profile-fact.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { readYaml } from "../read-yaml.ts";

/** What stands at the head of each document. */
export const profileSchemaName = "waggle/profile/1";

const dimensionNames = [...profileDimensions] as [ProfileDimension, ...ProfileDimension[]];
const name = z.string().max(1000);
const valuesOf = z.array(z.string().min(1).max(1000)).max(10_000);

const documentSchema = z.strictObject({
  schema: z.literal(profileSchemaName),
  place: z.strictObject({
    cluster: name,
    namespace: name,
    kind: name,
    name,
    container: name,
  }),
  frozen: z.boolean(),
  watched: z.array(z.enum(dimensionNames)).max(dimensionNames.length),
  values: z.partialRecord(z.enum(dimensionNames), valuesOf),
});

/**
 * The text of profiles. **Shape**: what is known of a value beside it is a comment, for whoever
 * reviews it.
 */
export function writeProfiles(profiles: readonly (Profile | ObservedProfile)[]): string {
  return profiles.map(writeOne).join("---\n");
}

function writeOne(profile: Profile | ObservedProfile): string {
  const { place, watched, values } = profile;
  const isFrozen = "frozen" in profile && profile.frozen;
  const names = ["cluster", "namespace", "kind", "name", "container"] as const;
  const lines = [
    `schema: ${profileSchemaName}`,
    ...("dayCount" in profile ? [`# ${describeSpan(profile)}`] : []),
    "place:",
    ...names.map((key) => `  ${key}: ${quote(place[key])}`),
    `frozen: ${isFrozen}`,
    `watched: [${watched.join(", ")}]`,
    values.length === 0 ? "values: {}" : "values:",
  ];
  for (const [dimension, own] of Map.groupBy(values, (value) => value.dimension)) {
    lines.push(`  ${dimension}:`);
    for (const value of own) lines.push(`    - ${quote(value.value)}${describeValue(value)}`);
  }
  return `${lines.join("\n")}\n`;
}

function describeSpan({ firstSeenUs, lastSeenUs, dayCount, runCount }: ObservedProfile): string {
  const span = `${formatTime(firstSeenUs)} to ${formatTime(lastSeenUs)}`;
  return `seen from ${span}, on ${dayCount} days, in ${runCount} runs`;
}

function describeValue(value: object): string {
  if (!("count" in value && "dayCount" in value && "runCount" in value)) return "";
  return `  # ${Number(value.count)} times, ${Number(value.dayCount)} days`;
}

/** As JSON, which YAML takes; whatever is not plain ASCII is written as its number. */
function quote(text: string): string {
  return JSON.stringify(text).replace(/[^\x20-\x7e]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** **Errors**: throws `config-invalid` with file, line and column of what is wrong. */
export function readProfiles(text: string, file: string): readonly Profile[] {
  let line = 0;
  return text.split(/^---[ \t]*\r?\n/m).flatMap((part) => {
    const startLine = line;
    line += part.split("\n").length;
    return readOne(part, { file, startLine });
  });
}

function readOne(
  text: string,
  { file, startLine }: { readonly file: string; readonly startLine: number },
): readonly Profile[] {
  const fail = (place: { line: number; column: number }, message: string): never => {
    const at = `${file}:${startLine + place.line}:${place.column}`;
    throw new WaggleError("config-invalid", `${at}: ${message}`);
  };
  const [document, second] = readYaml(text, { takesAliases: false });
  if (document === undefined) return [];
  if (document.kind === "refused") return fail(document.place, `${document.message}.`);
  if (second !== undefined)
    return fail({ line: 1, column: 1 }, "documents stand between --- lines.");
  if (document.value === null) return [];
  const result = documentSchema.safeParse(document.value);
  if (!result.success) {
    const [issue] = result.error.issues;
    const path = issue?.path.map(String).join(".") ?? "";
    return fail(document.placeAt(0), `${path === "" ? "" : `${path}: `}${issue?.message ?? "?"}.`);
  }
  const { place, frozen, watched, values } = result.data;
  const listed = profileDimensions.flatMap((dimension) =>
    (values[dimension] ?? []).map((value) => ({ dimension, value })),
  );
  return [{ place, frozen, watched, values: listed }];
}
