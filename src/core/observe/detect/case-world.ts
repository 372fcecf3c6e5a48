/**
 * Holds the small world in which a case of a rule plays: a node, its containers and processes.
 * In: what the case says of them. Out: processes as Tetragon would describe them.
 * Must stay close to what was recorded: ids, flags, what a process entered from outside looks like.
 */
import type { NamespaceRef, Namespaces, Pod, Process, TimeUs } from "../../event/event.ts";
import type { CaseReader } from "./case-reader.ts";

/** When each case begins. */
export const caseStartUs: TimeUs = Date.UTC(2026, 0, 5, 9, 30) * 1000;
const bootedUs = caseStartUs - 86_400_000_000;

export const caseNode = "node-1";
const runtimePid = 700;
/** Between the start of a runtime and that of the program it enters a container with. */
const runtimeTakesUs = 80_000;
const firstMainPid = 20_000;

export interface CaseContainer {
  readonly name: string;
  readonly id: string;
  readonly address: string;
  readonly pod: Pod | undefined;
  readonly mount: NamespaceRef;
  readonly pidSpace: NamespaceRef;
  /** Its first program: path, arguments and user. */
  readonly main: string;
  readonly mainArguments: string;
  readonly mainUid: number;
  /** It starts within the case, and did not run before. */
  readonly starts: boolean;
  readonly mainPid: number;
}

/** What an exec says of the program it starts. */
export interface CaseProgram {
  readonly pid: number;
  readonly binary: string;
  readonly arguments: string;
  readonly cwd: string | undefined;
  readonly uid: number | undefined;
  readonly auid: number | undefined;
  readonly container: CaseContainer | undefined;
  readonly entered: boolean;
  readonly probe: boolean;
  readonly setuid: boolean;
  readonly fileless: boolean;
  readonly hostNamespaces: boolean;
  /** Further flags of Tetragon, for example `truncArgs`. */
  readonly flags: string;
  readonly fromProc: boolean;
}

export interface CaseProcess {
  process: Process;
  parent: Process | undefined;
  container: CaseContainer | undefined;
  /** Of what it starts from now on: a call may have changed it. */
  uid: number;
}

/** The processes of one case; those of the system come into being when somebody needs them. */
export class CaseWorld {
  nowUs: TimeUs = caseStartUs;
  /** Gets each process whose exec is to be told. */
  readonly told: (process: CaseProcess) => void;
  private readonly processes = new Map<number, CaseProcess>();
  private readonly containers = new Map<string, CaseContainer>();

  constructor(told: (process: CaseProcess) => void) {
    this.told = told;
  }

  process(pid: number): CaseProcess | undefined {
    return this.processes.get(pid);
  }

  /** By the name that the case gives it; a name never heard of is a container of its own. */
  container(name: string): CaseContainer | undefined {
    if (name === "" || name === "host") return undefined;
    return this.containers.get(name) ?? this.addContainer(name, undefined);
  }

  addContainer(name: string, told: CaseReader | undefined): CaseContainer {
    const index = this.containers.size;
    const container = describeContainer(name, index, told);
    this.containers.set(name, container);
    if (!container.starts) this.mainOf(container);
    return container;
  }

  /** The first process of a container, told to have run before unless it starts now. */
  mainOf(container: CaseContainer): CaseProcess {
    const known = this.processes.get(container.mainPid);
    if (known !== undefined) return known;
    const { main: binary, mainArguments, mainUid: uid, mainPid: pid, starts } = container;
    const runtime = this.system(runtimePid, "/usr/bin/containerd-shim-runc-v2");
    const program = { ...plainProgram, pid, binary, arguments: mainArguments, uid, container };
    return this.exec({ ...program, fromProc: !starts }, runtime);
  }

  /** Whoever starts a program when the case does not say. */
  usualParent(program: CaseProgram): CaseProcess {
    const { container, entered } = program;
    const own = this.processes.get(program.pid);
    if (own !== undefined) return own;
    if (container === undefined) return this.system(1, "/usr/lib/systemd/systemd");
    if (!entered) return this.mainOf(container);
    const runtime = this.system(runtimePid, "/usr/bin/containerd-shim-runc-v2");
    const command = `${program.binary} ${program.arguments}`.trimEnd();
    const words = `exec ${container.id} ${command}`;
    const helper = { ...plainProgram, pid: program.pid + 100_000, binary: "/usr/sbin/runc" };
    const atUs = this.nowUs;
    this.nowUs -= runtimeTakesUs;
    const started = this.exec({ ...helper, arguments: words }, runtime);
    this.nowUs = atUs;
    return started;
  }

