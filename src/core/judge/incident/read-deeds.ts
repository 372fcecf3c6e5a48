/**
 * Holds what was done in an incident, sorted by what it means to whoever must answer it.
 * In: a case. Out: deeds with their citations; story and actions are told from them alone.
 * Must never name a deed that no event shows.
 */

import type { TimeUs } from "../../event/event.ts";
import { classifyAddress, parseAddress } from "../../event/ip-address.ts";
import type { ProcessFact, SignalFact, StepFact } from "../../observe/detect/detect-fact.ts";
import type { Citation, ContainerKey } from "../../observe/fact.ts";
import { type IncidentCase, ownProcesses } from "./incident-case.ts";
import { commandOf, programOf } from "./name-process.ts";
import { parseEnd } from "./parse-end.ts";
import { footholdOf } from "./persistence-table.ts";
import { anyProcess, quoteCommand } from "./quote-command.ts";
import { accountOf, urlsOf } from "./read-command-line.ts";
import { isRuntimeSocket, namesLookedUpBy, settingsReadBy, socketOf } from "./read-targets.ts";
import { secretOf } from "./secret-table.ts";

/**
 * `contact`: outside, or another machine. `lateral`: an address within. `metadata`: the cloud's.
 * `socket`: a container runtime was spoken to. `look`: settings were read. `lookup`: a name was.
 * `secret`: a secret was read. `foothold`: something that lasts was written. `drop`: a file where
 * intruders leave theirs, or one that was run afterwards.
 */
export type DeedKind =
  | "command"
  | "download"
  | "upload"
  | "contact"
  | "lateral"
  | "metadata"
  | "listen"
  | "socket"
  | "look"
  | "lookup"
  | "secret"
  | "foothold"
  | "drop"
  | "write"
  | "delete"
  | "mount"
  | "account";

export interface Deed {
  readonly kind: DeedKind;
  readonly timeUs: TimeUs;
  readonly container: ContainerKey;
  readonly node: string;
  readonly process: string;
  /** Command line, path, `address:port`, URL, account. */
  readonly subject: string;
  /** What it is in a phrase: `cron job`, `password hashes`; "" where the kind says all. */
  readonly detail: string;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  readonly citations: readonly Citation[];
}

/** **Order**: by time. Each kind and subject once a container, with the citations of the first. */
export function readDeeds(given: IncidentCase): readonly Deed[] {
  const executed = new Set(given.processes.map(({ binary }) => binary));
  const own = ownProcesses(given);
  const isKernels = kernelMounts(given);
  const found = [
    ...given.processes.flatMap((process) => deedsOfProcess(process, own, given)),
    ...given.steps
      .filter(({ subject, what }) => !isKernels(subject, what))
      .flatMap((step) => deedsOfStep(step, executed, given)),
    ...given.signals.flatMap(deedsOfSignal),
  ].sort((a, b) => a.timeUs - b.timeUs);
  const first = new Map<string, Deed>();
  for (const deed of withoutScratch(withoutRenamed(found, given))) {
    const key = [deed.kind, deed.container, plainPath(deed.subject)].join("\u0000");
    const known = first.get(key);
    first.set(key, known === undefined ? deed : addMore(known, deed));
  }
  return [...first.values()];
}

