/**
 * Holds how an argument of a hook becomes an `Argument`: one small reader per kind of the wire.
 * In: an object with wire names, such as `{"file_arg": {…}, "label": "…"}`. Out: the argument
 * by what it means. A kind without a reader becomes `other` under its own name. Must never throw.
 */
import { cutText, listLengthMax, textLengthMax } from "./bounds.ts";
import type { Argument, CapabilitiesArgument, FileArgument, SocketArgument } from "./event.ts";
import type { Doubts } from "./event-decoder.ts";
import { bitsOfHexMask, sizeOfBase64 } from "./event-text.ts";
import { capabilitiesAt } from "./map-process.ts";
import {
  bpfCommandNames,
  capabilityName,
  capabilityNames,
  type NumberedNames,
  nameOfNumber,
} from "./wire-names.ts";
import {
  decimalAt,
  integerAt,
  isWireObject,
  objectAt,
  readInteger,
  readName,
  readText,
  textAt,
  type WireObject,
} from "./wire-value.ts";

interface Slot {
  /** Wire name of the kind, for doubts. */
  readonly field: string;
  readonly label: string;
  readonly doubts: Doubts;
}

type ReadArgument = (value: unknown, slot: Slot) => Argument;
const { path: pathMax, name: nameMax, message: messageMax } = textLengthMax;
const nothing: WireObject = {};

/** **Order**: of several kinds in one argument the first in this table counts. */
const readers = new Map<string, ReadArgument>([
  ["file_arg", readFile],
  ["path_arg", readFile],
  ["linux_binprm_arg", readFile],
  ["sock_arg", readSocket],
  ["skb_arg", readSocket],
  ["sockaddr_arg", addressReader("addr")],
  ["sockaddrun_arg", addressReader("path")],
  ["int_arg", readNumber],
  ["uint_arg", readNumber],
  ["size_arg", readNumber],
  ["long_arg", readNumber],
  ["string_arg", readString],
  ["bytes_arg", readBytes],
  ["truncated_bytes_arg", readCutBytes],
  ["error_arg", readError],
  ["process_credentials_arg", readCredentials],
  ["cred_arg", readCredentials],
  ["user_ns_arg", userNamespaceReader("uid")],
  ["user_namespace_arg", userNamespaceReader("owner")],
  ["capability_arg", readCapability],
  ["kernel_cap_t_arg", readMask],
  ["cap_inheritable_arg", readMask],
  ["cap_permitted_arg", readMask],
  ["cap_effective_arg", readMask],
  ["bpf_cmd_arg", nameReader(bpfCommandNames)],
  ["module_arg", wordsReader(["name"])],
  ["net_dev_arg", wordsReader(["name"])],
  ["bpf_attr_arg", wordsReader(["ProgType", "ProgName"])],
  ["bpf_prog_arg", wordsReader(["ProgType", "ProgName"])],
  ["bpf_map_arg", wordsReader(["MapType", "MapName"])],
  ["perf_event_arg", wordsReader(["Type", "KprobeFunc"])],
  ["syscall_id", readSyscall],
]);

export const argumentKinds: readonly string[] = [...readers.keys()];

/** What is not an object still takes its place: the position of an argument has a meaning. */
export function mapArgument(value: unknown, doubts: Doubts): Argument {
  if (!isWireObject(value)) {
    doubts.note("field-wrong-type", "args");
    return { kind: "other", label: "", name: "" };
  }
  const label = textAt(value, "label", nameMax, doubts);
  const field = findKind(value, doubts);
  const read = readers.get(field);
  if (read !== undefined) return read(value[field], { field, label, doubts });
  return { kind: "other", label, name: cutText(field, nameMax) };
}

function findKind(argument: WireObject, doubts: Doubts): string {
  let found = "";
  let count = 0;
  for (const key in argument) {
    const value = argument[key];
    if (key === "label" || value === undefined || value === null) continue;
    count += 1;
    found = key;
  }
  if (count < 2) return found;
  doubts.note("record-ambiguous", "args");
  const present = (kind: string) => argument[kind] !== undefined && argument[kind] !== null;
  return argumentKinds.find(present) ?? firstUnknown(argument);
}

function firstUnknown(argument: WireObject): string {
  const names = Object.keys(argument).filter((key) => key !== "label" && argument[key] !== null);
  return names.sort()[0] ?? "";
}

function objectOf(value: unknown, slot: Slot): WireObject {
  if (isWireObject(value)) return value;
  slot.doubts.note("field-wrong-type", slot.field);
  return nothing;
}

function readFile(value: unknown, slot: Slot): FileArgument {
  const file = objectOf(value, slot);
  return {
    kind: "file",
    label: slot.label,
    path: textAt(file, "path", pathMax, slot.doubts),
    flags: textAt(file, "flags", nameMax, slot.doubts),
    permission: textAt(file, "permission", nameMax, slot.doubts),
  };
}

