/**
 * Holds what is told when a sequence is complete: whose doing, who else, why, and what to look for.
 * In: a rule and its marks. Out: a hit; its texts come from telemetry.
 */
import type { Hit, Indicator } from "../detect/detector.ts";
import type { Subject, SubjectBook } from "../detect/subject.ts";
import type { Match } from "./find-match.ts";
import type { IndicatorType, Mark, SequenceRule } from "./sequence-rule.ts";

const otherCountMax = 8;
const reasonCountMax = 4;
const indicatorCountMax = 16;
/** **Unit**: UTF-16 code units. */
const textLengthMax = 200;
const commandLengthMax = 512;

/** The process that the mark of the subject's step stands for. */
export function subjectOf(rule: SequenceRule, mark: Mark, book: SubjectBook): Subject | undefined {
  const subject = book.get(mark.execId);
  if (rule.subjectIs === "entry") return subject?.entry ?? book.get(mark.entryExecId);
  if (rule.subjectIs === "parent") return subject?.parent ?? book.get(mark.parentExecId) ?? subject;
  return subject;
}

/**
 * By what one is told once, before anything is looked up. Of a step that counts each session is
 * told once: what it counts goes on.
 */
export function subjectIdOf(rule: SequenceRule, mark: Mark): string {
  const isCounted = rule.steps[rule.subjectStep]?.tally !== undefined;
  if (rule.subjectIs === "entry" || isCounted) return mark.entryExecId;
  return rule.subjectIs === "parent" ? mark.parentExecId : mark.execId;
}

/** **Shape**: bounded as `Hit` says; texts are cut. */
export function makeHit(
  rule: SequenceRule,
  match: Match,
  subject: Subject,
  book: SubjectBook,
): Hit {
  const marks = match.flat();
  const others = new Set(marks.map(({ execId }) => execId));
  others.delete(subject.execId);
  return {
    rule: rule.head,
    subject,
    others: [...others].sort().slice(0, otherCountMax),
    because: match.map((list, step) => reasonOf(rule, step, list, book)).slice(0, reasonCountMax),
    indicators: indicatorsOf(rule, marks, book),
    incomplete: marks.some(({ execId }) => book.get(execId)?.argumentsCut === true),
  };
}

function reasonOf(
  rule: SequenceRule,
  step: number,
  marks: readonly Mark[],
  book: SubjectBook,
): string {
  const { name = "", tally } = rule.steps[step] ?? {};
  const first = marks[0];
  const what = first === undefined ? "" : describe(first, book);
  if (tally === undefined || marks.length < 2) return cut(`${name}: ${what}`, textLengthMax);
  const count =
    tally.kind === "distinct"
      ? `${new Set(marks.map(({ tallied }) => tallied)).size} different by ${tally.field?.name}`
      : tally.kind === "sum"
        ? `${marks.reduce((sum, { tallied }) => sum + Number(tallied), 0)} ${tally.field?.name}`
        : `${marks.length} times`;
  return cut(`${name}: ${count}, for example ${what}`, textLengthMax);
}

function describe(mark: Mark, book: SubjectBook): string {
  if (mark.kind === "exec") return commandOf(book.get(mark.execId)) || mark.path;
  const program = book.get(mark.execId)?.name ?? "";
  const { kind, path, address, port } = mark;
  const host = address.includes(":") ? `[${address}]` : address;
  return `${program} ${kind} ${address === "" ? path : `${host}:${port}`}`.trim();
}

function commandOf(subject: Subject | undefined): string {
  if (subject === undefined) return "";
  return `${subject.binary} ${subject.arguments}`.trim();
}

function indicatorsOf(
  rule: SequenceRule,
  marks: readonly Mark[],
  book: SubjectBook,
): readonly Indicator[] {
  const found = new Map<string, Indicator>();
  const add = (type: IndicatorType, value: string): void => {
    if (value === "" || !rule.indicators.has(type) || found.size >= indicatorCountMax) return;
    found.set(`${type} ${value}`, { type, value });
  };
  for (const mark of marks) {
    const subject = book.get(mark.execId);
    if (mark.address !== "" && !isOwnAddress(mark.address)) add("ip", mark.address);
    if (mark.kind !== "exec" && mark.path.startsWith("/")) add("file", mark.path);
    if (subject === undefined) continue;
    if (mark.kind === "exec" && isOddPlace(subject.binary)) add("file", subject.binary);
    addAddresses(subject.arguments, add);
    add("command", cut(commandOf(subject), commandLengthMax));
    if (subject.uid >= 0) add("user", String(subject.uid));
    if (!subject.container.startsWith("host:")) add("container", subject.container);
  }
  return [...found.values()];
}

function isOwnAddress(address: string): boolean {
  return /^(?:127\.|0\.0\.0\.0$|::1?$)/.test(address);
}

/** Where programs of packages do not live. */
function isOddPlace(path: string): boolean {
  return /^\/(?:tmp|var\/tmp|dev\/shm|run|home|root|memfd:)|\/\.[^./]|^\/proc\//.test(path);
}

function addAddresses(text: string, add: (type: IndicatorType, value: string) => void): void {
  for (const [url, host = ""] of text.matchAll(/\b[a-z]{2,6}:\/\/([\w.-]{1,253})[^\s"'<>|;)]*/g)) {
    add("url", cut(url, commandLengthMax));
    if (/^[\d.]+$/.test(host)) add("ip", host);
    else if (host.includes(".")) add("domain", host.toLowerCase());
  }
}

function cut(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1)}…`;
}
