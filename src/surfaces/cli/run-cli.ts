/**
 * Holds one run of the command line, from words to exit status.
 * In: the words, the environment, the streams, and how to get the ports. Out: the exit status; the
 * document on standard output or in a file, everything else on standard error.
 * Must never choose an adapter: `main.ts` hands in a preset.
 */
import { CommanderError } from "commander";
import { loadConfig } from "../../operations/load-config.ts";
import type { OperationContext } from "../../operations/operation.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { buildProgram, type Request } from "./build-program.ts";
import { loadCommands } from "./commands.ts";
import { deliver, isStandardOutput, say } from "./deliver-document.ts";
import { fillFromEnvironment } from "./environment-options.ts";
import { describeFailure, exitStatus } from "./exit-status.ts";
import type { Host } from "./host.ts";
import { createProgressLine } from "./progress.ts";
import { readNow } from "./read-now.ts";
import { keepWriteErrors, safeLines, screenWidth, wantsColor, writeTo } from "./screen.ts";

type Program = ReturnType<typeof buildProgram>;

export async function runCli(host: Host): Promise<number> {
  keepWriteErrors(host.output);
  keepWriteErrors(host.error);
  try {
    const request = await parse(host);
    return request === undefined ? exitStatus.done : await answer(request, host);
  } catch (error) {
    const debug = (host.environment["WAGGLE_DEBUG"] ?? "") !== "";
    const failure = describeFailure(error, debug);
    await say(host, failure.message);
    return failure.status;
  }
}

/** undefined when help or the version was printed. */
async function parse(host: Host): Promise<Request | undefined> {
  const requests: Request[] = [];
  const printed: string[] = [];
  const words = host.words.length === 0 ? ["--help"] : host.words;
  const program = buildProgram({
    version: host.version,
    commands: await loadCommands(words[0]),
    width: screenWidth(host.output, host.environment),
    writeOut: (text) => void printed.push(text),
    onRequest: (request) => void requests.push(request),
  });
  try {
    program.parse([...words], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw new WaggleError("usage", usageMessage(error, program, words));
  }
  if (printed.length > 0) await writeTo(host.output, safeLines(printed.join("")).toString());
  return requests[0];
}

function usageMessage(
  { code, message }: CommanderError,
  program: Program,
  words: readonly string[],
): string {
  if (code === "commander.help") return "There is no such command; `waggle help` lists them.";
  const text = message.replace(/^error: /, "").replaceAll("\n", " ");
  const sentence = /[.?)]$/.test(text) ? text : `${text}.`;
  const isFile = code === "commander.excessArguments" && takesEvents(program, words[0]);
  return isFile ? `${sentence} A recording is given as --events <file>.` : sentence;
}

function takesEvents({ commands }: Program, name: string | undefined): boolean {
  const command = commands.find((one) => one.name() === name);
  return command?.options.some(({ long }) => long === "--events") === true;
}

async function answer(request: Request, host: Host): Promise<number> {
  const { files, scanner, outside } = await host.ports();
  const { hasConfig, isService } = request.command.presentation;
  const settings = hasConfig ? await loadConfig(files, request.config) : { file: "", config: {} };
  const progress = createProgressLine(host.error, host.clock);
  const interruption = watchInterrupts(host, {
    isService: isService === true,
    clean: () => progress.erase(),
  });
  const context: OperationContext = {
    files,
    scanner,
    now: readNow(request.now, host.environment),
    settings,
    onProgress: (at) => progress.update(at),
    outside,
    signal: interruption.signal,
    onReload: interruption.onReload,
  };
  const running = request.command.run(rawInput(request, host), context);
  const show = await running.finally(() => progress.erase());
  const { formats } = request.command.presentation;
  const configured = formats.find((format) => format === settings.config.format);
  const isTerminal = request.output === "" && host.output.isTTY === true;
  const shown = show({
    format: request.format ?? configured ?? formats[0] ?? "text",
    width: screenWidth(host.output, host.environment),
    color: wantsColor(request.color, isTerminal, host.environment),
    top: request.top > 0 ? request.top : (settings.config.top ?? 0),
  });
  const target = { name: request.output, host, files };
  if (isStandardOutput(target)) await deliver(shown, target);
  else await interruption.hold(() => deliver(shown, target));
  return shown.exitStatus;
}

/** A service is told by its environment too: what starts it often has no other way. */
function rawInput({ command, raw }: Request, host: Host): Readonly<Record<string, unknown>> {
  if (command.presentation.isService !== true) return raw;
  return fillFromEnvironment(raw, command.operation.input, host.environment);
}

interface Interruption {
  readonly hold: Hold;
  readonly signal: AbortSignal;
  readonly onReload: (listener: () => void) => void;
}

/**
 * An interrupt ends the program at once, but not while a file is being written: then it ends right
 * after, so that nothing is left half-done. A service is told by its signal and ends by itself. The
 * second interrupt never waits.
 */
function watchInterrupts(
  host: Host,
  { isService, clean }: { readonly isService: boolean; readonly clean: () => void },
): Interruption {
  const state = { held: false, asked: false };
  const controller = new AbortController();
  const reloads: (() => void)[] = [];
  const interrupt = () => {
    clean();
    const waits = state.held || isService;
    if (!waits || state.asked) host.exit(exitStatus.interrupted);
    state.asked = true;
    controller.abort();
  };
  host.onInterrupt(interrupt);
  host.onHangup(() => {
    if (!isService) interrupt();
    else for (const listener of reloads) listener();
  });
  return {
    hold: async (work) => {
      state.held = true;
      await work();
      state.held = false;
      if (state.asked) host.exit(exitStatus.interrupted);
    },
    signal: controller.signal,
    onReload: (listener) => void reloads.push(listener),
  };
}

type Hold = (work: () => Promise<void>) => Promise<void>;
