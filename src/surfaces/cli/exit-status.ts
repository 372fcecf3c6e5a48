/**
 * Holds the exit statuses of the program, in one table that help and docs print.
 * In: whatever was thrown. Out: the status and what to say on standard error.
 * Must never show a stack unless asked to.
 */
import { type TerminalText, terminal } from "../../core/report/safe-text.ts";
import { errorCodes, WaggleError } from "../../ports/waggle-error.ts";
import { safeLines } from "./screen.ts";

export const exitStatus = {
  done: 0,
  failOn: 10,
  defect: 70,
  interrupted: 130,
} as const;

/** Status → meaning, in the order of the number. */
export const exitStatusTable: readonly (readonly [number, string])[] = [
  [exitStatus.done, "done"],
  [errorCodes.usage.exit, "wrong command line or configuration file"],
  [errorCodes["file-not-found"].exit, "a file could not be read or written"],
  [errorCodes["input-unsupported"].exit, "an input is of no kind or size that waggle reads"],
  [errorCodes["tool-missing"].exit, "syft or grype is missing or failed"],
  [errorCodes["not-found"].exit, "nothing of that name is in the input"],
  [errorCodes["connection-failed"].exit, "a server cannot be reached, or it refuses"],
  [
    errorCodes["state-locked"].exit,
    "the state directory is in use, damaged, of a newer version, full",
  ],
  [
    errorCodes["workflow-failed"].exit,
    "a step of a workflow failed, or a replay gave another result",
  ],
  [exitStatus.failOn, "a --fail-on condition is met, or a workflow found something"],
  [exitStatus.defect, "a defect of waggle"],
  [exitStatus.interrupted, "interrupted"],
];

export interface Failure {
  readonly status: number;
  readonly message: TerminalText;
}

/** **Unit**: UTF-16 code units of a message; lists of near names can be long. */
const messageLengthMax = 2000;

/** `withStack` adds where it was thrown, and its causes. */
export function describeFailure(error: unknown, withStack: boolean): Failure {
  const stack = withStack ? terminal`\n${safeLines(stackOf(error))}` : terminal``;
  if (error instanceof WaggleError) {
    const { exit, help } = errorCodes[error.code];
    // Names in a message may hold line breaks: no line of it may look like one of ours.
    const said = safeLines(error.message.slice(0, messageLengthMax).replaceAll("\n", "\n  "));
    const message = terminal`waggle: ${said}\n  ${help}${stack}`;
    return { status: exit, message };
  }
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const hint = withStack ? "" : " Run it again with WAGGLE_DEBUG=1 to see where.";
  const message = terminal`waggle: a defect of waggle, not of your input: ${oneLine(what)}
  Please report it with the command line and \`waggle --version\`.${hint}${stack}`;
  return { status: exitStatus.defect, message };
}

function oneLine(text: string): TerminalText {
  return safeLines(text.replaceAll(/\s*\n\s*/g, " ").slice(0, messageLengthMax));
}

function stackOf(error: unknown): string {
  const stacks: string[] = [];
  for (let one: unknown = error; one instanceof Error && stacks.length < 5; one = one.cause) {
    stacks.push(one.stack ?? one.message);
  }
  return stacks.join("\ncaused by ");
}
