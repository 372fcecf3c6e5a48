/**
 * Tests of `pack-subjects.ts`: processes of detection come back with all that is known of them,
 * also from states of before they were packed.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import v8 from "node:v8";
import fc from "fast-check";
import { choices, livelyEvents } from "../../../testing/lively-events.ts";
import { sampleDetector } from "../../../testing/sample-detector.ts";
import { createProcessTree } from "../process-tree.ts";
import { createDetection } from "./detection.ts";
import type { DetectionState } from "./detection-state.ts";
import { dumpDetection, loadDetection } from "./dump-detection.ts";
import { packSubjects, type SubjectRow, unpackSubjects } from "./pack-subjects.ts";
import { SubjectRecord, subjectKnownAs } from "./subject-record.ts";

const options = { detectors: [sampleDetector(["delete", "exec", "connect"])] };

/** After many events of several containers, in the midst of what goes on. */
function watched(): DetectionState {
  const detection = createDetection(options);
  const [tree, state] = [createProcessTree(), detection.start()];
  const chosen = fc.sample(choices, { seed: 7, numRuns: 5 }).flat();
  for (const event of livelyEvents(chosen)) {
    const node = tree.place(event, event.timeUs, () => {});
    detection.step(state, event, { node, nowUs: event.timeUs, emit: () => {} });
  }
  return state;
}

function copyOf<T>(value: T): T {
  return v8.deserialize(v8.serialize(value));
}

test("each field of each process comes back, and whom it points at", () => {
  const subjects = [...watched().book.subjects.values()];
  const places = new Map(subjects.map((one, at) => [one, at]));
  const placeOf = (one: SubjectRecord | undefined) =>
    one === undefined ? -1 : (places.get(one) ?? -1);
  const read = unpackSubjects(copyOf(packSubjects(subjects, placeOf)));
  assert.ok(subjects.some(({ steps }) => steps !== undefined && steps.length > 1));
  assert.ok(subjects.some(({ signals }) => signals !== undefined));
  assert.ok(subjects.some(({ roles }) => roles.size > 0));
  for (const [at, subject] of subjects.entries()) {
    const other = read.subjects[at];
    assert.deepEqual(plainOf(other), plainOf(subject));
    assert.equal(read.places[at]?.parent, placeOf(subject.parent));
    assert.equal(read.places[at]?.entry, placeOf(subject.entry));
  }
  const pods = read.subjects.flatMap(({ workload }) => (workload === undefined ? [] : [workload]));
  const known = new Set(subjects.map(({ workload }) => workload).filter((one) => one));
  assert.ok(pods.length > known.size);
  assert.equal(new Set(pods).size, known.size, "those of one workload share it");
});

test("what a session lacks of late comes back, and what it lacks for good", () => {
  const subject = new SubjectRecord("a", "n", 1);
  subject.omittedCount = 3;
  subject.noteOmitted(600_000_000);
  subject.noteOmitted(720_000_000);
  const [read] = unpackSubjects(copyOf(packSubjects([subject], () => -1))).subjects;
  assert.equal(read?.missingCount, 5);
  read?.reviewOmitted(660_000_000, false);
  assert.equal(read?.missingCount, 4);
});

/** All own fields but links, and what is only remembered to save work. */
function plainOf(subject: SubjectRecord | undefined): object {
  const links = { parent: 0, before: 0, next: 0, entry: 0, host: 0 };
  const rest = { block: 0, awaited: 0 };
  return { ...subject, ...links, ...rest };
}

test("a state that was put away is, taken up again, put away as the same", () => {
  const first = dumpDetection(watched(), options);
  const second = dumpDetection(loadDetection(copyOf(first), options), options);
  assert.deepEqual(second, first);
});

test("a state of before processes were packed is taken up as it was", () => {
  const state = watched();
  const dumped = copyOf(dumpDetection(state, options));
  const subjects = [...state.book.subjects.values()];
  const kept = dumpDetection(loadDetection(copyOf(dumped), options), options);
  const rows = copyOf(rowsOf(subjects));
  assert.ok(rows.some(({ fields }) => fields.known === subjectKnownAs.exec));
  const old = loadDetection({ ...dumped, subjects: rows }, options);
  assert.deepEqual(dumpDetection(old, options), kept);
});

/** As they were written before. */
function rowsOf(subjects: readonly SubjectRecord[]): readonly SubjectRow[] {
  const placeOf = (one: SubjectRecord | undefined) =>
    one === undefined ? -1 : subjects.indexOf(one);
  return subjects.map((one) => {
    const { execId, node, pid, roles, steps, signals, parent, before, next, entry, host } = one;
    const { block: _, ...own } = one;
    const { execSeen, argumentsCut, fileless, hasChildren, serves, forgotten, isSpoken } = one;
    const { known, execCitation, memberCount, stepCount, omittedCount } = one;
    const all = {
      ...own,
      ...{ execSeen, argumentsCut, fileless, hasChildren, serves, forgotten, isSpoken },
      ...{ known, execCitation, memberCount, stepCount, omittedCount },
    };
    const links = Object.keys({ roles, steps, signals, parent, before, next, entry, host });
    const fields = Object.entries(all).filter(
      ([key]) => ![...links, "execId", "node", "pid", "bits", "cited", "totals"].includes(key),
    );
    return {
      ...{ execId, node, pid, fields: Object.fromEntries(fields), roles: [...roles] },
      ...{ parent: placeOf(parent), before: placeOf(before), next: placeOf(next) },
      ...{ entry: placeOf(entry), host: placeOf(host) },
      steps: steps?.map((step) => ({ ...step.fields, citations: step.citationsBy(one) })),
      signals: signals === undefined ? undefined : [...signals.values()],
    };
  });
}
