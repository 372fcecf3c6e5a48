/**
 * Holds a program of ours that runs beside the bench: its log, what it takes of the machine.
 * In: words after `waggle`. Out: lines of the log with the moment they came, processor time and
 * memory as the system tells them, its end.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

interface LogLine {
  readonly msg: string;
  /** **Unit**: milliseconds since the program was started. */
  readonly atMs: number;
  readonly [field: string]: unknown;
}

export interface Usage {
  /** **Unit**: seconds of processor time, of all its threads; children apart. */
  readonly ownSeconds: number;
  /** Of children that ended. */
  readonly childSeconds: number;
  readonly residentBytes: number;
  readonly residentBytesMax: number;
}

export interface Watched {
  readonly pid: number;
  readonly log: readonly LogLine[];
  usage(): Usage;
  /** The first such line after `fromMs`. **Errors**: throws when the program ends before. */
  line(msg: string, fromMs?: number): Promise<LogLine>;
  elapsedMs(): number;
  end(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
}

const lookEveryMs = 5;
/** Of `/proc/PID/stat`: Linux counts so on every machine that Node runs on. */
const ticksPerSecond = 100;

/** **Unit**: milliseconds until a program that does not do what is waited for is given up. */
const patienceMs = 30 * 60_000;

/**
 * Starts it as a user does: what Node is to do besides comes by the environment, for the program
 * may replace itself.
 */
export function watch(
  program: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Watched {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [program, ...words], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...environment },
  });
  const elapsedMs = () => performance.now() - startedMs;
  const log: LogLine[] = [];
  let said = "";
  let rest = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("{")) log.push({ ...JSON.parse(line), atMs: elapsedMs() });
      else said += `${line}\n`;
    }
  });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const isOver = () => child.exitCode !== null || child.signalCode !== null;

  const line: Watched["line"] = async (msg, fromMs = 0) => {
    const sinceMs = elapsedMs();
    while (elapsedMs() - sinceMs < patienceMs) {
      const found = log.find((one) => one.msg === msg && one.atMs >= fromMs);
      if (found !== undefined) return found;
      if (isOver()) throw new Error(`waggle ${words[0]} ended: ${said}${rest}`);
      await sleep(lookEveryMs);
    }
    throw new Error(`waggle ${words[0]} never said: ${msg}`);
  };

  const end: Watched["end"] = async (signal = "SIGTERM") => {
    if (!isOver()) child.kill(signal);
    await ended;
  };
  const { pid = 0 } = child;
  return { pid, log, usage: () => readUsage(pid), line, elapsedMs, end };
}

function readUsage(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  // The name of the program may hold anything; what comes after its last bracket are numbers.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = (at: number) => Number(fields[at]) / ticksPerSecond;
  const kilobytes = (key: string) =>
    Number(new RegExp(`^${key}:\\s*(\\d+)`, "m").exec(status)?.[1] ?? 0) * 1024;
  return {
    ownSeconds: ticks(11) + ticks(12),
    childSeconds: ticks(13) + ticks(14),
    residentBytes: kilobytes("VmRSS"),
    residentBytesMax: kilobytes("VmHWM"),
  };
}
