/**
 * Holds what detection keeps of processes as few arrays: there are tens of thousands, each with
 * some forty fields whose texts are the same again and again.
 * In: subjects, and at which place each stands. Out: data a fifth as large, and the same again.
 * Must give back one object where many shared one: workloads, rules.
 */
import type { Columns } from "../column.ts";
import type { Citation, Workload } from "../evidence.ts";
import { unpackColumns, unpackRows } from "../pack-columns.ts";
import { type FieldReaders, packFields } from "../pack-fields.ts";
import type { StepFact } from "./detect-fact.ts";
import { roleSet } from "./program-roles.ts";
import { type MinuteCount, RecentCounts } from "./recent-counts.ts";
import type { SignalRecord } from "./signal-record.ts";
import { type StepFields, type StepOwner, StepRecord } from "./step-record.ts";
import type { Role } from "./subject.ts";
import { SubjectRecord } from "./subject-record.ts";

/** Places in the list of subjects; -1 none. */
export type Place = number;

/** Whom a subject points at. */
export interface SubjectPlaces {
  readonly parent: Place;
  readonly before: Place;
  readonly next: Place;
  /** Where forgotten: final. */
  readonly entry: Place;
  readonly host: Place;
}

/** Plain data. **Order**: of all columns that of the subjects. */
export interface SubjectsDump {
  readonly fields: Columns;
  readonly places: Columns;
  readonly workloads: readonly Workload[];
  readonly roles: readonly (readonly Role[])[];
  /** One after the other, and of whom: of an exec, then of each step. */
  readonly steps: Columns;
  readonly citations: Columns;
  readonly signals: readonly (readonly [Place, readonly SignalRecord[]])[];
  /** Missing in earlier states. */
  readonly omittedLately?: readonly (readonly [Place, readonly MinuteCount[]])[];
}

interface PlaceRow extends SubjectPlaces {
  /** Places in lists of their own; -1 none. */
  readonly workload: Place;
  readonly roles: Place;
  /** How many of the list are its own. */
  readonly stepCount: number;
  readonly execCitationCount: number;
}

interface StepRow extends StepFields {
  readonly citationCount: number;
}

const fieldReaders: FieldReaders<SubjectRecord> = {
  execId: (one) => one.execId,
  node: (one) => one.node,
  pid: (one) => one.pid,
  container: (one) => one.container,
  image: (one) => one.image,
  binary: (one) => one.binary,
  name: (one) => one.name,
  arguments: (one) => one.arguments,
  cwd: (one) => one.cwd,
  uid: (one) => one.uid,
  auid: (one) => one.auid,
  startUs: (one) => one.startUs,
  exitUs: (one) => one.exitUs,
  parentExecId: (one) => one.parentExecId,
  actor: (one) => one.actor,
  origin: (one) => one.origin,
  execSeen: (one) => one.execSeen,
  argumentsCut: (one) => one.argumentsCut,
  fileless: (one) => one.fileless,
  entryKind: (one) => one.entryKind,
  known: (one) => one.known,
  serves: (one) => one.serves,
  hasChildren: (one) => one.hasChildren,
  settledAt: (one) => one.settledAt,
  lastUs: (one) => one.lastUs,
  exitStatus: (one) => one.exitStatus,
  treeForgot: (one) => one.treeForgot,
  forgotten: (one) => one.forgotten,
  memberCount: (one) => one.memberCount,
  stepCount: (one) => one.stepCount,
  omittedCount: (one) => one.omittedCount,
  isSpoken: (one) => one.isSpoken,
};

const placeReaders: FieldReaders<PlaceRow> = {
  parent: (one) => one.parent,
  before: (one) => one.before,
  next: (one) => one.next,
  entry: (one) => one.entry,
  host: (one) => one.host,
  workload: (one) => one.workload,
  roles: (one) => one.roles,
  stepCount: (one) => one.stepCount,
  execCitationCount: (one) => one.execCitationCount,
};

const stepReaders: FieldReaders<StepRow> = {
  what: (one) => one.what,
  subject: (one) => one.subject,
  detail: (one) => one.detail,
  sentBytes: (one) => one.sentBytes,
  receivedBytes: (one) => one.receivedBytes,
  count: (one) => one.count,
  firstSeenUs: (one) => one.firstSeenUs,
  lastSeenUs: (one) => one.lastSeenUs,
  citationCount: (one) => one.citationCount,
};

const citationReaders: FieldReaders<Citation> = {
  timeUs: (one) => one.timeUs,
  node: (one) => one.node,
  execId: (one) => one.execId,
  pid: (one) => one.pid,
  binary: (one) => one.binary,
  sensor: (one) => one.sensor,
  policy: (one) => one.policy,
  input: (one) => one.input,
  offset: (one) => one.offset,
};

