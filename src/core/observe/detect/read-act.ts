/**
 * Holds what an event says that its process did, as detection reads it.
 * In: events of any kind, the record to fill. Out: whether there is an act in it. Told by kinds of
 * arguments and names of functions, never by names of policies.
 * Must never allocate for an event that says nothing, nor take an incomplete path for a path.
 */
import type { Argument, FileArgument, HookEvent, ProcessEvent } from "../../event/event.ts";
import type { Citation, Sensor } from "../fact.ts";
import { readSocketEvent } from "../socket-event.ts";
import type { Act, ActKind } from "./act.ts";
import { integerOf, isFile, pathAsCalled, plainPath } from "./act-arguments.ts";
import { type ActHook, actHook } from "./act-hooks.ts";
import { readKernelAct } from "./read-kernel-act.ts";
import { readNames } from "./read-names.ts";

/**
 * Fills `act` with all but its subject; false where the event tells of no act. An act of an event
 * without a time has `nowUs`.
 */
export function readAct(act: Act, event: ProcessEvent, nowUs: number): boolean {
  if (event.type === "exec") {
    clear(act, event, nowUs);
    act.kind = "exec";
    act.path = event.process?.binary ?? "";
    return true;
  }
  if (event.type === "exit") {
    clear(act, event, nowUs);
    act.kind = "exit";
    act.value = event.status;
    act.text = event.signal;
    return true;
  }
  if (event.type === "loader") {
    clear(act, event, nowUs);
    act.kind = "map";
    act.path = plainPath(event.path);
    return act.path !== "";
  }
  if (event.type === "uprobe" || event.type === "usdt") {
    clear(act, event, nowUs);
    act.kind = "call";
    act.text = event.hook;
    return true;
  }
  const hook = actHook(event.hook);
  if (hook.reading === "none") return false;
  clear(act, event, nowUs);
  act.failed = hasFailed(event.returned);
  return readHook(act, event, hook);
}

/** Field by field: it is on the way of each event. */
function clear(act: Act, event: ProcessEvent, nowUs: number): void {
  act.kind = "call";
  act.timeUs = event.timeUs > 0 ? event.timeUs : nowUs;
  act.event = event;
  act.path = "";
  act.otherPath = "";
  act.address = "";
  act.port = 0;
  act.protocol = "";
  act.failed = false;
  act.value = 0;
  act.text = "";
}

function readHook(act: Act, event: HookEvent, hook: ActHook): boolean {
  switch (hook.reading) {
    case "socket":
      return readSocket(act, event);
    case "open":
    case "read":
    case "write":
    case "truncate":
    case "permission":
    case "map":
      return readFile(act, event, hook.reading);
    case "open-call":
      return readOpenCall(act, event);
    case "delete":
    case "rename":
    case "link":
    case "mode":
    case "attribute":
      return readNames(act, event, hook.reading);
    default:
      return readKernelAct(act, event, hook);
  }
}

function hasFailed(returned: Argument | undefined): boolean {
  if (returned?.kind !== "integer") return false;
  const { value } = returned;
  // Some events carry negative results as large unsigned ones.
  return value < 0 || (value > 4_294_963_200 && value <= 4_294_967_295) || value > 1.8e19;
}

function readSocket(act: Act, event: HookEvent): boolean {
  for (const argument of event.arguments) {
    if (argument.kind !== "socket-address" || !argument.family.includes("UNIX")) continue;
    act.kind = "unix-connect";
    act.path = plainPath(argument.address);
    return act.path !== "" && event.hook.includes("connect");
  }
  const socket = readSocketEvent(event);
  if (socket === undefined) return false;
  const { means } = socket;
  const kind = means === "state" ? kindOfState(socket.nextState) : kindOfMeaning.get(means);
  if (kind === undefined) return false;
  act.kind = kind;
  act.protocol = socket.protocol;
  act.failed ||= socket.failed;
  if (kind === "listen" || kind === "bind") {
    act.address = socket.askedAddress === "" ? socket.local : socket.askedAddress;
    act.port = socket.askedPort === 0 ? socket.localPort : socket.askedPort;
    return true;
  }
  const asked = socket.peer === "" || (kind === "connect" && socket.peerPort === 0);
  act.address = asked ? socket.askedAddress : socket.peer;
  act.port = asked ? socket.askedPort : socket.peerPort;
  act.value = socket.sizeBytes;
  if (kind === "accept") {
    act.port = socket.localPort === 0 ? socket.listenPort : socket.localPort;
    // A call that found nobody waiting returns a socket without a far end.
    act.failed ||= act.address === "";
  }
  return true;
}

