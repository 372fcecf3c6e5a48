/**
 * Holds what the command line adds to an operation: which inputs are positional, how they are
 * called, examples, and how its output is shown. Binding both hides their types from the program.
 * In: an operation and its presentation. Out: a `Command` that takes raw values and gives text.
 * Must never hold logic that another surface would need too.
 */
import type { TerminalText } from "../../core/report/safe-text.ts";
import {
  type Operation,
  type OperationContext,
  type OperationInfo,
  readInput,
} from "../../operations/operation.ts";

export type Format =
  | "text"
  | "md"
  | "json"
  | "html"
  | "sarif"
  | "openvex"
  | "cyclonedx"
  | "csv"
  | "ocsf";

/** How the output is to look. */
export interface View {
  readonly format: Format;
  /** **Unit**: columns. */
  readonly width: number;
  readonly color: boolean;
  /** Items a list shows at most; 0 is the renderer's own choice. */
  readonly top: number;
}

export interface Shown {
  /**
   * The document: Markdown, HTML, everything for a terminal made safe, or JSON in pieces, which
   * are made as they are written.
   */
  readonly document: string | TerminalText | Generator<string>;
  /** Said on standard error after the document. */
  readonly notices: readonly TerminalText[];
  readonly exitStatus: number;
}

export interface Positional {
  readonly key: string;
  readonly metavar: string;
  readonly required: boolean;
}

export interface Example {
  readonly line: string;
  readonly says: string;
}

export interface Presentation<Output> {
  readonly positionals: readonly Positional[];
  /** Key of the input → what stands for its value in the help. */
  readonly metavars: Readonly<Record<string, string>>;
  readonly examples: readonly Example[];
  readonly formats: readonly Format[];
  /** Whether `--top` and `--config` make sense here. */
  readonly hasTop: boolean;
  readonly hasConfig: boolean;
  /** Whether the document says when it was made: `--now`. */
  readonly hasTime: boolean;
  /** It runs until it is asked to end: an interrupt is passed on to it. */
  readonly isService?: boolean;
  show(output: Output, view: View): Shown;
}

/** A command of the program, without the types of its operation. */
export interface Command {
  readonly operation: OperationInfo;
  readonly presentation: Omit<Presentation<unknown>, "show">;
  run(
    raw: Readonly<Record<string, unknown>>,
    context: OperationContext,
  ): Promise<(view: View) => Shown>;
}

export function bind<Input, Output>(
  operation: Operation<Input, Output>,
  presentation: Presentation<Output>,
): Command {
  return {
    operation,
    presentation,
    run: async (raw, context) => {
      const output = await operation.run(readInput(operation, raw), context);
      return (view) => presentation.show(output, view);
    },
  };
}
