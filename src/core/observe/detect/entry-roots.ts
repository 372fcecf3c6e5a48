/**
 * Holds how the root of a session is found: the highest ancestor-or-self below whoever starts
 * sessions.
 * In: processes as far as they are known. Out: written into them: the root, who started it, how.
 * Must never need a name to find a giver of sessions, nor follow links without a bound.
 */
import { readExecId } from "../exec-id.ts";
import type { EntryKind, Role } from "./subject.ts";
import type { SubjectRecord } from "./subject-record.ts";

const stepCountMax = 256;

/**
 * Writes entry, its kind and host into `subject` and all on the way to its root. What has `version`
 * already, or was forgotten, is as good as a root.
 * **Cost**: a walk over ancestors that were not looked at since the version changed.
 */
export function settleEntry(subject: SubjectRecord, version: number): void {
  const way: SubjectRecord[] = [];
  let one = subject;
  while (way.length < stepCountMax) {
    if (one.forgotten || one.settledAt === version) {
      for (const on of way) write(on, version, one);
      return;
    }
    way.push(one);
    const above = aboveOf(one);
    if (above === undefined) {
      one.entry = one;
      one.host = one.parent;
      for (const on of way) write(on, version, one);
      return;
    }
    one = above;
  }
  write(subject, version, { entry: one, entryKind: "unknown", host: undefined });
}

/** Whose session it is in; undefined, with its kind written, where it began one itself. */
function aboveOf(one: SubjectRecord): SubjectRecord | undefined {
  // A fork that became another program belongs to what it became.
  const { parent, next } = one;
  if (!one.execSeen && next !== undefined && next.parent !== one) return next;
  const kind = parent === undefined ? unseenStart(one) : startOf(parent, one);
  if (kind === undefined) return parent;
  one.entryKind = named(one, kind);
  return undefined;
}

function write(
  subject: SubjectRecord,
  version: number,
  { entry, entryKind, host }: Pick<SubjectRecord, "entry" | "entryKind" | "host">,
): void {
  subject.settledAt = version;
  subject.entry = entry;
  subject.entryKind = entryKind;
  subject.host = host;
}

/** How `parent` began a session by starting `root`; undefined where it did not. */
function startOf(parent: SubjectRecord, root: SubjectRecord): EntryKind | undefined {
  if (parent.container !== root.container) return root.isInContainer ? entered(root) : "runtime";
  if (parent.actor === "runtime") return root.actor === "runtime" ? undefined : entered(root);
  if (isKernelOrInit(parent)) return "startup";
  // A worker of a server, a shell in a shell: the same program goes on.
  if (parent.binary === root.binary) return undefined;
  const given = givenByName(parent, root);
  if (given !== undefined) return given;
  if (parent.pid === root.pid) return undefined;
  if (isSuspicious(parent)) return undefined;
  if (isServer(parent) || isMainProgram(parent)) return "service";
  if (isNativeDaemon(parent, root)) return root.auid >= 0 ? "login" : "unknown";
  return undefined;
}

const logins = namesOf(`sshd sshd-session sshd-auth dropbear getty agetty mingetty login telnetd
  in.telnetd in.rlogind in.rshd xrdp-sesman gdm gdm-session-worker lightdm sddm teleport ttyd
  shellinaboxd wetty gotty cockpit-session cockpit-bridge mosh-server amazon-ssm-agent
  ssm-session-worker google_guest_agent qemu-ga vmtoolsd sshpiperd`);
const schedulers = namesOf(`cron crond CRON anacron fcron atd supercronic dcron go-crond puppet
  chef-client salt-minion waagent`);

function namesOf(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/));
}

function givenByName(parent: SubjectRecord, root: SubjectRecord): EntryKind | undefined {
  const { roles, name } = parent;
  if (roles.has("runtime")) return root.roles.has("runtime") ? undefined : "runtime";
  if (!roles.has("session-giver")) return isCronApplet(parent) ? "scheduled" : undefined;
  if (isSuspicious(parent)) return undefined;
  if (logins.has(name)) return "login";
  if (schedulers.has(name)) return "scheduled";
  return name === "xinetd" || name === "inetd" ? "service" : "startup";
}

function isKernelOrInit({ pid, binary, isInContainer }: SubjectRecord): boolean {
  return !isInContainer && (pid <= 2 || binary === "<kernel>");
}

