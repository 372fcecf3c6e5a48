/**
 * Holds the canary that really runs: a child of this program, without a shell.
 * In: a mark. Out: what it did. Its files lie in a directory of its own, which is removed again.
 * Must never hand on the environment of this program, nor outlive its time.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canaryArgument, canaryEnding } from "../../core/respond/canary-mark.ts";
import type { CanaryMark, CanaryRun, CanaryRunner } from "../../ports/canary-runner.ts";

const timeoutMs = 20_000;
/** **Unit**: characters that a canary may say. */
const answerLengthMax = 200;

/**
 * Opens the file and does with it what is watched, becomes the user it is already, then talks to
 * itself over loopback, and says to which port.
 */
const program = [
  'const fs = require("node:fs");',
  'const net = require("node:net");',
  "const file = process.argv.at(-1);",
  'fs.closeSync(fs.openSync(file, "r"));',
  'fs.writeFileSync(file, "waggle");',
  "fs.chmodSync(file, 0o600);",
  "fs.truncateSync(file);",
  'fs.symlinkSync(file, file + "-link");',
  'fs.unlinkSync(file + "-link");',
  'fs.renameSync(file, file + "-old");',
  'fs.unlinkSync(file + "-old");',
  "process.setuid?.(process.getuid());",
  'const server = net.createServer((socket) => socket.resume().end("waggle"));',
  'server.listen(0, "127.0.0.1", () => {',
  "  const { port } = server.address();",
  '  const socket = net.connect(port, "127.0.0.1", () => socket.write("canary"));',
  '  socket.on("data", () => socket.end());',
  '  socket.on("close", () => process.stdout.write(String(port), () => server.close()));',
  "});",
].join("\n");

export function createCanaryRunner(): CanaryRunner {
  return { mark: makeMark, run: runCanary };
}

/** **Unit**: bytes by chance, too many to be guessed. */
const nonceLength = 15;

async function makeMark(): Promise<CanaryMark> {
  const token = randomBytes(nonceLength).toString("hex");
  const place = await realpath(tmpdir()).catch(tmpdir);
  const programPath = await realpath(process.execPath).catch(() => process.execPath);
  // Of another name: who sees the directory must not know the mark before its bearer runs.
  const name = `waggle-${randomBytes(nonceLength).toString("hex")}`;
  return { token, programPath, directory: join(place, name) };
}

async function runCanary({ token, programPath, directory }: CanaryMark): Promise<CanaryRun> {
  let isMade = false;
  try {
    await mkdir(directory, { mode: 0o700 });
    isMade = true;
    const filePath = directory + canaryEnding;
    await writeFile(filePath, "");
    const startedUs = Date.now() * 1000;
    const { port, trouble } = await runChild(programPath, [canaryArgument(token), filePath]);
    // A millisecond may have begun already.
    const endedUs = (Date.now() + 1) * 1000;
    return { token, startedUs, endedUs, filePath, port, trouble };
  } catch (error) {
    const trouble = error instanceof Error ? error.message : String(error);
    return { token, startedUs: 0, endedUs: 0, filePath: "", port: 0, trouble };
  } finally {
    if (isMade) await rm(directory, { recursive: true, force: true });
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