/** `/var/run` leads to `/run`: one file has both names. */
function plainPath(path: string): string {
  return path.replace(/^\/var\/run\//, "/run/");
}

/** Below a mounted file system of the kernel nothing is a file that could be copied or deleted. */
function kernelMounts({ steps }: IncidentCase): (path: string, what: StepFact["what"]) => boolean {
  const places = steps.flatMap(({ what, subject, detail }) =>
    what === "mount" && kernelFileSystem.test(detail) && subject !== "/" ? [`${subject}/`] : [],
  );
  const isBelow = (path: string) => places.some((place) => path.startsWith(place));
  return (path, what) => what !== "mount" && footholdOf(path) === undefined && isBelow(path);
}

const kernelFileSystem =
  /^(?:cgroup2?|proc|sysfs|debugfs|tracefs|securityfs|bpf|configfs|efivarfs|binfmt_misc)\b/;

/** What a program made for a moment, as editors and account tools do, is no deed. */
function withoutScratch(deeds: readonly Deed[]): readonly Deed[] {
  const keyOf = ({ container, subject }: Deed) => `${container} ${subject}`;
  const keys = (kind: DeedKind) => deeds.filter((one) => one.kind === kind).map(keyOf);
  const written = new Set(keys("write"));
  const gone = new Set(keys("delete").filter((key) => written.has(key) && scratchName.test(key)));
  return deeds.filter((deed) => !gone.has(keyOf(deed)));
}

const scratchName = /\.(?:lock|tmp|temp|swp|partial|\d+|(?=[A-Za-z]*[A-Z\d])[A-Za-z\d]{6})$/;

/** What got another name is no longer where it was written: the new name is told. */
function withoutRenamed(deeds: readonly Deed[], { steps }: IncidentCase): readonly Deed[] {
  const renamed = new Set(
    steps
      .filter(({ what }) => what === "rename")
      .map(({ container, detail }) => `${container} ${detail}`),
  );
  const isGone = ({ container, subject }: Deed) => renamed.has(`${container} ${subject}`);
  return deeds.filter((deed) => !changes.has(deed.kind) || !isGone(deed));
}

const changes: ReadonlySet<DeedKind> = new Set(["foothold", "drop", "write"]);

function addMore(known: Deed, more: Deed): Deed {
  return {
    ...known,
    detail: known.detail === "" ? more.detail : known.detail,
    sentBytes: known.sentBytes + more.sentBytes,
    receivedBytes: known.receivedBytes + more.receivedBytes,
  };
}

type Common = Omit<Deed, "kind" | "subject" | "detail">;

const longBeforeUs = 60_000_000;
const fetchers = /^(?:curl|wget|fetch|aria2c|lwp-download|busybox|python[\d.]*|perl|ruby|php)$/;
const uploads = /(?:^|\s)(?:--data\S*|-d|-F|--form|-T|--upload-file|--post-file\S*)(?:\s|=|$)/;

function deedsOfProcess(
  process: ProcessFact,
  own: ReadonlySet<string>,
  { marked, firstSeenUs }: IncidentCase,
): readonly Deed[] {
  const common: Common = {
    timeUs: process.startUs,
    container: process.container,
    node: process.node,
    process: process.process,
    sentBytes: 0,
    receivedBytes: 0,
    citations: process.citations,
  };
  // What ran long before is the ground that others stand on, not what they did.
  if (process.startUs < firstSeenUs - longBeforeUs) return [];
  const isMarked = marked.has(process.process);
  const isOwn = own.has(process.process);
  const socket = socketOf(process);
  const urls = socket === "" && fetchers.test(programOf(process)) ? urlsOf(process) : [];
  const way = uploads.test(process.arguments) ? "upload" : "download";
  const account = accountOf(process);
  return [
    ...(isOwn ? [deed(common, "command", commandOf(process))] : []),
    ...(isRuntimeSocket(socket) ? [deed(common, "socket", socket)] : []),
    ...(isOwn ? settingsReadBy(process).filter(isNoSecret) : []).map((path) => {
      return deed(common, "look", path);
    }),
    ...(isOwn ? namesLookedUpBy(process) : []).map((name) => deed(common, "lookup", name)),
    ...urls.map((url) => deed(common, way, url)),
    ...(account === "" ? [] : [deed(common, "account", account, programOf(process))]),
    ...(isMarked ? secretsNamed(process).map((one) => deed(common, "secret", ...one)) : []),
  ];
}

function deed(common: Common, kind: DeedKind, subject: string, detail = ""): Deed {
  return { kind, subject, detail, ...common };
}

/** A rule may name a command of a session that is no part of the incident. */
function deedsOfSignal(signal: SignalFact): readonly Deed[] {
  const { container, node, process, citations, firstSeenUs: timeUs } = signal;
  const place = { timeUs, container, node, process, citations, sentBytes: 0, receivedBytes: 0 };
  return signal.indicators.flatMap(({ type, value }) => {
    if (type !== "command") return [];
    const [binary = "", ...words] = value.split(" ");
    const paths = settingsReadBy({ binary, arguments: words.join(" ") });
    return paths.filter(isNoSecret).map((path) => deed(place, "look", path));
  });
}

function isNoSecret(path: string): boolean {
  return secretOf(path) === undefined;
}

/** Secrets that a command names; whether it could read them, the sensors may not tell. */
function secretsNamed({ arguments: line }: ProcessFact): readonly (readonly [string, string])[] {
  const words = line.split(/[\s"'`;|&<>()=@]+/, 64).filter((word) => word.startsWith("/"));
  return words.flatMap((path) => {
    const secret = secretOf(path);
    return secret === undefined ? [] : [[anyProcess(path), secret.name] as const];
  });
}

/**
 * Programs that read such files as a matter of course: passwords for whoever logs in, environments
 * for a list of processes.
 */
const keepers = new RegExp(
  "^(?:su|sudo|sshd|login|passwd|chpasswd|unix_chkpwd|useradd|usermod|crond?|" +
    "ps|pgrep|pkill|pidof|top|htop|killall|fuser|lsof)$",
);
const changing: ReadonlySet<StepFact["what"]> = new Set(["write", "rename", "link", "mode"]);
/** A mode with the right to run it. */
const runnable = /[1357]\d{0,2}$/;
const leftAbout = /^\/(?:tmp|var\/tmp|dev\/shm)\/|\/\.[^/]/;
const noFile =
  /^\/(?:dev\/(?!shm\/)|proc\/(?!sys\/)|sys\/(?!kernel\/|fs\/cgroup))|^(?:pipe|socket):/;

function deedsOfStep(
  step: StepFact,
  executed: ReadonlySet<string>,
  { processOf }: IncidentCase,
): readonly Deed[] {
  const { what, subject } = step;
  const { container, node, process, sentBytes, receivedBytes, citations } = step;
  const place = { container, node, process, citations };
  const common: Common = { timeUs: step.firstSeenUs, ...place, sentBytes, receivedBytes };
  if (what === "connect") return contact(common, step);
  if (what === "listen") return [deed(common, "listen", subject)];
  if (what === "mount") return [deed(common, "mount", subject, quoteMount(step))];
  if (what === "delete") return isOfMoment(step, processOf) ? [] : [deed(common, what, subject)];
  const program = programOf(processOf(step.process) ?? { binary: "" });
  if (what === "read") {
    const secret = keepers.test(program) ? undefined : secretOf(subject);
    const path = anyProcess(subject);
    return secret === undefined ? [] : [deed(common, "secret", path, secret.name)];
  }
  if (!changing.has(what)) return [];
  const foothold = footholdOf(subject);
  if (foothold !== undefined) return [deed(common, "foothold", subject, foothold.name)];
  if (isOfMoment(step, processOf)) return [];
  const isRun = executed.has(subject);
  const isDrop = isRun || leftAbout.test(subject);
  const isMadeToRun = what === "mode" && program === "chmod" && runnable.test(step.detail);
  const detail = isRun ? "run" : isMadeToRun ? "runnable" : "";
  return [deed(common, isDrop ? "drop" : "write", subject, detail)];
}

/** No file, or one that a program locks with, or names after itself while it works. */
function isOfMoment({ subject, process }: StepFact, processOf: IncidentCase["processOf"]): boolean {
  const pid = processOf(process)?.pid ?? 0;
  return noFile.test(subject) || subject.endsWith(".lock") || subject.endsWith(`.${pid}`);
}

function quoteMount({ detail }: StepFact): string {
  return detail === "" ? "" : quoteCommand(detail, 60);
}

function contact(common: Common, { subject }: StepFact): readonly Deed[] {
  if (isRuntimeSocket(subject)) return [deed(common, "socket", subject)];
  const bytes = parseAddress(parseEnd(subject)?.address ?? "");
  if (bytes === undefined) return [];
  const kind = classifyAddress(bytes);
  if (kind === "internet") return [deed(common, "contact", subject)];
  if (kind === "metadata") return [deed(common, "metadata", subject)];
  return kind === "private" ? [deed(common, "lateral", subject)] : [];
}
