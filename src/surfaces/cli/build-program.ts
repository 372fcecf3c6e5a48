/**
 * Holds the grammar of the command line: commands, options and help, made from the tables.
 * In: commands, and what to do with a parsed one. Out: a commander program.
 * Must never run an operation, and must not know one by name.
 */
import { Argument, Command as Commander, Option } from "commander";
import { completionScript, type Shell, shells } from "./completion.ts";
import { exitStatusTable } from "./exit-status.ts";
import type { Command, Format } from "./presentation.ts";
import {
  readOptionValue,
  refuseSwallowed,
  type SchemaOption,
  schemaOptions,
} from "./schema-options.ts";
import type { ColorChoice } from "./screen.ts";
import { surfaceOptions } from "./surface-options.ts";

/** What was typed, sorted into the operation's input and what is the surface's own. */
export interface Request {
  readonly command: Command;
  readonly raw: Readonly<Record<string, unknown>>;
  readonly format: Format | undefined;
  /** "" is standard output. */
  readonly output: string;
  /** 0 when not given. */
  readonly top: number;
  readonly config: string | undefined;
  readonly color: ColorChoice;
  readonly now: string | undefined;
}

export interface ProgramOptions {
  readonly version: string;
  readonly commands: readonly Command[];
  readonly width: number;
  readonly writeOut: (text: string) => void;
  readonly onRequest: (request: Request) => void;
}

/** **Errors**: parsing throws commander's `CommanderError`, help and version included. */
export function buildProgram(options: ProgramOptions): Commander {
  const program = new Commander("waggle")
    .description(
      "Tells which few vulnerabilities matter now, from what the kernel saw your containers do.",
    )
    .version(options.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help of a command")
    .configureHelp({ helpWidth: options.width, sortSubcommands: false })
    .configureOutput({ writeOut: options.writeOut, writeErr: () => {} })
    .showSuggestionAfterError(true)
    .addHelpText("after", () => `${overviewHelp(options.commands)}\n\n${statusHelp()}`)
    .exitOverride();
  for (const command of options.commands) {
    program.addCommand(buildCommand(command, options));
  }
  program.addCommand(completionCommand(options));
  return program;
}

function completionCommand(options: ProgramOptions): Commander {
  const shell = new Argument("<shell>", "the shell to complete in").choices([...shells]);
  return plainCommand("completion", options)
    .summary("print a completion script for a shell")
    .description("Prints a script for your shell, for example: source <(waggle completion bash)")
    .addArgument(shell)
    .action((chosen: Shell) => options.writeOut(completionScript(chosen, options.commands)));
}

function plainCommand(name: string, options: ProgramOptions): Commander {
  return new Commander(name)
    .helpOption("-h, --help", "print help")
    .configureHelp({ helpWidth: options.width })
    .configureOutput({ writeOut: options.writeOut, writeErr: () => {} })
    .showSuggestionAfterError(true)
    .exitOverride();
}

function statusHelp(): string {
  const rows = exitStatusTable.map(([status, says]) => `  ${String(status).padStart(3)}  ${says}`);
  return ["Exit status:", ...rows].join("\n");
}

function buildCommand(command: Command, options: ProgramOptions): Commander {
  const { operation, presentation } = command;
  const built = plainCommand(operation.name, options)
    .summary(operation.summary)
    .description(operation.description);
  const inputs = schemaOptions(operation.input);
  for (const positional of presentation.positionals) {
    const input = inputs.find((one) => one.key === positional.key);
    const name = `${positional.metavar}${input?.kind === "list" ? "..." : ""}`;
    const shown = positional.required ? `<${name}>` : `[${name}]`;
    built.addArgument(new Argument(shown, input?.description ?? ""));
  }
  const positionalKeys = presentation.positionals.map(({ key }) => key);
  const flags = inputs.filter(({ key }) => !positionalKeys.includes(key));
  for (const input of flags) built.addOption(inputOption(input, presentation.metavars));
  for (const option of surfaceOptions(command)) built.addOption(option);
  if (presentation.examples.length > 0) built.addHelpText("after", () => exampleHelp(command));
  built.action(() => options.onRequest(readRequest(command, built, inputs)));
  return built;
}

function inputOption(input: SchemaOption, metavars: Readonly<Record<string, string>>): Option {
  const metavar = metavars[input.key] ?? (input.kind === "integer" ? "number" : "value");
  const value = input.kind === "list" ? `<${metavar}...>` : `<${metavar}>`;
  const flags = input.kind === "flag" ? `--${input.flag}` : `--${input.flag} ${value}`;
  const option = new Option(flags, input.description);
  return input.choices.length > 0 ? option.choices([...input.choices]) : option;
}

function exampleHelp(command: Command): string {
  return listExamples(command.presentation.examples);
}

/** The first example of each command: what a person does in which order. */
function overviewHelp(commands: readonly Command[]): string {
  return listExamples(commands.flatMap(({ presentation }) => presentation.examples.slice(0, 1)));
}

function listExamples(examples: Command["presentation"]["examples"]): string {
  if (examples.length === 0) return "";
  const lines = examples.flatMap(({ line, says }) => [`  # ${says}`, `  $ ${line}`, ""]);
  return ["\nExamples:", ...lines].join("\n").trimEnd();
}

function readRequest(
  command: Command,
  parsed: Commander,
  inputs: readonly SchemaOption[],
): Request {
  const typed: Readonly<Record<string, unknown>> = parsed.opts();
  const raw: Record<string, unknown> = {};
  for (const input of inputs) {
    const value = typed[input.key];
    if (value !== undefined) raw[input.key] = readOptionValue(input, value);
  }
  command.presentation.positionals.forEach(({ key }, index) => {
    const value: unknown = parsed.processedArgs[index];
    const isEmptyList = Array.isArray(value) && value.length === 0;
    if (value !== undefined && !isEmptyList) raw[key] = value;
  });
  return {
    command,
    raw,
    format: typed["format"] as Format | undefined,
    output: text(typed, "output") ?? "",
    top: readTop(typed["top"]),
    config: text(typed, "config"),
    color: (text(typed, "color") ?? "auto") as ColorChoice,
    now: text(typed, "now"),
  };
}

function text(typed: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = typed[key];
  refuseSwallowed(key, value);
  return typeof value === "string" ? value : undefined;
}

function readTop(typed: unknown): number {
  const choices: readonly string[] = [];
  const option = { key: "top", flag: "top", kind: "integer", choices } as const;
  const value = readOptionValue({ ...option, description: "", required: false }, typed);
  return typeof value === "number" ? value : 0;
}
