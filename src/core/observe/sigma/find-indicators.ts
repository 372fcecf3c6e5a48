/**
 * Holds what a person can search for or block of an act that matched.
 * In: an act. Out: addresses, hosts, URLs, files, the command; all from telemetry.
 * Must never name the addresses of the machine itself, nor more than a bound.
 */
import { addressText, classifyAddress, parseAddress } from "../../event/ip-address.ts";
import type { Act } from "../detect/act.ts";
import { commandLine } from "../detect/act-fields.ts";
import type { Indicator } from "../detect/detector.ts";
import type { Subject } from "../detect/subject.ts";
import { namedHosts } from "../host-names.ts";

const indicatorsMax = 16;
const commandLengthMax = 512;
const urlLengthMax = 512;
/** **Unit**: characters of the arguments that are looked at. */
const searchedMax = 8192;

const url = /\b(?:https?|ftp|tftp|wss?|stratum\+(?:tcp|ssl))(?=:\/\/):\/\/[^\s"'<>|;)`\\]+/gi;
const path = /(?<![\w./:-])\/(?:tmp|var\/tmp|dev\/shm|run\/user)\/[^\s"'<>|;&)`\\]+/g;
const address = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])/g;

type Add = (type: Indicator["type"], value: string) => void;

/** What arguments name is looked for once a process, however often it matches. */
export class IndicatorFinder {
  private readonly named = new WeakMap<
    Subject,
    { readonly arguments: string; readonly indicators: readonly Indicator[] }
  >();

  /** **Shape**: each once, at most 16; those of the act first. */
  find(act: Act): readonly Indicator[] {
    const { subject } = act;
    const found = new Map<string, Indicator>();
    const add: Add = (type, value) => {
      if (value !== "" && found.size < indicatorsMax)
        found.set(`${type} ${value}`, { type, value });
    };
    add("command", commandLine(subject).slice(0, commandLengthMax));
    if (act.kind !== "exec") add("file", act.path.startsWith("/") ? act.path : "");
    else if (isOddPlace(subject.binary)) add("file", subject.binary);
    addAddress(act.address, add);
    for (const { type, value } of this.namedBy(subject)) add(type, value);
    return [...found.values()];
  }

  private namedBy(subject: Subject): readonly Indicator[] {
    const known = this.named.get(subject);
    if (known !== undefined && known.arguments === subject.arguments) return known.indicators;
    const indicators: Indicator[] = [];
    findNamed(subject, (type, value) => {
      if (indicators.length < indicatorsMax) indicators.push({ type, value });
    });
    this.named.set(subject, { arguments: subject.arguments, indicators });
    return indicators;
  }
}

function findNamed({ binary, arguments: args }: Subject, add: Add): void {
  const searched = args.slice(0, searchedMax);
  for (const [text] of searched.matchAll(url)) add("url", text.slice(0, urlLengthMax));
  for (const { name } of namedHosts(binary, searched)) {
    if (name.includes(".")) add("domain", name.toLowerCase());
  }
  for (const [text] of searched.matchAll(address)) addAddress(text, add);
  for (const [text] of searched.matchAll(path)) add("file", text);
}

/** Where programs of packages do not lie. */
function isOddPlace(binary: string): boolean {
  return /^\/(?:tmp|var\/tmp|dev|run|proc)\/|^memfd:|\/\.[^./]/.test(binary);
}

function addAddress(text: string, add: Add): void {
  const bytes = parseAddress(text);
  if (bytes === undefined) return;
  const kind = classifyAddress(bytes);
  if (kind !== "loopback" && kind !== "unspecified") add("ip", addressText(bytes));
}
