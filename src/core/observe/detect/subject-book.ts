/**
 * Holds every process that detection may have to name, with its links and its session.
 * In: events with the nodes of the process tree. Out: subjects; those it forgets, once each.
 * Must stay within its bound and give the same subjects in any order of the same events.
 */
import type { Process, ProcessEvent, TimeUs } from "../../event/event.ts";
import { hasFlag } from "../../event/process-flags.ts";
import type { ContainerKey } from "../fact.ts";
import type { ProcessNode } from "../fold.ts";
import { chooseExcess, chooseForgotten, graceUs, type Keepers } from "./choose-forgotten.ts";
import { ContainerStarts } from "./container-starts.ts";
import { settleEntry } from "./entry-roots.ts";
import { inheritFrom, mergeProcess } from "./merge-process.ts";
import type { Subject, SubjectBook } from "./subject.ts";
import { type PidHolders, SubjectLinks } from "./subject-links.ts";
import { SubjectRecord, subjectKnownAs, subjectTextMax } from "./subject-record.ts";

/** **Unit**: subjects. */
export const subjectCountMax = 65_536;
const sweepUs = 30_000_000;
/**
 * **Unit**: steps that all lie before the last sweep, until their time is taken for now. Where
 * clocks of nodes are apart, the one ahead tells when to sweep; a clock that was set back for good
 * is soon alone.
 */
const backStepCount = 4096;
/** **Unit**: characters of arguments over all subjects; beyond it new ones keep little. */
const textBudget = 33_554_432;
const walkCountMax = 256;
/** **Unit**: subjects beyond the bound that wait for the next time that room is made. */
const namedSlack = 64;

export interface BookOptions {
  /** Default `subjectCountMax`. */
  readonly countMax?: number;
  /** What is kept of it is to be told now. `early`: because there was no room. */
  readonly onForget: (subject: SubjectRecord, early: boolean) => void;
}

export class SubjectStore implements SubjectBook {
  readonly subjects = new Map<string, SubjectRecord>();
  containers = new ContainerStarts();
  /** Grows when what is known of entries may have changed. */
  version = 0;
  /** The same, also where only one process is concerned. */
  changeCount = 0;
  private readonly countMax: number;
  private readonly onForget: BookOptions["onForget"];
  private readonly links = new SubjectLinks();
  private textLength = 0;
  sweptUs = 0;
  private stepCount = 0;
  /** Of `stepCount`, when time was last not before the last sweep. */
  private aheadAt = 0;
  private latest: SubjectRecord | undefined;

  constructor({ countMax = subjectCountMax, onForget }: BookOptions) {
    this.countMax = Math.max(16, countMax);
    this.onForget = onForget;
  }

  get(execId: string): SubjectRecord | undefined {
    const subject = this.subjects.get(execId);
    if (subject !== undefined) this.settle(subject);
    return subject;
  }

  descends(subject: Subject, above: Subject): boolean {
    let one: Subject | undefined = subject;
    for (let step = 0; step < walkCountMax && one !== undefined; step++) {
      if (one === above) return true;
      if (one instanceof SubjectRecord && one.forgotten) {
        return one.entry === above || one.host === above;
      }
      one = one.parent;
    }
    return false;
  }

  containerSince(container: ContainerKey): ReturnType<SubjectBook["containerSince"]> {
    return this.containers.since(container);
  }

  /**
   * The subject of an event, created or completed from it; undefined where nobody is named. An
   * event that names a pid alone is of whom the tree says, if he is known: it tells nothing of him.
   * **Cost**: one comparison for the next event of the same process.
   */
  take(
    event: ProcessEvent,
    node: ProcessNode | undefined,
    nowUs: TimeUs,
  ): SubjectRecord | undefined {
    this.stepCount += 1;
    const block = event.process;
    if (block === undefined) return undefined;
    const { type } = event;
    const { latest } = this;
    const isSame = latest !== undefined && latest.block === block && latest.parent !== undefined;
    if (isSame && type !== "exec" && type !== "exit") return this.refresh(latest, node, nowUs);
    const subject =
      block.execId === ""
        ? this.subjects.get(node?.execId ?? "")
        : this.takeNamed(event, block, nowUs);
    if (subject === undefined) return undefined;
    if (type === "exit") this.end(subject, event.timeUs > 0 ? event.timeUs : nowUs, event);
    this.latest = block.execId === "" ? undefined : subject;
    return this.refresh(subject, node, nowUs);
  }

  private takeNamed(event: ProcessEvent, block: Process, nowUs: TimeUs): SubjectRecord {
    const { execId } = block;
    let subject = this.subjects.get(execId);
    if (subject === undefined) {
      // Before it is placed, so that nobody is forgotten between being placed and being used.
      if (this.subjects.size > this.countMax) this.dropExcess();
      subject = this.add(execId, event.node, block.pid);
    }
    this.complete(subject, event, block, nowUs);
    return subject;
  }

