/**
 * Holds what a person can search for, block or delete: addresses, names, files, commands, accounts.
 * In: a case and its deeds. Out: indicators, each once.
 * Must never list loopback, nor addresses of the cluster itself unless a rule names them.
 */

import { compareText } from "../../event/compare-text.ts";
import { classifyAddress, parseAddress } from "../../event/ip-address.ts";
import type { Indicator } from "../../observe/detect/detector.ts";
import { shapeOf } from "./choose-commands.ts";
import type { IncidentCase } from "./incident-case.ts";
import { parseEnd } from "./parse-end.ts";
import { anyProcess } from "./quote-command.ts";
import { readCommandLine } from "./read-command-line.ts";
import type { Deed } from "./read-deeds.ts";
import { parentNames } from "./read-targets.ts";

const countMax = 120;
/** So that a thousand commands leave room for the one address. */
const typeCountMax = 30;
const types: readonly Indicator["type"][] = [
  "ip",
  "domain",
  "url",
  "file",
  "hash",
  "user",
  "command",
  "container",
];

/** Written files are of use only where they are few: a package has thousands. */
const writtenCountMax = 12;
/** Of commands that differ in a file or an address alone. */
const alikeCountMax = 3;

/** **Order**: by type, then value. */
export function gatherArtefacts(given: IncidentCase, deeds: readonly Deed[]): readonly Indicator[] {
  const { signals, processes, marked } = given;
  const own = processes.filter(({ process }) => marked.has(process));
  const written = deeds.filter(({ kind, detail }) => kind === "write" && detail !== "runnable");
  const told = [
    ...signals.flatMap(({ indicators }) => indicators).filter(isWorthNaming),
    ...own.flatMap(readCommandLine).filter((one) => isOutside(one, given)),
    ...deeds.flatMap(fromDeed),
    ...parentNames(subjectsOf(deeds, "lookup")).map((value): Indicator => {
      return { type: "domain", value };
    }),
    ...(written.length <= writtenCountMax ? written : []).map(({ subject: value }): Indicator => {
      return { type: "file", value };
    }),
    ...own.map((process): Indicator => {
      return { type: "command", value: `${process.binary} ${process.arguments}`.trim() };
    }),
  ].map(({ type, value }): Indicator => ({ type, value: anyProcess(value) }));
  const each = new Map(told.map((one) => [`${one.type} ${one.value}`, one]));
  const found = Map.groupBy(withoutDoubles([...each.values()], given), ({ type }) => type);
  return types
    .flatMap((type) =>
      (found.get(type) ?? []).slice(0, typeCountMax).sort((a, b) => compareText(a.value, b.value)),
    )
    .slice(0, countMax);
}

function subjectsOf(deeds: readonly Deed[], kind: Deed["kind"]): readonly string[] {
  return deeds.filter((deed) => deed.kind === kind).map(({ subject }) => subject);
}

/**
 * Leaves out the end of a longer address, commands that are there with the path of their program,
 * all but a few of those that are alike, names that files no longer have, and what is told of the
 * machine itself.
 */
function withoutDoubles(all: readonly Indicator[], { steps }: IncidentCase): readonly Indicator[] {
  const renamed = new Set(steps.flatMap((one) => (one.what === "rename" ? [one.detail] : [])));
  const values = (type: Indicator["type"]) => all.filter((one) => one.type === type);
  const urls = values("url").map(({ value }) => value);
  const whole = values("command").map(({ value }) => value);
  const short = new Set(whole.filter((one) => one.startsWith("/")).map(withoutFolder));
  const alike = new Map<string, number>();
  return all.filter(({ type, value }) => {
    if (type === "file") return !renamed.has(value);
    if (type === "url") return !isLoopback(value) && !urls.some((one) => one.endsWith(`+${value}`));
    if (type !== "command") return true;
    const shape = shapeOf(value);
    const count = (alike.get(shape) ?? 0) + 1;
    if (short.has(value) || count > alikeCountMax) return false;
    alike.set(shape, count);
    return true;
  });
}

function withoutFolder(command: string): string {
  return command.replace(/^\/(?:\S*\/)?(?=[^\s/])/, "");
}

function isLoopback(url: string): boolean {
  return /^[a-z+]+:\/\/(?:localhost|127\.[\d.]+|\[::1\])(?:[:/?#]|$)/i.test(url);
}

function isWorthNaming({ type, value }: Indicator): boolean {
  if (type !== "ip") return value !== "";
  const bytes = parseAddress(value);
  return bytes !== undefined && !nowhere.has(classifyAddress(bytes));
}

const nowhere: ReadonlySet<string> = new Set(["loopback", "unspecified", "multicast"]);

function isOutside(indicator: Indicator, { input }: IncidentCase): boolean {
  if (!isWorthNaming(indicator)) return false;
  const bytes = indicator.type === "ip" ? parseAddress(indicator.value) : undefined;
  if (bytes === undefined || classifyAddress(bytes) !== "private") return true;
  return input.listenersAt(indicator.value, 0).length === 0;
}

const fileKinds: ReadonlySet<string> = new Set("drop foothold secret look socket".split(" "));

function fromDeed({ kind, subject, detail }: Deed): readonly Indicator[] {
  if (kind === "contact" || kind === "metadata") {
    return [{ type: "ip", value: parseEnd(subject)?.address ?? subject }];
  }
  if (kind === "account") return [{ type: "user", value: subject }];
  if (kind === "download" || kind === "upload") return [{ type: "url", value: subject }];
  return fileKinds.has(kind) || detail === "runnable" ? [{ type: "file", value: subject }] : [];
}
