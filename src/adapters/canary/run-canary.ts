/**
 * Holds the canary that really runs: a child of this program, without a shell.
 * In: a token. Out: what it did. Its file lies in a directory of its own, which is removed again.
 * Must never hand on the environment of this program, nor outlive its time.
 */
import { spawn } from "node:child_process";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canaryArgument, canaryEnding } from "../../core/respond/canary-mark.ts";
import type { CanaryRun, CanaryRunner } from "../../ports/canary-runner.ts";

const timeoutMs = 20_000;
/** **Unit**: characters that a canary may say. */
const answerLengthMax = 200;

/** Opens the file, then talks to itself over loopback, and says to which port. */
const program = [
  'const { closeSync, openSync } = require("node:fs");',
  'const net = require("node:net");',
  "const file = process.argv.at(-1);",
  'closeSync(openSync(file, "r"));',
  'const server = net.createServer((socket) => socket.resume().end("waggle"));',
  'server.listen(0, "127.0.0.1", () => {',
  "  const { port } = server.address();",
  '  const socket = net.connect(port, "127.0.0.1", () => socket.write("canary"));',
  '  socket.on("data", () => socket.end());',
  '  socket.on("close", () => process.stdout.write(String(port), () => server.close()));',
  "});",
].join("\n");

export function createCanaryRunner(): CanaryRunner {
  return { run: runCanary };
}

async function runCanary(token: string): Promise<CanaryRun> {
  const programPath = await realpath(process.execPath);
  let directory = "";
  try {
    directory = await realpath(await mkdtemp(join(tmpdir(), "waggle-")));
    const filePath = directory + canaryEnding;
    await writeFile(filePath, "");
    const startedUs = Date.now() * 1000;
    const { port, trouble } = await runChild(programPath, [canaryArgument(token), filePath]);
    // A millisecond may have begun already.
    const endedUs = (Date.now() + 1) * 1000;
    return { token, startedUs, endedUs, programPath, filePath, port, trouble };
  } catch (error) {
    const trouble = error instanceof Error ? error.message : String(error);
    return { token, startedUs: 0, endedUs: 0, programPath, filePath: "", port: 0, trouble };
  } finally {
    if (directory !== "") await rm(directory, { recursive: true, force: true });
  }
}

interface Answer {
  readonly port: number;
  readonly trouble: string;
}

/** **Errors**: rejects when the child cannot be started at all. */
function runChild(programPath: string, words: readonly string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(programPath, ["-e", program, ...words], {
      stdio: ["ignore", "pipe", "ignore"],
      env: {},
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    let said = "";
    child.stdout.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString("latin1")).slice(0, answerLengthMax);
    });
    child.on("error", reject);
    child.on("close", (status, signal) => {
      const port = /^\d{1,5}$/.test(said) ? Number(said) : 0;
      const how = signal === null ? `status ${status}` : `signal ${signal}`;
      resolve({ port, trouble: port > 0 ? "" : `the canary ended with ${how}` });
    });
  });
}