  exec(program: CaseProgram, parent: CaseProcess): CaseProcess {
    const replaces = this.processes.get(program.pid);
    const container = program.container ?? (program.entered ? undefined : parent.container);
    const uid = program.uid ?? parent.uid;
    const made: CaseProcess = {
      process: this.describe({ ...program, container, uid }, parent, replaces !== undefined),
      parent: parent.process,
      container,
      uid: program.setuid ? 0 : uid,
    };
    this.processes.set(program.pid, made);
    this.told(made);
    return made;
  }

  /** A copy of a process: nobody tells of it, it is first seen when it does something. */
  fork(pid: number, of: CaseProcess): CaseProcess {
    const { process } = of;
    const made: CaseProcess = {
      process: {
        ...process,
        execId: this.execId(pid, this.nowUs),
        parentExecId: process.execId,
        pid,
        flags: process.flags.replace(/\bprocFS\b/, "execve"),
        startTimeUs: this.nowUs,
      },
      parent: process,
      container: of.container,
      uid: of.uid,
    };
    this.processes.set(pid, made);
    return made;
  }

  private system(pid: number, binary: string): CaseProcess {
    const known = this.processes.get(pid);
    if (known !== undefined) return known;
    const program = { ...plainProgram, pid, binary, uid: 0, fromProc: true };
    return this.exec(program, pid === 1 ? kernel : this.system(1, "/usr/lib/systemd/systemd"));
  }

  private describe(program: CaseProgram, parent: CaseProcess, replaces: boolean): Process {
    const { pid, container, uid = 0, binary, fromProc, setuid } = program;
    const startTimeUs = fromProc ? bootedUs + 60_000_000 + pid * 10_000 : this.nowUs;
    const inInitTree = container !== undefined && !program.entered && isOwn(program, parent);
    const cwd = program.cwd ?? (parent.container === container ? parent.process.cwd : "/");
    const effective = setuid ? 0 : uid;
    return {
      execId: this.execId(pid, startTimeUs),
      parentExecId: parent.process.execId,
      pid,
      uid,
      auid: program.auid ?? parent.process.auid,
      cwd,
      binary,
      arguments: program.arguments,
      flags: flagsOf(program, { cwd, inInitTree, replaces }),
      startTimeUs,
      containerId: container?.id ?? "",
      pod: podOf(program),
      capabilities: undefined,
      namespaces: namespacesOf(program, parent),
      credentials: {
        ...{ uid, gid: uid, euid: effective, egid: uid, suid: effective, sgid: uid },
        userNamespaceLevel: 0,
      },
      binaryProperties: propertiesOf(program),
      inInitTree,
    };
  }

  private execId(pid: number, atUs: TimeUs): string {
    return btoa(`${caseNode}:${BigInt(atUs - bootedUs) * 1000n}:${pid}`);
  }
}

export const plainProgram: CaseProgram = {
  pid: 0,
  binary: "",
  arguments: "",
  cwd: undefined,
  uid: undefined,
  auid: undefined,
  container: undefined,
  entered: false,
  probe: false,
  setuid: false,
  fileless: false,
  hostNamespaces: false,
  flags: "",
  fromProc: false,
};

const kernel: CaseProcess = {
  process: {
    execId: btoa(`${caseNode}:1:0`),
    parentExecId: btoa(`${caseNode}:1:0`),
    pid: 0,
    uid: 0,
    auid: -1,
    cwd: "/",
    binary: "<kernel>",
    arguments: "",
    flags: "procFS",
    startTimeUs: bootedUs,
    containerId: "",
    pod: undefined,
    capabilities: undefined,
    namespaces: undefined,
    credentials: undefined,
    binaryProperties: undefined,
    inInitTree: false,
  },
  parent: undefined,
  container: undefined,
  uid: 0,
};

