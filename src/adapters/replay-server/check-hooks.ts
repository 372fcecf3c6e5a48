/**
 * Holds what Tetragon checks of the hooks of a policy before it loads them into the kernel.
 * In: the spec of a policy that was read. Out: the sensors it makes and how they are run, or a
 * refusal in Tetragon's words. Must never ask a kernel: any function exists, and kprobes are
 * attached many at once, as on every kernel since 5.18.
 * Source: `PolicyHandler`, `addKprobe` and their kin in Tetragon 1.7.0, `pkg/sensors/tracing`.
 */
import { checkSelectors } from "./check-selectors.ts";
import { isPlain, listAt, type Plain, textAt, textsAt, typeOf } from "./policy-fields.ts";
import { Refusal } from "./refusal.ts";

export interface HookPlan {
  readonly sensors: readonly string[];
  /** Whether it has hooks that can be counted and have a mode; the loader has not. */
  readonly hasHooks: boolean;
  readonly mode: "enforce" | "monitor" | "monitor-only";
}

const sections = [
  ["kprobes", "generic_kprobe"],
  ["fentries", "generic_fentry"],
  ["tracepoints", "generic_tracepoint"],
  ["lsmhooks", "generic_lsm"],
  ["uprobes", "generic_uprobe"],
  ["usdts", "generic_usdt"],
] as const;

/** **Errors**: throws `Refusal`. */
export function checkHooks(name: string, spec: Plain): HookPlan {
  const loader = spec["loader"] === true ? ["__loader__"] : [];
  const used = sections.filter(([section]) => hooksOf(spec, section).length > 0);
  const [first] = used;
  if (first === undefined) return { sensors: loader, hasHooks: false, mode: "monitor-only" };
  try {
    if (used.length > 1) {
      throw new Refusal(
        "tracing policies with multiple sections of kprobes, tracepoints, lsm hooks, uprobes or " +
          "usdts are currently not supported",
      );
    }
    const options = readOptions(spec);
    const [section, sensor] = first;
    const hooks = hooksOf(spec, section).map((hook) => withMacros(hook, spec));
    checkSection(section, hooks, { spec, isMulti: !options.disablesMulti });
    const mode = hooks.some(enforces) ? options.mode : "monitor-only";
    return { sensors: [...loader, sensor], hasHooks: true, mode };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const where = `policy handler 'tracing' failed loading policy '${name}'`;
    throw new Refusal(`${where}: ${error.message}`);
  }
}

function hooksOf(spec: Plain, section: string): readonly Plain[] {
  return listAt(spec, section);
}

interface Options {
  readonly disablesMulti: boolean;
  readonly mode: "enforce" | "monitor";
}

const booleans: Readonly<Record<string, boolean>> = {
  ...{ "1": true, t: true, T: true, true: true, TRUE: true, True: true },
  ...{ "0": false, f: false, F: false, false: false, FALSE: false, False: false },
};

function readOptions(spec: Plain): Options {
  const options = { disablesMulti: false, mode: "enforce" as "enforce" | "monitor" };
  for (const option of listAt(spec, "options")) {
    const name = textAt(option, "name");
    const value = textAt(option, "value");
    const invalid = (why: string) =>
      new Refusal(`failed to parse options: failed to set option ${name}: ${why}`);
    if (name === "policy-mode") {
      if (value !== "enforce" && value !== "monitor") throw invalid(`invalid mode: "${value}"`);
      options.mode = value;
    } else if (name === "disable-kprobe-multi" || name === "disable-uprobe-multi") {
      if (!Object.hasOwn(booleans, value)) {
        throw invalid(`strconv.ParseBool: parsing "${value}": invalid syntax`);
      }
      if (name === "disable-kprobe-multi") options.disablesMulti = booleans[value] === true;
    } else if (name === "override-method" && value !== "fmod-ret" && value !== "override-return") {
      throw invalid(`invalid override method: '${value}'`);
    }
  }
  return options;
}

function withMacros(hook: Plain, spec: Plain): Plain {
  const macros = isPlain(spec["selectorsMacros"]) ? spec["selectorsMacros"] : {};
  const refuse = (what: string) => new Refusal(`append macros selectors: ${what}`);
  const selectors = listAt(hook, "selectors").map((selector) => {
    const merged: Record<string, unknown> = { ...selector };
    for (const name of textsAt(selector, "macros")) {
      if (Object.keys(macros).length === 0) {
        const why = "is used in selector, but no macros were defined in policy spec";
        throw refuse(`macro '${name}' ${why}`);
      }
      const macro = Object.hasOwn(macros, name) ? macros[name] : undefined;
      if (!isPlain(macro)) throw refuse(`undefined macro '${name}'`);
      if (textsAt(macro, "macros").length > 0) {
        throw refuse("macro definition cannot use other macros");
      }
      for (const [key, list] of Object.entries(macro)) merged[key] ??= list;
    }
    return merged;
  });
  return { ...hook, selectors };
}

const enforcing: ReadonlySet<string> = new Set([
  ...["Sigkill", "Signal", "NotifyEnforcer", "Override", "Set"],
]);

function actionsOf(hook: Plain): readonly Plain[] {
  return listAt(hook, "selectors").flatMap((selector) => listAt(selector, "matchActions"));
}

function enforces(hook: Plain): boolean {
  return actionsOf(hook).some((action) => enforcing.has(textAt(action, "action")));
}

interface SectionPlace {
  readonly spec: Plain;
  readonly isMulti: boolean;
}

