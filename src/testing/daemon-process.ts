/**
 * Holds a daemon in a process of its own, for tests of what only real processes do: to be killed,
 * to be asked to end, to find what another left.
 * In: words after `waggle run`. Out: the process, its log, and ways to wait for it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface DaemonProcess {
  readonly child: ChildProcess;
  readonly log: LogLine[];
  /** Everything that was no line of the log. */
  said(): string;
  /** Address of its status pages, once it serves them. */
  address(): Promise<string>;
  /** Asks `/status` until the answer pleases; fails when the process ends before. */
  until(pleases: (status: DaemonAnswer) => boolean): Promise<DaemonAnswer>;
  kill(): Promise<void>;
  /** SIGTERM; gives the exit status. */
  end(): Promise<number | null>;
}

export interface DaemonAnswer {
  readonly eventCount: number;
  readonly reportCount: number;
  readonly openFactCount: number;
  readonly sources: readonly { readonly state: string; readonly eventCount: number }[];
}

export function startDaemon(words: readonly string[], environment = {}): DaemonProcess {
  const given = ["run", "--status", "127.0.0.1:0", "--log-level", "debug", ...words];
  const child = spawn(process.execPath, [main, ...given], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  const log: LogLine[] = [];
  let rest = "";
  let said = "";
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  child.stdout.on("data", (bytes: Buffer) => {
    said += String(bytes);
  });
  child.stderr.on("data", (bytes: Buffer) => {
    const lines = (rest + String(bytes)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("{")) log.push(JSON.parse(line));
      else said += `${line}\n`;
    }
  });
  const isOver = () => child.exitCode !== null || child.signalCode !== null;

  const address = async (): Promise<string> => {
    for (;;) {
      const served = log.find(({ msg }) => msg === "Status pages are served.");
      if (served !== undefined) return String(served["address"]);
      if (isOver()) throw new Error(`the daemon ended before it served: ${said}${rest}`);
      await sleep(20);
    }
  };

  const until: DaemonProcess["until"] = async (pleases) => {
    const url = `${await address()}/status`;
    for (;;) {
      const answer = await fetch(url).then(
        (response) => response.json() as Promise<DaemonAnswer>,
        () => undefined,
      );
      if (answer !== undefined && pleases(answer)) return answer;
      if (isOver())
        throw new Error(`the daemon ended: ${said}${rest}${JSON.stringify(log.at(-1))}`);
      await sleep(50);
    }
  };

  const kill = async (): Promise<void> => {
    if (!isOver()) child.kill("SIGKILL");
    await ended;
  };
  const end = async (): Promise<number | null> => {
    child.kill("SIGTERM");
    return ended;
  };
  return { child, log, said: () => said, address, until, kill, end };
}
