/**
 * Writes processes of a recording as a case, in the notation of `docs/rule-cases.md`.
 * In: events, and which processes are wanted. Out: YAML, to be shortened by a person.
 * Must never write what the notation cannot say without saying so: such hooks keep their names.
 */
import type { Argument, Event, HookEvent, Process } from "../../src/core/event/event.ts";
import type { ProcessTable } from "./process-table.ts";

type Line = Record<string, unknown>;

export interface CaseRequest {
  readonly name: string;
  readonly from: string;
  /** Exec ids. */
  readonly wanted: ReadonlySet<string>;
  readonly table: ProcessTable;
}

/** **Order**: of arrival. Equal lines that follow each other for one process are written once. */
export function writeCase(events: readonly Event[], request: CaseRequest): string {
  const writer = new CaseWriter(request);
  for (const event of events) writer.take(event);
  return writer.text();
}

class CaseWriter {
  private readonly request: CaseRequest;
  private readonly containers = new Map<string, { readonly name: string; readonly about: Line }>();
  private readonly running: string[] = [];
  private readonly lines: Line[] = [];
  private readonly known = new Map<number, Process>();
  /** By process and kind of act: the last line about it. */
  private readonly last = new Map<string, Line>();
  private startUs = 0;

  constructor(request: CaseRequest) {
    this.request = request;
  }

  take(event: Event): void {
    if (!("process" in event) || event.process === undefined) return;
    const { process, parent } = event;
    if (!this.request.wanted.has(process.execId)) return;
    const isNow = event.type === "exec" && !process.flags.includes("procFS");
    if (this.startUs === 0 && (isNow || event.type !== "exec")) this.startUs = event.timeUs;
    if (event.type === "exec") this.exec(process, parent, isNow ? event.timeUs : 0);
    else {
      this.introduce(process, parent, event.timeUs);
      if (event.type === "exit") {
        this.say(event.timeUs, { pid: process.pid, exit: event.signal || event.status });
      } else if (event.type !== "loader") this.hook(event, process.pid);
    }
  }

  text(): string {
    const { name, from } = this.request;
    const containers = [...this.containers.values()].map(
      ({ name: key, about }) => `      ${key}: ${flow(about)}`,
    );
    return [
      `  - name: ${scalar(name)}`,
      `    from: ${scalar(from)}`,
      ...(containers.length > 0 ? ["    containers:", ...containers] : []),
      ...(this.running.length > 0 ? ["    running:", ...this.running] : []),
      "    events:",
      ...this.lines.map((line) => `      - ${flow(line)}`),
      "",
    ].join("\n");
  }

  private exec(process: Process, parent: Process | undefined, timeUs: number): void {
    if (timeUs !== 0) this.forkUnseen(process.parentExecId, timeUs);
    const line = this.describe(process, parent, timeUs === 0);
    this.known.set(process.pid, process);
    if (timeUs === 0) this.running.push(`      - ${flow(line)}`);
    else this.say(timeUs, line);
  }

  /** Parents that never did anything themselves: shells fork for each part of a pipe. */
  private forkUnseen(execId: string, timeUs: number): void {
    const { table, wanted } = this.request;
    const process = table.get(execId);
    if (process === undefined || !wanted.has(execId)) return;
    if (this.known.get(process.pid)?.execId === execId) return;
    const above = table.get(process.parentExecId);
    if (above === undefined || above.pid === process.pid) return;
    this.forkUnseen(above.execId, timeUs);
    const copied = this.known.get(above.pid);
    if (copied?.execId !== above.execId) return;
    this.known.set(process.pid, { ...copied, pid: process.pid, execId });
    this.say(timeUs, { pid: process.pid, fork: above.pid });
  }

  /** A process without an exec among the events: it was there before, or is a mere fork. */
  private introduce(process: Process, parent: Process | undefined, timeUs: number): void {
    this.forkUnseen(process.execId, timeUs);
    if (this.known.get(process.pid)?.execId === process.execId) return;
    const isFork = parent !== undefined && this.known.get(parent.pid)?.execId === parent.execId;
    if (isFork) this.say(timeUs, { pid: process.pid, fork: parent.pid });
    else this.running.push(`      - ${flow(this.describe(process, parent, true))}`);
    this.known.set(process.pid, process);
  }

