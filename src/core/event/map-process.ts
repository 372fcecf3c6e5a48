/**
 * Holds how a process block of a record becomes a `Process`.
 * In: an object with wire names. Out: the process, its thread and what was doubtful about it.
 * Must never keep a reference to the block.
 */
import { listLengthMax, textLengthMax } from "./bounds.ts";
import type {
  BinaryProperties,
  Capabilities,
  Credentials,
  NamespaceRef,
  Namespaces,
  Pod,
  Process,
} from "./event.ts";
import { type DecodeProblem, Doubts } from "./event-decoder.ts";
import { capabilityName, capabilityNames, privilegeChangeNames } from "./wire-names.ts";
import {
  booleanAt,
  integerAt,
  KnownPart,
  listAt,
  objectAt,
  partAt,
  readName,
  textAt,
  timeAt,
  type WireObject,
} from "./wire-value.ts";

/** A process block that was mapped: decoders put it where the block was. */
export class KnownProcess {
  readonly process: Process;
  readonly tid: number;
  readonly problem: DecodeProblem | undefined;

  constructor(process: Process, tid: number, problem: DecodeProblem | undefined) {
    this.process = process;
    this.tid = tid;
    this.problem = problem;
  }
}

/** What decoders keep of a block: its process and which of the block's holes is the thread id. */
export interface RememberedProcess {
  readonly known: KnownProcess;
  /** -1 when the thread id is no hole. */
  readonly tidHole: number;
}

const { arguments: argumentsMax, path: pathMax, name: nameMax } = textLengthMax;

/** **Errors**: none; what does not fit a field is taken as absent and noted as a doubt. */
export function mapProcess(block: WireObject): KnownProcess {
  const doubts = new Doubts();
  const docker = textAt(block, "docker", nameMax, doubts);
  const part = partAt(block, "pod", mapPodPart, doubts);
  const process: Process = {
    execId: textAt(block, "exec_id", nameMax, doubts),
    parentExecId: textAt(block, "parent_exec_id", nameMax, doubts),
    pid: integerAt(block, "pid", -1, doubts),
    uid: integerAt(block, "uid", -1, doubts),
    auid: integerAt(block, "auid", -1, doubts),
    cwd: textAt(block, "cwd", pathMax, doubts),
    binary: textAt(block, "binary", pathMax, doubts),
    arguments: textAt(block, "arguments", argumentsMax, doubts),
    flags: textAt(block, "flags", nameMax, doubts),
    startTimeUs: timeAt(block, "start_time", doubts),
    containerId: part === undefined || part.containerId === "" ? docker : part.containerId,
    pod: part?.pod,
    capabilities: partAt(block, "cap", mapCapabilities, doubts),
    namespaces: partAt(block, "ns", mapNamespaces, doubts),
    credentials: partAt(block, "process_credentials", mapCredentials, doubts),
    binaryProperties: partAt(block, "binary_properties", mapBinaryProperties, doubts),
    inInitTree: booleanAt(block, "in_init_tree", doubts),
  };
  const tid = integerAt(block, "tid", -1, doubts);
  return new KnownProcess(process, tid, doubts.problem);
}

const nothing: WireObject = {};

interface PodPart {
  readonly pod: Pod;
  /** Whole, without the runtime as scheme; the process's own `docker` holds 31 digits of it. */
  readonly containerId: string;
}

function mapPodPart(part: WireObject, doubts: Doubts): PodPart {
  const container = objectAt(part, "container", doubts) ?? nothing;
  const id = textAt(container, "id", nameMax, doubts);
  const scheme = id.indexOf("://");
  const containerId = scheme < 0 ? id : id.slice(scheme + 3);
  return sharePod({ pod: mapPod(part, doubts), containerId });
}

/** All processes of a container have the same pod: one object for them. */
const knownPods = new Map<string, PodPart>();
const knownPodCountMax = 1024;

function sharePod(part: PodPart): PodPart {
  const { pod, containerId } = part;
  // A probe and the program that it tries say different things of one container.
  const key = `${containerId} ${pod.uid} ${pod.maybeExecProbe}`;
  const known = knownPods.get(key);
  if (known?.containerId === containerId && isSamePod(known.pod, pod)) return known;
  if (knownPods.size >= knownPodCountMax) knownPods.clear();
  knownPods.set(key, part);
  return part;
}

function isSamePod(a: Pod, b: Pod): boolean {
  const names = Object.keys(b) as readonly (keyof Pod)[];
  return names.every((name) => a[name] === b[name]);
}

