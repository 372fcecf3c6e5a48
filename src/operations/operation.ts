/**
 * Holds the contract of an operation: one question or command, declared once, rendered by every
 * surface (command line, MCP tools, web routes, the agent's tools).
 * In: an input that its schema accepts, and a context of ports. Out: data, never text for a screen.
 * Must never print, read a clock or choose an adapter.
 */
import type * as z from "zod";
import type { Files } from "../ports/files.ts";
import type { Outside } from "../ports/outside.ts";
import type { Scanner } from "../ports/scanner.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import type { Config } from "./config.ts";

/** How far a long input is. Called often; the surface throttles. */
export interface OperationProgress {
  /** What is being done, for example `events` or `sbom`; or a line of a tool. */
  readonly stage: string;
  readonly input: string;
  /** **Unit**: stored bytes, of all inputs of the stage. */
  readonly consumedBytes: number;
  /** -1 when unknown. */
  readonly sizeBytes: number;
  readonly eventCount: number;
}

/** What the configuration file says, and where it was; an empty `Config` when there is none. */
export interface Settings {
  /** Name as found or given; "" when there is no file. */
  readonly file: string;
  readonly config: Config;
}

export interface OperationContext {
  readonly files: Files;
  readonly scanner: Scanner;
  /** ISO 8601, printed as the time of making; undefined keeps output reproducible. */
  readonly now: string | undefined;
  readonly settings: Settings;
  readonly onProgress: (progress: OperationProgress) => void;
  /** What long-running work needs: state, servers, services. */
  readonly outside: Outside;
  /** Given when the person or the system asks the program to end; work that goes on heeds it. */
  readonly signal: AbortSignal;
  /** Calls back when the system asks to read the configuration again (SIGHUP). */
  readonly onReload: (listener: () => void) => void;
}

/** **Shape**: `read` changes nothing outside; `write` does, and surfaces must ask or be told to. */
export type Effect = "read" | "write";

/** What a surface needs to know of any operation without its types. */
export interface OperationInfo {
  /** Lower-case words, joined by hyphens: the command, the tool and the route are called so. */
  readonly name: string;
  /** Half a sentence for lists. */
  readonly summary: string;
  /** A few sentences for `--help` and tool descriptions. */
  readonly description: string;
  readonly effect: Effect;
  /** Refuses unknown keys; each key is described. */
  readonly input: z.ZodObject;
}

export interface Operation<Input, Output> extends OperationInfo {
  readonly input: z.ZodObject & z.ZodType<Input>;
  /** **Errors**: throws `WaggleError`; whatever else it throws is a defect. */
  run(input: Input, context: OperationContext): Promise<Output>;
}

/**
 * Reads an input that came from outside, by the operation's schema.
 * **Errors**: throws `WaggleError` `usage` that names the key.
 */
export function readInput<Input>(
  operation: Operation<Input, unknown>,
  raw: Readonly<Record<string, unknown>>,
): Input {
  const result = operation.input.safeParse(raw);
  if (result.success) return result.data as Input;
  const issue = result.error.issues[0];
  const key = issue === undefined ? "" : issue.path.map(String).join(".");
  const what = issue?.message ?? "not as expected";
  throw new WaggleError("usage", `${operation.name}: ${key === "" ? "" : `${key}: `}${what}.`);
}
