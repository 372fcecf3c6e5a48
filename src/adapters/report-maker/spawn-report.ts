/**
 * Holds the making of a report in a process of its own: the same program, asked for a report.
 * In: words of the command line. Out: what it printed. What reading scans takes of memory is given
 * back when it ends, and a document that breaks it breaks nothing else.
 */
import { spawn } from "node:child_process";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { ReportMaker } from "../../ports/report-maker.ts";
import { WaggleError } from "../../ports/waggle-error.ts";

/** **Unit**: bytes; more than any report that a person could use. */
const outputBytesMax = 512 * 1024 * 1024;
const errorLengthMax = 2000;
const timeoutMs = 10 * 60_000;

/** `program` is the script that was started: this one, unless a test says otherwise. */
export function createReportMaker(program: string = process.argv[1] ?? ""): ReportMaker {
  return { make: (words, signal) => run([...process.execArgv, program, ...words], signal) };
}

function run(args: readonly string[], signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      stdio: ["ignore", "pipe", "pipe"],
      signal,
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes > outputBytesMax) child.kill("SIGKILL");
      else chunks.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      if (said.length < errorLengthMax) said += chunk.toString("utf8");
    });
    child.on("error", (cause) => {
      reject(
        new WaggleError("tool-failed", `The report was not made: ${cause.message}.`, { cause }),
      );
    });
    child.on("close", (code, ended) => {
      if (code === 0) resolve(Buffer.concat(chunks).toString("utf8"));
      else reject(failure(code === null ? `it was ended by ${ended ?? "a signal"}` : said));
    });
  });
}

function failure(said: string): WaggleError {
  const text = makeVisible(said.trim(), errorLengthMax);
  return new WaggleError("tool-failed", `The report was not made: ${text}`, { retryable: true });
}
