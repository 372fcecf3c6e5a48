/**
 * Holds which kinds of acts an expression can hold for at all, by what each kind can carry.
 * In: an expression. Out: kinds. Must never leave one out for which it could hold.
 */
import type { ProcessEvent } from "../../event/event.ts";
import type { Act, ActKind } from "../detect/act.ts";
import { ActReader } from "../detect/act-reader.ts";
import type { Subject, SubjectBook } from "../detect/subject.ts";
import { kindFields } from "./compile-item.ts";
import type { Expression } from "./expression.ts";

/** Calls that lead to an act of a kind; of others any call may. **Source**: Linux 6.12. */
const calls: Partial<Readonly<Record<ActKind, string>>> = {
  exec: "execve",
  connect: "connect",
  "unix-connect": "connect",
  accept: "accept accept4",
  listen: "listen",
  bind: "bind",
  send: "write writev sendto sendmsg sendmmsg sendfile splice",
  receive: "read readv recvfrom recvmsg recvmmsg",
  read: "open openat openat2 read execve execveat",
  write: "open openat openat2 creat write writev pwrite64 pwritev sendfile splice copy_file_range",
  delete: "unlink unlinkat rmdir",
  rename: "rename renameat renameat2",
  link: "link linkat symlink symlinkat",
  mode: "chmod fchmod fchmodat fchmodat2",
  truncate: "truncate ftruncate open openat openat2 creat",
  attribute: "setxattr lsetxattr fsetxattr setxattrat",
  mount: "mount move_mount fsmount pivot_root",
  map: "mmap mmap2",
  namespace: "setns unshare clone clone3 pivot_root chroot",
  identity: "setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups",
  capability: "capset prctl",
  trace: "ptrace process_vm_readv process_vm_writev",
  module: "init_module finit_module delete_module",
  program: "bpf",
  "memory-file": "memfd_create",
};

const callFields: ReadonlySet<string> = new Set(["SYSCALL", "syscall"]);

const nobody = { roles: new Set() } as unknown as Subject;
const noBook: SubjectBook = {
  get: () => undefined,
  descends: () => false,
  containerSince: () => undefined,
};

/** **Cost**: the expression is looked at once for each kind and call. */
export function possibleKinds(
  expression: Expression,
  kinds: readonly ActKind[],
): readonly ActKind[] {
  return kinds.filter((kind) => decisions(expression, kind).some((one) => one !== false));
}

/** The expression without parts that are the same for all acts of these kinds. */
export function pruneExpression(expression: Expression, kinds: readonly ActKind[]): Expression {
  if (expression.kind === "item") return expression;
  if (expression.kind === "not") {
    return { kind: "not", part: pruneExpression(expression.part, kinds) };
  }
  const idle = expression.kind === "and";
  const parts = expression.parts.filter(
    (part) => !kinds.every((kind) => decisions(part, kind).every((one) => one === idle)),
  );
  const pruned = parts.map((part) => pruneExpression(part, kinds));
  const [only] = pruned;
  return only !== undefined && pruned.length === 1 ? only : { ...expression, parts: pruned };
}

/** Shown another act before each question: one is enough, and making them is most of the work. */
const reader = new ActReader();

interface EmptyAct {
  readonly act: Act;
  readonly about: About;
}

const emptyActs = new Map<ActKind, readonly EmptyAct[]>();

/** One for each call that may lead to acts of the kind. */
function emptyActsOf(kind: ActKind): readonly EmptyAct[] {
  const known = emptyActs.get(kind);
  if (known !== undefined) return known;
  const words = calls[kind]?.split(" ") ?? [""];
  const made = words.map((call) => {
    return { act: emptyAct(kind, call), about: { kind, knowsCall: call !== "" } };
  });
  emptyActs.set(kind, made);
  return made;
}

/** What it is for each call that may lead to acts of the kind; undefined where it depends. */
function decisions(expression: Expression, kind: ActKind): readonly (boolean | undefined)[] {
  return emptyActsOf(kind).map(({ act, about }) => {
    reader.show(act, noBook);
    return decide(expression, about);
  });
}

function emptyAct(kind: ActKind, call: string): Act {
  const event = kind === "exec" ? { type: "exec" } : { type: "kprobe", hook: `sys_${call}` };
  return {
    ...{ kind, timeUs: 0, subject: nobody, event: event as unknown as ProcessEvent, path: "" },
    ...{ otherPath: "", address: "", port: 0, protocol: "", failed: false, value: 0, text: "" },
  };
}

interface About {
  readonly kind: ActKind;
  readonly knowsCall: boolean;
}

/** Undefined where it depends on the act. */
function decide(expression: Expression, about: About): boolean | undefined {
  if (expression.kind === "item") {
    const isDecided = expression.fields.every(
      ({ name, kinds }) =>
        kinds?.includes(about.kind) === false ||
        kindFields.has(name) ||
        (about.knowsCall && callFields.has(name)),
    );
    return isDecided ? expression.test(reader) : undefined;
  }
  if (expression.kind === "not") {
    const part = decide(expression.part, about);
    return part === undefined ? undefined : !part;
  }
  const settles = expression.kind === "or";
  let isOpen = false;
  for (const part of expression.parts) {
    const decided = decide(part, about);
    if (decided === settles) return settles;
    if (decided === undefined) isOpen = true;
  }
  return isOpen ? undefined : !settles;
}
