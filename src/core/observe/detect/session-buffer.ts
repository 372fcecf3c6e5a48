/**
 * Holds what processes did lately beside starting and ending: for the day that a rule speaks of
 * one of their session.
 * In: acts. Out: steps at their subjects, counted up.
 * Must stay small for a process that does the same all day, and never grow beyond its bounds.
 */

import { cutText } from "../../event/bounds.ts";
import type { TimeUs } from "../../event/event.ts";
import type { Citation } from "../fact.ts";
import { compareDetails } from "../merge-detect-facts.ts";
import { addCitation, citationCountMax } from "../merge-facts.ts";
import type { Act } from "./act.ts";
import type { StepFact } from "./detect-fact.ts";
import { citeAct } from "./read-act.ts";
import { type StepOwner, StepRecord } from "./step-record.ts";
import { type SubjectRecord, subjectTextMax } from "./subject-record.ts";

const stepBounds = {
  /** **Unit**: steps of one process; then its oldest goes. */
  perSubject: 64,
  /** **Unit**: steps of one session. */
  perEntry: 256,
  total: 131_072,
} as const;

export interface StepSink {
  /** A step that had to go. */
  readonly onDrop: (subject: SubjectRecord, step: StepRecord) => void;
}

export class SessionBuffer {
  private readonly onDrop: StepSink["onDrop"];
  private count = 0;
  /** Of the latest act: files are written in many pieces. */
  private latest: StepRecord | undefined;
  private latestSubject: SubjectRecord | undefined;
  /** Of the latest act that sent or received. */
  private readonly wire: {
    subject: SubjectRecord | undefined;
    address: string;
    port: number;
    step: StepRecord | undefined;
  } = { subject: undefined, address: "", port: 0, step: undefined };

  constructor({ onDrop }: StepSink) {
    this.onDrop = onDrop;
  }

  note(act: Act, subject: SubjectRecord): void {
    const { kind } = act;
    if (kind === "send" || kind === "receive") {
      this.noteBytes(act, subject);
      return;
    }
    const what = whatOf(act);
    if (what === undefined) return;
    const about = subjectOf(act, what);
    if (about === "") return;
    const { latest } = this;
    const isSame =
      subject === this.latestSubject && latest?.what === what && latest.subject === about;
    const step = isSame ? latest : this.stepOf(act, subject, what, about);
    if (step !== undefined) countUp(step, act, subject);
  }

  forget(subject: SubjectRecord): void {
    const size = subject.steps?.length ?? 0;
    this.count -= size;
    subject.entry.stepCount = Math.max(0, subject.entry.stepCount - size);
    if (subject === this.latestSubject) this.latestSubject = undefined;
    this.wire.subject = undefined;
  }

  restore(subject: SubjectRecord): void {
    this.count += subject.steps?.length ?? 0;
  }

  private stepOf(
    act: Act,
    subject: SubjectRecord,
    what: StepFact["what"],
    about: string,
  ): StepRecord | undefined {
    let step = stepIn(subject.steps, what, about);
    if (step === undefined) {
      if (!this.makeRoom(subject, act.timeUs)) return undefined;
      step = createStep(act, what, about);
      // A list of just their length, which pushing does not make: most have few for good.
      subject.steps = subject.steps?.concat(step) ?? [step];
      subject.entry.stepCount += 1;
      this.count += 1;
      this.wire.subject = undefined;
    }
    this.latest = step;
    this.latestSubject = subject;
    return step;
  }

  private makeRoom(subject: SubjectRecord, timeUs: TimeUs): boolean {
    const size = subject.steps?.length ?? 0;
    const isFull =
      size >= stepBounds.perSubject ||
      subject.entry.stepCount >= stepBounds.perEntry ||
      this.count >= stepBounds.total;
    if (!isFull) return true;
    subject.entry.noteOmitted(timeUs);
    const oldest = subject.steps?.shift();
    if (oldest === undefined) return false;
    subject.entry.stepCount = Math.max(0, subject.entry.stepCount - 1);
    this.count -= 1;
    this.latestSubject = undefined;
    this.wire.subject = undefined;
    this.onDrop(subject, oldest);
    return true;
  }

  /** Bytes go to the connection, which a fork or an earlier image may have opened. */
  private noteBytes(act: Act, subject: SubjectRecord): void {
    if (act.address === "") return;
    const { wire } = this;
    const isSame =
      wire.subject === subject && wire.address === act.address && wire.port === act.port;
    const found = (isSame ? wire.step : undefined) ?? this.connectionOf(act, subject);
    wire.subject = subject;
    wire.address = act.address;
    wire.port = act.port;
    wire.step = found;
    if (found === undefined) return;
    if (act.kind === "send") found.sentBytes += act.value;
    else found.receivedBytes += act.value;
    if (act.timeUs > found.lastSeenUs) found.lastSeenUs = act.timeUs;
  }

