/**
 * Holds processes and acts for tests of rules, with what the test does not care about filled in.
 * In: what matters. Out: subjects, acts, a book. Must never be used outside of tests and benches.
 */
import type { ExecEvent, HookEvent, ProcessEvent } from "../core/event/event.ts";
import type { Act } from "../core/observe/detect/act.ts";
import type { Subject, SubjectBook } from "../core/observe/detect/subject.ts";

const base = { timeUs: 1_760_000_000_000_000, node: "n", cluster: "", input: 0, offset: 0 };

export const execEvent: ExecEvent = {
  ...base,
  ...{ type: "exec", process: undefined, parent: undefined, tid: -1, ancestors: [] },
};

export function hookEvent(hook: string, more: Partial<HookEvent> = {}): HookEvent {
  return {
    ...base,
    ...{ type: "kprobe", process: undefined, parent: undefined, tid: -1, hook, object: "" },
    ...{ policy: "p", arguments: [], returned: undefined, action: "", message: "", tags: [] },
    ...more,
  };
}

let count = 0;

/** `/bin/sh -c id` in a container, or what is told. */
export function sampleSubject(told: Partial<Subject> = {}): Subject {
  count += 1;
  const binary = told.binary ?? "/bin/sh";
  const args = told.arguments ?? "";
  const subject: Subject = {
    ...{ execId: `x${count}`, node: "n", pid: count, container: "c1", workload: undefined },
    ...{ image: "", binary, name: binary.slice(binary.lastIndexOf("/") + 1), arguments: args },
    words: args.split(" ").filter((word) => word !== ""),
    ...{ cwd: "/", uid: 0, auid: -1, startUs: base.timeUs, exitUs: 0 },
    parentExecId: told.parent?.execId ?? "",
    ...{ parent: undefined, actor: "service", roles: new Set(), execSeen: true },
    ...{ argumentsCut: false, fileless: false, entryKind: "unknown", host: undefined },
    ...told,
    entry: told.entry ?? (undefined as unknown as Subject),
  };
  if (told.entry === undefined) subject.entry = subject;
  return subject;
}

export function sampleAct(told: Partial<Act> = {}): Act {
  const subject = told.subject ?? sampleSubject();
  const event: ProcessEvent = execEvent;
  return {
    ...{ kind: "exec", timeUs: base.timeUs, subject, event, path: "", otherPath: "" },
    ...{ address: "", port: 0, protocol: "", failed: false, value: 0, text: "" },
    ...told,
  };
}

/** The exec of a command line whose first word is the program. */
export function execAct(command: string, told: Partial<Subject> = {}, timeUs = base.timeUs): Act {
  const at = command.indexOf(" ");
  const binary = at < 0 ? command : command.slice(0, at);
  const args = at < 0 ? "" : command.slice(at + 1);
  const subject = sampleSubject({ binary, arguments: args, ...told });
  return sampleAct({ subject, path: binary, timeUs });
}

/** Knows nobody but those it was given. */
export function sampleBook(
  subjects: Iterable<Subject> = [],
  since?: ReturnType<SubjectBook["containerSince"]>,
): SubjectBook {
  const known = new Map([...subjects].map((subject) => [subject.execId, subject]));
  return {
    get: (execId) => known.get(execId),
    descends: (subject, above) => {
      for (let one: Subject | undefined = subject; one !== undefined; one = one.parent) {
        if (one === above) return true;
      }
      return false;
    },
    containerSince: () => since,
  };
}
