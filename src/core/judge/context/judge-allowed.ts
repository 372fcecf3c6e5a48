/**
 * Holds from how far objects let connections arrive at a workload.
 * In: a place, the cluster's objects. Out: the farthest origin, the ways in, policies that narrow.
 * Must never take silence of the objects for a no: without them everything is unknown.
 */
import { compareText } from "../../event/compare-text.ts";
import { isInternetAddress } from "../../event/ip-address.ts";
import type { ClusterView, DeclaredEntry, PodName, PolicyEnd } from "../cluster/cluster-view.ts";
import { listensOn, type Place, type Scene } from "./context-scene.ts";
import type { AllowedOrigin } from "./workload-context.ts";

export interface AllowedWay {
  readonly entry: DeclaredEntry;
  /** No address of the internet gets through the policies of the pod. */
  readonly isDenied: boolean;
  /** Open to whoever is on the internet: not narrowed, not denied. */
  readonly isOpen: boolean;
}

export interface Allowed {
  readonly origin: AllowedOrigin;
  /** **Order**: from the internet first, then as the objects list them. */
  readonly ways: readonly AllowedWay[];
  /** Policies that deny connections from outside of the cluster, at most 4, sorted. */
  readonly narrowedBy: readonly string[];
  /** Policies let no address outside of the cluster through, to any of its ports. */
  readonly isClosedOutside: boolean;
  /** Services were among what was listed: what none of them publishes is not published. */
  readonly tellsPublished: boolean;
  /** The same of ingresses and other routes. */
  readonly tellsRoutes: boolean;
}

const unknownAllowed: Allowed = {
  origin: "unknown",
  ways: [],
  narrowedBy: [],
  isClosedOutside: false,
  tellsPublished: false,
  tellsRoutes: false,
};

const limits = { ports: 8, pods: 3, ways: 8, candidates: 200, policies: 4 };

/**
 * Stand for any address of the internet and of a private network beside the cluster.
 * **Source**: RFC 5737, RFC 3849 (documentation) and RFC 1918; and one that is really routed, since
 * lists of addresses that nobody should come from hold those for documentation.
 */
export const internetSamples = ["198.51.100.77", "203.0.113.77", "2001:db8::77", "45.77.77.77"];
const privateSamples = ["10.255.77.1", "172.31.77.1", "192.168.77.1", "fd77::1"];

/** Of one place. **Cost**: at most some thousand questions to the policies, mostly a few. */
export function createAllowed(scene: Scene): (place: Place) => Allowed {
  const { cluster } = scene;
  const { hasPolicies } = cluster;
  const candidates = listCandidates(scene);
  const named = cluster.policyAddresses.filter((address) => !cluster.isInside(address));
  const namedInternet = named.filter(isInternetAddress);
  const namedPrivate = named.filter((address) => !isInternetAddress(address));
  const outside = [...privateSamples.filter((one) => !cluster.isInside(one)), ...namedPrivate];
  return (place) => {
    if (!cluster.isKnown || place.views.length === 0) return unknownAllowed;
    const entries = entriesOf(place, scene);
    const ask = createQuestion(cluster, place, entries);
    const fromInternet = ask(internetSamples.map(toAddress));
    const fromOutside = ask(outside.map(toAddress));
    // Not whoever is on the internet, but some of it: neither open nor denied.
    const some = fromInternet.answer === "no" ? ask(namedInternet.map(toAddress)) : fromInternet;
    const isSome = fromInternet.answer === "no" && some.answer === "yes";
    const isDenied = fromInternet.answer === "no" && !isSome;
    const ways = entries.map((declared): AllowedWay => {
      const denied = reachesPodItself(declared) && isDenied;
      const entry = isSome && reachesPodItself(declared) ? narrowed(declared, some) : declared;
      const isOpen = entry.from === "internet" && entry.narrowedBy === "" && !denied;
      return { entry, isDenied: denied, isOpen };
    });
    const narrowedBy = [...new Set([...fromInternet.policies, ...fromOutside.policies])].sort(
      compareText,
    );
    const { isUnselected } = fromInternet;
    const isClosedOutside = isDenied && fromOutside.answer === "no";
    return {
      origin: originOf({ place, ways, ask, candidates, isUnselected, hasPolicies }),
      ways,
      narrowedBy: isDenied ? narrowedBy.slice(0, limits.policies) : [],
      isClosedOutside,
      tellsPublished: cluster.hasServices,
      tellsRoutes: cluster.hasRoutes,
    };
  };
}

function narrowed(entry: DeclaredEntry, { policies }: Answer): DeclaredEntry {
  const by = policies.slice(0, limits.policies).join(", ") || "policies of its pods";
  return { ...entry, narrowedBy: [entry.narrowedBy, by].filter((one) => one !== "").join("; ") };
}

/** An ingress or gateway is a pod of its own: policies see that, not the client. */
function reachesPodItself({ kind }: DeclaredEntry): boolean {
  return !/^(?:Ingress|IngressRoute|Gateway|\w*Route|VirtualService)$/.test(kind);
}

interface OriginParts {
  readonly place: Place;
  readonly ways: readonly AllowedWay[];
  readonly ask: Question;
  readonly candidates: readonly PodName[];
  /** No policy selects the pod: whoever can route to it may connect. */
  readonly isUnselected: boolean;
  /** False: policies were not among what was listed, and silence means nothing. */
  readonly hasPolicies: boolean;
}

