/**
 * Holds how the part of detection that tells of some containers becomes a state of its own.
 * In: the state, the subjects of the part. Out: copies, linked as they were, to be ended: an end
 * asks no detector and drops nothing. Must never follow links by recursion.
 */
import { type DetectionOptions, DetectionState } from "./detection-state.ts";
import { SubjectRecord } from "./subject-record.ts";

/**
 * What subjects did is shared: an end only reads it. **Cost**: linear in the part, which is empty
 * where no rule spoke.
 */
export function forkDetection(
  state: DetectionState,
  { detectors, subjectCountMax }: DetectionOptions,
  part: ReadonlySet<SubjectRecord>,
): DetectionState {
  // What is lost counts up in place.
  const losses = state.losses.dump().map(([key, loss]) => [key, { ...loss }] as const);
  const forked = new DetectionState(losses, subjectCountMax);
  forked.book.version = state.book.version;
  for (const subject of copySubjects(part)) {
    if (subject.isSpoken) forked.hasSpoken = true;
    if (subject.forgotten) continue;
    forked.book.subjects.set(subject.execId, subject);
    if (subject.signals !== undefined) forked.signals.signalled.add(subject);
  }
  for (const { name, start, finish } of detectors) {
    if (finish !== undefined) forked.detectors.set(name, start());
  }
  return forked;
}

/** With all that they point at, but for what they were before their exec. */
function copySubjects(part: ReadonlySet<SubjectRecord>): Iterable<SubjectRecord> {
  const copies = new Map<SubjectRecord, SubjectRecord>();
  const open: SubjectRecord[] = [];
  const copyOf = (subject: SubjectRecord): SubjectRecord => {
    let copy = copies.get(subject);
    if (copy === undefined) {
      const { execId, node, pid } = subject;
      copy = Object.assign(new SubjectRecord(execId, node, pid), subject);
      copy.before = undefined;
      copies.set(subject, copy);
      open.push(copy);
    }
    return copy;
  };
  for (const subject of part) copyOf(subject);
  for (let copy = open.pop(); copy !== undefined; copy = open.pop()) {
    if (copy.parent !== undefined) copy.parent = copyOf(copy.parent);
    if (copy.next !== undefined) copy.next = copyOf(copy.next);
    if (copy.host !== undefined) copy.host = copyOf(copy.host);
    copy.entry = copyOf(copy.entry);
  }
  return copies.values();
}
