/**
 * Holds the options that belong to the command line itself and not to an operation.
 * In: a command. Out: its commander options, the same for every command that has them.
 */
import { Option } from "commander";
import type { Command } from "./presentation.ts";

/** **Order**: as help shows them, after those of the operation. */
export function surfaceOptions(command: Command): readonly Option[] {
  const { formats, hasTop, hasConfig, hasTime } = command.presentation;
  const format = new Option("--format <format>", "how the output is printed");
  const file = "write to a file, whole or not at all, instead of standard output";
  const options = [format.choices([...formats]), new Option("-o, --output <file>", file)];
  if (hasTop) options.push(new Option("--top <number>", "items that a list shows at most"));
  if (hasConfig) {
    const says = "configuration file; ./waggle.yaml is used when it is there";
    options.push(new Option("--config <file>", says));
  }
  const color = new Option("--color <when>", "colour in the text format");
  options.push(color.choices(["auto", "always", "never"]).default("auto"));
  if (hasTime) {
    const says = "time to print as the time of making; without it none is, so that output repeats";
    options.push(new Option("--now <time>", says));
  }
  return options;
}
