/**
 * Holds the wanted fields of Tetragon's messages: number, name, kind. What is not here is skipped.
 * In: nothing. Out: a table per message. Names and numbers are those of tetragon.proto v1.8, which
 * no version since 1.4 contradicts; names are those of the JSON export, so that both map alike.
 */
export type FieldKind =
  | "text"
  | "bytes"
  | "bool"
  | "uint32"
  | "int32"
  | "uint64"
  | "int64"
  | "enum"
  | "time"
  | "wrapped-uint32"
  | "wrapped-int32"
  | "wrapped-bool"
  | "process"
  | "message";

export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  readonly number: number;
  /** 0 a varint, 2 bytes with a length before them. */
  readonly wireType: 0 | 2;
  /** Of a `message` or `process`. */
  readonly fields: MessageFields;
}

/** The wanted fields of one message. **Cost**: numbers below 64 are places in a list. */
export class MessageFields {
  /** Whether it is the event of a hook. */
  readonly hasCall: boolean;
  private readonly low: (Field | undefined)[] = new Array(lowCount).fill(undefined);
  private readonly high = new Map<number, Field>();

  constructor(fields: readonly Field[]) {
    this.hasCall = fields.some(({ name }) => name === "args");
    for (const field of fields) {
      if (field.number < lowCount) this.low[field.number] = field;
      else this.high.set(field.number, field);
    }
  }

  get(number: number): Field | undefined {
    return number < lowCount ? this.low[number] : this.high.get(number);
  }

  /** **Order**: by number. */
  values(): readonly Field[] {
    return [...this.low, ...this.high.values()].filter((field) => field !== undefined);
  }
}

const lowCount = 64;
const noFields = new MessageFields([]);

/** Per field `name kind`; a kind with a capital is another message; `[]` is repeated. */
type Declaration = Readonly<Record<number, string>>;

const scalarKinds: ReadonlySet<string> = new Set<FieldKind>([
  ...(["text", "bytes", "bool", "uint32", "int32", "uint64", "int64", "enum", "time"] as const),
  ...(["wrapped-uint32", "wrapped-int32", "wrapped-bool"] as const),
]);

const capabilitySets: Declaration = {
  1: "permitted enum[]",
  2: "effective enum[]",
  3: "inheritable enum[]",
};
const path: Declaration = { 2: "path text", 3: "flags text", 4: "permission text" };
const program: Declaration = { 1: "ProgType text", 3: "ProgName text" };

