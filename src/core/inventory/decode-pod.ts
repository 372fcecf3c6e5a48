/**
 * Holds the decoding of a Pod: one identity for each container that has an id.
 * In: a parsed Pod. Out: identities with rights, host mounts and probe commands, and the owner to
 * be followed up to a Deployment or CronJob by the caller.
 * Must never take a command of a ConfigMap, a log or an annotation for a probe.
 */
import {
  capabilityNames,
  containerIdOf,
  mountPathsOf,
  newIdentity,
  parseTimeUs,
  readImageNames,
} from "./container-identity.ts";
import { joinPath } from "./container-path.ts";
import type { ContainerIdentity } from "./image.ts";
import type { Faults, JsonObject } from "./json-value.ts";
import {
  readFlag,
  readNumber,
  readObject,
  readObjects,
  readText,
  readTexts,
} from "./json-value.ts";

export interface Owner {
  readonly kind: string;
  readonly name: string;
}

export interface DecodedPod {
  readonly namespace: string;
  /** The controller; undefined for a bare pod. */
  readonly owner: Owner | undefined;
  /** `pod-template-hash`: what a ReplicaSet's name adds to that of its Deployment. */
  readonly templateHash: string;
  readonly identities: readonly ContainerIdentity[];
  /** Containers without an id yet: not started. */
  readonly waitingCount: number;
}

/** The controlling owner among `ownerReferences`, else the first. */
export function readOwner(metadata: JsonObject, faults: Faults): Owner | undefined {
  const owners = readObjects(metadata, "ownerReferences", faults);
  const owner = owners.find((one) => one["controller"] === true) ?? owners[0];
  if (owner === undefined) return undefined;
  const kind = readText(owner, "kind", faults);
  const name = readText(owner, "name", faults);
  return kind === "" || name === "" ? undefined : { kind, name };
}

/**
 * **Shape**: one identity a container that has an id; those that still wait for one are counted.
 */
export function decodePod(pod: JsonObject, input: string, faults: Faults): DecodedPod {
  const metadata = readObject(pod, "metadata", faults) ?? {};
  const spec = readObject(pod, "spec", faults) ?? {};
  const status = readObject(pod, "status", faults) ?? {};
  const labels = readObject(metadata, "labels", faults) ?? {};
  const namespace = readText(metadata, "namespace", faults);
  const identities: ContainerIdentity[] = [];
  let waitingCount = 0;
  for (const one of containersOf(spec, status, faults)) {
    const ids = idsOf(one.status, faults);
    if (ids.length === 0) waitingCount += 1;
    for (const { id, startedUs } of ids) {
      identities.push({
        ...newIdentity(input, id),
        name: one.name,
        namespace,
        pod: readText(metadata, "name", faults),
        podUid: readText(metadata, "uid", faults),
        ...readImageNames(
          readText(one.spec, "image", faults),
          readText(one.status, "imageID", faults),
          readText(one.status, "image", faults),
        ),
        ...readRights(one.spec, spec, faults),
        hostMounts: readHostMounts(one.spec, spec, faults),
        mountPaths: mountPathsOf(
          readObjects(one.spec, "volumeMounts", faults).map((mount) =>
            readText(mount, "mountPath", faults),
          ),
        ),
        probeCommands: readProbeCommands(one.spec, faults),
        startedUs,
      });
    }
  }
  const templateHash = readText(labels, "pod-template-hash", faults);
  return { namespace, owner: readOwner(metadata, faults), templateHash, identities, waitingCount };
}

interface PodContainer {
  readonly name: string;
  readonly spec: JsonObject;
  readonly status: JsonObject;
}

const containerLists = [
  ["containers", "containerStatuses"],
  ["initContainers", "initContainerStatuses"],
  ["ephemeralContainers", "ephemeralContainerStatuses"],
] as const;