function checkSection(section: string, hooks: readonly Plain[], place: SectionPlace): void {
  const isKprobe = section === "kprobes" || section === "fentries";
  if (isKprobe) checkBeforeKprobes(hooks, place.spec);
  const calls = new Set<string>();
  hooks.forEach((hook, index) => {
    if (section === "lsmhooks") checkLsmHook(hook, index);
    if (isKprobe) {
      const call = textAt(hook, "call");
      checkKprobe(hook, section === "kprobes" && place.isMulti);
      if (section === "kprobes" && place.isMulti && calls.has(call)) {
        throw new Refusal(
          `error: can't have multiple instances of same symbol '${call}' with kprobe_multi, ` +
            "use --disable-kprobe-multi option",
        );
      }
      calls.add(call);
    }
    checkLabels(hook);
    checkArguments(hook, isKprobe);
    checkSelectors(hook);
  });
}

/** What is looked at in all hooks before any is taken. */
function checkBeforeKprobes(hooks: readonly Plain[], spec: Plain): void {
  const notifies = hooks.some((hook) =>
    actionsOf(hook).some((action) => textAt(action, "action") === "NotifyEnforcer"),
  );
  if (notifies && listAt(spec, "enforcers").length === 0) {
    throw new Refusal(
      "validation failed: NotifyEnforcer action specified, but spec contains no enforcers",
    );
  }
  hooks.forEach((hook, index) => {
    const refuse = (what: string) =>
      new Refusal(`validation failed: error in spec.kprobes[${index}]: ${what}`);
    const stacked = findStackTrace(hook);
    if (stacked !== undefined) throw refuse(stacked);
    listAt(hook, "args").forEach((argument, at) => {
      const type = typeOf(argument);
      if (type !== "auto" && type !== "syscall64") return;
      throw refuse(`args[${at}].type: type '${type}' is invalid for kprobes`);
    });
  });
}

function findStackTrace(hook: Plain): string | undefined {
  for (const [at, selector] of listAt(hook, "selectors").entries()) {
    for (const [index, action] of listAt(selector, "matchActions").entries()) {
      const traces = action["kernelStackTrace"] === true || action["userStackTrace"] === true;
      const name = textAt(action, "action");
      if (!traces || name === "Post") continue;
      return (
        "kernelStackTrace or userStackTrace can only be used along Post action: got " +
        `(kernelStackTrace/userStackTrace) enabled in selectors[${at}].matchActions[${index}] ` +
        `with action '${name}'`
      );
    }
  }
  return undefined;
}

function checkKprobe(hook: Plain, isMulti: boolean): void {
  const action = textAt(hook, "returnArgAction");
  if (action !== "" && action !== "TrackSock" && action !== "UntrackSock") {
    const known = /^(Post|NoPost|Sigkill|Signal|Override|GetUrl|DnsLookup|Set|NotifyEnforcer)$/;
    const hint = "; omit returnArgAction or use 'TrackSock'/'UntrackSock'";
    throw new Refusal(
      `ReturnArgAction type '${action}' unsupported${known.test(action) ? hint : ""}`,
    );
  }
  if (!actionsOf(hook).some((one) => textAt(one, "action") === "Override")) return;
  const call = textAt(hook, "call");
  const refuse = (what: string) => new Refusal(`override validation failed: ${what}`);
  if (call.startsWith("security_")) {
    if (!isMulti) return;
    const option = "use --disable-kprobe-multi option";
    throw refuse(`can't override '${call}' function with kprobe_multi, ${option}`);
  }
  // Without a word about it, a hook is one of a system call.
  if (hook["syscall"] === false) {
    throw refuse("override action can be used only with syscalls and security_ hooks");
  }
}

function checkLsmHook(hook: Plain, index: number): void {
  const refuse = (what: string) =>
    new Refusal(`lsm validation failed: error in spec.lsmHooks[${index}]: ${what}`);
  for (const selector of listAt(hook, "selectors")) {
    if (listAt(selector, "matchReturnArgs").length > 0) {
      throw refuse("invalid selectors: MatchReturnArgs selector is not supported");
    }
    for (const action of listAt(selector, "matchActions")) {
      const name = textAt(action, "action");
      if (!/^(Sigkill|Signal|NoPost|Override|Post)$/.test(name)) {
        throw refuse(`invalid selectors: ${name} action is not supported`);
      }
      if (action["kernelStackTrace"] === true || action["userStackTrace"] === true) {
        throw refuse("invalid selectors: stacktrace actions are not supported");
      }
    }
  }
}

/** A message that is too long is cut and no error. */
function checkLabels(hook: Plain): void {
  if (Buffer.byteLength(textAt(hook, "message")) === 1) {
    throw new Refusal("error: 'message field is too short'");
  }
  textsAt(hook, "tags").forEach((tag, index) => {
    if (Buffer.byteLength(tag) < 2) throw new Refusal(`error: 'custom tag n${index}: too short'`);
  });
}

const argumentCountMax = 5;

function checkArguments(hook: Plain, isKprobe: boolean): void {
  const args = listAt(hook, "args");
  const data = listAt(hook, "data");
  if (args.length + data.length > argumentCountMax) {
    const counts = `args(${args.length}) data(${data.length})`;
    throw new Refusal(`too many arguments, max ${argumentCountMax}: ${counts}`);
  }
  for (const argument of [...args, ...data]) {
    const index = Number(argument["index"]);
    if (index < argumentCountMax) continue;
    throw new Refusal(`error add arg: ArgType ${typeOf(argument)} Index ${index} out of bounds`);
  }
  if (isKprobe && hook["return"] === true && !isPlain(hook["returnArg"])) {
    throw new Refusal("ReturnArg not specified with Return=true");
  }
}
