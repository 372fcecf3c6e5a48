/**
 * Holds the one union of everything Tetragon says, as the product uses it.
 * In: nothing. Out: types only. The decoders (`decode-json`, `scan-json`, `decode-protobuf`) all
 * produce exactly these shapes; two encodings of one event give deeply equal values.
 * Must never carry a wire name outward, or a field that no fold reads.
 *
 * All text is attacker-controlled. It is capped here (see `bounds.ts`) and made safe only when it
 * is printed (`core/report/safe-text.ts`).
 */

/**
 * **Unit**: microseconds since the Unix epoch, an exact integer below 2^53; nanoseconds are cut.
 * 0 means "the record carries no time" (`process_loader`; tetragon.proto
 * `google.protobuf.Timestamp`).
 */
export type TimeUs = number;

export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Owner as Tetragon derives it: "Deployment", "StatefulSet", "Pod", …; "" when absent. */
  readonly workloadKind: string;
  readonly workload: string;
  readonly containerName: string;
  /** `pod.container.image.id`: `name@sha256:…`; "" when absent. */
  readonly imageId: string;
  /** `pod.container.image.name`: the reference as scheduled; "" when absent. */
  readonly imageName: string;
  readonly containerStartUs: TimeUs;
  readonly privileged: boolean;
  readonly maybeExecProbe: boolean;
}

/** One of the namespaces of a process: the kernel's number and whether it is the host's. */
export interface NamespaceRef {
  readonly inum: number;
  readonly isHost: boolean;
}

export interface Namespaces {
  readonly mount: NamespaceRef | undefined;
  readonly pid: NamespaceRef | undefined;
  readonly network: NamespaceRef | undefined;
  readonly ipc: NamespaceRef | undefined;
  readonly uts: NamespaceRef | undefined;
  readonly user: NamespaceRef | undefined;
  readonly cgroup: NamespaceRef | undefined;
}

/**
 * **Shape**: names with the `CAP_` prefix, also for `DAC_OVERRIDE`; unknown numbers as `CAP_<n>`.
 */
export interface Capabilities {
  readonly permitted: readonly string[];
  readonly effective: readonly string[];
  readonly inheritable: readonly string[];
}

/** `process_credentials`; -1 where absent. */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  readonly euid: number;
  readonly egid: number;
  readonly suid: number;
  readonly sgid: number;
  /** Depth of the user namespace; 0 is the host's; -1 unknown. */
  readonly userNamespaceLevel: number;
}

/**
 * `binary_properties`, only what says "this exec gained rights" or "this file is not on a disk".
 */
export interface BinaryProperties {
  readonly setuid: number;
  readonly setgid: number;
  readonly privilegesChanged: readonly string[];
  /** Hard links of the executed inode: 0 for memfd and deleted files, -1 unknown. */
  readonly links: number;
}

/**
 * A process as one event describes it. Decoders give the *same object* for identical bytes, so
 * folds may compare by reference to skip work. What differs from event to event (`tid`, `refcnt`)
 * is not here.
 */
export interface Process {
  /** Base64 of `node:ktime_ns:pid`; "" when Tetragon did not know the process. */
  readonly execId: string;
  readonly parentExecId: string;
  readonly pid: number;
  /** -1 when absent. */
  readonly uid: number;
  readonly auid: number;
  readonly cwd: string;
  /** The path given to execve made absolute: symlinks kept, container-relative. */
  readonly binary: string;
  /** Lossy: space-joined, quotes only around arguments with spaces. */
  readonly arguments: string;
  /** Space-separated words, for example `execve rootcwd clone`, `procFS`, `unknown`. */
  readonly flags: string;
  readonly startTimeUs: TimeUs;
  /** Hex id without scheme: 64 digits when a pod is known, else the first 31; "" on the host. */
  readonly containerId: string;
  readonly pod: Pod | undefined;
  readonly capabilities: Capabilities | undefined;
  readonly namespaces: Namespaces | undefined;
  readonly credentials: Credentials | undefined;
  readonly binaryProperties: BinaryProperties | undefined;
  readonly inInitTree: boolean | undefined;
}

/** Arguments of a hook, by what they mean and not by how the wire calls them. */
export type Argument =
  | FileArgument
  | SocketArgument
  | SocketAddressArgument
  | IntegerArgument
  | TextArgument
  | BytesArgument
  | CapabilitiesArgument
  | ErrorArgument
  | OtherArgument;

interface Labelled {
  readonly label: string;
}

/** `file_arg`, `path_arg`, `linux_binprm_arg`: a path resolved by the kernel. */
export interface FileArgument extends Labelled {
  readonly kind: "file";
  readonly path: string;
  readonly flags: string;
  /** `ls -l` style, for example `-rwxr-xr-x`; its first letter tells directories. */
  readonly permission: string;
}