function containersOf(spec: JsonObject, status: JsonObject, faults: Faults): PodContainer[] {
  const found: PodContainer[] = [];
  for (const [specKey, statusKey] of containerLists) {
    const specs = new Map(
      readObjects(spec, specKey, faults).map((one) => [readText(one, "name", faults), one]),
    );
    for (const one of readObjects(status, statusKey, faults)) {
      const name = readText(one, "name", faults);
      found.push({ name, spec: specs.get(name) ?? {}, status: one });
    }
  }
  return found;
}

/** The present container and the one before a restart, whose events may be in the same file. */
function idsOf(status: JsonObject, faults: Faults): readonly { id: string; startedUs: number }[] {
  const found = new Map<string, number>();
  const add = (id: string, startedAt: string) => {
    const known = containerIdOf(id);
    if (known !== "") found.set(known, Math.max(found.get(known) ?? 0, parseTimeUs(startedAt)));
  };
  add(readText(status, "containerID", faults), "");
  for (const key of ["state", "lastState"]) {
    const state = readObject(status, key, faults) ?? {};
    const running = readObject(state, "running", faults);
    const ended = readObject(state, "terminated", faults);
    if (running !== undefined && key === "state") {
      add(readText(status, "containerID", faults), readText(running, "startedAt", faults));
    }
    if (ended !== undefined) {
      add(readText(ended, "containerID", faults), readText(ended, "startedAt", faults));
    }
  }
  return [...found].map(([id, startedUs]) => ({ id, startedUs }));
}

/**
 * The container's security context over the pod's. Kubernetes takes absent flags as false, so
 * silence about them is a statement; silence about the user leaves it to the image.
 */
function readRights(
  container: JsonObject,
  pod: JsonObject,
  faults: Faults,
): Partial<ContainerIdentity> {
  const own = readObject(container, "securityContext", faults) ?? {};
  const shared = readObject(pod, "securityContext", faults) ?? {};
  const capabilities = readObject(own, "capabilities", faults) ?? {};
  const isKnown = container["name"] !== undefined;
  return {
    privileged: readFlag(own, "privileged", faults) ?? (isKnown ? false : undefined),
    hostPid: readFlag(pod, "hostPID", faults) ?? false,
    hostNetwork: readFlag(pod, "hostNetwork", faults) ?? false,
    uid: readNumber(own, "runAsUser", faults) ?? readNumber(shared, "runAsUser", faults),
    addedCapabilities: capabilityNames(readTexts(capabilities, "add", faults)),
  };
}

function readHostMounts(container: JsonObject, pod: JsonObject, faults: Faults): readonly string[] {
  const hostPaths = new Map<string, string>();
  for (const volume of readObjects(pod, "volumes", faults)) {
    const hostPath = readObject(volume, "hostPath", faults);
    const path = hostPath === undefined ? "" : readText(hostPath, "path", faults);
    if (path !== "") hostPaths.set(readText(volume, "name", faults), path);
  }
  const mounts: string[] = [];
  for (const mount of readObjects(container, "volumeMounts", faults)) {
    const path = hostPaths.get(readText(mount, "name", faults));
    if (path === undefined) continue;
    const below = readText(mount, "subPath", faults);
    const source = below === "" ? path : joinPath(path, below.replace(/^\/+/, ""));
    mounts.push(`${source}:${readText(mount, "mountPath", faults)}`);
  }
  return mounts;
}

function readProbeCommands(container: JsonObject, faults: Faults): readonly string[] {
  const lifecycle = readObject(container, "lifecycle", faults) ?? {};
  const places: readonly (readonly [JsonObject, string])[] = [
    [container, "startupProbe"],
    [container, "livenessProbe"],
    [container, "readinessProbe"],
    [lifecycle, "postStart"],
    [lifecycle, "preStop"],
  ];
  const commands = places.flatMap(([record, key]) => {
    const probe = readObject(record, key, faults);
    const exec = probe === undefined ? undefined : readObject(probe, "exec", faults);
    const command = exec === undefined ? [] : readTexts(exec, "command", faults);
    return command.length === 0 ? [] : [command.join(" ")];
  });
  return [...new Set(commands)];
}