/** `placeOf`: of any of them; -1 for undefined. **Cost**: linear in what is kept. */
export function packSubjects(
  subjects: readonly SubjectRecord[],
  placeOf: (one: SubjectRecord | undefined) => Place,
): SubjectsDump {
  const workloads = new Once<Workload>((one) => one);
  // Equal sets are one: the state says the same, whichever of them it has.
  const roles = new Once<ReadonlySet<Role>>((one) => roleSet([...one]));
  const steps: StepRow[] = [];
  const citations: Citation[] = [];
  const signals: (readonly [Place, readonly SignalRecord[]])[] = [];
  const omittedLately: (readonly [Place, readonly MinuteCount[]])[] = [];
  const places = subjects.map((one, at): PlaceRow => {
    if (one.execCitation !== undefined) citations.push(one.execCitation);
    for (const step of one.steps ?? []) {
      const cited = step.citationsBy(one);
      steps.push({ ...step.fields, citationCount: cited.length });
      for (const citation of cited) citations.push(citation);
    }
    if (one.signals !== undefined) signals.push([at, [...one.signals.values()]]);
    if (one.omittedLately !== undefined) omittedLately.push([at, one.omittedLately.dump()]);
    return {
      parent: placeOf(one.parent),
      before: placeOf(one.before),
      next: placeOf(one.next),
      entry: placeOf(one.entry),
      host: placeOf(one.host),
      workload: workloads.placeOf(one.workload),
      roles: roles.placeOf(one.roles),
      stepCount: one.steps?.length ?? 0,
      execCitationCount: one.execCitation === undefined ? 0 : 1,
    };
  });
  return {
    fields: packFields(subjects, fieldReaders),
    places: packFields(places, placeReaders),
    workloads: workloads.all,
    roles: roles.all.map((set) => [...set]),
    steps: packFields(steps, stepReaders),
    citations: packFields(citations, citationReaders),
    signals,
    omittedLately,
  };
}

export interface UnpackedSubjects {
  readonly subjects: readonly SubjectRecord[];
  /** **Order**: that of the subjects, which are not linked yet. */
  readonly places: readonly SubjectPlaces[];
}

/** The same again, in the same order. */
export function unpackSubjects(dump: SubjectsDump): UnpackedSubjects {
  const subjects = unpackColumns(dump.fields, () => new SubjectRecord("", "", -1));
  const places = unpackRows<PlaceRow>(dump.places);
  const roleSets = dump.roles.map(roleSet);
  const steps = new Turns(unpackRows<StepRow>(dump.steps));
  const citations = new Turns(unpackRows<Citation>(dump.citations));
  for (const [at, subject] of subjects.entries()) {
    const row = places[at];
    if (row === undefined) continue;
    subject.workload = dump.workloads[row.workload];
    subject.roles = roleSets[row.roles] ?? subject.roles;
    [subject.execCitation] = citations.next(row.execCitationCount);
    if (row.stepCount === 0) continue;
    subject.steps = steps.next(row.stepCount).map((step) => {
      return createStep(step, citations.next(step.citationCount), subject);
    });
  }
  for (const [at, records] of dump.signals) {
    const subject = subjects[at];
    if (subject !== undefined) subject.signals = signalsByRule(records);
  }
  for (const [at, counts] of dump.omittedLately ?? []) {
    const subject = subjects[at];
    if (subject !== undefined) subject.omittedLately = new RecentCounts(counts);
  }
  return { subjects, places };
}

function createStep(
  fields: StepFields,
  citations: readonly Citation[],
  owner: StepOwner,
): StepRecord {
  const step = new StepRecord(fields);
  step.cite(citations, owner);
  return step;
}

function signalsByRule(signals: readonly SignalRecord[]): Map<string, SignalRecord> {
  return new Map(signals.map((record) => [record.rule.id, record]));
}

/** A subject as earlier states hold it. */
export interface SubjectRow extends SubjectPlaces {
  readonly execId: string;
  readonly node: string;
  readonly pid: number;
  readonly fields: Partial<SubjectRecord>;
  readonly roles: readonly Role[];
  readonly steps: readonly (StepFields & Pick<StepFact, "citations">)[] | undefined;
  readonly signals: readonly SignalRecord[] | undefined;
}

/** The same of an earlier state. */
export function loadSubjectRows(rows: readonly SubjectRow[]): UnpackedSubjects {
  const subjects = rows.map(({ execId, node, pid, fields, roles, steps, signals }) => {
    const subject = Object.assign(new SubjectRecord(execId, node, pid), fields);
    subject.roles = roleSet(roles);
    subject.steps = steps?.map((step) => createStep(step, step.citations, subject));
    if (signals !== undefined) subject.signals = signalsByRule(signals);
    return subject;
  });
  return { subjects, places: rows };
}

/** Each object at one place, however often it is met; -1 for undefined. */
class Once<T extends object> {
  readonly all: T[] = [];
  private readonly places = new Map<T, Place>();
  private readonly sharedOf: (one: T) => T;

  constructor(sharedOf: (one: T) => T) {
    this.sharedOf = sharedOf;
  }

  placeOf(one: T | undefined): Place {
    if (one === undefined) return -1;
    const known = this.places.get(one);
    if (known !== undefined) return known;
    const shared = this.sharedOf(one);
    const place = this.places.get(shared) ?? this.all.push(shared) - 1;
    this.places.set(shared, place);
    this.places.set(one, place);
    return place;
  }
}

/** Gives what is in a list, so many at a time. */
class Turns<T> {
  private readonly all: readonly T[];
  private at = 0;

  constructor(all: readonly T[]) {
    this.all = all;
  }

  next(count: number): T[] {
    this.at += count;
    return this.all.slice(this.at - count, this.at);
  }
}