function describeContainer(
  name: string,
  index: number,
  told: CaseReader | undefined,
): CaseContainer {
  const id = (0xa0 + index).toString(16).repeat(32);
  const hostPid = told?.flag("host-pid") === true;
  const hasPod = told === undefined || !told.has("pod") || told.flag("pod");
  const space = 4_026_532_000 + index * 10;
  const container = {
    name,
    id,
    address: told?.text("address") || `10.42.0.${10 + index}`,
    mount: { inum: space, isHost: false },
    pidSpace: hostPid ? hostSpaces.pid : { inum: space + 1, isHost: false },
    main: told?.text("main") || "/usr/local/bin/app",
    mainArguments: told?.text("args") ?? "",
    mainUid: told?.number("uid", 0) ?? 0,
    starts: told?.flag("starts") === true,
    mainPid: told?.number("pid", firstMainPid + index) ?? firstMainPid + index,
  };
  const pod = describePod(name, told);
  told?.finish();
  return { ...container, pod: hasPod ? pod : undefined };
}

function describePod(name: string, told: CaseReader | undefined): Pod {
  const workload = told?.text("workload") || name;
  const imageName = told?.text("image") || `registry.example/${name}:1.0`;
  const repository = imageName.replace(/:[^:/]*$/, "");
  return {
    namespace: told?.text("namespace") || "default",
    name: `${workload}-7d4b9c6f5-x2x4z`,
    uid: "3f0c9a2e-0000-4000-8000-000000000001",
    workloadKind: told?.text("kind") || "Deployment",
    workload,
    containerName: name,
    imageId: `${repository}@sha256:${"0".repeat(64)}`,
    imageName,
    containerStartUs: told?.flag("starts") === true ? caseStartUs : caseStartUs - 3_600_000_000,
    privileged: told?.flag("privileged") === true,
    maybeExecProbe: false,
  };
}

/** The first program of a container is in its own tree, and so is what such a one starts. */
function isOwn(program: CaseProgram, parent: CaseProcess): boolean {
  const { container } = program;
  return program.pid === container?.mainPid || parent.process.inInitTree === true;
}

function flagsOf(
  program: CaseProgram,
  about: { readonly cwd: string; readonly inInitTree: boolean; readonly replaces: boolean },
): string {
  const words = [
    program.fromProc ? "procFS" : "execve",
    about.cwd === "/" ? "rootcwd" : "",
    program.fromProc || about.replaces ? "" : "clone",
    about.inInitTree ? "inInitTree" : "",
    program.flags,
  ];
  return words.filter((word) => word !== "").join(" ");
}

function podOf({ container, probe }: CaseProgram): Pod | undefined {
  const pod = container?.pod;
  return pod === undefined || !probe ? pod : { ...pod, maybeExecProbe: true };
}

function propertiesOf({ setuid, fileless }: CaseProgram): Process["binaryProperties"] {
  if (!setuid && !fileless) return undefined;
  return {
    setuid: setuid ? 0 : -1,
    setgid: -1,
    privilegesChanged: setuid ? ["PRIVILEGES_RAISED_EXEC_FILE_SETUID"] : [],
    links: fileless ? 0 : -1,
  };
}

const hostSpaces = {
  mount: { inum: 4_026_531_841, isHost: true },
  pid: { inum: 4_026_531_836, isHost: true },
  other: { inum: 4_026_531_840, isHost: true },
};

/** A program stays where its parent went, unless it begins in a container of its own. */
function namespacesOf(program: CaseProgram, parent: CaseProcess): Namespaces {
  const { container, hostNamespaces } = program;
  const isolated = container === undefined || hostNamespaces ? undefined : container;
  const inherited = container === parent.container ? parent.process.namespaces : undefined;
  const other = isolated === undefined ? hostSpaces.other : { inum: 1, isHost: false };
  return {
    mount: hostNamespaces
      ? hostSpaces.mount
      : (inherited?.mount ?? isolated?.mount ?? hostSpaces.mount),
    pid: hostNamespaces ? hostSpaces.pid : (inherited?.pid ?? isolated?.pidSpace ?? hostSpaces.pid),
    network: other,
    ipc: other,
    uts: other,
    user: hostSpaces.other,
    cgroup: other,
  };
}
