/**
 * Holds finding the configuration file.
 * In: the name that was given, or nothing. Out: settings; empty ones when there is no file.
 * Must never look anywhere but at the given name, or `waggle.yaml` in the working directory.
 */
import { ProblemLog } from "../core/event/problem.ts";
import type { Files } from "../ports/files.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { readConfig } from "./config.ts";
import type { Settings } from "./operation.ts";
import { readText } from "./read-text.ts";
import { yamlLengthMax } from "./read-yaml.ts";

const configFileName = "waggle.yaml";

/**
 * **Errors**: throws `config-invalid`; `file-not-found` only for a name that was given.
 */
export async function loadConfig(files: Files, name: string | undefined): Promise<Settings> {
  const file = name ?? configFileName;
  try {
    const problems = new ProblemLog();
    const document = await readText(files, file, { sizeBytesMax: yamlLengthMax * 4, problems });
    const [cut] = problems.list();
    if (cut !== undefined) throw new WaggleError("config-invalid", `${file}: ${cut.message}`);
    return { file, config: readConfig(document.text, file) };
  } catch (error) {
    const isMissing = error instanceof WaggleError && error.code === "file-not-found";
    if (isMissing && name === undefined) return { file: "", config: {} };
    throw error;
  }
}
