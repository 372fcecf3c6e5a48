/**
 * Holds a small made-up scene for tests of detectors: processes, and what they do.
 * In: what a test tells of them. Out: subjects and acts as a detector gets them, without events.
 */
import type { Act } from "../core/observe/detect/act.ts";
import type { Hit } from "../core/observe/detect/detector.ts";
import { rolesOf } from "../core/observe/detect/program-roles.ts";
import { splitArguments } from "../core/observe/detect/split-arguments.ts";
import type { Subject, SubjectBook } from "../core/observe/detect/subject.ts";
import { SubjectRecord } from "../core/observe/detect/subject-record.ts";

export interface SceneProcess {
  readonly pid: number;
  readonly binary: string;
  readonly arguments?: string;
  readonly parent?: Subject;
  readonly container?: string;
  readonly cwd?: string;
  readonly startUs?: number;
  readonly exitUs?: number;
  readonly execSeen?: boolean;
}

/** Subjects are sessions of their own unless they have a parent. */
export class ActScene implements SubjectBook {
  private readonly subjects = new Map<string, SubjectRecord>();

  add(told: SceneProcess): SubjectRecord {
    const made = new SubjectRecord(`exec-${this.subjects.size}`, "node", told.pid);
    made.binary = told.binary;
    made.name = told.binary.slice(told.binary.lastIndexOf("/") + 1);
    made.arguments = told.arguments ?? "";
    made.cwd = told.cwd ?? "/";
    made.container = told.container ?? "host:node";
    made.startUs = told.startUs ?? 0;
    made.exitUs = told.exitUs ?? 0;
    made.execSeen = told.execSeen ?? true;
    made.roles = rolesOf(made.binary, () => splitArguments(made.arguments));
    if (told.parent instanceof SubjectRecord) {
      made.parent = told.parent;
      made.parentExecId = told.parent.execId;
      made.entry = told.parent.entry;
    }
    this.subjects.set(made.execId, made);
    return made;
  }

  get(execId: string): SubjectRecord | undefined {
    return this.subjects.get(execId);
  }

  forget(subject: Subject): void {
    this.subjects.delete(subject.execId);
  }

  descends(subject: Subject, above: Subject): boolean {
    let one: Subject | undefined = subject;
    while (one !== undefined && one !== above) one = one.parent;
    return one === above;
  }

  containerSince(): undefined {
    return undefined;
  }
}

/** An act as `read-act.ts` would fill it; what is not told is empty. */
export function sceneAct(
  subject: Subject,
  timeUs: number,
  told: Partial<Omit<Act, "subject" | "timeUs" | "event">> = {},
): Act {
  const place = { node: "node", cluster: "", input: 0, offset: 0, timeUs };
  return {
    kind: "exec",
    timeUs,
    subject,
    event: { type: "exec", ancestors: [], process: undefined, parent: undefined, tid: 1, ...place },
    path: subject.binary,
    otherPath: "",
    address: "",
    port: 0,
    protocol: "",
    failed: false,
    value: 0,
    text: "",
    ...told,
  };
}

/** `RULE of PROCESS`, sorted: what hits say whatever the order they came in. */
export function namesOfHits(hits: readonly Hit[]): readonly string[] {
  return [...new Set(hits.map(({ rule, subject }) => `${rule.id} of ${subject.execId}`))].sort();
}
