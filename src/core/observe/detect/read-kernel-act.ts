/**
 * Holds how events of rights, namespaces, mounts and the kernel itself are read.
 * In: events of such hooks, the act to fill. Out: whether there is an act.
 * Must never take a module that was asked for by name for one that was loaded.
 */
import type { HookEvent } from "../../event/event.ts";
import type { Act } from "./act.ts";
import { integerOf, isFile, plainPath } from "./act-arguments.ts";
import type { ActHook } from "./act-hooks.ts";

/** Of arguments: made once, not for each event. */
const labels = { namespace: /type|flags/i, trace: /request|mode/i, command: /cmd/i };

export function readKernelAct(act: Act, event: HookEvent, { reading, name }: ActHook): boolean {
  act.kind = "call";
  act.text = name;
  switch (reading) {
    case "mount":
      return readMount(act, event);
    case "namespace":
      act.kind = "namespace";
      act.value = integerOf(event, labels.namespace);
      return true;
    case "identity":
      return readIdentity(act, event);
    case "capability":
      act.kind = "capability";
      act.text = namesOf(event);
      return true;
    case "trace":
      act.kind = "trace";
      act.value = integerOf(event, labels.trace);
      return true;
    case "module":
      act.kind = "module";
      act.text = textOf(event, 0);
      act.path = pathOf(event);
      return true;
    case "module-file":
      return readModuleFile(act, event);
    case "program":
      act.kind = "program";
      act.text = commandOf(event);
      return true;
    case "memory-file":
      act.kind = "memory-file";
      act.text = textOf(event, 0);
      return true;
    default:
      return readCall(act, event);
  }
}

/** Any other hook: what it was told first, as path or text. */
function readCall(act: Act, event: HookEvent): boolean {
  act.path = pathOf(event);
  act.otherPath = textOf(event, 0);
  act.value = integerOf(event);
  return true;
}

/** `mount(2)` names source, target, file system; the security hook has the target as a path. */
function readMount(act: Act, event: HookEvent): boolean {
  act.kind = "mount";
  const target = pathOf(event);
  act.otherPath = textOf(event, 0);
  act.path = target === "" ? textOf(event, 1) : target;
  act.text = textOf(event, target === "" ? 2 : 1);
  return act.path !== "" || act.otherPath !== "";
}

/** -1 as given by a call that leaves this id as it is. */
const unchanged: ReadonlySet<number> = new Set([-1, 0xffff_ffff]);

/** The effective one where a call sets several. */
function readIdentity(act: Act, event: HookEvent): boolean {
  act.kind = "identity";
  for (const argument of event.arguments) {
    if (argument.kind !== "capabilities" || argument.uid < 0) continue;
    act.value = argument.uid;
    return true;
  }
  let seen = 0;
  let told = -1;
  for (const argument of event.arguments) {
    if (argument.kind !== "integer") continue;
    if (seen < 2 && !unchanged.has(argument.value)) told = argument.value;
    seen += 1;
  }
  act.value = told;
  return told >= 0;
}

/** Module files only. **Source**: `enum kernel_read_file_id`, linux/kernel_read_file.h */
function readModuleFile(act: Act, event: HookEvent): boolean {
  const id = event.arguments.find(({ kind }) => kind === "integer");
  if (id?.kind === "integer" && id.value !== 2) return false;
  act.kind = "module";
  act.path = pathOf(event);
  act.text = /([^/]*?)(?:\.ko)?(?:\.(?:xz|gz|zst))?$/.exec(act.path)?.[1] ?? "";
  return act.path !== "";
}

/** **Source**: `enum bpf_cmd`, linux/bpf.h: loading a program is the one that matters. */
function commandOf(event: HookEvent): string {
  const text = textOf(event, 0);
  if (text !== "") return text;
  const command = integerOf(event, labels.command);
  return command === 5 ? "BPF_PROG_LOAD" : `BPF_COMMAND_${command}`;
}

function namesOf(event: HookEvent): string {
  for (const argument of event.arguments) {
    if (argument.kind === "capabilities" && argument.names.length > 0 && argument.uid < 0) {
      return argument.names.join(" ");
    }
  }
  return "";
}

function pathOf(event: HookEvent): string {
  const file = event.arguments.find(isFile);
  return file === undefined ? "" : plainPath(file.path);
}

/** The text at that place among texts; what the kernel could not read keeps its place. */
function textOf(event: HookEvent, place: number): string {
  let at = 0;
  for (const argument of event.arguments) {
    if (argument.kind !== "text" && argument.kind !== "error") continue;
    if (at === place) return argument.kind === "text" ? argument.value : "";
    at += 1;
  }
  return "";
}
