/**
 * Holds what a person can search for or block of an act that matched.
 * In: an act. Out: addresses, hosts, URLs, files, the command; all from telemetry.
 * Must never name the addresses of the machine itself, nor more than a bound.
 */
import { addressText, classifyAddress, parseAddress } from "../../event/ip-address.ts";
import type { Act } from "../detect/act.ts";
import { commandLine } from "../detect/act-fields.ts";
import type { Indicator } from "../detect/detector.ts";
import { namedHosts } from "../host-names.ts";

const indicatorsMax = 16;
const commandLengthMax = 512;
const urlLengthMax = 512;
/** **Unit**: characters of the arguments that are looked at. */
const searchedMax = 8192;

const url = /\b(?:https?|ftp|tftp|wss?|stratum\+(?:tcp|ssl))(?=:\/\/):\/\/[^\s"'<>|;)`\\]+/gi;
const path = /(?<![\w./:-])\/(?:tmp|var\/tmp|dev\/shm|run\/user)\/[^\s"'<>|;&)`\\]+/g;
const address = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])/g;

/** **Shape**: each once, at most 16. */
export function findIndicators(act: Act): readonly Indicator[] {
  const found = new Map<string, Indicator>();
  const add = (type: Indicator["type"], value: string) => {
    if (value !== "" && found.size < indicatorsMax) found.set(`${type} ${value}`, { type, value });
  };
  const { subject } = act;
  const searched = subject.arguments.slice(0, searchedMax);
  add("command", commandLine(subject).slice(0, commandLengthMax));
  if (act.kind !== "exec") add("file", act.path.startsWith("/") ? act.path : "");
  else if (isOddPlace(subject.binary)) add("file", subject.binary);
  addAddress(act.address, add);
  for (const [text] of searched.matchAll(url)) add("url", text.slice(0, urlLengthMax));
  for (const { name } of namedHosts(subject.binary, searched)) {
    if (name.includes(".")) add("domain", name.toLowerCase());
  }
  for (const [text] of searched.matchAll(address)) addAddress(text, add);
  for (const [text] of searched.matchAll(path)) add("file", text);
  return [...found.values()];
}

/** Where programs of packages do not lie. */
function isOddPlace(binary: string): boolean {
  return /^\/(?:tmp|var\/tmp|dev|run|proc)\/|^memfd:|\/\.[^./]/.test(binary);
}

function addAddress(text: string, add: (type: "ip", value: string) => void): void {
  const bytes = parseAddress(text);
  if (bytes === undefined) return;
  const kind = classifyAddress(bytes);
  if (kind !== "loopback" && kind !== "unspecified") add("ip", addressText(bytes));
}