function mapPod(pod: WireObject, doubts: Doubts): Pod {
  const container = objectAt(pod, "container", doubts) ?? nothing;
  const image = objectAt(container, "image", doubts) ?? nothing;
  const security = objectAt(container, "security_context", doubts) ?? nothing;
  return {
    namespace: textAt(pod, "namespace", nameMax, doubts),
    name: textAt(pod, "name", nameMax, doubts),
    uid: textAt(pod, "uid", nameMax, doubts),
    workloadKind: textAt(pod, "workload_kind", nameMax, doubts),
    workload: textAt(pod, "workload", nameMax, doubts),
    containerName: textAt(container, "name", nameMax, doubts),
    imageId: textAt(image, "id", nameMax, doubts),
    imageName: textAt(image, "name", nameMax, doubts),
    containerStartUs: timeAt(container, "start_time", doubts),
    privileged: booleanAt(security, "privileged", doubts) ?? false,
    maybeExecProbe: booleanAt(container, "maybe_exec_probe", doubts) ?? false,
  };
}

function mapCapabilities(sets: WireObject, doubts: Doubts): Capabilities {
  return {
    permitted: capabilitiesAt(sets, "permitted", doubts),
    effective: capabilitiesAt(sets, "effective", doubts),
    inheritable: capabilitiesAt(sets, "inheritable", doubts),
  };
}

/**
 * Names without `CAP_` get it; numbers become names. **Shape**: at most as many as the kernel
 * has.
 */
export function capabilitiesAt(sets: WireObject, field: string, doubts: Doubts): readonly string[] {
  const names: string[] = [];
  for (const value of listAt(sets, field, listLengthMax.capabilities, doubts)) {
    const name = capabilityName(readName(value, field, capabilityNames, doubts));
    if (name !== "") names.push(name);
  }
  return names;
}

function mapNamespaces(block: WireObject, doubts: Doubts): Namespaces {
  return {
    mount: namespaceAt(block, "mnt", doubts),
    pid: namespaceAt(block, "pid", doubts),
    network: namespaceAt(block, "net", doubts),
    ipc: namespaceAt(block, "ipc", doubts),
    uts: namespaceAt(block, "uts", doubts),
    user: namespaceAt(block, "user", doubts),
    cgroup: namespaceAt(block, "cgroup", doubts),
  };
}

const partMaps = new Map<string, (part: WireObject, doubts: Doubts) => unknown>([
  ["pod", mapPodPart],
  ["cap", mapCapabilities],
  ["ns", mapNamespaces],
  ["process_credentials", mapCredentials],
]);

/** Parts of a block that many processes have in common. */
export const commonParts: readonly string[] = [...partMaps.keys()];

/** Maps one of `commonParts`, so that it can be remembered; undefined for other fields. */
export function mapCommonPart(field: string, part: WireObject): KnownPart<unknown> | undefined {
  const map = partMaps.get(field);
  return map && new KnownPart(map, part);
}

/** A namespace without a number is one that Tetragon could not read (the kernel's own process). */
function namespaceAt(block: WireObject, field: string, doubts: Doubts): NamespaceRef | undefined {
  const ref = objectAt(block, field, doubts);
  if (ref === undefined) return undefined;
  return {
    inum: integerAt(ref, "inum", 0, doubts),
    isHost: booleanAt(ref, "is_host", doubts) ?? false,
  };
}

function mapCredentials(block: WireObject, doubts: Doubts): Credentials {
  const user = objectAt(block, "user_ns", doubts) ?? nothing;
  return {
    uid: integerAt(block, "uid", -1, doubts),
    gid: integerAt(block, "gid", -1, doubts),
    euid: integerAt(block, "euid", -1, doubts),
    egid: integerAt(block, "egid", -1, doubts),
    suid: integerAt(block, "suid", -1, doubts),
    sgid: integerAt(block, "sgid", -1, doubts),
    userNamespaceLevel: integerAt(user, "level", -1, doubts),
  };
}

function mapBinaryProperties(block: WireObject, doubts: Doubts): BinaryProperties {
  const file = objectAt(block, "file", doubts) ?? nothing;
  const inode = objectAt(file, "inode", doubts) ?? nothing;
  const changes = listAt(block, "privileges_changed", listLengthMax.privilegesChanged, doubts);
  return {
    setuid: integerAt(block, "setuid", -1, doubts),
    setgid: integerAt(block, "setgid", -1, doubts),
    privilegesChanged: changes.map((change) =>
      readName(change, "privileges_changed", privilegeChangeNames, doubts),
    ),
    links: integerAt(inode, "links", -1, doubts),
  };
}
