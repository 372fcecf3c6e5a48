/**
 * Holds what a command line names: addresses on the net, hosts, accounts, files.
 * In: a program and its arguments, hostile like all telemetry. Out: indicators.
 * Must never take a word for an address that is none; cost is linear in the line.
 */
import { plainAddress } from "../../event/ip-address.ts";
import type { ProcessFact } from "../../observe/detect/detect-fact.ts";
import type { Indicator } from "../../observe/detect/detector.ts";
import { programOf } from "./name-process.ts";

const lineLengthMax = 4096;
const foundCountMax = 32;
const urls =
  /\b(?:https?|ftps?|wss?|tcp|ssl|stratum(?:\+(?:tcp|ssl|tls))?):\/\/[^\s"'`<>|;(){}\\]+/gi;
const dottedFour = /(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)/g;
const rawSockets = /\/dev\/(?:tcp|udp)\/([^\s/"'`;|&<>]{1,253})\/\d{1,5}/g;
const remoteHost = /(?<![\w@])([\w.-]{1,64})@([\w-]{1,63}(?:\.[\w-]{1,63})+)/g;
const domain = /^(?=.{1,253}$)(?:[\w-]{1,63}\.)+[a-z][a-z0-9-]{1,62}$/i;
const accountTools: ReadonlySet<string> = new Set(
  "useradd adduser usermod userdel deluser".split(" "),
);
const remoteTools: ReadonlySet<string> = new Set("ssh scp sftp rsync ssh-copy-id".split(" "));

type CommandLine = Pick<ProcessFact, "binary" | "arguments">;

/** **Shape**: at most 32, as they come. */
export function readCommandLine(process: CommandLine): readonly Indicator[] {
  const line = process.arguments.slice(0, lineLengthMax);
  const named = urlsOf(process);
  const hosts = [
    ...named.map(hostOfUrl),
    ...[...line.matchAll(dottedFour)].map(([text]) => text),
    ...[...line.matchAll(rawSockets)].map(([, host = ""]) => host),
  ];
  return [
    ...named.map((value): Indicator => ({ type: "url", value })),
    ...hosts.flatMap(hostIndicator),
    ...readRemote(process),
    ...readAccount(process),
  ].slice(0, foundCountMax);
}

/** Addresses with a scheme, as written. */
export function urlsOf(process: CommandLine): readonly string[] {
  return [...process.arguments.slice(0, lineLengthMax).matchAll(urls)].map(([text]) =>
    text.replace(/[.,]+$/, ""),
  );
}

/** The account that a command makes or changes; "" for other commands. */
export function accountOf(process: CommandLine): string {
  if (!accountTools.has(programOf(process))) return "";
  const last = process.arguments.trim().split(/\s+/).at(-1) ?? "";
  return /^[a-z_][\w.-]{0,31}\$?$/i.test(last) ? last : "";
}

function readAccount(process: CommandLine): readonly Indicator[] {
  const value = accountOf(process);
  return value === "" ? [] : [{ type: "user", value }];
}

function readRemote(process: CommandLine): readonly Indicator[] {
  if (!remoteTools.has(programOf(process))) return [];
  const line = process.arguments.slice(0, lineLengthMax);
  return [...line.matchAll(remoteHost)].flatMap(([, user = "", host = ""]): Indicator[] => [
    { type: "user", value: user },
    ...hostIndicator(host),
  ]);
}

function hostOfUrl(url: string): string {
  const place = url.replace(/^[^:]*:\/\//, "").replace(/[/?#].*$/s, "");
  const host = place.slice(place.lastIndexOf("@") + 1);
  return host.startsWith("[") ? host.slice(1).replace(/\].*$/s, "") : host.replace(/:\d*$/, "");
}

function hostIndicator(host: string): readonly Indicator[] {
  const address = plainAddress(host);
  if (address !== "") return [{ type: "ip", value: address }];
  return domain.test(host) ? [{ type: "domain", value: host.toLowerCase() }] : [];
}
