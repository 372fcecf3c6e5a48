/**
 * Holds the making of a report in a process of its own: the same program, asked for a report.
 * In: words of the command line. Out: what it wrote. What reading scans takes of memory is given
 * back when it ends, and a document that breaks it breaks nothing else.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { ReportMaker } from "../../ports/report-maker.ts";
import { WaggleError } from "../../ports/waggle-error.ts";

const errorLengthMax = 2000;
const timeoutMs = 10 * 60_000;

/** `program` is the script that was started: this one, unless a test says otherwise. */
export function createReportMaker(program: string = process.argv[1] ?? ""): ReportMaker {
  return {
    make: async (words, signal) => {
      const folder = await tell(mkdtemp(join(tmpdir(), "waggle-report-")));
      try {
        const file = join(folder, "output");
        await run([...process.execArgv, program, ...words, "--output", file], signal);
        return await tell(readFile(file, "utf8"));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** A disk that is full must not end the daemon. */
async function tell<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw failure(cause instanceof Error ? cause.message : String(cause));
  }
}

/** Its standard output is ours: a report may have to go there. */
function run(args: readonly string[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      stdio: ["ignore", "inherit", "pipe"],
      signal,
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      if (said.length < errorLengthMax) said += chunk.toString("utf8");
    });
    child.on("error", (cause) => {
      reject(
        new WaggleError("tool-failed", `The report was not made: ${cause.message}.`, { cause }),
      );
    });
    child.on("close", (code, ended) => {
      if (code === 0) resolve();
      else reject(failure(code === null ? `it was ended by ${ended ?? "a signal"}` : said));
    });
  });
}

function failure(said: string): WaggleError {
  const text = makeVisible(said.trim(), errorLengthMax);
  return new WaggleError("tool-failed", `The report was not made: ${text}`, { retryable: true });
}
