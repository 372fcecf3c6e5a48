/**
 * Holds how what is kept of processes becomes facts.
 * In: subjects with their steps and signals. Out: facts as of now.
 * Must give the same facts in any order in which the same was learned.
 */
import { compareText } from "../../event/compare-text.ts";
import type { Emit } from "../fact.ts";
import type { ProcessFact, SignalFact, StepFact } from "./detect-fact.ts";
import type { SignalRecord } from "./signal-record.ts";
import type { StepRecord } from "./step-record.ts";
import type { SubjectRecord } from "./subject-record.ts";

/** **Unit**: processes and steps that are told of one session. */
const sessionBounds = { members: 256, steps: 256, ancestors: 6 } as const;

/** What a rule said of a process, with its session as it is known now. */
export function signalFact(subject: SubjectRecord, record: SignalRecord): SignalFact {
  const { rule } = record;
  return {
    kind: "signal",
    container: subject.container,
    node: subject.node,
    entry: subject.entry.execId,
    entryKind: subject.entryKind,
    host: subject.host?.execId ?? "",
    process: subject.execId,
    others: record.others,
    actor: subject.actor,
    workload: subject.workload,
    rule: rule.id,
    title: rule.title,
    ruleKind: rule.kind,
    family: rule.family,
    level: rule.level,
    score: record.score,
    techniques: rule.techniques,
    tactics: rule.tactics,
    matrix: rule.matrix,
    author: rule.author,
    because: record.because,
    indicators: record.indicators,
    incomplete: record.incomplete,
    count: record.count,
    firstSeenUs: record.firstSeenUs,
    lastSeenUs: record.lastSeenUs,
    citations: record.citations,
  };
}

/** `entry`: "" for ancestors above the session. */
export function processFact(subject: SubjectRecord, entry: string): ProcessFact {
  const { container, node, workload, image, pid, uid, auid, binary, cwd, actor } = subject;
  const { startUs, exitUs, exitStatus, execCitation } = subject;
  return {
    kind: "process",
    container,
    node,
    process: subject.execId,
    parent: subject.parentExecId,
    entry,
    workload,
    image,
    pid,
    uid,
    auid,
    binary,
    arguments: subject.arguments,
    cwd,
    actor,
    startUs,
    exitUs,
    exitStatus,
    citations: execCitation === undefined ? [] : [execCitation],
  };
}

/** Gives no part of the record away: it counts on. */
export function stepFact(subject: SubjectRecord, step: StepRecord): StepFact {
  return {
    kind: "step",
    container: subject.container,
    node: subject.node,
    entry: subject.entry.execId,
    process: subject.execId,
    ...step.fields,
    citations: step.citationsBy(subject),
  };
}

export function emitSignals(subject: SubjectRecord, emit: Emit): void {
  for (const record of subject.signals?.values() ?? []) emit(signalFact(subject, record));
}

/** Those above a session, nearest first, as far as they are known. */
export function ancestorsOf(entry: SubjectRecord): readonly SubjectRecord[] {
  const ancestors: SubjectRecord[] = [];
  let above = entry.host ?? entry.parent;
  while (above !== undefined && ancestors.length < sessionBounds.ancestors) {
    ancestors.push(above);
    above = above.parent;
  }
  return ancestors;
}

export function emitAncestors(entry: SubjectRecord, emit: Emit): void {
  for (const one of ancestorsOf(entry)) emit(processFact(one, ""));
}

/**
 * A session as it is kept now: first the processes that rules speak of, then the earliest. Returns
 * how much there was beyond the bounds.
 */
export function emitSession(
  entry: SubjectRecord,
  members: readonly SubjectRecord[],
  emit: Emit,
): number {
  emitAncestors(entry, emit);
  const ordered = [...members].sort(compareWorth);
  for (const one of ordered.slice(0, sessionBounds.members)) emit(processFact(one, entry.execId));
  let stepCount = 0;
  for (const one of ordered) {
    const steps = (one.steps ?? []).toSorted(compareSteps);
    const room = Math.max(0, sessionBounds.steps - stepCount);
    for (const step of steps.slice(0, room)) emit(stepFact(one, step));
    stepCount += steps.length;
  }
  return (
    Math.max(0, members.length - sessionBounds.members) +
    Math.max(0, stepCount - sessionBounds.steps)
  );
}

function compareWorth(a: SubjectRecord, b: SubjectRecord): number {
  return (
    Number(b.signals !== undefined) - Number(a.signals !== undefined) ||
    a.startUs - b.startUs ||
    compareText(a.execId, b.execId)
  );
}

function compareSteps(a: StepRecord, b: StepRecord): number {
  return (
    a.firstSeenUs - b.firstSeenUs ||
    compareText(a.what, b.what) ||
    compareText(a.subject, b.subject)
  );
}
