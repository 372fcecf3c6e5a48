/**
 * Holds one process as detection keeps it, with what it was seen to do.
 * In: `Process` blocks of events, best known first or last. Out: the record, the same in any order.
 * Must keep no more of a process than its bounds, and split its arguments only when asked.
 */
import { cutText } from "../../event/bounds.ts";
import type { Process } from "../../event/event.ts";
import { hasFlag } from "../../event/process-flags.ts";
import { baseName } from "../../inventory/container-path.ts";
import { containerKey, hostKey, isHostKey } from "../container-key.ts";
import type { Actor, Citation, ContainerKey, Workload } from "../fact.ts";
import { rememberAnswers } from "../remember-answers.ts";
import { rolesOf } from "./program-roles.ts";
import type { SignalRecord } from "./signal-record.ts";
import { splitArguments } from "./split-arguments.ts";
import type { StepRecord } from "./step-record.ts";
import type { EntryKind, Role, Subject } from "./subject.ts";

/** How well a process is known: by its id, as somebody's parent, by itself, by its exec. */
export const subjectKnownAs = { id: 0, parent: 1, itself: 2, exec: 3 } as const;

/** **Unit**: characters. */
export const subjectTextMax = { arguments: 4096, short: 256 } as const;

/** The same command lines come again and again, and of each only the latest is asked for often. */
const wordsOf = rememberAnswers(splitArguments, 256);
const nameOf = rememberAnswers(baseName, 1024);

const noRoles: ReadonlySet<Role> = new Set();

/** **Shape**: for checkpoints `pack-subjects.ts` names each field. */
export class SubjectRecord implements Subject {
  readonly execId: string;
  readonly node: string;
  readonly pid: number;
  container: ContainerKey;
  workload: Workload | undefined = undefined;
  image = "";
  binary = "";
  name = "";
  arguments = "";
  cwd = "";
  uid = -1;
  auid = -1;
  startUs = 0;
  exitUs = 0;
  parentExecId = "";
  parent: SubjectRecord | undefined = undefined;
  actor: Actor = "host";
  /** Whose tree it is in when `actor` only says what kind of tool it is. */
  origin: Actor = "host";
  roles: ReadonlySet<Role> = noRoles;
  execSeen = false;
  argumentsCut = false;
  fileless = false;
  entry: SubjectRecord = this;
  entryKind: EntryKind = "unknown";
  host: SubjectRecord | undefined = undefined;
  /** The image it replaced, or the fork it was before its exec. */
  before: SubjectRecord | undefined = undefined;
  /** The program that replaced it. */
  next: SubjectRecord | undefined = undefined;
  known = 0;
  /** The block last merged, while it runs: equal blocks are mostly equal objects. */
  block: Process | undefined = undefined;
  /** Somebody was started by it: what is learned of it may matter to others. */
  hasChildren = false;
  /** It listened or accepted itself. */
  serves = false;
  lastUs = 0;
  exitStatus = "";
  /** Of `SubjectBook.version` when its entry was last looked for. */
  settledAt = -1;
  /** The parent that it waits for; "" none. */
  awaited = "";
  /** The process tree let go of it: no late event is its. */
  treeForgot = false;
  /** No longer found by its id; its entry is final. */
  forgotten = false;
  execCitation: Citation | undefined = undefined;
  /** **Order**: as they began. */
  steps: StepRecord[] | undefined = undefined;
  signals: Map<string, SignalRecord> | undefined = undefined;
  /** Of entries: a rule spoke of one of its processes that was let go of since. */
  isSpoken = false;
  /** Of entries: how many of its processes and steps are kept, and what was beyond the bounds. */
  memberCount = 0;
  stepCount = 0;
  omittedCount = 0;

  constructor(execId: string, node: string, pid: number) {
    this.execId = execId;
    this.node = node;
    this.pid = pid;
    this.container = hostKey(node);
  }

  get words(): readonly string[] {
    return wordsOf(this.arguments);
  }

  get isInContainer(): boolean {
    return !isHostKey(this.container);
  }
}

/** Takes what a block adds. True when its entry, or that of others, may be another now. */
export function mergeProcess(
  subject: SubjectRecord,
  block: Process,
  known: number,
  textMax: number = subjectTextMax.arguments,
): boolean {
  if (subject.block === block && known <= subject.known) return false;
  if (subject.exitUs === 0) subject.block = block;
  const movedIn = block.containerId !== "" && !subject.isInContainer;
  if (movedIn) {
    subject.container = containerKey(block.containerId);
    if (subject.origin === "host") subject.actor = subject.origin = "service";
  }
  if (block.pod?.imageName) subject.image = block.pod.imageName;
  if (known <= subject.known) return movedIn;
  const isNew = subject.known === subjectKnownAs.id;
  subject.known = known;
  fillFrom(subject, block, textMax);
  return !isNew || movedIn;
}

function fillFrom(subject: SubjectRecord, block: Process, textMax: number): void {
  const isListed = hasFlag(block.flags, "procFS");
  subject.binary = block.binary;
  subject.name = nameOf(block.binary);
  if (block.arguments !== "" || subject.known === subjectKnownAs.exec) {
    subject.arguments = cutText(block.arguments, textMax);
  }
  subject.argumentsCut = block.arguments.length >= textMax || isCut(block);
  subject.cwd = block.cwd;
  subject.uid = effectiveUid(block);
  subject.auid = block.auid === 0xffff_ffff ? -1 : block.auid;
  if (block.startTimeUs > 0) subject.startUs = block.startTimeUs;
  if (block.parentExecId !== "") subject.parentExecId = block.parentExecId;
  subject.execSeen = subject.known === subjectKnownAs.exec || isListed;
  subject.fileless = block.binaryProperties?.links === 0 || isUnnamedFile(block.binary);
  subject.roles = rolesOf(subject.binary, () => subject.words);
}

const cutFlags = ["truncArgs", "errorArgs", "errorFilename", "miss"] as const;

function isCut({ flags, arguments: text }: Process): boolean {
  return cutFlags.some((flag) => hasFlag(flags, flag)) || text.includes("<enomem>");
}

/** **Source**: recorded setuid programs: `uid` is then the effective one already. */
function effectiveUid(block: Process): number {
  const euid = block.credentials?.euid ?? -1;
  return euid >= 0 ? euid : block.uid;
}

/** Run from an open file; `/proc/self/exe`, as a runtime runs itself, is a file of the host. */
function isUnnamedFile(binary: string): boolean {
  return /^(?:\/proc\/(?:self|thread-self|\d+)\/fd\/\d+|\/dev\/fd\/\d+|\/?memfd:)/.test(binary);
}
