/**
 * Holds the loading of profiles of workloads that people reviewed.
 * In: files and directories. Out: profiles.
 * Must never leave one out without a word: a profile that is not there hides what deviates.
 */
import * as z from "zod";
import { ProblemLog } from "../../core/event/problem.ts";
import type { Profile } from "../../core/observe/profile/frozen-profile.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { OperationContext } from "../operation.ts";
import { readText } from "../read-text.ts";
import { readProfiles } from "./profile-document.ts";

/** **Unit**: bytes of one file. */
const sizeBytesMax = 32 * 1024 * 1024;

export const profilesField = {
  profiles: z
    .array(z.string().min(1))
    .max(1000)
    .optional()
    .describe("Profiles of workloads: files or directories; what a frozen one lacks is told"),
};

/** The command line before the configuration. */
export function profileNames(
  given: readonly string[] | undefined,
  { settings }: Pick<OperationContext, "settings">,
): readonly string[] {
  return given ?? settings.config.profiles ?? [];
}

/**
 * **Errors**: throws `config-invalid` for what is no profile, `file-not-found` for a name that is
 * not there or a directory without any.
 */
export async function loadProfiles(
  names: readonly string[],
  { files }: Pick<OperationContext, "files">,
): Promise<readonly Profile[]> {
  const profiles: Profile[] = [];
  for (const name of names) {
    const entries = (await files.listTree(name)).filter(
      (entry) => entry.name === name || /\.ya?ml$/i.test(entry.name),
    );
    if (entries.length === 0) {
      throw new WaggleError("file-not-found", `${name}: the directory holds no profile (*.yaml).`);
    }
    for (const entry of entries) profiles.push(...(await loadOne(entry.name, files)));
  }
  return profiles;
}

async function loadOne(
  name: string,
  files: OperationContext["files"],
): Promise<readonly Profile[]> {
  const problems = new ProblemLog();
  const { text } = await readText(files, name, { sizeBytesMax, problems });
  if (problems.list().length > 0) {
    throw new WaggleError("file-unreadable", `${name}: the file ends early.`);
  }
  return readProfiles(text, name);
}
