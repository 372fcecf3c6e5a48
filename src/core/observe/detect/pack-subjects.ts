/**
 * Holds what detection keeps of processes as few arrays: there are tens of thousands, each with
 * some forty fields whose texts are the same again and again.
 * In: subjects, and at which place each stands. Out: data a fifth as large, and the same again.
 * Must give back one object where many shared one: workloads, rules.
 */
import type { Citation, Workload } from "../evidence.ts";
import { type Columns, packColumns, packRows, unpackColumns, unpackRows } from "../pack-columns.ts";
import { roleSet } from "./program-roles.ts";
import type { RuleHead } from "./rule.ts";
import type { SignalRecord } from "./signal-record.ts";
import type { StepRecord } from "./step-record.ts";
import type { Role } from "./subject.ts";
import { SubjectRecord, subjectFieldNames } from "./subject-record.ts";

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
  readonly rest: Columns;
  readonly workloads: readonly Workload[];
  readonly rules: readonly RuleHead[];
}

interface Rest extends SubjectPlaces {
  readonly workload: Place;
  readonly roles: readonly Role[];
  /** One or none. */
  readonly execCitation: readonly Citation[];
  readonly steps: readonly StepRecord[];
  readonly signals: readonly PackedSignal[];
}

interface PackedSignal extends Omit<SignalRecord, "rule"> {
  readonly rule: Place;
}

/** `placeOf`: of any of them; -1 for undefined. **Cost**: linear in what is kept. */
export function packSubjects(
  subjects: readonly SubjectRecord[],
  placeOf: (one: SubjectRecord | undefined) => Place,
): SubjectsDump {
  const [workloads, rules] = [new Once<Workload>(), new Once<RuleHead>()];
  const packSignal = (record: SignalRecord): PackedSignal => {
    return { ...record, rule: rules.placeOf(record.rule) };
  };
  const rest = subjects.map(
    (one): Rest => ({
      parent: placeOf(one.parent),
      before: placeOf(one.before),
      next: placeOf(one.next),
      entry: placeOf(one.entry),
      host: placeOf(one.host),
      workload: one.workload === undefined ? -1 : workloads.placeOf(one.workload),
      roles: [...one.roles],
      execCitation: one.execCitation === undefined ? [] : [one.execCitation],
      steps: one.steps === undefined ? [] : [...one.steps.values()],
      signals: one.signals === undefined ? [] : Array.from(one.signals.values(), packSignal),
    }),
  );
  return {
    fields: packColumns(subjects, subjectFieldNames),
    rest: packRows(rest),
    workloads: workloads.all,
    rules: rules.all,
  };
}

export interface UnpackedSubjects {
  readonly subjects: readonly SubjectRecord[];
  /** **Order**: that of the subjects, which are not linked yet. */
  readonly places: readonly SubjectPlaces[];
}

/** The same again, in the same order. */
export function unpackSubjects({ fields, rest, workloads, rules }: SubjectsDump): UnpackedSubjects {
  const subjects = unpackColumns(fields, () => new SubjectRecord("", "", -1));
  const places = unpackRows<Rest>(rest);
  for (const [at, subject] of subjects.entries()) {
    const row = places[at];
    if (row === undefined) continue;
    subject.workload = workloads[row.workload];
    subject.roles = roleSet(row.roles);
    subject.execCitation = row.execCitation[0];
    if (row.steps.length > 0) subject.steps = stepsByKey(row.steps);
    const signals = row.signals.flatMap(({ rule, ...signal }) => {
      const head = rules[rule];
      return head === undefined ? [] : [{ ...signal, rule: head }];
    });
    if (signals.length > 0) subject.signals = signalsByRule(signals);
  }
  return { subjects, places };
}

function stepsByKey(steps: readonly StepRecord[]): Map<string, StepRecord> {
  return new Map(steps.map((step) => [`${step.what} ${step.subject}`, step]));
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
  readonly steps: readonly StepRecord[] | undefined;
  readonly signals: readonly SignalRecord[] | undefined;
}

/** The same of an earlier state. */
export function loadSubjectRows(rows: readonly SubjectRow[]): UnpackedSubjects {
  const subjects = rows.map(({ execId, node, pid, fields, roles, steps, signals }) => {
    const subject = Object.assign(new SubjectRecord(execId, node, pid), fields);
    subject.roles = roleSet(roles);
    if (steps !== undefined) subject.steps = stepsByKey(steps);
    if (signals !== undefined) subject.signals = signalsByRule(signals);
    return subject;
  });
  return { subjects, places: rows };
}

/** Each object at one place, however often it is met. */
class Once<T extends object> {
  readonly all: T[] = [];
  private readonly places = new Map<T, Place>();

  placeOf(one: T): Place {
    let place = this.places.get(one);
    if (place === undefined) {
      place = this.all.push(one) - 1;
      this.places.set(one, place);
    }
    return place;
  }
}
