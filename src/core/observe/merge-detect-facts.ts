/**
 * Holds how two facts of detection with one key become one.
 * In: facts. Out: facts. Every merge is associative, commutative and idempotent.
 */
import { compareText } from "../event/compare-text.ts";
import type { ProcessFact, SignalFact, StepFact } from "./detect/detect-fact.ts";
import type { Indicator } from "./detect/detector.ts";
import { earliest, fullerText, mergeCitations, mergeTexts } from "./merge-facts.ts";

/** **Unit**: entries of the lists of a signal. */
export const signalListMax = { others: 8, because: 4, indicators: 16 } as const;

/** Whose session it is and what the rule said go with the later one; the rest is summed up. */
export function mergeSignals(a: SignalFact, b: SignalFact): SignalFact {
  const citations = mergeCitations(a.citations, b.citations);
  return {
    ...laterOf(a, b, ground),
    others: mergeTexts(a.others, b.others, signalListMax.others),
    because: mergeTexts(a.because, b.because, signalListMax.because),
    indicators: mergeIndicators(a.indicators, b.indicators),
    score: Math.max(a.score, b.score),
    incomplete: a.incomplete && b.incomplete,
    count: Math.max(a.count, b.count, citations.length),
    firstSeenUs: earliest(a.firstSeenUs, b.firstSeenUs),
    lastSeenUs: Math.max(a.lastSeenUs, b.lastSeenUs),
    citations,
  };
}

/** What a signal says whatever it was merged with. */
function ground(fact: SignalFact): unknown {
  const { entry, entryKind, host, node, actor, workload, title, ruleKind, family, level } = fact;
  const { techniques, tactics, matrix, author } = fact;
  const rule = [title, ruleKind, family, level, techniques, tactics, matrix, author];
  return [entry, entryKind, host, node, actor, workload, rule];
}

/** Each field by itself: whatever says more of a process wins. */
export function mergeProcesses(a: ProcessFact, b: ProcessFact): ProcessFact {
  const said = JSON.stringify([a.workload, a.actor]) >= JSON.stringify([b.workload, b.actor]);
  const { workload, actor } = said ? a : b;
  return {
    kind: "process",
    container: a.container,
    process: a.process,
    node: fullerText(a.node, b.node),
    parent: fullerText(a.parent, b.parent),
    entry: fullerText(a.entry, b.entry),
    workload,
    actor,
    image: fullerText(a.image, b.image),
    pid: Math.max(a.pid, b.pid),
    uid: Math.max(a.uid, b.uid),
    auid: Math.max(a.auid, b.auid),
    binary: fullerText(a.binary, b.binary),
    arguments: fullerText(a.arguments, b.arguments),
    cwd: fullerText(a.cwd, b.cwd),
    startUs: earliest(a.startUs, b.startUs),
    exitUs: Math.max(a.exitUs, b.exitUs),
    exitStatus: fullerText(a.exitStatus, b.exitStatus),
    citations: mergeCitations(a.citations, b.citations).slice(0, 1),
  };
}

/** Of one process, what and subject: counts and bytes merge as those of file uses. */
export function mergeSteps(a: StepFact, b: StepFact): StepFact {
  const citations = mergeCitations(a.citations, b.citations);
  return {
    ...a,
    node: fullerText(a.node, b.node),
    entry: fullerText(a.entry, b.entry),
    detail: compareDetails(a.detail, b.detail) >= 0 ? a.detail : b.detail,
    sentBytes: Math.max(a.sentBytes, b.sentBytes),
    receivedBytes: Math.max(a.receivedBytes, b.receivedBytes),
    count: Math.max(a.count, b.count, citations.length),
    firstSeenUs: earliest(a.firstSeenUs, b.firstSeenUs),
    lastSeenUs: Math.max(a.lastSeenUs, b.lastSeenUs),
    citations,
  };
}

/** Positive where the first says more: the longer, of equally long ones the greater (`4755`). */
export function compareDetails(a: string, b: string): number {
  return a.length - b.length || compareText(a, b);
}

/** **Order**: by type, then value; each once, the first few. */
export function mergeIndicators(
  a: readonly Indicator[],
  b: readonly Indicator[],
): readonly Indicator[] {
  const kept = new Map<string, Indicator>();
  for (const one of [...a, ...b]) kept.set(`${one.type} ${one.value}`, one);
  return [...kept.values()]
    .sort((x, y) => compareText(x.type, y.type) || compareText(x.value, y.value))
    .slice(0, signalListMax.indicators);
}

/** Of two seen last at the same time the one whose ground is the greater text. */
function laterOf<T extends { readonly lastSeenUs: number }>(
  a: T,
  b: T,
  said: (one: T) => unknown,
): T {
  if (a.lastSeenUs !== b.lastSeenUs) return a.lastSeenUs > b.lastSeenUs ? a : b;
  return compareText(JSON.stringify(said(a)), JSON.stringify(said(b))) >= 0 ? a : b;
}