  /** The tree lets go of the process: its class is final, and so is that it ended. */
  retire(node: ProcessNode): void {
    const subject = this.subjects.get(node.execId);
    if (subject === undefined) return;
    this.takeClass(subject, node);
    subject.treeForgot = true;
    if (node.exitUs > 0 && subject.exitUs === 0) this.markEnded(subject, node.exitUs);
  }

  /** It listens or accepts. */
  noteServing(subject: SubjectRecord): void {
    if (subject.serves) return;
    subject.serves = true;
    this.unsettle(subject);
  }

  /** Looks for its session again if anything was learned since. */
  settle(subject: SubjectRecord): void {
    if (subject.settledAt !== this.version && !subject.forgotten) {
      settleEntry(subject, this.version);
    }
  }

  /** Something was learned that its session, and that of those below it, may rest on. */
  unsettle(subject: SubjectRecord): void {
    this.changeCount += 1;
    if (subject.hasChildren) this.version += 1;
    else subject.settledAt = -1;
  }

  /** Forgets those whose grace is over, and those that nobody can speak of any more. */
  sweep(nowUs: TimeUs, keepers: Keepers): void {
    if (!this.isDue(nowUs)) return;
    this.sweptUs = nowUs;
    this.aheadAt = this.stepCount;
    for (const subject of this.subjects.values()) this.settle(subject);
    const { over, beyond } = chooseForgotten(this.subjects, nowUs, keepers);
    for (const { entry, exitUs, lastUs } of beyond) entry.noteOmitted(exitUs || lastUs);
    this.reviewOmitted(nowUs, keepers);
    for (const subject of over) this.forget(subject, false);
    for (const subject of beyond) this.forget(subject, false);
  }

  private isDue(nowUs: TimeUs): boolean {
    if (nowUs < this.sweptUs) return this.stepCount - this.aheadAt >= backStepCount;
    this.aheadAt = this.stepCount;
    return nowUs >= this.sweptUs + sweepUs;
  }

  /** What would be over by now anyway is no loss of a session. */
  private reviewOmitted(nowUs: TimeUs, { isSpoken }: Keepers): void {
    const entries = new Set<SubjectRecord>();
    for (const { entry } of this.subjects.values()) {
      if (entry.omittedLately !== undefined) entries.add(entry);
    }
    for (const entry of entries) entry.reviewOmitted(nowUs - graceUs, isSpoken(entry));
  }

  /** Those of containers that are gone. */
  release(isGone: (container: ContainerKey) => boolean): void {
    const gone = [...this.subjects.values()].filter(
      (one) => one.isInContainer && isGone(one.container),
    );
    for (const subject of gone) this.forget(subject, false);
    this.containers.release(isGone);
  }

  /** Who has a pid now, for what is put away. */
  get holders(): PidHolders {
    return this.links.holders;
  }

  /** Takes up what was put away. */
  restore(subjects: readonly SubjectRecord[], holders: PidHolders): void {
    for (const subject of subjects) {
      this.subjects.set(subject.execId, subject);
      this.textLength += subject.arguments.length;
      if (subject.parent === undefined && subject.parentExecId !== "") {
        this.links.awaitParent(subject);
      }
    }
    this.links.restore(holders);
  }

  private add(execId: string, node: string, pid: number): SubjectRecord {
    const subject = new SubjectRecord(execId, node, pid);
    this.subjects.set(execId, subject);
    for (const child of this.links.takeChildren(execId)) this.link(child, subject);
    return subject;
  }

  private complete(
    subject: SubjectRecord,
    event: ProcessEvent,
    block: Process,
    nowUs: TimeUs,
  ): void {
    const isExec = event.type === "exec" && !hasFlag(block.flags, "procFS");
    const isFirst = subject.known < subjectKnownAs.itself;
    this.merge(subject, event, block, isExec ? subjectKnownAs.exec : subjectKnownAs.itself);
    if (event.type === "exec") {
      if (isExec && subject.exitUs === 0) this.links.noteImage(subject);
      for (const one of event.ancestors) this.mention(one, event, nowUs);
    }
    // What was linked once stays: a parent that was forgotten must not come back for it.
    if (event.type === "exec" || subject.parent === undefined) {
      if (event.parent !== undefined) this.mention(event.parent, event, nowUs);
      this.findParent(subject);
    }
    if (subject.startUs === 0) subject.startUs = nowUs;
    if (isExec) this.joinFork(subject);
    else if (isFirst && !subject.execSeen) this.joinProgram(subject);
  }

  private merge(subject: SubjectRecord, event: ProcessEvent, block: Process, known: number): void {
    const { length } = subject.arguments;
    const textMax = this.textLength > textBudget ? subjectTextMax.short : subjectTextMax.arguments;
    if (mergeProcess(subject, block, known, textMax)) this.unsettle(subject);
    this.textLength += subject.arguments.length - length;
    if (subject.parent !== undefined) this.inherit(subject, subject.parent);
    if (block.pod !== undefined && subject.workload === undefined) {
      subject.workload = this.containers.workloadOf(subject.container, block.pod, event.cluster);
    }
  }

