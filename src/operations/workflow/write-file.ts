/**
 * Holds the action `write-file`, and the writing that actions share.
 * In: a name, text or data. Out: what was written.
 * Must never write in a dry run, nor under a name that telemetry chose.
 */
import * as z from "zod";
import { renderJson } from "../../core/report/render-json.ts";
import type { StepUse, StepWorld } from "./step-use.ts";

export interface WrittenFile {
  /** "" none was asked for. */
  readonly file: string;
  /** **Unit**: UTF-16 code units. */
  readonly sizeChars: number;
  /** False in a dry run. */
  readonly written: boolean;
}

/** **Errors**: throws `file-not-written`. */
export async function writeFile(
  file: string,
  pieces: Iterable<string>,
  { context, dryRun }: StepWorld,
): Promise<WrittenFile> {
  const all = [...pieces];
  const sizeChars = all.reduce((sum, piece) => sum + piece.length, 0);
  const isWritten = file !== "" && !dryRun;
  if (isWritten) await context.files.writeWhole(file, all);
  return { file, sizeChars, written: isWritten };
}

const input = z.strictObject({
  file: z.string().min(1).max(4096).describe("File to write, whole or not at all"),
  content: z.unknown().describe("Text, or data that is written as JSON"),
});

export const writeContent: StepUse<z.infer<typeof input>, WrittenFile> = {
  name: "write-file",
  type: "action",
  summary: "write text, or data as JSON, to a file",
  input,
  trustedKeys: ["file"],
  readsActs: false,
  run: ({ file, content }, world) =>
    writeFile(file, typeof content === "string" ? [content] : renderJson(content ?? null), world),
  describe: ({ file, sizeChars, written }) =>
    `${written ? "wrote" : "would write"} ${file}, ${sizeChars} characters`,
};
