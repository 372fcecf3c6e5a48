/**
 * Holds how containers are named by runtimes and Kubernetes, and an identity to start from.
 * In: text of runtimes (`containerd://…`, `name@sha256:…`, `k8s_…`). Out: the parts, or "".
 * Must never take a name for an id or a config digest for a manifest digest.
 */
import { absolutePath } from "./container-path.ts";
import type { ContainerIdentity } from "./image.ts";
import { digestOf } from "./syft-source.ts";

/** **Unit**: hex digits. Shorter ids are ambiguous. */
const idLengthMin = 12;

/** Hex digits of a container id, without the runtime's prefix; "" when it is none. */
export function containerIdOf(text: string): string {
  const id = text.slice(text.lastIndexOf("/") + 1).toLowerCase();
  return id.length >= idLengthMin && id.length <= 64 && /^[0-9a-f]+$/.test(id) ? id : "";
}

/**
 * An identity of which only its id is known. **Shape**: undefined means not told, which is no
 * "no".
 */
export function newIdentity(input: string, containerId: string): ContainerIdentity {
  return {
    input,
    containerId,
    name: "",
    namespace: "",
    pod: "",
    podUid: "",
    workloadKind: "",
    workload: "",
    imageReference: "",
    imageDigest: "",
    imageId: "",
    privileged: undefined,
    hostPid: undefined,
    hostNetwork: undefined,
    uid: undefined,
    addedCapabilities: [],
    hostMounts: [],
    mountPaths: [],
    probeCommands: [],
    startedUs: 0,
  };
}

export interface ImageNames {
  readonly imageReference: string;
  readonly imageDigest: string;
  readonly imageId: string;
}

/**
 * What a runtime calls the image: `repo:tag`, `repo@sha256:…` (a manifest), `sha256:…` or bare hex
 * (a config), with or without `docker-pullable://`.
 */
export function readImageNames(...texts: readonly string[]): ImageNames {
  let imageReference = "";
  let imageDigest = "";
  let imageId = "";
  for (const text of texts) {
    const bare = text.replace(/^[a-z-]+:\/\//, "").replace(/^(?=[0-9a-f]{64}$)/, "sha256:");
    const at = bare.lastIndexOf("@");
    const digest = digestOf(at >= 0 ? bare.slice(at + 1) : bare);
    if (at >= 0 && digest !== "") imageDigest ||= digest;
    else if (digest !== "") imageId ||= digest;
    // Where a tag has moved on, listings show the beginning of an id.
    const isReference = (digest === "" || at > 0) && !/^[0-9a-f]{12,63}$/.test(bare);
    if (isReference && bare !== "") imageReference ||= bare;
  }
  return { imageReference, imageDigest, imageId };
}

/** `CAP_SYS_ADMIN` of `sys_admin`, `SYS_ADMIN` or `CAP_SYS_ADMIN`; sorted, each once. */
export function capabilityNames(names: readonly string[]): readonly string[] {
  const full = names
    .map((name) => name.trim().toUpperCase())
    .filter((name) => /^[A-Z_]+$/.test(name))
    .map((name) => (name.startsWith("CAP_") ? name : `CAP_${name}`));
  return [...new Set(full)].sort();
}

/**
 * RFC 3339 with any number of decimals. **Unit**: microseconds since 1970; 0 when it is none, as
 * for the zero times that runtimes write.
 */
export function parseTimeUs(text: string): number {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))? ?(Z|[+-]\d\d:?\d\d)?/.exec(
    text,
  );
  if (match === null) return 0;
  const [, day = "", time = "", decimals = "", zone = "Z"] = match;
  const ms = Date.parse(`${day}T${time}${zone}`);
  const us = Number(decimals.padEnd(6, "0").slice(0, 6));
  return Number.isFinite(ms) && ms > 0 ? ms * 1000 + us : 0;
}

/** Places of mounts as events name paths, each once: without a slash at the end, none empty. */
export function mountPathsOf(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.map(absolutePath).filter((path) => path !== ""))];
}

/** A numeric user of `1000`, `1000:1000`; a name says nothing here. */
export function numericUser(text: string): number | undefined {
  const match = /^(\d{1,10})(:|$)/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

export interface PodNames {
  readonly name: string;
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
}

/**
 * What a container's name says of its pod: `k8s_NAME_POD_NAMESPACE_UID_N` (cri-dockerd),
 * `k8s://NAMESPACE/POD/NAME` (nerdctl). Undefined for a plain name.
 */
export function podNamesOf(name: string): PodNames | undefined {
  const slashed = /^k8s:\/\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(name);
  if (slashed !== null) {
    const [, namespace = "", pod = "", container = ""] = slashed;
    return { name: container, namespace, pod, podUid: "" };
  }
  const parts = name.split("_");
  if (parts[0] !== "k8s" || parts.length < 6) return undefined;
  const [, container = "", pod = "", namespace = "", podUid = ""] = parts;
  return { name: container, namespace, pod, podUid };
}

/** The labels that every Kubernetes runtime puts on its containers. */
export function podNamesOfLabels(label: (name: string) => string): PodNames | undefined {
  const pod = label("io.kubernetes.pod.name");
  if (pod === "") return undefined;
  return {
    name: label("io.kubernetes.container.name"),
    namespace: label("io.kubernetes.pod.namespace"),
    pod,
    podUid: label("io.kubernetes.pod.uid"),
  };
}
