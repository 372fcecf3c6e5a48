/**
 * Holds the operation `scan`: SBOM and vulnerability scan of an image, directory or archive.
 * In: what to scan. Out: the two documents as files, and which tools made them.
 * Must never fetch a tool: `syft` and `grype` are run when they are there.
 */
import * as z from "zod";
import { WaggleError } from "../ports/waggle-error.ts";
import type { Operation } from "./operation.ts";
import { readDuration } from "./time-range.ts";

const input = z.strictObject({
  target: z
    .string()
    .min(1)
    .describe("Image reference, directory, or archive made by docker save or skopeo"),
  directory: z.string().min(1).optional().describe("Where to put the two files; . when left out"),
  name: z.string().min(1).optional().describe("How the two files are called; made of the target"),
  timeout: z.string().optional().describe("Give up after this long, such as 10m; 15m by default"),
});

export interface ScanOutput {
  readonly sbomFile: string;
  readonly vulnerabilitiesFile: string;
  readonly toolVersions: Readonly<Record<string, string>>;
}

const defaultTimeoutUs = 15 * 60_000_000;

export const scan: Operation<z.infer<typeof input>, ScanOutput> = {
  name: "scan",
  summary: "make the SBOM and vulnerability scan of an image",
  description:
    "Runs syft (with all file metadata, which joins packages to what the kernel saw) and grype " +
    "over its SBOM, and writes NAME.syft.json and NAME.grype.json. Needs both tools on PATH.",
  effect: "write",
  input,
  run: async ({ target, directory, name, timeout }, context) => {
    const timeoutUs = timeout === undefined ? defaultTimeoutUs : readDuration(timeout);
    if (timeoutUs === undefined || timeoutUs === 0) {
      throw new WaggleError("usage", `timeout takes a duration such as 10m, not "${timeout}".`);
    }
    return context.scanner.scan({
      target,
      outputDirectory: directory ?? ".",
      name: name ?? fileName(target),
      timeoutMs: timeoutUs / 1000,
      onProgress: (line) =>
        context.onProgress({
          stage: "scanning",
          input: line,
          consumedBytes: 0,
          sizeBytes: -1,
          eventCount: 0,
        }),
    });
  },
};

/** The last part of a reference or path, without tag, digest and ending, as a plain file name. */
export function fileName(target: string): string {
  const whole = target.replace(/[\\/]+$/, "").replace(/@sha256:[0-9a-f]*$/, "");
  const last = whole.slice(whole.lastIndexOf("/") + 1);
  const bare = last.replace(/:[\w.-]+$/, "").replace(/\.(tar|tgz|oci)(\.gz)?$/, "");
  const plain = bare.replace(/[^\w.-]+/g, "-").replace(/^[.-]+/, "");
  return plain === "" ? "image" : plain.slice(0, 100);
}
