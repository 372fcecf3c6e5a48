/**
 * Holds one process as detection keeps it, with what it was seen to do.
 * In: what others find out of it. Out: the same, asked for by name.
 * Must take little room, for there are tens of thousands, and split arguments only when asked.
 */
import type { Process, TimeUs } from "../../event/event.ts";
import { hostKey, isHostKey } from "../container-key.ts";
import type { Actor, Citation, ContainerKey, Workload } from "../fact.ts";
import { rememberAnswers } from "../remember-answers.ts";
import { RecentCounts } from "./recent-counts.ts";
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

const noRoles: ReadonlySet<Role> = new Set();

const knownMask = 3;
/** There are tens of thousands of subjects, and a field for each of these takes eight bytes. */
const bit = {
  execSeen: 1 << 2,
  argumentsCut: 1 << 3,
  fileless: 1 << 4,
  hasChildren: 1 << 5,
  serves: 1 << 6,
  treeForgot: 1 << 7,
  forgotten: 1 << 8,
  isSpoken: 1 << 9,
} as const;

/** What a citation of its own exec says beside what the subject knows. */
class ExecCited {
  readonly timeUs: number;
  readonly input: number;
  readonly offset: number;

  constructor({ timeUs, input, offset }: Citation) {
    this.timeUs = timeUs;
    this.input = input;
    this.offset = offset;
  }
}

