/**
 * Holds one run of a scanner that must give a document.
 * In: program, arguments, where the document goes. Out: the document in its place, or `tool-failed`
 * with what the tool said. Must never put a document that is not whole or beyond the bound.
 */
import { statSync } from "node:fs";
import type { ToolRequest } from "../../ports/scanner.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { runTool, type ToolEnd } from "./run-tool.ts";
import { putFile } from "./work-folder.ts";

export interface Step {
  readonly tool: string;
  readonly program: string;
  readonly arguments: readonly string[];
  /** What a person would have to set too; told in errors. */
  readonly environment: Readonly<Record<string, string>>;
  /** Added, and not told. */
  readonly quietEnvironment: Readonly<Record<string, string>>;
  /** What the tool writes; renamed to `file` when it is done. */
  readonly temporary: string;
  readonly file: string;
  readonly acceptedCodes: readonly number[];
}

/** One for all steps of a request. */
export interface Deadline {
  readonly request: ToolRequest;
  readonly atMs: number;
}

const backgroundSizeBytesMax = 400 * 1024 * 1024;

export async function runStep(
  { request, atMs }: Deadline,
  step: Step,
  sizeBytesMax = backgroundSizeBytesMax,
): Promise<void> {
  request.onProgress(`running ${step.tool}`);
  const { isBackground = false, signal } = request;
  const tooMuch = () =>
    isBackground && sizeOf(step.temporary) > sizeBytesMax
      ? `wrote more than ${Math.round(sizeBytesMax / 1024 / 1024)} MB and was ended`
      : undefined;
  const end = await runTool({
    program: step.program,
    arguments: step.arguments,
    environment: { ...step.quietEnvironment, ...step.environment },
    timeoutMs: Math.max(1, atMs - Date.now()),
    onLine: request.onProgress,
    isBackground,
    signal,
    stopWhen: tooMuch,
  });
  const excess = tooMuch();
  if (excess !== undefined) throw failure(step, { ...end, how: excess }, false);
  const isAccepted = end.code !== undefined && step.acceptedCodes.includes(end.code);
  if (!isAccepted || sizeOf(step.temporary) === 0) throw failure(step, end, isAccepted);
  putFile(step.temporary, step.file);
}

function failure(step: Step, end: ToolEnd, isAccepted: boolean): WaggleError {
  const how = isAccepted ? `${end.how} but wrote nothing` : end.how;
  const said =
    end.lastLines.length === 0 ? "" : `\nIts last lines:\n  ${end.lastLines.join("\n  ")}`;
  const command = commandLine(step);
  return new WaggleError("tool-failed", `${step.tool} ${how}.${said}\nThe command was: ${command}`);
}

/** As a person would type it, writing where waggle wanted it. */
function commandLine(step: Step): string {
  const settings = Object.entries(step.environment).map(([key, value]) => `${key}=${value}`);
  const words = step.arguments.map((one) => quote(one.replace(step.temporary, step.file)));
  return [...settings, step.tool, ...words].join(" ");
}

function quote(word: string): string {
  if (/^[\w./:=@%+,-]+$/.test(word)) return word;
  return /[\p{Cc}\p{Cf}]/u.test(word) ? JSON.stringify(word) : `'${word.replaceAll("'", "'\\''")}'`;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