function originOf(parts: OriginParts): AllowedOrigin {
  const { place, ways, ask, candidates, isUnselected, hasPolicies } = parts;
  if (ways.some(({ isOpen }) => isOpen)) return "internet";
  const isHostNetwork = place.views.some(({ hostNetwork }) => hostNetwork);
  if (isHostNetwork && place.ports.some(({ address }) => !isLoopback(address))) {
    return "outside-cluster";
  }
  if (ways.some(({ isDenied }) => !isDenied)) return "outside-cluster";
  if (!hasPolicies) return "unknown";
  if (isUnselected) return "other-namespace";
  const { namespace } = place.workload;
  const own = new Set(place.pods.map(({ pod }) => pod));
  const others = candidates.filter((one) => one.namespace !== namespace);
  const fellows = candidates.filter((one) => one.namespace === namespace && !own.has(one.pod));
  const far = ask(others.slice(0, limits.candidates).map(toPod)).answer;
  if (far === "yes") return "other-namespace";
  const near = ask(fellows.slice(0, limits.candidates).map(toPod)).answer;
  if (far === "unknown" || near === "unknown") return "unknown";
  return near === "yes" ? "same-namespace" : "nobody";
}

/** Of a socket's own address, in its plain spelling. */
export function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

function toAddress(address: string): PolicyEnd {
  return { kind: "address", address };
}

function toPod({ namespace, pod }: PodName): PolicyEnd {
  return { kind: "pod", namespace, pod };
}

interface Answer {
  /** `yes`: one of them may connect to one of the ports. */
  readonly answer: "yes" | "no" | "unknown";
  readonly policies: readonly string[];
  readonly isUnselected: boolean;
}

type Question = (from: readonly PolicyEnd[]) => Answer;

function createQuestion(
  cluster: ClusterView,
  place: Place,
  entries: readonly DeclaredEntry[],
): Question {
  const ports = portsToAsk(place, entries);
  const pods = place.pods.slice(0, limits.pods).map(toPod);
  return (from) => {
    const policies = new Set<string>();
    let isUnclear = false;
    for (const to of pods) {
      for (const end of from) {
        for (const { port, protocol } of ports) {
          const answer = cluster.canReach({ from: end, to, port, protocol });
          for (const policy of answer.policies) policies.add(policy);
          if (answer.allowed === true) {
            const isUnselected = answer.policies.length === 0;
            return { answer: "yes", policies: [...policies], isUnselected };
          }
          isUnclear ||= answer.allowed === undefined;
        }
      }
    }
    const answer = isUnclear ? "unknown" : "no";
    return { answer, policies: [...policies], isUnselected: false };
  };
}

interface AskedPort {
  readonly port: number;
  readonly protocol: "tcp" | "udp";
}

/** What it listens on, declares or publishes; 0 stands for any where nothing is known. */
export function portsToAsk(
  { ports, views, workload }: Place,
  entries: readonly DeclaredEntry[] = [],
): readonly AskedPort[] {
  const listed = ports.filter(({ address }) => !isLoopback(address));
  const declared = views
    .flatMap((view) => view.ports)
    .filter(({ container }) => container === workload.container);
  const published = entries.map(({ port }): AskedPort => ({ port, protocol: "tcp" }));
  const asked = new Map<string, AskedPort>();
  for (const { port, protocol } of [...listed, ...declared, ...published]) {
    if (port !== 0) asked.set(`${protocol} ${port}`, { port, protocol });
  }
  const all = [...asked.values()].slice(0, limits.ports);
  return all.length === 0 ? [{ port: 0, protocol: "tcp" }] : all;
}

/** Those of its pods that lead to it and not to another container beside it. */
function entriesOf(place: Place, scene: Scene): readonly DeclaredEntry[] {
  const siblings = scene.siblingsOf(place);
  const isOwn = ({ port }: DeclaredEntry) =>
    port === 0 ||
    listensOn(place, port) ||
    declaresPort(place, port) ||
    !siblings.some((one) => listensOn(one, port) || declaresPort(one, port));
  const found = new Map<string, DeclaredEntry>();
  for (const pod of place.pods.slice(0, limits.pods)) {
    for (const entry of scene.cluster.entriesOf(pod).filter(isOwn)) {
      const key = JSON.stringify([entry.from, entry.kind, entry.via, entry.port]);
      if (!found.has(key)) found.set(key, entry);
    }
  }
  const rank = (entry: DeclaredEntry) =>
    (entry.from === "internet" ? 0 : 2) + (entry.narrowedBy === "" ? 0 : 1);
  return [...found.values()].sort((a, b) => rank(a) - rank(b)).slice(0, limits.ways);
}

function declaresPort({ views, workload }: Place, port: number): boolean {
  return views.some((view) =>
    view.ports.some((one) => one.container === workload.container && one.port === port),
  );
}

/** One pod a workload, then what objects list beside; a bound cuts the end. */
function listCandidates({ places, cluster }: Scene): readonly PodName[] {
  if (!cluster.isKnown) return [];
  const first = places.flatMap(({ pods }) => pods.slice(0, 1));
  const known = new Set(first.map(({ namespace, pod }) => `${namespace}/${pod}`));
  const others = cluster
    .pods()
    .filter(({ namespace, pod }) => !known.has(`${namespace}/${pod}`))
    .map(({ namespace, pod }): PodName => ({ namespace, pod }))
    .sort((a, b) => compareText(a.namespace, b.namespace) || compareText(a.pod, b.pod));
  return [...first, ...others];
}