const declarations: Readonly<Record<string, Declaration>> = {
  Image: { 1: "id text", 2: "name text" },
  SecurityContext: { 1: "privileged bool" },
  Container: {
    1: "id text",
    2: "name text",
    3: "image Image",
    4: "start_time time",
    13: "maybe_exec_probe bool",
    14: "security_context SecurityContext",
  },
  Pod: {
    1: "namespace text",
    2: "name text",
    3: "uid text",
    4: "container Container",
    6: "workload text",
    7: "workload_kind text",
  },
  Capabilities: capabilitySets,
  Namespace: { 1: "inum uint32", 2: "is_host bool" },
  Namespaces: {
    1: "uts Namespace",
    2: "ipc Namespace",
    3: "mnt Namespace",
    4: "pid Namespace",
    6: "net Namespace",
    9: "cgroup Namespace",
    10: "user Namespace",
  },
  UserNamespace: { 1: "level wrapped-int32", 2: "uid wrapped-uint32" },
  Credentials: {
    1: "uid wrapped-uint32",
    2: "gid wrapped-uint32",
    3: "euid wrapped-uint32",
    4: "egid wrapped-uint32",
    5: "suid wrapped-uint32",
    6: "sgid wrapped-uint32",
    10: "caps Capabilities",
    11: "user_ns UserNamespace",
  },
  Inode: { 2: "links wrapped-uint32" },
  File: { 1: "inode Inode" },
  BinaryProperties: {
    1: "setuid wrapped-uint32",
    2: "setgid wrapped-uint32",
    3: "privileges_changed enum[]",
    4: "file File",
  },
  Process: {
    1: "exec_id text",
    2: "pid wrapped-uint32",
    3: "uid wrapped-uint32",
    4: "cwd text",
    5: "binary text",
    6: "arguments text",
    7: "flags text",
    8: "start_time time",
    9: "auid wrapped-uint32",
    10: "pod Pod",
    11: "docker text",
    12: "parent_exec_id text",
    14: "cap Capabilities",
    15: "ns Namespaces",
    16: "tid wrapped-uint32",
    17: "process_credentials Credentials",
    18: "binary_properties BinaryProperties",
    20: "in_init_tree wrapped-bool",
  },
  Socket: {
    1: "family text",
    3: "protocol text",
    6: "saddr text",
    7: "daddr text",
    8: "sport uint32",
    9: "dport uint32",
    10: "cookie uint64",
    11: "state text",
  },
  Packet: {
    5: "saddr text",
    6: "daddr text",
    7: "sport uint32",
    8: "dport uint32",
    12: "protocol text",
    13: "family text",
  },
  SocketAddress: { 1: "family text", 2: "addr text", 3: "port uint32" },
  UnixAddress: { 1: "family text", 2: "path text" },
  Path: path,
  CutBytes: { 1: "bytes_arg bytes", 2: "orig_size uint64" },
  CapabilitySets: capabilitySets,
  BinaryParameters: { 1: "path text", 2: "flags text", 3: "permission text" },
  Capability: { 1: "value wrapped-int32", 2: "name text" },
  OldUserNamespace: { 1: "level wrapped-int32", 2: "owner wrapped-uint32" },
  Named: { 1: "name text" },
  Program: program,
  Map: { 1: "MapType text", 5: "MapName text" },
  PerfEvent: { 1: "KprobeFunc text", 2: "Type text" },
  Error: { 1: "Message text" },
  Syscall: { 1: "id uint32", 2: "abi text" },
  Argument: {
    1: "string_arg text",
    2: "int_arg int32",
    3: "skb_arg Packet",
    4: "size_arg uint64",
    5: "bytes_arg bytes",
    6: "path_arg Path",
    7: "file_arg Path",
    8: "truncated_bytes_arg CutBytes",
    9: "sock_arg Socket",
    10: "cred_arg CapabilitySets",
    11: "long_arg int64",
    12: "bpf_attr_arg Program",
    13: "perf_event_arg PerfEvent",
    14: "bpf_map_arg Map",
    15: "uint_arg uint32",
    16: "user_namespace_arg OldUserNamespace",
    17: "capability_arg Capability",
    18: "label text",
    19: "process_credentials_arg Credentials",
    20: "user_ns_arg UserNamespace",
    21: "module_arg Named",
    22: "kernel_cap_t_arg text",
    23: "cap_inheritable_arg text",
    24: "cap_permitted_arg text",
    25: "cap_effective_arg text",
    26: "linux_binprm_arg BinaryParameters",
    27: "net_dev_arg Named",
    28: "bpf_cmd_arg enum",
    29: "syscall_id Syscall",
    30: "sockaddr_arg SocketAddress",
    31: "bpf_prog_arg Program",
    32: "error_arg Error",
    33: "sockaddrun_arg UnixAddress",
  },
  Exec: { 1: "process Process", 2: "parent Process", 3: "ancestors Process[]" },
  Exit: {
    1: "process Process",
    2: "parent Process",
    3: "signal text",
    4: "status uint32",
    5: "time time",
  },
  Kprobe: {
    1: "process Process",
    2: "parent Process",
    3: "function_name text",
    4: "args Argument[]",
    5: "return Argument",
    6: "action enum",
    8: "policy_name text",
    10: "message text",
    11: "tags text[]",
  },
  Tracepoint: {
    1: "process Process",
    2: "parent Process",
    4: "subsys text",
    5: "event text",
    6: "args Argument[]",
    7: "policy_name text",
    8: "action enum",
    9: "message text",
    10: "tags text[]",
  },
  Uprobe: {
    1: "process Process",
    2: "parent Process",
    3: "path text",
    4: "symbol text",
    5: "policy_name text",
    6: "message text",
    7: "args Argument[]",
    8: "tags text[]",
    12: "action enum",
  },
  Usdt: {
    1: "process Process",
    2: "parent Process",
    3: "path text",
    4: "provider text",
    5: "name text",
    6: "policy_name text",
    7: "message text",
    8: "args Argument[]",
    9: "tags text[]",
    11: "action enum",
  },
  Lsm: {
    1: "process Process",
    2: "parent Process",
    3: "function_name text",
    5: "policy_name text",
    6: "message text",
    7: "args Argument[]",
    8: "action enum",
    9: "tags text[]",
  },
  Loader: { 1: "process Process", 2: "path text", 3: "buildid bytes", 4: "parent Process" },
  Throttle: { 1: "type enum", 2: "cgroup text" },
  RateLimit: { 1: "number_of_dropped_process_events uint64" },
  Test: {},
  Response: {
    1: "process_exec Exec",
    5: "process_exit Exit",
    9: "process_kprobe Kprobe",
    10: "process_tracepoint Tracepoint",
    11: "process_loader Loader",
    12: "process_uprobe Uprobe",
    27: "process_throttle Throttle",
    28: "process_lsm Lsm",
    29: "process_usdt Usdt",
    1000: "node_name text",
    1001: "time time",
    1003: "cluster_name text",
    40000: "test Test",
    40001: "rate_limit_info RateLimit",
  },
};

const built = new Map<string, MessageFields>();

function fieldsOf(message: string): MessageFields {
  const known = built.get(message);
  if (known !== undefined) return known;
  const rows = Object.entries(declarations[message] ?? {});
  const fields = new MessageFields(rows.map(([number, text]) => readField(Number(number), text)));
  built.set(message, fields);
  return fields;
}

const varintKinds: ReadonlySet<string> = new Set<FieldKind>([
  ...(["bool", "uint32", "int32", "uint64", "int64", "enum"] as const),
]);

function readField(number: number, text: string): Field {
  const [name = "", type = ""] = text.split(" ");
  const repeated = type.endsWith("[]");
  const bare = repeated ? type.slice(0, -2) : type;
  const kind = isScalar(bare) ? bare : bare === "Process" ? "process" : "message";
  const wireType = varintKinds.has(kind) ? 0 : 2;
  const fields = isScalar(bare) ? noFields : fieldsOf(bare);
  return { name, kind, repeated, number, wireType, fields };
}

function isScalar(kind: string): kind is FieldKind {
  return scalarKinds.has(kind);
}

/** `GetEventsResponse`. */
export const responseFields: MessageFields = fieldsOf("Response");

/** Fields of a response that are neither an event nor wanted: aggregation and node labels. */
export const skippedResponseFields: ReadonlySet<number> = new Set([1002, 1004]);
