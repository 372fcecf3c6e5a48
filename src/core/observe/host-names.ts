/**
 * Holds which hosts a command names among its arguments.
 * In: a program and its arguments, as lossy as events carry them. Out: names with their ports.
 * Must never take an option, a file or an address for a name: in doubt nothing is named.
 */
import { parseAddress } from "../event/ip-address.ts";
import { baseName } from "../inventory/container-path.ts";

export interface NamedHost {
  readonly name: string;
  /** 0 where the command does not tell. */
  readonly port: number;
}

const hostCountMax = 8;

/** **Source**: IANA's registry of schemes and service names, ports of the usual servers. */
const portOfScheme: ReadonlyMap<string, number> = new Map([
  ["http", 80],
  ["https", 443],
  ["ws", 80],
  ["wss", 443],
  ["ftp", 21],
  ["ssh", 22],
  ["sftp", 22],
  ["git", 9418],
  ["ldap", 389],
  ["ldaps", 636],
  ["redis", 6379],
  ["rediss", 6379],
  ["postgres", 5432],
  ["postgresql", 5432],
  ["mysql", 3306],
  ["mariadb", 3306],
  ["mongodb", 27017],
  ["amqp", 5672],
  ["amqps", 5671],
  ["nats", 4222],
  ["kafka", 9092],
]);

/** Programs that take a host after `-h`; for most others that means help. */
const hostOption: ReadonlySet<string> = new Set([
  ...["psql", "pg_dump", "pg_restore", "pg_isready", "pg_basebackup", "pgbench", "createdb"],
  ...["dropdb", "vacuumdb", "redis-cli", "redis-benchmark", "mysql", "mysqldump", "mysqladmin"],
  ...["mariadb", "mariadb-dump", "mongo", "mongosh", "mongodump", "clickhouse-client", "influx"],
  ...["ldapsearch", "ldapmodify", "ldapadd"],
]);
const remoteShells = /^(?:ssh|scp|sftp|rsync|mosh|sshpass|autossh)$/;
const plainOperand = /^(?:ssh|telnet|nc|ncat|netcat|curl|wget|ftp)$/;

/** **Shape**: each name once, at most 8, in the order of the command. */
export function namedHosts(binary: string, args: string): readonly NamedHost[] {
  const program = baseName(binary);
  const words = args.split(/\s+/).map(withoutQuotes);
  const found: NamedHost[] = [...urlsOf(args)];
  for (const [at, word] of words.entries()) {
    const next = words[at + 1] ?? "";
    if (/^--host(?:name)?$/.test(word) || (word === "-h" && hostOption.has(program))) {
      add(found, next);
    } else if (/^--host(?:name)?=/.test(word)) add(found, word.slice(word.indexOf("=") + 1));
    else if (isLogin(program, word, words[at - 1] ?? "")) {
      add(found, word.slice(word.indexOf("@") + 1).replace(/:.*$/, ""));
    }
  }
  if (found.length === 0 && plainOperand.test(program)) add(found, firstOperand(program, words));
  return found.slice(0, hostCountMax);
}

/** Scheme, no user, a name, perhaps a port, and then what may follow a host in a URL. */
const urlPattern = new RegExp(
  "(?:^|[\\s\"'=:([,])([a-z][a-z0-9+.-]{1,20})://(?:[^\\s/@\"']*@)?" +
    "([A-Za-z0-9_.-]{1,253})(?::(\\d{1,5}))?(?=[/\\s\"'?#,;)\\]]|$)",
  "gi",
);

function urlsOf(args: string): readonly NamedHost[] {
  const found: NamedHost[] = [];
  for (const [, scheme = "", name = "", port = ""] of args.matchAll(urlPattern)) {
    add(found, name, port === "" ? (portOfScheme.get(scheme.toLowerCase()) ?? 0) : Number(port));
    if (found.length === hostCountMax) break;
  }
  return found;
}

/** `user@host`, but not where it may be the value of an option: `sshpass -p` takes a secret. */
function isLogin(program: string, word: string, before: string): boolean {
  const isShaped = remoteShells.test(program) && /^[\w.-]+@[^/\s]+$/.test(word);
  return isShaped && takesNoValue(program, before);
}

/**
 * Only a name with a dot, and only where no option before it may have it as its value: passwords
 * and tokens have dots as well.
 */
function firstOperand(program: string, words: readonly string[]): string {
  const given = words.filter((one) => one !== "");
  const at = given.findIndex((one) => !one.startsWith("-"));
  const word = given[at] ?? "";
  if (!takesNoValue(program, given[at - 1] ?? "")) return "";
  const name = word.replace(/^[\w.-]+@/, "").replace(/[:/].*$/, "");
  return name.includes(".") ? name : "";
}

/** Short options without a value. **Source**: the manual pages of the programs. */
const switches: readonly (readonly [programs: RegExp, letters: RegExp])[] = [
  [/^(?:ssh|scp|sftp|mosh)$/, /^-[46AaCfGgKkNnqTtvXxYy]+$/],
  [/^rsync$/, /^-[46aAcCgHhiklLnNopqrRStuvWxXyzEDPJOdbU]+$/],
  [/^curl$/, /^-[0-46afGgIijkLlNnOpqRSsv#]+$/],
  [/^wget$/, /^-(?:[46bcdFhkKLmNpqrSvx]|n[vcdH])+$/],
  [/^(?:nc|ncat|netcat)$/, /^-[46klnuvz]+$/],
  [/^telnet$/, /^-[4678acdEFfKLrxy]+$/],
  [/^ftp$/, /^-[46adefginptv]+$/],
];

/** True of what is no option, and of long ones that hold their value. */
function takesNoValue(program: string, word: string): boolean {
  if (!word.startsWith("-") || /^--[\w-]+=/.test(word)) return true;
  return switches.some(([programs, letters]) => programs.test(program) && letters.test(word));
}

/** **Cost**: linear, where a pattern that looks for the end would try at each quote. */
function withoutQuotes(word: string): string {
  const isQuote = (at: number) => word[at] === '"' || word[at] === "'";
  let [start, end] = [0, word.length];
  while (start < end && isQuote(start)) start += 1;
  while (end > start && isQuote(end - 1)) end -= 1;
  return word.slice(start, end);
}

const namePattern = /^(?=.{1,253}$)[A-Za-z0-9_][A-Za-z0-9_-]{0,62}(?:\.[A-Za-z0-9_-]{1,63})*\.?$/;

function add(found: NamedHost[], name: string, port = 0): void {
  const known = found.some((one) => one.name === name && one.port === port);
  if (known || !namePattern.test(name) || /^[\d.]+$/.test(name)) return;
  if (parseAddress(name) !== undefined || /^localhost\b/i.test(name)) return;
  found.push({ name, port });
}
