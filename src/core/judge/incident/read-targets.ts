/**
 * Holds what a command is aimed at, beside addresses and secrets: files of settings that it shows
 * or packs, names that it looks up, the socket of a container runtime that it commands.
 * In: a process with its command line, hostile like all telemetry. Out: paths and names.
 * Must never take a file for read that the command does not name; cost is linear in the line.
 */
import type { ProcessFact } from "../../observe/detect/detect-fact.ts";
import { programOf } from "./name-process.ts";

type CommandLine = Pick<ProcessFact, "binary" | "arguments">;

const lineLengthMax = 4096;
const wordCountMax = 64;
const foundCountMax = 16;

/** Programs that bring out what is in a file. */
const readers = new RegExp(
  "^(?:cat|tac|nl|head|tail|less|more|[efz]?grep|rg|[gmn]?awk|cut|sort|strings|xxd|od|hexdump|" +
    "base64|base32|cp|tar|zip|gzip|bzip2|xz|zstd|dd|openssl|scp|rsync|curl|busybox)$",
);
const settingsFile = new RegExp(
  "\\.(?:conf|cfg|cnf|config|ini|env|ya?ml|json|toml|properties|xml|pem|key|p12|pfx|jks|kdbx|" +
    "sql|sqlite3?|db)$|/\\.env(?:\\.\\w+)?$|/(?:config|secrets?|credentials?)$",
  "i",
);
/** What any program reads to look up names and libraries, and what comes with packages. */
const ordinaryFile = new RegExp(
  "^/(?:usr|lib(?:32|64)?|proc|sys|dev|snap)/|^/var/(?:lib/(?:apt|dpkg)|cache)/|" +
    "^/etc/(?:resolv|nsswitch|host|gai|ld\\.so|localtime|adduser|deluser)\\b",
);

/** Absolute paths of settings that a reading program is told. **Shape**: at most 16. */
export function settingsReadBy(process: CommandLine): readonly string[] {
  if (!readers.test(programOf(process))) return [];
  const found = wordsOf(process).filter(
    (word) => word.startsWith("/") && settingsFile.test(word) && !ordinaryFile.test(word),
  );
  return [...new Set(found)].slice(0, foundCountMax);
}

const lookUps = /^(?:getent|dig|nslookup|host|drill|kdig|delv|resolvectl|ping6?)$/;
const outerName = /^(?=.{4,253}$)(?:[\w-]{1,63}\.)+[a-z][a-z0-9-]{1,62}$/i;
const innerName = /(?:^|\.)(?:local|localhost|localdomain|svc|internal|lan|home|arpa)$/i;

/** Names of the internet that a tool is told to look up. **Shape**: lower case, at most 16. */
export function namesLookedUpBy(process: CommandLine): readonly string[] {
  if (!lookUps.test(programOf(process))) return [];
  const found = wordsOf(process)
    .map((word) => word.replace(/\.$/, "").toLowerCase())
    .filter((word) => outerName.test(word) && !innerName.test(word));
  return [...new Set(found)].slice(0, foundCountMax);
}

const runtimeSocket = /\/(?:docker|containerd|crio|podman|cri-dockerd|buildkitd)\.sock$/;
const socketOption = /(?:--unix-socket|--abstract-unix-socket)[= ]+(\S{1,400})/;

/** The socket that a tool is told to speak through instead of the network; "" for none. */
export function socketOf(process: CommandLine): string {
  return socketOption.exec(process.arguments.slice(0, lineLengthMax))?.[1] ?? "";
}

/** Whether whoever speaks there can start containers. */
export function isRuntimeSocket(path: string): boolean {
  return runtimeSocket.test(path);
}

function wordsOf({ arguments: line }: CommandLine): readonly string[] {
  return line.slice(0, lineLengthMax).split(/[\s"'`;|&<>()=@,]+/, wordCountMax);
}

const sharedCountMin = 3;

/**
 * The longest end that three or more names share stands for them: it is what to block.
 * **Shape**: each end or name once; an end has two labels at least. **Order**: as they come.
 */
export function parentNames(names: readonly string[]): readonly string[] {
  const each = [...new Set(names)];
  const counts = new Map<string, number>();
  for (const end of each.flatMap(endsOf)) counts.set(end, (counts.get(end) ?? 0) + 1);
  const isShared = (end: string) => (counts.get(end) ?? 0) >= sharedCountMin;
  return [...new Set(each.map((name) => endsOf(name).find(isShared) ?? name))];
}

/** **Order**: longest first. */
function endsOf(name: string): readonly string[] {
  const labels = name.split(".").slice(-32);
  const ends = labels.slice(1, -1).map((_, at) => labels.slice(at + 1).join("."));
  return ends.filter((end) => !isEverybodys(end));
}

/** Below which strangers have their names; the usual ones, which are all that a guess can know. */
const everybodys = new Set(
  (
    "amazonaws.com cloudfront.net windows.net azure.com azurewebsites.net googleapis.com " +
    "googleusercontent.com appspot.com github.io githubusercontent.com gitlab.io herokuapp.com " +
    "workers.dev pages.dev vercel.app netlify.app web.app trycloudflare.com ngrok.io ngrok.app " +
    "ngrok-free.app duckdns.org no-ip.org ddns.net fastly.net akamaiedge.net"
  ).split(" "),
);

/** `co.uk`, `com.br`, or a cloud's. */
function isEverybodys(end: string): boolean {
  return /^[a-z]{2,3}\.[a-z]{2}$/.test(end) || everybodys.has(end);
}

/** Whether a name is another, or below it. */
export function isBelow(name: string, above: string): boolean {
  return name === above || name.endsWith(`.${above}`);
}
