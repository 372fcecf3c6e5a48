/**
 * Holds which keys a tracing policy may have, of which kind, and in which numbers.
 * In: nothing. Out: a table that `read-policy.ts` walks.
 * Source: the resource definition of Tetragon 1.7.0, `cilium.io_tracingpolicies.yaml`, and the
 * names of its Go types, which its errors tell.
 */
export type Shape =
  | { readonly kind: "text"; readonly oneOf: readonly string[] }
  | { readonly kind: "bool" }
  | { readonly kind: "int"; readonly go: IntegerKind }
  | { readonly kind: "list"; readonly of: Shape; readonly countMax: number }
  | { readonly kind: "map"; readonly of: Shape }
  | StructShape;

export type IntegerKind = "int32" | "uint32" | "uint64";

export interface StructShape {
  readonly kind: "struct";
  /** Name of the Go type. */
  readonly go: string;
  readonly required: readonly string[];
  readonly fields: Readonly<Record<string, Shape>>;
}

const text: Shape = { kind: "text", oneOf: [] };
const bool: Shape = { kind: "bool" };
const int32: Shape = { kind: "int", go: "int32" };
const uint32: Shape = { kind: "int", go: "uint32" };

function word(words: string): Shape {
  return { kind: "text", oneOf: words.split(" ") };
}

function list(of: Shape, countMax = Number.POSITIVE_INFINITY): Shape {
  return { kind: "list", of, countMax };
}

function struct(go: string, required: string, fields: Readonly<Record<string, Shape>>): Shape {
  return { kind: "struct", go, required: required === "" ? [] : required.split(" "), fields };
}

const texts = list(text);
const inOrNot = word("In NotIn");
const ofBinaries = word("In NotIn Prefix NotPrefix Postfix NotPostfix");

const argument = struct("KProbeArg", "index type", {
  btfType: text,
  index: uint32,
  label: text,
  maxData: bool,
  resolve: text,
  returnCopy: bool,
  sizeArgIndex: uint32,
  source: text,
  type: word(
    "auto int sint8 int8 uint8 sint16 int16 uint16 uint32 sint32 int32 ulong uint64 size_t long " +
      "sint64 int64 char_buf char_iovec skb sock sockaddr socket sockaddr_un string fd file " +
      "filename path nop bpf_attr perf_event bpf_map user_namespace capability kiocb iov_iter " +
      "cred const_buf load_info module syscall64 kernel_cap_t cap_inheritable cap_permitted " +
      "cap_effective linux_binprm data_loc net_device bpf_cmd dentry bpf_prog",
  ),
});

const argumentFilters = list(
  struct("ArgSelector", "operator", {
    args: list(uint32),
    index: uint32,
    operator: word(
      "Equal NotEqual Prefix NotPrefix Postfix NotPostfix GreaterThan LessThan GT LT Mask SPort " +
        "NotSPort SPortPriv NotSportPriv DPort NotDPort DPortPriv NotDPortPriv SAddr NotSAddr " +
        "DAddr NotDAddr Protocol Family State InMap NotInMap CapabilitiesGained InRange " +
        "NotInRange SubString SubStringIgnCase CelExpr FileType NotFileType",
    ),
    values: texts,
  }),
);

const actions = list(
  struct("ActionSelector", "action", {
    action: word(
      "Post FollowFD UnfollowFD Sigkill CopyFD Override GetUrl DnsLookup NoPost Signal TrackSock " +
        "UntrackSock NotifyEnforcer CleanupEnforcerNotification Set",
    ),
    argError: int32,
    argFd: uint32,
    argFqdn: text,
    argIndex: uint32,
    argName: uint32,
    argRegs: texts,
    argSig: uint32,
    argSock: uint32,
    argUrl: text,
    argValue: uint32,
    imaHash: bool,
    kernelStackTrace: bool,
    rateLimit: text,
    rateLimitScope: text,
    userStackTrace: bool,
  }),
);

const binaries = list(
  struct("BinarySelector", "operator values", {
    followChildren: bool,
    operator: ofBinaries,
    values: texts,
  }),
  1,
);

