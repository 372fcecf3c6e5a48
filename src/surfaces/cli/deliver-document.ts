/**
 * Holds how a document and what is said beside it leave the program.
 * In: what a command shows, where it is to go. Out: bytes on standard output or in a file, whole or
 * not at all; notices on standard error.
 * Must never go on making a document that nobody reads any more.
 */
import { type TerminalText, terminal } from "../../core/report/safe-text.ts";
import type { Files } from "../../ports/files.ts";
import type { Host } from "./host.ts";
import type { Shown } from "./presentation.ts";
import { writeTo } from "./screen.ts";

export interface Target {
  /** As given with `--output`. */
  readonly name: string;
  readonly host: Host;
  readonly files: Files;
}

export function isStandardOutput({ name }: Pick<Target, "name">): boolean {
  return name === "" || name === "-";
}

/** **Errors**: throws `file-not-written`. */
export async function deliver(shown: Shown, target: Target): Promise<void> {
  const pieces = piecesOf(shown.document);
  if (isStandardOutput(target)) await print(pieces, target.host);
  else await target.files.writeWhole(target.name, pieces);
  for (const notice of shown.notices) await say(target.host, notice);
}

async function print(pieces: Iterable<string>, { output }: Host): Promise<void> {
  for (const piece of pieces) {
    const isRead = await writeTo(output, piece);
    if (!isRead) return;
  }
}

function piecesOf(document: Shown["document"]): Iterable<string> {
  if (typeof document === "object" && "next" in document) return document;
  const text = document.toString();
  return text.endsWith("\n") || text === "" ? [text] : [text, "\n"];
}

/** Where standard error cannot be written, nobody can be told: the exit status still tells. */
export async function say(host: Pick<Host, "error">, message: TerminalText): Promise<void> {
  await writeTo(host.error, terminal`${message}\n`.toString()).catch(() => {});
}