/** `sock_arg` and `skb_arg`. Ports are 0 where absent; the cookie is a decimal string. */
export interface SocketArgument extends Labelled {
  readonly kind: "socket";
  readonly family: string;
  readonly protocol: string;
  readonly state: string;
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly destinationAddress: string;
  readonly destinationPort: number;
  readonly cookie: string;
}

/** `sockaddr_arg` and `sockaddrun_arg` (then `address` is the path). */
export interface SocketAddressArgument extends Labelled {
  readonly kind: "socket-address";
  readonly family: string;
  readonly address: string;
  readonly port: number;
}

/** `int_arg`, `uint_arg`, `size_arg`, `long_arg`: rounded to a double beyond 2^53. */
export interface IntegerArgument extends Labelled {
  readonly kind: "integer";
  readonly value: number;
}

/** `string_arg`, `bpf_cmd_arg`, `module_arg` (name), `cgroup`, `net_dev_arg` and the like. */
export interface TextArgument extends Labelled {
  readonly kind: "text";
  readonly value: string;
}

/** `bytes_arg`, `truncated_bytes_arg`: only how many there were. */
export interface BytesArgument extends Labelled {
  readonly kind: "bytes";
  readonly sizeBytes: number;
}

/** `process_credentials_arg`, `cap_*_arg`, `user_ns_arg`, `capability_arg`. */
export interface CapabilitiesArgument extends Labelled {
  readonly kind: "capabilities";
  readonly names: readonly string[];
  /** -1 where the argument carries no user. */
  readonly uid: number;
}

/** The kernel could not read the argument. */
export interface ErrorArgument extends Labelled {
  readonly kind: "error";
  readonly message: string;
}

/** An argument kind that this version does not know, under its wire name. */
export interface OtherArgument extends Labelled {
  readonly kind: "other";
  readonly name: string;
}

/** What every event carries, whatever its type. */
export interface EventBase {
  readonly timeUs: TimeUs;
  /** `node_name`; "" when absent. */
  readonly node: string;
  readonly cluster: string;
  /**
   * Which input (index of the input list) and where in it: byte offset in the *decompressed*
   * stream.
   */
  readonly input: number;
  readonly offset: number;
}

export interface ProcessEventBase extends EventBase {
  readonly process: Process | undefined;
  readonly parent: Process | undefined;
  /** Thread id of `process`; -1 when absent. */
  readonly tid: number;
}

export interface ExecEvent extends ProcessEventBase {
  readonly type: "exec";
  /** Nearest first; empty unless Tetragon runs with `--enable-ancestors`. */
  readonly ancestors: readonly Process[];
}

export interface ExitEvent extends ProcessEventBase {
  readonly type: "exit";
  readonly status: number;
  /** "SIGKILL" and so on; "" for a normal exit. */
  readonly signal: string;
}

/** A mapped ELF file with a build id. Carries no time. */
export interface LoaderEvent extends ProcessEventBase {
  readonly type: "loader";
  readonly path: string;
  /** Lower-case hex. */
  readonly buildId: string;
}

/** kprobe, tracepoint, uprobe, lsm and usdt: one hook of a policy fired. */
export interface HookEvent extends ProcessEventBase {
  readonly type: "kprobe" | "tracepoint" | "uprobe" | "lsm" | "usdt";
  /**
   * Function as Tetragon names it; tracepoint `subsystem/event`; uprobe the symbol; usdt
   * `provider/name`.
   */
  readonly hook: string;
  /** File that a uprobe or usdt is attached to; "" for the others. */
  readonly object: string;
  readonly policy: string;
  readonly arguments: readonly Argument[];
  readonly returned: Argument | undefined;
  /**
   * `KPROBE_ACTION_…`. The same in monitor and enforce mode: no proof that anything was stopped.
   */
  readonly action: string;
  readonly message: string;
  readonly tags: readonly string[];
}

export interface ThrottleEvent extends EventBase {
  readonly type: "throttle";
  readonly started: boolean;
  readonly cgroup: string;
}

/** The exporter dropped events by its own rate limit. */
export interface RateLimitEvent extends EventBase {
  readonly type: "rate-limit";
  readonly droppedCount: number;
}

/** A type this version does not know; kept so that it can be counted and shown. */
export interface UnknownEvent extends EventBase {
  readonly type: "unknown";
  /** The wire's key or field number; "" when the record has no event at all. */
  readonly name: string;
}

export type ProcessEvent = ExecEvent | ExitEvent | LoaderEvent | HookEvent;
export type Event = ProcessEvent | ThrottleEvent | RateLimitEvent | UnknownEvent;
