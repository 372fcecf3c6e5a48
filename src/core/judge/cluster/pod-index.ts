/**
 * Holds the pods of a cluster for look-up: by name, by namespace, and in classes that no selector
 * can tell apart, so that replicas are judged once.
 * In: decoded objects. Out: entries with their labels ready to be looked up.
 */
import type {
  ClusterObjects,
  Labels,
  PodObject,
  TransportProtocol,
} from "../../inventory/cluster/cluster-objects.ts";
import type { Protocol } from "../../observe/fact.ts";
import type { PodName, PodView } from "./cluster-view.ts";
import { type LabelLookup, unknownLabel } from "./match-selector.ts";

export interface PodEntry {
  readonly pod: PodObject;
  readonly view: PodView;
  /** Pods of one class have the same namespace, labels and account. */
  readonly classNumber: number;
  /** Labels of the pod, and those that Cilium adds. */
  readonly label: LabelLookup;
}

export interface PodIndex {
  readonly entries: readonly PodEntry[];
  readonly classCount: number;
  find(name: PodName): PodEntry | undefined;
  inNamespace(namespace: string): readonly PodEntry[];
  /** Labels of a namespace; those of one without an object are unknown, but for its name. */
  namespaceLabel(namespace: string): LabelLookup;
}

/** **Order**: as the objects. */
export function indexPods(objects: ClusterObjects): PodIndex {
  const namespaces = new Map(objects.namespaces.map(({ name, labels }) => [name, labels]));
  const classes = new Map<string, Pick<PodEntry, "classNumber" | "label">>();
  const byName = new Map<string, PodEntry>();
  const byNamespace = new Map<string, PodEntry[]>();
  const namespaceLabel = (namespace: string) =>
    namespaceLookup(namespace, namespaces.get(namespace));
  for (const pod of objects.pods) {
    const key = classKey(pod);
    const known = classes.get(key) ?? {
      classNumber: classes.size,
      label: podLookup(pod, namespaceLabel(pod.namespace)),
    };
    classes.set(key, known);
    const entry = { pod, view: viewOf(pod), ...known };
    byName.set(nameKey({ namespace: pod.namespace, pod: pod.name }), entry);
    const list = byNamespace.get(pod.namespace);
    if (list === undefined) byNamespace.set(pod.namespace, [entry]);
    else list.push(entry);
  }
  return {
    entries: [...byName.values()],
    classCount: classes.size,
    find: (name) => byName.get(nameKey(name)),
    inNamespace: (namespace) => byNamespace.get(namespace) ?? [],
    namespaceLabel,
  };
}

/** No name of Kubernetes holds a slash. */
export function nameKey({ namespace, pod }: PodName): string {
  return `${namespace}/${pod}`;
}

function classKey({ namespace, labels, serviceAccount }: PodObject): string {
  const sorted = [...labels].sort((a, b) => (a[0] < b[0] ? -1 : 1));
  return JSON.stringify([namespace, serviceAccount, sorted]);
}

function namespaceLookup(namespace: string, labels: Labels | undefined): LabelLookup {
  return (key) => {
    const value = labels?.get(key);
    if (value !== undefined) return value;
    // The API server gives this one to every namespace.
    if (key === "kubernetes.io/metadata.name") return namespace;
    return labels === undefined ? unknownLabel : undefined;
  };
}

const namespacePrefix = "io.cilium.k8s.namespace.labels.";

/** **Source**: Cilium, identity-relevant labels of Kubernetes. */
function podLookup(pod: PodObject, ofNamespace: LabelLookup): LabelLookup {
  return (key) => {
    if (key === "io.kubernetes.pod.namespace") return pod.namespace;
    if (key === "io.cilium.k8s.policy.serviceaccount") return pod.serviceAccount;
    if (key === "io.cilium.k8s.policy.cluster") return unknownLabel;
    if (key.startsWith(namespacePrefix)) return ofNamespace(key.slice(namespacePrefix.length));
    return pod.labels.get(key);
  };
}

function viewOf(pod: PodObject): PodView {
  const images = pod.containers.map(({ name, image, runningImage, runningId }) => {
    return [name, { declared: image, running: runningImage, runningId }] as const;
  });
  return {
    namespace: pod.namespace,
    pod: pod.name,
    labels: pod.labels,
    serviceAccount: pod.serviceAccount,
    isFinished: pod.isFinished,
    nodeName: pod.nodeName,
    hostNetwork: pod.hostNetwork,
    addresses: pod.addresses,
    ports: pod.containers.flatMap(({ name, ports }) =>
      ports.flatMap((one) => {
        if (!isProtocol(one.protocol)) return [];
        return [{ container: name, name: one.name, port: one.port, protocol: one.protocol }];
      }),
    ),
    images: new Map(images),
  };
}

function isProtocol(protocol: TransportProtocol): protocol is Protocol {
  return protocol !== "sctp";
}
