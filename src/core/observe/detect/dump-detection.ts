/**
 * Holds how the state of detection is put away and taken up again.
 * In: the state. Out: flat data that the structured clone algorithm copies; the state from it.
 * Must keep whoever is still pointed at, and name them by their place, for ids may come twice.
 */
import { ContainerStarts, type ContainerStartsDump } from "./container-starts.ts";
import type { DetectLossesDump } from "./detect-losses.ts";
import { type DetectionOptions, DetectionState } from "./detection-state.ts";
import { roleSet } from "./program-roles.ts";
import type { Flood } from "./signal-book.ts";
import type { SignalRecord } from "./signal-record.ts";
import type { StepRecord } from "./step-record.ts";
import type { Role } from "./subject.ts";
import { type SubjectFields, SubjectRecord, takeFields } from "./subject-record.ts";

/** Places in the list of subjects; -1 none. */
type Place = number;

interface SubjectDump {
  readonly execId: string;
  readonly node: string;
  readonly pid: number;
  readonly fields: SubjectFields;
  readonly roles: readonly Role[];
  readonly parent: Place;
  readonly before: Place;
  readonly next: Place;
  /** Where forgotten: final. */
  readonly entry: Place;
  readonly host: Place;
  readonly steps: readonly StepRecord[] | undefined;
  readonly signals: readonly SignalRecord[] | undefined;
}

interface FloodDump extends Omit<Flood, "last"> {
  readonly subject: Place;
  readonly rule: string;
}

interface DetectionDump {
  readonly subjects: readonly SubjectDump[];
  readonly images: readonly Place[];
  readonly forks: readonly Place[];
  /** What else the book has: how far it knows of entries, when it was swept. */
  readonly version: number;
  readonly sweptUs: number;
  readonly containers: ContainerStartsDump;
  readonly floods: readonly FloodDump[];
  readonly losses: DetectLossesDump;
  readonly detectors: ReadonlyMap<string, unknown>;
}

/**
 * With `part` only these, and whoever they point at: good for an end, which asks no detector.
 * **Cost**: linear in what is kept.
 */
export function dumpDetection(
  state: DetectionState,
  { detectors }: DetectionOptions,
  part?: ReadonlySet<SubjectRecord>,
): DetectionDump {
  const places = placesOf(state, part);
  const placeOf = (subject: SubjectRecord | undefined): Place =>
    subject === undefined ? -1 : (places.get(subject) ?? -1);
  const { images, forks } = state.book.holders;
  return {
    subjects: [...places.keys()].map((subject) => dumpSubject(subject, placeOf)),
    images: images.map(placeOf),
    forks: forks.map(placeOf),
    version: state.book.version,
    sweptUs: state.book.sweptUs,
    containers: state.book.containers.dump(),
    floods: dumpFloods(state, placeOf),
    losses: state.losses.dump(),
    detectors: new Map(
      (part === undefined ? detectors : []).map((one) => {
        const kept = state.detectors.get(one.name);
        return [one.name, one.dump?.(kept) ?? kept] as const;
      }),
    ),
  };
}

/** Those in the book first, in its order, then those that are only pointed at. */
function placesOf(
  { book }: DetectionState,
  part: ReadonlySet<SubjectRecord> | undefined,
): ReadonlyMap<SubjectRecord, Place> {
  const places = new Map<SubjectRecord, Place>();
  const first = [...(part ?? book.subjects.values())];
  for (const subject of first) if (!places.has(subject)) places.set(subject, places.size);
  const open = first.flatMap(pointedAt).reverse();
  while (open.length > 0) {
    const subject = open.pop();
    if (subject === undefined || places.has(subject)) continue;
    places.set(subject, places.size);
    open.push(...pointedAt(subject));
  }
  return places;
}

function pointedAt(subject: SubjectRecord): readonly SubjectRecord[] {
  const { parent, before, next, entry, host } = subject;
  return [parent, before, next, entry, host].filter((one) => one !== undefined);
}

function dumpSubject(
  subject: SubjectRecord,
  placeOf: (one: SubjectRecord | undefined) => Place,
): SubjectDump {
  const { execId, node, pid, steps, signals } = subject;
  return {
    execId,
    node,
    pid,
    fields: takeFields({}, subject),
    roles: [...subject.roles],
    parent: placeOf(subject.parent),
    before: placeOf(subject.before),
    next: placeOf(subject.next),
    entry: placeOf(subject.entry),
    host: placeOf(subject.host),
    steps,
    signals: signals === undefined ? undefined : [...signals.values()],
  };
}

function dumpFloods(
  { signals }: DetectionState,
  placeOf: (one: SubjectRecord | undefined) => Place,
): readonly FloodDump[] {
  const owners = new Map<SignalRecord, SubjectRecord>();
  for (const subject of signals.signalled) {
    for (const record of subject.signals?.values() ?? []) owners.set(record, subject);
  }
  return [...signals.floods.values()].map(({ key, sinceUs, count, last }) => {
    const subject = placeOf(owners.get(last));
    return { key, sinceUs, count, subject, rule: last.rule.id };
  });
}

/** States of detectors within such a dump, by name; of nothing there are none. */
export function dumpedDetectors(data: unknown): ReadonlyMap<string, unknown> {
  return data === undefined ? new Map() : (data as DetectionDump).detectors;
}

/** Takes over `data`, which must be a copy of what `dumpDetection` or a part gave. */
export function loadDetection(data: unknown, options: DetectionOptions): DetectionState {
  const dumped = data as DetectionDump;
  const state = new DetectionState(dumped.losses, options.subjectCountMax);
  const subjects = dumped.subjects.map(loadSubject);
  dumped.subjects.forEach((one, place) => {
    const subject = subjects[place];
    if (subject === undefined) return;
    subject.parent = subjects[one.parent];
    subject.before = subjects[one.before];
    subject.next = subjects[one.next];
    subject.entry = subjects[one.entry] ?? subject;
    subject.host = subjects[one.host];
  });
  const at = (places: readonly Place[]) =>
    places.flatMap((place) => {
      const subject = subjects[place];
      return subject === undefined ? [] : [subject];
    });
  const kept = subjects.filter(({ forgotten }) => !forgotten);
  state.book.restore(kept, { images: at(dumped.images), forks: at(dumped.forks) });
  state.hasSpoken = subjects.some(({ isSpoken }) => isSpoken);
  state.book.version = dumped.version;
  state.book.sweptUs = dumped.sweptUs;
  state.book.containers = new ContainerStarts(dumped.containers);
  for (const subject of kept) state.steps.restore(subject);
  state.signals.restore(kept, dumped.floods.flatMap(loadFlood(subjects)));
  for (const one of options.detectors) {
    const isKnown = dumped.detectors.has(one.name);
    const kept = dumped.detectors.get(one.name);
    state.detectors.set(one.name, isKnown ? (one.load?.(kept) ?? kept) : one.start());
  }
  return state;
}

function loadSubject(one: SubjectDump): SubjectRecord {
  const subject = new SubjectRecord(one.execId, one.node, one.pid);
  takeFields(subject, one.fields);
  subject.roles = roleSet(one.roles);
  if (one.steps !== undefined) subject.steps = [...one.steps];
  if (one.signals !== undefined) {
    subject.signals = new Map(one.signals.map((record) => [record.rule.id, record]));
  }
  return subject;
}

function loadFlood(subjects: readonly SubjectRecord[]) {
  return ({ subject, rule, ...flood }: FloodDump): readonly Flood[] => {
    const last = subjects[subject]?.signals?.get(rule);
    return last === undefined ? [] : [{ ...flood, last }];
  };
}
