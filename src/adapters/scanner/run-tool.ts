/**
 * Holds running a program to its end, or to the end of its time.
 * In: a path and an argument vector; no shell ever sees them. Out: how it ended and its last lines,
 * with control characters made visible. A timeout or our own exit ends the program and all that it
 * started. Must never hold more than the last lines of its output.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { setPriority } from "node:os";

export interface ToolRun {
  readonly program: string;
  readonly arguments: readonly string[];
  /** Added to ours. */
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly onLine: (line: string) => void;
  /** Lets everything else on the machine go first. */
  readonly isBackground?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Asked each second; what it gives ends the program, and is `how`. */
  readonly stopWhen?: () => string | undefined;
}

export interface ToolEnd {
  /** Exit code; undefined when it did not end by itself or never started. */
  readonly code: number | undefined;
  /** What happened, for the middle of a sentence: "ended with exit code 1". */
  readonly how: string;
  readonly lastLines: readonly string[];
}

const lineCountMax = 8;
const lineLengthMax = 400;
const graceMs = 2000;
/** More than fits a timer would fire at once. */
const timerMsMax = 2 ** 31 - 1;
const lowPriority = 15;
const watchMs = 1000;

/** Never rejects: each way to end is a value. */
export async function runTool(run: ToolRun): Promise<ToolEnd> {
  const lines = new LastLines(run.onLine);
  const child = spawn(run.program, run.arguments, {
    env: { ...process.env, ...run.environment },
    // A group of its own, so that the whole tree can be ended.
    detached: process.platform !== "win32",
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
  });
  const stop = () => endTree(child, "SIGKILL");
  process.once("exit", stop);
  if (run.isBackground === true) lowerPriority(child);
  let stopped: string | undefined;
  const timers: NodeJS.Timeout[] = [];
  const giveUp = (why: string): void => {
    if (stopped !== undefined) return;
    stopped = why;
    endTree(child, "SIGTERM");
    timers.push(setTimeout(stop, graceMs));
  };
  const late = `took longer than ${Math.round(run.timeoutMs / 1000)} s and was ended`;
  timers.push(setTimeout(() => giveUp(late), Math.min(run.timeoutMs, timerMsMax)));
  const watch = () => {
    const why = run.stopWhen?.();
    if (why !== undefined) giveUp(why);
  };
  if (run.stopWhen !== undefined) timers.push(setInterval(watch, watchMs));
  const onAbort = () => giveUp("was ended, as waggle ends");
  run.signal?.addEventListener("abort", onAbort, { once: true });
  if (run.signal?.aborted === true) onAbort();
  const cutters = [child.stdout, child.stderr].map((stream) => {
    const cutter = new LineCutter((line) => lines.take(line));
    stream.on("data", (bytes: Buffer) => cutter.add(bytes));
    return cutter;
  });
  const end = await endOf(child);
  for (const timer of timers) clearTimeout(timer);
  process.removeListener("exit", stop);
  run.signal?.removeEventListener("abort", onAbort);
  for (const cutter of cutters) cutter.finish();
  const lastLines = lines.last;
  return stopped === undefined
    ? { ...end, lastLines }
    : { code: undefined, how: stopped, lastLines };
}

/**
 * Resolves a moment after the program itself ended at the latest: what it left running may hold its
 * pipes open for ever.
 */
function endOf(child: ChildProcess): Promise<Pick<ToolEnd, "code" | "how">> {
  return new Promise((resolve) => {
    child.on("error", (error) => {
      resolve({ code: undefined, how: `could not be started (${error.message})` });
    });
    const tell = (code: number | null, signal: string | null) => {
      if (code !== null) resolve({ code, how: `ended with exit code ${code}` });
      else resolve({ code: undefined, how: `was ended by ${signal ?? "a signal"}` });
    };
    child.on("close", tell);
    child.on("exit", (code, signal) => {
      setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        tell(code, signal);
      }, graceMs).unref();
    });
  });
}

function lowerPriority({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, lowPriority);
  } catch {
    // It ended already, or the system does not let us: a scan at usual priority is a scan.
  }
}

function endTree(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  if (child.pid === undefined) return;
  if (process.platform === "win32") {
    spawnSync("taskkill", ["/pid", String(child.pid), "/T", "/F"]);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
    child.kill(signal);
  }
}

/** What both outputs of a program said last. */
class LastLines {
  readonly last: string[] = [];
  private readonly onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    this.onLine = onLine;
  }

  take(raw: string): void {
    const line = showControls(raw.slice(0, lineLengthMax)).trimEnd();
    if (line === "") return;
    this.last.push(line);
    if (this.last.length > lineCountMax) this.last.shift();
    this.onLine(line);
  }
}

/** One for each output: the start of a line on one must not be ended by the other. */
class LineCutter {
  private rest = "";
  private readonly decoder = new TextDecoder();
  private readonly onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    this.onLine = onLine;
  }

  add(bytes: Uint8Array): void {
    const pieces = (this.rest + this.decoder.decode(bytes, { stream: true })).split(/[\r\n]+/);
    this.rest = (pieces.pop() ?? "").slice(0, lineLengthMax);
    for (const piece of pieces) this.onLine(piece);
  }

  finish(): void {
    this.onLine(this.rest);
    this.rest = "";
  }
}

/** A tool repeats names of what it scans: colours are dropped, other hidden characters shown. */
export function showControls(text: string): string {
  return text
    .replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "")
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu, (character) =>
      character === "\t" ? " " : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
    );
}
