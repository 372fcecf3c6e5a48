/**
 * Holds what a person can search for, block or delete: addresses, names, files, commands, accounts.
 * In: a case and its deeds. Out: indicators, each once.
 * Must never list loopback, nor addresses of the cluster itself unless a rule names them.
 */

import { compareText } from "../../event/compare-text.ts";
import { classifyAddress, parseAddress } from "../../event/ip-address.ts";
import type { Indicator } from "../../observe/detect/detector.ts";
import type { IncidentCase } from "./incident-case.ts";
import { commandOf } from "./name-process.ts";
import { parseEnd } from "./parse-end.ts";
import { readCommandLine } from "./read-command-line.ts";
import type { Deed } from "./read-deeds.ts";

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

/** **Order**: by type, then value. */
export function gatherArtefacts(given: IncidentCase, deeds: readonly Deed[]): readonly Indicator[] {
  const { signals, processes, marked } = given;
  const named = signals.flatMap(({ indicators }) => indicators).filter(isWorthNaming);
  const own = processes.filter(({ process }) => marked.has(process));
  const told = [
    ...own.flatMap(readCommandLine).filter((one) => isOutside(one, given)),
    ...deeds.flatMap(fromDeed),
    ...own.map((process): Indicator => ({ type: "command", value: commandOf(process) })),
  ];
  const each = new Map([...named, ...told].map((one) => [`${one.type} ${one.value}`, one]));
  const found = Map.groupBy(each.values(), ({ type }) => type);
  return types
    .flatMap((type) =>
      (found.get(type) ?? []).slice(0, typeCountMax).sort((a, b) => compareText(a.value, b.value)),
    )
    .slice(0, countMax);
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

const fileKinds: ReadonlySet<string> = new Set(["drop", "foothold", "secret"]);

function fromDeed({ kind, subject }: Deed): readonly Indicator[] {
  if (kind === "contact" || kind === "metadata") {
    return [{ type: "ip", value: parseEnd(subject)?.address ?? subject }];
  }
  if (kind === "account") return [{ type: "user", value: subject }];
  if (kind === "download" || kind === "upload") return [{ type: "url", value: subject }];
  return fileKinds.has(kind) ? [{ type: "file", value: subject }] : [];
}
