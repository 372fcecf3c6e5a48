/**
 * Holds how two steps of a sequence may stand to each other.
 * In: two marks, what is known of processes. Out: whether the one is to the other as told.
 * Must never depend on which of the two came first; what is unknown does not hold.
 */
import type { Subject, SubjectBook } from "../detect/subject.ts";
import type { Mark, StepRelation } from "./sequence-rule.ts";
import { programParent, taskParent } from "./step-keys.ts";

/** Whether `mark` stands to `other` as the relation of its step says. */
export function isRelated(
  relation: StepRelation,
  mark: Mark,
  other: Mark,
  book: SubjectBook,
): boolean {
  switch (relation.name) {
    case "same-process":
      return isSameTask(mark, other);
    case "other-process":
      return !isSameTask(mark, other);
    case "child-of":
      return isChild(mark, other, book);
    case "parent-of":
      return isChild(other, mark, book);
    case "sibling-of":
      return areSiblings(mark, other, book);
    case "descends-from":
      return descends(mark, other, book);
    case "ancestor-of":
      return descends(other, mark, book);
    case "within-tree-of":
      return isSameTask(mark, other) || isChild(mark, other, book) || descends(mark, other, book);
    case "overlaps":
      return overlaps(mark, other, book);
    case "after":
      return mark.timeUs >= other.timeUs;
    case "same-value": {
      const value = mark.values[relation.value];
      return value !== undefined && value !== "" && value === other.values[relation.value];
    }
  }
}

type Task = Pick<Mark, "execId" | "parentExecId" | "pid">;

/** Also when one of them is what the other was before an exec. */
function isSameTask(a: Task, b: Task): boolean {
  if (a.execId === b.execId) return true;
  if (a.pid !== b.pid) return false;
  if (a.parentExecId === b.execId || b.parentExecId === a.execId) return true;
  // A fork and the program that it became: both have the parent of the fork.
  return a.parentExecId !== "" && a.parentExecId === b.parentExecId;
}

function isChild(child: Mark, parent: Mark, book: SubjectBook): boolean {
  if (child.parentExecId === parent.execId) return child.pid !== parent.pid;
  const subject = book.get(child.execId);
  let one = subject === undefined ? undefined : taskParent(subject);
  // The parent may have become another program since.
  for (let step = 0; step < 8 && one !== undefined && one.pid === parent.pid; step++) {
    if (one.execId === parent.execId) return true;
    one = one.parent;
  }
  return false;
}

function areSiblings(a: Mark, b: Mark, book: SubjectBook): boolean {
  if (a.pid === b.pid) return false;
  if (a.parentExecId !== "" && a.parentExecId === b.parentExecId) return true;
  const parent = parentId(a, book);
  return parent !== "" && parent === parentId(b, book);
}

function parentId(mark: Mark, book: SubjectBook): string {
  const subject = book.get(mark.execId);
  return (subject === undefined ? undefined : programParent(subject)?.execId) ?? "";
}

const walkCountMax = 64;

/** Also where the one above was a fork that became what is an ancestor now. */
function descends(below: Mark, above: Mark, book: SubjectBook): boolean {
  let one = book.get(below.execId)?.parent;
  for (let step = 0; step < walkCountMax && one !== undefined; step++) {
    if (isSameTask(one, above)) return true;
    one = one.parent;
  }
  return false;
}

/** Both ran at one time, as far as ends are known. */
function overlaps(a: Mark, b: Mark, book: SubjectBook): boolean {
  return endOf(a, book) >= startOf(b) && endOf(b, book) >= startOf(a);
}

function startOf(mark: Mark): number {
  return mark.startUs > 0 ? mark.startUs : mark.timeUs;
}

function endOf(mark: Mark, book: SubjectBook): number {
  const subject: Subject | undefined = book.get(mark.execId);
  const endUs = subject?.exitUs ?? 0;
  return endUs > 0 ? endUs : Number.MAX_SAFE_INTEGER;
}