interface EntryTotals {
  memberCount: number;
  stepCount: number;
  omittedCount: number;
  omittedLately: RecentCounts | undefined;
}

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
  entry: SubjectRecord = this;
  entryKind: EntryKind = "unknown";
  host: SubjectRecord | undefined = undefined;
  /** The image it replaced, or the fork it was before its exec. */
  before: SubjectRecord | undefined = undefined;
  /** The program that replaced it. */
  next: SubjectRecord | undefined = undefined;
  /** The block last merged, while it runs: equal blocks are mostly equal objects. */
  block: Process | undefined = undefined;
  lastUs = 0;
  exitStatus = "";
  /** Of `SubjectBook.version` when its entry was last looked for. */
  settledAt = -1;
  /** The parent that it waits for; "" none. */
  awaited = "";
  /** **Order**: as they began. */
  steps: StepRecord[] | undefined = undefined;
  signals: Map<string, SignalRecord> | undefined = undefined;
  /** What is true of it, and how well it is known. */
  private bits = 0;
  private cited: ExecCited | Citation | undefined = undefined;
  private totals: EntryTotals | undefined = undefined;

  constructor(execId: string, node: string, pid: number) {
    this.execId = execId;
    this.node = node;
    this.pid = pid;
    this.container = hostKey(node);
  }

  get execSeen(): boolean {
    return (this.bits & bit.execSeen) !== 0;
  }

  set execSeen(is: boolean) {
    this.setBit(bit.execSeen, is);
  }

  get argumentsCut(): boolean {
    return (this.bits & bit.argumentsCut) !== 0;
  }

  set argumentsCut(is: boolean) {
    this.setBit(bit.argumentsCut, is);
  }

  get fileless(): boolean {
    return (this.bits & bit.fileless) !== 0;
  }

  set fileless(is: boolean) {
    this.setBit(bit.fileless, is);
  }

  /** Somebody was started by it: what is learned of it may matter to others. */
  get hasChildren(): boolean {
    return (this.bits & bit.hasChildren) !== 0;
  }

  set hasChildren(is: boolean) {
    this.setBit(bit.hasChildren, is);
  }

  /** It listened or accepted itself. */
  get serves(): boolean {
    return (this.bits & bit.serves) !== 0;
  }

  set serves(is: boolean) {
    this.setBit(bit.serves, is);
  }

  /** The process tree let go of it: no late event is its. */
  get treeForgot(): boolean {
    return (this.bits & bit.treeForgot) !== 0;
  }

  set treeForgot(is: boolean) {
    this.setBit(bit.treeForgot, is);
  }

  /** No longer found by its id; its entry is final. */
  get forgotten(): boolean {
    return (this.bits & bit.forgotten) !== 0;
  }

  set forgotten(is: boolean) {
    this.setBit(bit.forgotten, is);
  }

  /** Of entries: a rule spoke of one of its processes that was let go of since. */
  get isSpoken(): boolean {
    return (this.bits & bit.isSpoken) !== 0;
  }

  set isSpoken(is: boolean) {
    this.setBit(bit.isSpoken, is);
  }

  /** One of `subjectKnownAs`. */
  get known(): number {
    return this.bits & knownMask;
  }

  set known(known: number) {
    this.bits = (this.bits & ~knownMask) | known;
  }

  get execCitation(): Citation | undefined {
    const { cited } = this;
    if (!(cited instanceof ExecCited)) return cited;
    const { node, execId, pid, binary } = this;
    const { timeUs, input, offset } = cited;
    return { timeUs, node, execId, pid, binary, sensor: "exec", policy: "", input, offset };
  }

  set execCitation(citation: Citation | undefined) {
    const isOwn = citation !== undefined && this.isOwnExec(citation);
    this.cited = isOwn ? new ExecCited(citation) : citation;
  }

  /** Of entries: how many of its processes were told because they had to go. */
  get memberCount(): number {
    return this.totals?.memberCount ?? 0;
  }

  set memberCount(count: number) {
    if (count !== this.memberCount) this.ownTotals().memberCount = count;
  }

  /** Of entries: how many steps of its processes are kept. */
  get stepCount(): number {
    return this.totals?.stepCount ?? 0;
  }

  set stepCount(count: number) {
    if (count !== this.stepCount) this.ownTotals().stepCount = count;
  }

  /** Of entries that a rule spoke of: processes and steps that were beyond the bounds. */
  get omittedCount(): number {
    return this.totals?.omittedCount ?? 0;
  }

  set omittedCount(count: number) {
    if (count !== this.omittedCount) this.ownTotals().omittedCount = count;
  }

  /** Of entries: the same, of late; nobody asks for earlier ones where no rule spoke. */
  get omittedLately(): RecentCounts | undefined {
    return this.totals?.omittedLately;
  }

  set omittedLately(counts: RecentCounts | undefined) {
    if (counts !== this.omittedLately) this.ownTotals().omittedLately = counts;
  }

  /** Of entries: what would be told of if there were no bounds. */
  get missingCount(): number {
    return this.omittedCount + (this.omittedLately?.total ?? 0);
  }

  /** Of entries: something was beyond a bound; `atUs`: when the process ended, or the step was. */
  noteOmitted(atUs: TimeUs): void {
    this.omittedLately ??= new RecentCounts();
    this.omittedLately.note(atUs);
  }

  /** Of entries: what is of before `sinceUs` is missed only if a rule spoke in time. */
  reviewOmitted(sinceUs: TimeUs, isSpoken: boolean): void {
    const { omittedLately } = this;
    if (omittedLately === undefined) return;
    if (isSpoken) {
      this.omittedCount += omittedLately.total;
      this.omittedLately = undefined;
      return;
    }
    omittedLately.forgetBefore(sinceUs);
    if (omittedLately.total === 0) this.omittedLately = undefined;
  }

  get words(): readonly string[] {
    return wordsOf(this.arguments);
  }

  get isInContainer(): boolean {
    return !isHostKey(this.container);
  }

  private setBit(mask: number, is: boolean): void {
    if (is) this.bits |= mask;
    else this.bits &= ~mask;
  }

  /** Its program can no longer become another: what says the same of it need not be kept. */
  private isOwnExec(citation: Citation): boolean {
    return (
      this.known === subjectKnownAs.exec &&
      citation.sensor === "exec" &&
      citation.policy === "" &&
      citation.execId === this.execId &&
      citation.binary === this.binary &&
      citation.node === this.node &&
      citation.pid === this.pid
    );
  }

  private ownTotals(): EntryTotals {
    this.totals ??= {
      ...{ memberCount: 0, stepCount: 0, omittedCount: 0 },
      omittedLately: undefined,
    };
    return this.totals;
  }
}