const capabilities = list(
  struct("CapabilitiesSelector", "operator values", {
    isNamespaceCapability: bool,
    operator: inOrNot,
    type: word("Effective Inheritable Permitted"),
    values: texts,
  }),
);

const selector = struct("KProbeSelector", "", {
  macros: texts,
  matchActions: actions,
  matchArgs: argumentFilters,
  matchBinaries: binaries,
  matchCapabilities: capabilities,
  matchCapabilityChanges: capabilities,
  matchData: argumentFilters,
  matchNamespaceChanges: list(
    struct("NamespaceChangesSelector", "operator values", { operator: inOrNot, values: texts }),
  ),
  matchNamespaces: list(
    struct("NamespaceSelector", "namespace operator values", {
      namespace: word("Uts Ipc Mnt Pid PidForChildren Net Time TimeForChildren Cgroup User"),
      operator: inOrNot,
      values: texts,
    }),
  ),
  matchPIDs: list(
    struct("PIDSelector", "operator values", {
      followForks: bool,
      isNamespacePID: bool,
      operator: inOrNot,
      values: list(uint32),
    }),
  ),
  matchParentBinaries: binaries,
  matchReturnActions: actions,
  matchReturnArgs: argumentFilters,
});

/** What hooks of every section have. */
const hook = { message: text, selectors: list(selector), tags: list(text, 16) };
const returned = { return: bool, returnArg: argument };
const args = list(argument);

const kprobes = list(
  struct("KProbeSpec", "call", {
    ...hook,
    ...returned,
    args,
    call: text,
    data: args,
    ignore: struct("KprobeIgnore", "", { callNotFound: bool }),
    returnArgAction: text,
    syscall: bool,
  }),
);

const labels = struct("LabelSelector", "", {
  matchExpressions: list(
    struct("LabelSelectorRequirement", "key operator", {
      key: text,
      operator: word("In NotIn Exists DoesNotExist"),
      values: texts,
    }),
  ),
  matchLabels: { kind: "map", of: text },
});

const spec = struct("TracingPolicySpec", "", {
  containerSelector: labels,
  enforcers: list(struct("EnforcerSpec", "calls", { calls: texts })),
  fentries: kprobes,
  hostSelector: labels,
  kprobes,
  lists: list(
    struct("ListSpec", "name", {
      name: text,
      pattern: text,
      type: word("syscalls generated_syscalls generated_ftrace"),
      validated: bool,
      values: texts,
    }),
  ),
  loader: bool,
  lsmhooks: list(struct("LsmHookSpec", "hook", { ...hook, args, hook: text })),
  options: list(struct("OptionSpec", "name", { name: text, value: text })),
  podSelector: labels,
  selectorsMacros: { kind: "map", of: selector },
  tracepoints: list(
    struct("TracepointSpec", "event subsystem", {
      ...hook,
      args,
      event: text,
      raw: bool,
      subsystem: text,
    }),
  ),
  uprobes: list(
    struct("UProbeSpec", "path", {
      ...hook,
      ...returned,
      addrs: list({ kind: "int", go: "uint64" }),
      args,
      btfPath: text,
      data: args,
      offsets: list({ kind: "int", go: "uint64" }),
      path: text,
      refCtrOffsets: list({ kind: "int", go: "uint64" }),
      symbols: texts,
    }),
  ),
  usdts: list(
    struct("UsdtSpec", "name path provider", {
      ...hook,
      args,
      btfPath: text,
      name: text,
      path: text,
      provider: text,
    }),
  ),
});

/** What Kubernetes lets stand in the metadata of any object, as far as people write it. */
const metadata = struct("ObjectMeta", "", {
  annotations: { kind: "map", of: text },
  creationTimestamp: text,
  finalizers: texts,
  generateName: text,
  labels: { kind: "map", of: text },
  name: text,
  namespace: text,
  resourceVersion: text,
  uid: text,
});

/** A whole document. */
export const policyShape: Shape = struct("GenericTracingPolicy", "metadata spec", {
  apiVersion: text,
  kind: text,
  metadata,
  spec,
});
