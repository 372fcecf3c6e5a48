/**
 * Holds how the state of detection is put away and taken up again.
 * In: the state. Out: flat data that the structured clone algorithm copies; the state from it.
 * Must keep whoever is still pointed at, and name them by their place, for ids may come twice.
 */
import { ContainerStarts, type ContainerStartsDump } from "./container-starts.ts";
import type { DetectLossesDump } from "./detect-losses.ts";
import { type DetectionOptions, DetectionState } from "./detection-state.ts";
import {
  loadSubjectRows,
  type Place,
  packSubjects,
  type SubjectRow,
  type SubjectsDump,
  unpackSubjects,
} from "./pack-subjects.ts";
import type { Flood } from "./signal-book.ts";
import type { SignalRecord } from "./signal-record.ts";
import type { SubjectRecord } from "./subject-record.ts";

interface FloodDump extends Omit<Flood, "last"> {
  readonly subject: Place;
  readonly rule: string;
}

interface DetectionDump {
  /** Earlier states hold a record of each. */
  readonly subjects: SubjectsDump | readonly SubjectRow[];
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

/** **Cost**: linear in what is kept. */
export function dumpDetection(
  state: DetectionState,
  { detectors }: DetectionOptions,
): DetectionDump {
  const places = placesOf(state);
  const placeOf = (subject: SubjectRecord | undefined): Place =>
    subject === undefined ? -1 : (places.get(subject) ?? -1);
  const { images, forks } = state.book.holders;
  return {
    subjects: packSubjects([...places.keys()], placeOf),
    images: images.map(placeOf),
    forks: forks.map(placeOf),
    version: state.book.version,
    sweptUs: state.book.sweptUs,
    containers: state.book.containers.dump(),
    floods: dumpFloods(state, placeOf),
    losses: state.losses.dump(),
    detectors: new Map(
      detectors.map((one) => {
        const kept = state.detectors.get(one.name);
        return [one.name, one.dump?.(kept) ?? kept] as const;
      }),
    ),
  };
}

/** Those in the book first, in its order, then those that are only pointed at. */
function placesOf({ book }: DetectionState): ReadonlyMap<SubjectRecord, Place> {
  const places = new Map<SubjectRecord, Place>();
  const first = [...book.subjects.values()];
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

/** Takes over `data`, which must be a copy of what `dumpDetection` gave. */
export function loadDetection(data: unknown, options: DetectionOptions): DetectionState {
  const dumped = data as DetectionDump;
  const state = new DetectionState(dumped.losses, options.subjectCountMax);
  const { subjects, places } = isRows(dumped.subjects)
    ? loadSubjectRows(dumped.subjects)
    : unpackSubjects(dumped.subjects);
  for (const [at, subject] of subjects.entries()) {
    const { parent = -1, before = -1, next = -1, entry = -1, host = -1 } = places[at] ?? {};
    subject.parent = subjects[parent];
    subject.before = subjects[before];
    subject.next = subjects[next];
    subject.entry = subjects[entry] ?? subject;
    subject.host = subjects[host];
  }
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

function isRows(subjects: DetectionDump["subjects"]): subjects is readonly SubjectRow[] {
  return Array.isArray(subjects);
}

function loadFlood(subjects: readonly SubjectRecord[]) {
  return ({ subject, rule, ...flood }: FloodDump): readonly Flood[] => {
    const last = subjects[subject]?.signals?.get(rule);
    return last === undefined ? [] : [{ ...flood, last }];
  };
}