function readSocket(value: unknown, slot: Slot): SocketArgument {
  const socket = objectOf(value, slot);
  const { doubts, label } = slot;
  return {
    kind: "socket",
    label,
    family: textAt(socket, "family", nameMax, doubts),
    protocol: textAt(socket, "protocol", nameMax, doubts),
    state: textAt(socket, "state", nameMax, doubts),
    sourceAddress: textAt(socket, "saddr", nameMax, doubts),
    sourcePort: integerAt(socket, "sport", 0, doubts),
    destinationAddress: textAt(socket, "daddr", nameMax, doubts),
    destinationPort: integerAt(socket, "dport", 0, doubts),
    cookie: decimalAt(socket, "cookie", doubts),
  };
}

function addressReader(field: string): ReadArgument {
  return (value, slot) => {
    const address = objectOf(value, slot);
    return {
      kind: "socket-address",
      label: slot.label,
      family: textAt(address, "family", nameMax, slot.doubts),
      address: textAt(address, field, pathMax, slot.doubts),
      port: integerAt(address, "port", 0, slot.doubts),
    };
  };
}

function readNumber(value: unknown, { field, label, doubts }: Slot): Argument {
  return { kind: "integer", label, value: readInteger(value, field, 0, doubts) };
}

function readString(value: unknown, { field, label, doubts }: Slot): Argument {
  return { kind: "text", label, value: readText(value, field, pathMax, doubts) };
}

function nameReader(names: NumberedNames): ReadArgument {
  return (value, { field, label, doubts }) => {
    return { kind: "text", label, value: readName(value, field, names, doubts) };
  };
}

/** Text of the named fields with a space between, without the empty ones. */
function wordsReader(fields: readonly string[]): ReadArgument {
  return (value, slot) => {
    const object = objectOf(value, slot);
    const words = fields.map((field) => textAt(object, field, nameMax, slot.doubts));
    return {
      kind: "text",
      label: slot.label,
      value: words.filter((word) => word !== "").join(" "),
    };
  };
}

/** `abi/number`, for example `x64/59`. */
function readSyscall(value: unknown, slot: Slot): Argument {
  const syscall = objectOf(value, slot);
  const abi = textAt(syscall, "abi", nameMax, slot.doubts);
  const number = integerAt(syscall, "id", 0, slot.doubts);
  return { kind: "text", label: slot.label, value: `${abi}/${number}` };
}

function readBytes(value: unknown, { field, label, doubts }: Slot): Argument {
  return { kind: "bytes", label, sizeBytes: sizeOf(value, field, doubts) };
}

/** The kernel's own length is told beside the bytes that were kept of it. */
function readCutBytes(value: unknown, slot: Slot): Argument {
  const object = objectOf(value, slot);
  const kept = sizeOf(object["bytes_arg"], "bytes_arg", slot.doubts);
  const whole = integerAt(object, "orig_size", kept, slot.doubts);
  return { kind: "bytes", label: slot.label, sizeBytes: whole };
}

function sizeOf(value: unknown, field: string, doubts: Doubts): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === "string") return sizeOfBase64(value);
  if (value !== undefined && value !== null) doubts.note("field-wrong-type", field);
  return 0;
}

function readError(value: unknown, slot: Slot): Argument {
  const message = textAt(objectOf(value, slot), "Message", messageMax, slot.doubts);
  return { kind: "error", label: slot.label, message };
}

function readCredentials(value: unknown, slot: Slot): CapabilitiesArgument {
  const credentials = objectOf(value, slot);
  const sets = objectAt(credentials, "caps", slot.doubts) ?? credentials;
  return {
    kind: "capabilities",
    label: slot.label,
    names: capabilitiesAt(sets, "effective", slot.doubts),
    uid: integerAt(credentials, "uid", -1, slot.doubts),
  };
}

function userNamespaceReader(field: string): ReadArgument {
  return (value, slot) => {
    const uid = integerAt(objectOf(value, slot), field, -1, slot.doubts);
    return { kind: "capabilities", label: slot.label, names: [], uid };
  };
}

function readCapability(value: unknown, slot: Slot): Argument {
  const capability = objectOf(value, slot);
  const number = integerAt(capability, "value", -1, slot.doubts);
  const told = textAt(capability, "name", nameMax, slot.doubts);
  const name = told === "" && number >= 0 ? nameOfNumber(number, capabilityNames) : told;
  const names = name === "" ? [] : [capabilityName(name)];
  return { kind: "capabilities", label: slot.label, names, uid: -1 };
}

function readMask(value: unknown, { field, label, doubts }: Slot): Argument {
  const text = readText(value, field, nameMax, doubts);
  const bits = bitsOfHexMask(text);
  if (bits === undefined) doubts.note("field-wrong-type", field);
  const names = (bits ?? []).map((bit) => nameOfNumber(bit, capabilityNames));
  return {
    kind: "capabilities",
    label,
    names: names.slice(0, listLengthMax.capabilities),
    uid: -1,
  };
}
