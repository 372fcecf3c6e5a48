/**
 * Holds completion scripts for bash, zsh and fish, made from the tables.
 * In: the commands and a shell. Out: a script that completes commands, options, choices and files.
 * Must never call waggle while the person types: everything is in the script.
 */
import type { Command } from "./presentation.ts";
import { schemaOptions } from "./schema-options.ts";
import { surfaceOptions } from "./surface-options.ts";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

interface CompletedOption {
  readonly flags: readonly string[];
  readonly choices: readonly string[];
  readonly takesValue: boolean;
  readonly description: string;
}

interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** Fixed words in place of a file. */
  readonly choices: readonly string[];
}

export function completionScript(shell: Shell, commands: readonly Command[]): string {
  const completed = [...commands.map(describe), ...ownCommands(commands)];
  if (shell === "bash") return bash(completed);
  return shell === "zsh" ? zsh(completed) : fish(completed);
}

function describe(command: Command): CompletedCommand {
  const positional = command.presentation.positionals.map(({ key }) => key);
  const inputs = schemaOptions(command.operation.input)
    .filter(({ key }) => !positional.includes(key))
    .map(({ flag, choices, kind, description }) => ({
      flags: [`--${flag}`],
      choices,
      takesValue: kind !== "flag",
      description,
    }));
  const own = surfaceOptions(command).map((option) => ({
    flags: [option.short, option.long].filter((flag) => flag !== undefined && flag !== null),
    choices: option.argChoices ?? [],
    takesValue: true,
    description: option.description,
  }));
  const { name, summary } = command.operation;
  return { name, summary, options: [...inputs, ...own, helpOption], choices: [] };
}

const helpOption: CompletedOption = {
  flags: ["--help"],
  choices: [],
  takesValue: false,
  description: "print help",
};

function ownCommands(commands: readonly Command[]): readonly CompletedCommand[] {
  const names = commands.map(({ operation }) => operation.name);
  return [
    { name: "completion", summary: "print a completion script", options: [], choices: shells },
    { name: "help", summary: "print help of a command", options: [], choices: names },
  ];
}

function bash(commands: readonly CompletedCommand[]): string {
  const choices = commands.flatMap((command) =>
    command.options
      .filter((option) => option.choices.length > 0)
      .map((option) => {
        const keys = option.flags.map((flag) => `${command.name}:${flag}`).join("|");
        return `    ${keys}) words="${option.choices.join(" ")}" ;;`;
      }),
  );
  const flags = commands.map((command) => {
    const words = command.options.flatMap((option) => option.flags).join(" ");
    return `      ${command.name}) words="${words}" ;;`;
  });
  const fixed = commands
    .filter((command) => command.choices.length > 0)
    .map((command) => `      ${command.name}) words="${command.choices.join(" ")}" ;;`);
  const names = commands.map(({ name }) => name).join(" ");
  return `# bash completion for waggle: source <(waggle completion bash)
_waggle() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="\${COMP_WORDS[1]}" words=""
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W "${names} --help --version" -- "$current"))
    return
  fi
  case "$command:$previous" in
${choices.join("\n")}
  esac
  if [[ -z $words && $current == -* ]]; then
    case "$command" in
${flags.join("\n")}
    esac
  elif [[ -z $words ]]; then
    case "$command" in
${fixed.join("\n")}
    esac
  fi
  if [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    compopt -o filenames 2>/dev/null
    local IFS=$'\\n'
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -F _waggle waggle
`;
}

function zsh(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name, summary }) => `    ${quote(`${name}:${plain(summary)}`)}`);
  const cases = commands.map((command) => {
    const options = command.options.flatMap(zshOption).map((one) => `        ${quote(one)}`);
    const rest =
      command.choices.length > 0 ? `*:word:(${command.choices.join(" ")})` : "*:file:_files";
    return [
      `    ${command.name})`,
      "      _arguments \\",
      ...options.map((line) => `${line} \\`),
      `        ${quote(rest)} ;;`,
    ].join("\n");
  });
  return `#compdef waggle
# zsh completion for waggle: source <(waggle completion zsh)
_waggle() {
  local -a commands
  commands=(
${names.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join("\n")}
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _waggle "$@"
else
  compdef _waggle waggle
fi
`;
}

function zshOption(option: CompletedOption): readonly string[] {
  const says = plain(option.description).replaceAll("[", "(").replaceAll("]", ")");
  const values = option.choices.length > 0 ? `(${option.choices.join(" ")})` : "_files";
  const value = option.takesValue ? `:value:${values}` : "";
  return option.flags.map((flag) => `*${flag}[${says.replaceAll(":", " -")}]${value}`);
}

function fish(commands: readonly CompletedCommand[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const lines = commands.flatMap((command) => {
    const seen = `-n "__fish_seen_subcommand_from ${command.name}"`;
    const top = `complete -c waggle -n "not __fish_seen_subcommand_from ${names}" -f`;
    const words = command.choices.length > 0 ? [`-f -a ${quote(command.choices.join(" "))}`] : [];
    return [
      `${top} -a ${command.name} -d ${quote(plain(command.summary))}`,
      ...words.map((one) => `complete -c waggle ${seen} ${one}`),
      ...command.options.map((option) => `complete -c waggle ${seen} ${fishOption(option)}`),
    ];
  });
  const note = "# fish completion for waggle: waggle completion fish | source";
  return `${[note, ...lines].join("\n")}\n`;
}

function fishOption(option: CompletedOption): string {
  const flags = option.flags.map((flag) =>
    flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
  );
  const choices = option.choices.length > 0 ? ` -x -a ${quote(option.choices.join(" "))}` : "";
  const value = option.takesValue && choices === "" ? " -r" : choices;
  return `${flags.join(" ")}${value} -d ${quote(plain(option.description))}`;
}

/** Descriptions are ours, but a script must not depend on that: only what no shell reads stays. */
function plain(text: string): string {
  const words = text
    .replace(/[^\w .,;:=/()…-]/g, " ")
    .replace(/ +/g, " ")
    .trim();
  return words.length > 80 ? `${words.slice(0, 79)}…` : words;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