  private describe(process: Process, parent: Process | undefined, isOld: boolean): Line {
    const { pid, binary, uid, cwd, binaryProperties } = process;
    const container = this.containerOf(process);
    const above = this.parentOf(process, parent);
    const from = this.known.get(pid) ?? above;
    const entered = container !== "" && process.inInitTree === false && isAway(process, parent);
    return dropEmpty({
      pid,
      parent: from === undefined || from.pid === pid || entered ? undefined : from.pid,
      exec: binary,
      args: process.arguments,
      container: from !== undefined && !isAway(process, from) ? "" : container,
      entered: entered && !isOld,
      probe: process.pod?.maybeExecProbe === true,
      uid: uid > 0 && uid !== from?.uid ? uid : undefined,
      cwd: cwd !== "/" && cwd !== from?.cwd ? cwd : "",
      setuid: (binaryProperties?.privilegesChanged.length ?? 0) > 0,
      fileless: binaryProperties?.links === 0,
    });
  }

  /** Whoever started it, told before; one outside of the wanted processes is told as running. */
  private parentOf(process: Process, parent: Process | undefined): Process | undefined {
    if (parent === undefined || parent.pid <= 1) return undefined;
    const known = this.known.get(parent.pid);
    if (known !== undefined || isAway(process, parent)) return known;
    if (!this.request.wanted.has(parent.execId) && process.containerId !== "") {
      this.known.set(parent.pid, parent);
      const container = this.containerOf(parent);
      const line = { pid: parent.pid, exec: parent.binary, args: parent.arguments, container };
      this.running.push(`      - ${flow(dropEmpty(line))}`);
      return parent;
    }
    return undefined;
  }

  private containerOf({ containerId, pod }: Process): string {
    if (containerId === "") return "";
    const known = this.containers.get(containerId.slice(0, 31));
    if (known !== undefined) return known.name;
    const name = pod?.containerName || `c${this.containers.size + 1}`;
    const about = {
      image: pod?.imageName ?? "",
      workload: pod?.workload ?? "",
      kind: pod?.workloadKind ?? "",
      namespace: pod?.namespace ?? "",
      privileged: pod?.privileged === true,
      ...(pod === undefined ? { pod: false } : {}),
    };
    this.containers.set(containerId.slice(0, 31), { name, about: dropEmpty(about) });
    return name;
  }

  private hook(event: HookEvent, pid: number): void {
    const written = writeHook(event);
    if (written !== undefined) this.say(event.timeUs, { pid, ...written });
  }

  /** What repeats the last line of its kind is left out; bytes to one end add up. */
  private say(timeUs: number, line: Line): void {
    const at = Math.max(0, (timeUs - this.startUs) / 1e6);
    const act = Object.keys(line)[1] ?? "";
    const key = `${line["pid"]} ${act}`;
    const last = this.last.get(key);
    const { bytes, ...plain } = line;
    if (last !== undefined && flow(plain) === flow({ ...last, at: undefined, bytes: undefined })) {
      if (typeof bytes === "number") last["bytes"] = Number(last["bytes"]) + bytes;
      return;
    }
    const told = { at: Number(at.toFixed(2)), ...line };
    this.last.set(key, told);
    this.lines.push(told);
  }
}

/** What a hook says in one act; undefined for what a rule gains nothing from. */
function writeHook(event: HookEvent): Line | undefined {
  const [first, second, third, fourth] = event.arguments;
  const failed = isFailure(event) ? { failed: true } : {};
  const path = (one: Argument | undefined) => (one?.kind === "file" ? one.path : "");
  const text = (one: Argument | undefined) => (one?.kind === "text" ? one.value : "");
  const number = (one: Argument | undefined) => (one?.kind === "integer" ? one.value : 0);
  switch (event.hook) {
    case "security_file_permission":
      return { [number(second) & 2 ? "write" : "read"]: path(first), ...failed };
    case "security_file_open":
      return { open: path(first) };
    case "security_mmap_file":
      return { map: path(first) };
    case "security_file_truncate":
    case "security_path_truncate":
      return { truncate: path(first) };
    case "security_path_chmod":
      return { chmod: `${path(first)} ${number(second).toString(8).padStart(4, "0")}` };
    case "security_path_unlink":
      return { unlink: joined(path(first), path(second)) };
    case "security_path_rename":
      return {
        rename: [joined(path(first), path(second)), joined(path(third), path(fourth))],
      };
    case "security_path_symlink":
      return { symlink: [text(third), joined(path(first), path(second))] };
    case "security_path_link":
      return { link: [path(first), joined(path(second), path(third))] };
    case "__x64_sys_mount":
      return { mount: [text(first), text(second), text(third)] };
    case "__x64_sys_setuid":
      return { setuid: number(first), ...failed };
    case "__x64_sys_setns":
      return { setns: number(second) };
    case "__x64_sys_unshare":
      return { unshare: number(first) };
    case "security_bpf":
      return { bpf: text(first) };
    case "security_inode_setxattr":
      return { xattr: [path(first), text(second)] };
    case "security_kernel_module_request":
      return { "module-request": text(first) };
    case "security_capset":
      return undefined;
    default:
      return writeSocket(event) ?? writeFree(event);
  }
}