  /** A datagram needs no connection: the first one sent is one. */
  private connectionOf(act: Act, subject: SubjectRecord): StepRecord | undefined {
    const about = endOf(act.address, act.port);
    const known = findConnection(subject, about);
    if (known !== undefined || act.protocol !== "udp" || act.kind !== "send") return known;
    const step = this.stepOf(act, subject, "connect", about);
    if (step === undefined) return undefined;
    step.detail = "udp";
    countUp(step, act, subject);
    return step;
  }
}

function findConnection(subject: SubjectRecord, about: string): StepRecord | undefined {
  let one: SubjectRecord | undefined = subject;
  for (let step = 0; step < 4 && one !== undefined; step++) {
    const found =
      stepIn(one.steps, "connect", about) ?? stepIn(one.before?.steps, "connect", about);
    if (found !== undefined) return found;
    one = one.parent;
  }
  return undefined;
}

/** By looking at each: they are few, and a table with keys takes more room than they do. */
function stepIn(
  steps: readonly StepRecord[] | undefined,
  what: StepFact["what"],
  about: string,
): StepRecord | undefined {
  if (steps === undefined) return undefined;
  for (const one of steps) if (one.what === what && one.subject === about) return one;
  return undefined;
}

function createStep(act: Act, what: StepFact["what"], subject: string): StepRecord {
  return new StepRecord({
    what,
    subject,
    detail: detailOf(act),
    sentBytes: 0,
    receivedBytes: 0,
    count: 0,
    firstSeenUs: act.timeUs,
    lastSeenUs: act.timeUs,
  });
}

function countUp(step: StepRecord, act: Act, owner: StepOwner): void {
  const citations = step.citationsBy(owner);
  step.count += 1;
  if (act.timeUs < step.firstSeenUs) step.firstSeenUs = act.timeUs;
  if (act.timeUs > step.lastSeenUs) step.lastSeenUs = act.timeUs;
  if (hasDetail(act)) {
    const detail = detailOf(act);
    if (compareDetails(detail, step.detail) > 0) step.detail = detail;
  }
  const more = withAct(citations, act);
  if (more !== citations) step.cite(more, owner);
}

function hasDetail({ kind }: Act): boolean {
  return kind !== "read" && kind !== "write" && kind !== "connect" && kind !== "accept";
}

/** The same list where the act is too late to be one of the earliest. */
function withAct(citations: readonly Citation[], act: Act): readonly Citation[] {
  const { length } = citations;
  const isLate = length > 0 && act.timeUs > (citations[length - 1]?.timeUs ?? 0);
  if (!isLate) return addCitation(citations, citeAct(act));
  return length < citationCountMax ? citations.concat(citeAct(act)) : citations;
}

/** What is told of in a timeline; undefined for what all programs do all the time. */
function whatOf(act: Act): StepFact["what"] | undefined {
  switch (act.kind) {
    case "read":
      return isCommonRead(act.path) ? undefined : "read";
    case "write":
    case "truncate":
      return "write";
    case "connect":
    case "unix-connect":
      return "connect";
    case "accept":
      return act.failed ? undefined : "accept";
    case "listen":
    case "delete":
    case "rename":
    case "link":
    case "mode":
    case "mount":
      return act.kind;
    case "attribute":
    case "namespace":
    case "identity":
    case "trace":
    case "module":
    case "program":
    case "memory-file":
    case "call":
      return "other";
    default:
      return undefined;
  }
}

/** Libraries, what the kernel tells of itself, and what each program reads when it starts. */
const commonReads = [
  /^\/(?:usr\/(?:lib|share|include|local\/lib)|lib(?:32|64|x32)?|sys)\//,
  /^\/proc\/(?:self|thread-self|meminfo|cpuinfo|stat|filesystems)(?:\/|$)/,
  /^\/proc\/sys\/kernel\/(?:ngroups_max|cap_last_cap)$/,
  /^\/etc\/(?:ld\.so\.|nsswitch\.conf|locale|localtime|resolv\.conf|hosts$|host\.conf|gai\.conf)/,
  /^\/etc\/ssl\/certs\//,
];

function isCommonRead(path: string): boolean {
  return commonReads.some((pattern) => pattern.test(path));
}

function subjectOf(act: Act, what: StepFact["what"]): string {
  if (what === "other") {
    return act.kind === "attribute" || act.kind === "call" ? otherSubject(act) : act.kind;
  }
  if (act.path !== "") return cutText(act.path, subjectTextMax.arguments);
  return act.address === "" && act.port === 0 ? "" : endOf(act.address, act.port);
}

function otherSubject(act: Act): string {
  return act.kind === "attribute" ? act.path : act.text;
}

function endOf(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function detailOf(act: Act): string {
  const { kind, value } = act;
  if (kind === "mode") return value.toString(8).padStart(4, "0");
  if (kind === "truncate") return "truncated";
  if (kind === "namespace") return `0x${value.toString(16)}`;
  if (kind === "identity") return `uid ${value}`;
  if (kind === "mount") return [act.text, act.otherPath].filter((one) => one !== "").join(" ");
  if (kind === "connect" && act.failed) return "failed";
  if (kind === "call") return cutText(act.path === "" ? act.otherPath : act.path, 256);
  const said = act.otherPath === "" ? act.text : act.otherPath;
  return cutText(said, subjectTextMax.short);
}