  /** Somebody's parent: its own events, if they come, tell more. */
  private mention(block: Process, event: ProcessEvent, nowUs: TimeUs): void {
    if (block.execId === "") return;
    let subject = this.subjects.get(block.execId);
    if (subject?.block === block) return;
    // Whoever is only named must not push out those that did something.
    if (subject === undefined && this.subjects.size > this.countMax + namedSlack) return;
    if (subject === undefined) {
      subject = this.add(block.execId, event.node, block.pid);
      subject.lastUs = nowUs;
    }
    if (subject.known > subjectKnownAs.parent) return;
    this.merge(subject, event, block, subjectKnownAs.parent);
    this.findParent(subject);
  }

  private findParent(subject: SubjectRecord): void {
    const { parent, parentExecId } = subject;
    if (parentExecId === "" || parent?.execId === parentExecId) return;
    if (subject.awaited === parentExecId) return;
    const found = this.subjects.get(parentExecId) ?? this.links.parentByPid(subject);
    if (found === undefined) this.links.awaitParent(subject);
    else if (found !== subject && found !== parent) this.link(subject, found);
  }

  private link(subject: SubjectRecord, parent: SubjectRecord): void {
    this.unsettle(subject);
    subject.parent = parent;
    parent.hasChildren = true;
    this.inherit(subject, parent);
  }

  private inherit(subject: SubjectRecord, parent: SubjectRecord): void {
    const { length } = subject.arguments;
    inheritFrom(parent, subject);
    this.textLength += subject.arguments.length - length;
  }

  /** An exec whose fork was heard of before. */
  private joinFork(subject: SubjectRecord): void {
    if (subject.before !== undefined) return;
    const { parent } = subject;
    const replaced = parent !== undefined && parent.pid === subject.pid ? parent : undefined;
    const before = replaced ?? this.links.forkOf(subject);
    if (before === undefined) return;
    subject.before = before;
    before.next = subject;
    if (!before.execSeen) this.unsettle(before);
    if (before.exitUs === 0) this.markEnded(before, subject.startUs);
  }

  /** A fork that is heard of late, after its exec. */
  private joinProgram(fork: SubjectRecord): void {
    const program = this.links.programOf(fork);
    if (program === undefined) {
      this.links.noteFork(fork);
      return;
    }
    program.before = fork;
    fork.next = program;
    this.unsettle(fork);
    if (fork.exitUs === 0) this.markEnded(fork, program.startUs);
  }

  private refresh(
    subject: SubjectRecord,
    node: ProcessNode | undefined,
    nowUs: TimeUs,
  ): SubjectRecord {
    if (nowUs > subject.lastUs) subject.lastUs = nowUs;
    if (node !== undefined && node.execId === subject.execId) {
      // Where the tree had no room for it, it may know it again.
      if (subject.treeForgot) subject.treeForgot = false;
      if (node.actor !== subject.actor || node.origin !== subject.origin) {
        this.takeClass(subject, node);
      }
      if (subject.isInContainer) this.containers.note(node, nowUs);
    }
    this.settle(subject);
    return subject;
  }

  private takeClass(subject: SubjectRecord, node: ProcessNode): void {
    if (subject.origin !== node.origin || subject.actor !== node.actor) {
      subject.actor = node.actor;
      subject.origin = node.origin;
      this.unsettle(subject);
    }
    if (node.container !== subject.container && !subject.isInContainer) {
      subject.container = node.container;
      this.unsettle(subject);
    }
  }

  private end(subject: SubjectRecord, timeUs: TimeUs, event: ProcessEvent): void {
    if (event.type === "exit") {
      subject.exitStatus = event.signal === "" ? String(event.status) : event.signal;
    }
    if (subject.exitUs === 0) this.markEnded(subject, timeUs);
  }

  private markEnded(subject: SubjectRecord, timeUs: TimeUs): void {
    subject.exitUs = Math.max(1, timeUs);
    // Little comes of it any more, and for long: a block takes as much room as all the rest.
    subject.block = undefined;
  }

  /** **Cost**: a sort, so a sixteenth of the room is cleared at once. */
  private dropExcess(): void {
    const count = this.subjects.size - this.countMax + (this.countMax >> 4);
    for (const subject of chooseExcess(this.subjects, count)) this.forget(subject, true);
  }

  /** Children may point at it for long: what it points at is let go of, but for its session. */
  private forget(subject: SubjectRecord, early: boolean): void {
    if (subject.forgotten) return;
    this.settle(subject);
    this.onForget(subject, early);
    subject.forgotten = true;
    this.subjects.delete(subject.execId);
    this.links.forget(subject);
    this.textLength -= subject.arguments.length;
    if (subject === this.latest) this.latest = undefined;
    // Nobody needs it any more for what it was before.
    if (subject.next?.before === subject) subject.next.before = undefined;
    subject.parent = undefined;
    subject.before = undefined;
    subject.next = undefined;
    subject.block = undefined;
    subject.steps = undefined;
    subject.signals = undefined;
  }
}