function isCronApplet({ name, words }: SubjectRecord): boolean {
  return name === "busybox" && words[0] === "crond";
}

/** What entered a container, or was started in it, by the class that the tree gave it. */
function entered(root: SubjectRecord): EntryKind {
  const { origin } = root;
  if (origin === "operator" || origin === "probe" || origin === "runtime") return origin;
  return "startup";
}

function unseenStart(root: SubjectRecord): EntryKind {
  if (root.isInContainer) return entered(root);
  const parentPid = readExecId(root.parentExecId)?.pid ?? -1;
  return root.pid === 1 || parentPid === 1 || parentPid === 0 ? "startup" : "unknown";
}

/** Package managers that nobody asked for by hand: timers of the system. */
function named(root: SubjectRecord, kind: EntryKind): EntryKind {
  const isOwn = kind === "startup" || kind === "scheduled" || kind === "unknown";
  return isOwn && root.roles.has("package-manager") ? "package-manager" : kind;
}

const serving: readonly Role[] = ["server", "web-server", "database"];
/** These open sockets for whoever runs them: what they start belongs to that one. */
const borrowed: readonly Role[] = ["shell", "network-tool", "remote-client", "fetcher", "wrapper"];

function isServer(subject: SubjectRecord): boolean {
  if (borrowed.some((role) => subject.roles.has(role))) return false;
  if (serving.some((role) => subject.roles.has(role))) return true;
  if (subject.roles.has("interpreter") && hasInlineCode(subject)) return false;
  return serves(subject) || isUnitOfRuntime(subject);
}

/** Where no sensor tells who listens: what the system starts in these goes on and on. */
function isUnitOfRuntime({ name, parent, isInContainer }: SubjectRecord): boolean {
  if (isInContainer || parent === undefined || !isKernelOrInit(parent)) return false;
  return /^(?:java|node|nodejs|dotnet|mono|beam\.smp)$/.test(name);
}

/** It, or the same program that forked it, listens or accepts. */
function serves(subject: SubjectRecord): boolean {
  let one: SubjectRecord | undefined = subject;
  for (let step = 0; step < 8 && one !== undefined; step++) {
    if (one.serves) return true;
    if (one.parent?.binary !== one.binary) return false;
    one = one.parent;
  }
  return false;
}

function hasInlineCode({ words }: SubjectRecord): boolean {
  const first = words[0] ?? "";
  return /^-(?:[a-zA-Z]*[ce]|r|-eval(?:=.*)?)$/.test(first);
}

/** The program that a container is there for, and no shell, which waits for others. */
function isMainProgram(subject: SubjectRecord): boolean {
  if (!subject.isInContainer) return false;
  const { roles } = subject;
  if (roles.has("shell") || roles.has("wrapper") || roles.has("package-manager")) return false;
  let one = subject;
  for (let step = 0; step < 16; step++) {
    const { parent } = one;
    const isOutside = parent === undefined || parent.container !== one.container;
    if (isOutside || parent.actor === "runtime") {
      return one.origin === "service" || one.origin === "startup";
    }
    const goesOn =
      parent.pid === one.pid || parent.binary === one.binary || parent.roles.has("wrapper");
    if (!goesOn) return false;
    one = parent;
  }
  return false;
}

/** A program of the host that no name and no role tells, and that starts shells or scripts. */
function isNativeDaemon(parent: SubjectRecord, root: SubjectRecord): boolean {
  if (parent.isInContainer || parent.roles.size > 0 || parent.binary === "") return false;
  return root.roles.has("shell") || root.roles.has("interpreter");
}

/** Runs from where no package puts programs, or rules speak of it. */
function isSuspicious(subject: SubjectRecord): boolean {
  if (subject.fileless) return true;
  if (isOddPlace(subject.binary)) return true;
  if (subject.signals === undefined || subject.signals.size === 0) return false;
  // A server that is attacked has signals of its own; it gives sessions all the same.
  if (serving.some((role) => subject.roles.has(role)) || subject.isInContainer) return false;
  for (const { rule } of subject.signals.values()) {
    if (rule.level !== "informational" && rule.level !== "low" && rule.kind !== "novelty") {
      return true;
    }
  }
  return false;
}

/** Temporary places and hidden directories. */
function isOddPlace(binary: string): boolean {
  return /^\/(?:tmp|var\/tmp|dev\/shm|run\/shm|proc\/(?:self|\d+)\/fd)\/|\/\.[^/.]/.test(binary);
}