const kindOfMeaning: ReadonlyMap<string, ActKind> = new Map<string, ActKind>(
  (["connect", "accept", "listen", "bind", "send", "receive", "close"] as const).map((kind) => [
    kind,
    kind,
  ]),
);

function kindOfState(next: string): ActKind | undefined {
  if (next === "TCP_SYN_SENT") return "connect";
  if (next === "TCP_LISTEN") return "listen";
  return next === "TCP_CLOSE" ? "close" : undefined;
}

/** Made once: in a function they were made for each event. */
const maskLabel = /^mask$/i;
const protectionLabel = /prot/i;

type FileReading = "open" | "read" | "write" | "truncate" | "permission" | "map";

function readFile(act: Act, event: HookEvent, reading: FileReading): boolean {
  const file = event.arguments.find(isFile) ?? fileOf(event.returned);
  if (file === undefined || !isWorthNaming(file)) return false;
  act.path = plainPath(file.path);
  if (act.path === "") return false;
  if (reading === "permission") {
    // MAY_EXEC 1, MAY_WRITE 2, MAY_READ 4, MAY_APPEND 8. **Source**: linux/fs.h
    const mask = integerOf(event, maskLabel);
    act.kind = (mask & 10) !== 0 ? "write" : "read";
    return (mask & 14) !== 0;
  }
  if (reading === "map") {
    // PROT_EXEC 4. **Source**: asm-generic/mman-common.h
    act.kind = (integerOf(event, protectionLabel) & 4) !== 0 ? "map" : "read";
    return true;
  }
  act.kind = reading === "open" ? "read" : reading;
  return true;
}

/** O_WRONLY, O_RDWR, O_CREAT and O_TRUNC, alike everywhere. **Source**: asm-generic/fcntl.h */
const writing = 0x243;
/** O_DIRECTORY and O_PATH: no file is read. */
const directoryOrHandle = 0x210000;

function readOpenCall(act: Act, event: HookEvent): boolean {
  const at = event.arguments.findIndex(({ kind }) => kind === "text");
  const path = event.arguments[at];
  if (path?.kind !== "text") return readFile(act, event, "open");
  const flags = event.arguments.slice(at + 1).find(({ kind }) => kind === "integer");
  const value = flags?.kind === "integer" ? flags.value : 0;
  if ((value & directoryOrHandle) !== 0) return false;
  act.kind = (value & writing) !== 0 ? "write" : "read";
  act.path = pathAsCalled(path.value, event);
  return act.path !== "";
}

function fileOf(argument: Argument | undefined): FileArgument | undefined {
  return argument?.kind === "file" ? argument : undefined;
}

/** Character devices that everybody uses and that keep nothing. */
const idleDevice = /^\/dev\/(?:null|zero|full|u?random|tty\w*|console|ptmx|pts\/\d+|fd\/\d+)$/;

/** Regular files and devices; a directory, a pipe or a socket is no file to read or write. */
function isWorthNaming(file: FileArgument): boolean {
  if (file.flags !== "" && file.flags.includes("unresolvedPathComponents")) return false;
  const type = file.permission.charCodeAt(0);
  if (file.permission === "" || type === 45) return true;
  if (type === 98) return true;
  return type === 99 && !idleDevice.test(file.path);
}

const sensors: ReadonlyMap<ActKind, Sensor> = new Map<ActKind, Sensor>([
  ["exec", "exec"],
  ["exit", "exec"],
  ["connect", "network"],
  ["accept", "network"],
  ["listen", "network"],
  ["bind", "network"],
  ["send", "network"],
  ["receive", "network"],
  ["close", "network"],
  ["read", "open"],
  ["write", "write"],
  ["delete", "write"],
  ["rename", "write"],
  ["link", "write"],
  ["truncate", "write"],
  ["mode", "write"],
  ["attribute", "write"],
  ["map", "mmap"],
]);

/** Points at the event of an act. */
export function citeAct({ event, kind, timeUs }: Act): Citation {
  const { node, process, input, offset } = event;
  return {
    timeUs,
    node,
    execId: process?.execId ?? "",
    pid: process?.pid ?? -1,
    binary: process?.binary ?? "",
    sensor: event.type === "loader" ? "loader" : (sensors.get(kind) ?? "other"),
    policy: "policy" in event ? event.policy : "",
    input,
    offset,
  };
}