function writeSocket(event: HookEvent): Line | undefined {
  const [first, second] = event.arguments;
  if (first?.kind === "socket-address") {
    const { family, address, port } = first;
    return family === "AF_UNIX" ? { unix: address } : { bind: end(address, port) };
  }
  if (first?.kind !== "socket") return undefined;
  const peer = end(first.destinationAddress, first.destinationPort);
  const bytes = second?.kind === "integer" ? second.value : 0;
  switch (event.hook) {
    case "tcp_connect":
      return { connect: peer };
    case "tcp_sendmsg":
      return { send: peer, bytes };
    case "tcp_recvmsg": {
      const got = event.returned?.kind === "integer" ? event.returned.value : 0;
      return got > 0 ? { receive: peer, bytes: got } : undefined;
    }
    case "udp_sendmsg":
    case "udpv6_sendmsg":
      return { send: peer, bytes, udp: true };
    case "tcp_close":
      return first.destinationPort === 0 ? undefined : { close: peer };
    case "inet_csk_accept": {
      const made = event.returned?.kind === "socket" ? event.returned : first;
      // Without a far end the call only said that nobody waits.
      if (made.destinationPort === 0) return undefined;
      return { accept: end(made.destinationAddress, made.destinationPort), on: made.sourcePort };
    }
    case "inet_csk_listen_start":
      return { listen: end(first.sourceAddress, first.sourcePort) };
    default:
      return undefined;
  }
}

function writeFree(event: HookEvent): Line {
  const parts = event.arguments.map((one): Line => {
    if (one.kind === "file") return { path: one.path };
    return one.kind === "integer"
      ? { integer: one.value }
      : { text: "value" in one ? one.value : "" };
  });
  return { hook: event.hook, arguments: parts };
}

function isFailure({ returned }: HookEvent): boolean {
  return returned?.kind === "integer" && returned.value < 0;
}

function end(address: string, port: number): string {
  const plain = address.replace(/^::ffff:/, "");
  return plain.includes(":") ? `[${plain}]:${port}` : `${plain}:${port}`;
}

/** On a mount of its own the kernel tells the path within it: the directory tells the rest. */
function joined(directory: string, path: string): string {
  if (path.startsWith(`${directory}/`) || directory === "" || directory === "/") return path;
  return `${directory}/${path.replace(/^.*\//, "")}`;
}

function isAway(process: Process, other: Process | undefined): boolean {
  return process.containerId.slice(0, 31) !== (other?.containerId ?? "").slice(0, 31);
}

function dropEmpty(line: Line): Line {
  const kept = Object.entries(line).filter(
    ([, value]) => value !== "" && value !== false && value !== undefined,
  );
  return Object.fromEntries("pod" in line ? [...kept, ["pod", line["pod"]]] : kept);
}

function flow(line: Line): string {
  const told = Object.entries(line).filter(([, value]) => value !== undefined);
  const parts = told.map(([key, value]) => `${key}: ${scalar(value)}`);
  return `{ ${parts.join(", ")} }`;
}

/** JSON is YAML; texts that need no quotes go without. */
function scalar(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map((one) => (typeof one === "object" ? flow(one) : scalar(one))).join(", ")}]`;
  }
  const text = String(value);
  const isPlain = typeof value !== "string" || /^[A-Za-z/][\w./+ -]*[\w./+-]$/.test(text);
  const isWord = /^(?:true|false|null|yes|no|on|off|y|n|~)$/i.test(text);
  return isPlain && !(typeof value === "string" && isWord) ? text : JSON.stringify(text);
}
