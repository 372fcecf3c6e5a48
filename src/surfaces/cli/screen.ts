/**
 * Holds the two streams a person or a pipe reads, and what they can show.
 * In: documents and notices that are safe already. Out: bytes on standard output and error.
 * Must never fail because the reader went away, and must not put anything but the document on
 * standard output.
 */
import { joinTerminal, type TerminalText, terminal } from "../../core/report/safe-text.ts";
import { WaggleError } from "../../ports/waggle-error.ts";

export interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string, done: (error?: Error | null) => void): boolean;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** What the person said about colour: `--color`. */
export type ColorChoice = "auto" | "always" | "never";

/** **Source**: no-color.org and force-color.org; the flag wins over both. */
export function wantsColor(
  choice: ColorChoice,
  isTerminal: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  if (choice !== "auto") return choice === "always";
  if ((environment["NO_COLOR"] ?? "") !== "") return false;
  const forced = environment["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return isTerminal && environment["TERM"] !== "dumb";
}

/** **Unit**: columns: the terminal's, else COLUMNS, else 100; between 60 and 160. */
export function screenWidth(
  stream: Stream,
  environment: Readonly<Record<string, string | undefined>>,
): number {
  const width = stream.columns ?? Number(environment["COLUMNS"] ?? "");
  return width > 0 ? Math.min(160, Math.max(60, width)) : 100;
}

/**
 * Writes and waits until it is handed over; false when the reader went away (`EPIPE`), which is no
 * error: `waggle report | head` is ordinary use.
 * **Errors**: throws `file-not-written`, for example when what the stream leads to is full.
 */
export function writeTo(stream: Stream, text: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error === undefined || error === null) resolve(true);
      else if (isBrokenPipe(error)) resolve(false);
      else reject(failedWrite(error));
    });
  });
}

/** Keeps a failed write from becoming a crash: who writes is told, and tells the person. */
export function keepWriteErrors(stream: Stream): void {
  stream.on("error", () => {});
}

function failedWrite(error: Error): WaggleError {
  const message = `Standard output could not be written: ${error.message}.`;
  return new WaggleError("file-not-written", message, { cause: error });
}

function isBrokenPipe(error: Error): boolean {
  const code = "code" in error ? error.code : undefined;
  return code === "EPIPE" || code === "ERR_STREAM_DESTROYED";
}

/** **Unit**: UTF-16 code units; below the cap of one interpolated value. */
const pieceLength = 500;

/** A text of several lines made safe line by line, whatever its length. */
export function safeLines(text: string): TerminalText {
  const nothing = terminal``;
  const lines = text.split("\n").map((line) => joinTerminal(pieces(line), nothing));
  return joinTerminal(lines);
}

function pieces(line: string): readonly TerminalText[] {
  const found = [];
  for (let at = 0; at < line.length; at += pieceLength) {
    found.push(terminal`${line.slice(at, at + pieceLength)}`);
  }
  return found;
}
