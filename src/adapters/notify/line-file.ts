/**
 * Holds telling a file or standard output: one JSON object a line.
 * In: notices. Out: lines; of a file the one before is kept as `NAME.1` when it has grown too long.
 * Must never follow a link that somebody laid in the place of the file, nor fill a disk.
 */
import { constants } from "node:fs";
import { open, rename } from "node:fs/promises";
import type { Writable } from "node:stream";
import { escapeJson } from "../../core/report/safe-text.ts";
import { DeliveryError } from "../../ports/delivery-error.ts";
import type { Notice, Notifier, NotifierTarget } from "../../ports/notifier.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { NotifierOptions } from "./notifier-options.ts";
import { writeNotice } from "./webhook.ts";

/** **Unit**: bytes of one file; there are two. */
const sizeBytesMax = 64 * 1024 * 1024;

function writeLine(notice: Notice, options: NotifierOptions): string {
  // What is rendered on many lines is the same value on one.
  const value: unknown = JSON.parse(writeNotice(notice, options));
  return `${escapeJson(JSON.stringify(value))}\n`;
}

export function createOutputLines({ name }: NotifierTarget, options: NotifierOptions): Notifier {
  return {
    name,
    kind: "stdout",
    preview: (notice) => ({
      method: "write",
      target: "standard output",
      body: writeLine(notice, options),
    }),
    send: async (notice) => {
      await print(options.output, writeLine(notice, options), name);
      return { thread: "" };
    },
  };
}

function print(stream: Writable, line: string, route: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = () => {
      const message = `Route ${route}: standard output takes nothing any more.`;
      reject(new DeliveryError(message, { retryable: true }));
    };
    // A stream that ended tells it by an event; without a listener that would end the program.
    stream.once("error", refuse);
    stream.write(line, (error) => {
      if (error) return refuse();
      stream.off("error", refuse);
      resolve();
    });
  });
}

/** **Errors**: throws `usage` without a path. */
export function createFileLines(target: NotifierTarget, options: NotifierOptions): Notifier {
  const { name, path } = target;
  if (path === "") {
    throw new WaggleError("usage", `notify route ${JSON.stringify(name)} needs a path.`);
  }
  return {
    name,
    kind: "file",
    preview: (notice) => ({ method: "append", target: path, body: writeLine(notice, options) }),
    send: async (notice) => {
      await append(path, writeLine(notice, options), name);
      return { thread: "" };
    },
  };
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;

async function append(path: string, line: string, route: string): Promise<void> {
  const bytes = Buffer.from(line);
  try {
    const handle = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
    let size = 0;
    try {
      await handle.writeFile(bytes);
      size = (await handle.stat()).size;
    } finally {
      await handle.close();
    }
    if (size > sizeBytesMax) await rename(path, `${path}.1`);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "") throw error;
    const message = `Route ${route}: ${JSON.stringify(path)} cannot be written (${code}).`;
    throw new DeliveryError(message, { retryable: true });
  }
}
