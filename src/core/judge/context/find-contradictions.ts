/**
 * Holds where objects say one thing and the kernel another: findings of their own kind.
 * In: the scene, what was judged of containers. Out: contradictions, each with what it may mean.
 * Must never contradict on silence: both sides must have spoken.
 */
import { compareText } from "../../event/compare-text.ts";
import { baseName } from "../../inventory/container-path.ts";
import type { FactSet } from "../../observe/fact-set.ts";
import { fingerprint } from "../fingerprint.ts";
import type { FlowEdge } from "../flows/flow-edge.ts";
import type { JudgedContainer } from "../judge-container.ts";
import { quoteName } from "../quote-name.ts";
import { type Link, listensOn, type Place, type Scene } from "./context-scene.ts";
import { describeImageChange } from "./describe-image-change.ts";
import { isLoopback } from "./judge-allowed.ts";
import type { Contradiction } from "./workload-context.ts";

export interface FindContradictionsOptions {
  readonly scene: Scene;
  readonly facts: FactSet;
}

type Draft = Omit<Contradiction, "id">;

/** **Unit**: contradictions of one kind and workload, and of all. */
const limits = { each: 5, all: 2000, pods: 3 };

/** **Order**: by workload, kind, then what is declared and seen. */
export function findContradictions({
  scene,
  facts,
}: FindContradictionsOptions): readonly Contradiction[] {
  const hasKnownPods = scene.places.some(({ views }) => views.length > 0);
  const listed = new Set(scene.cluster.pods().map(({ namespace }) => namespace));
  const drafts = scene.places.flatMap((place): readonly Draft[] => [
    ...findImages(place).slice(0, limits.each),
    ...findRights(place).slice(0, limits.each),
    ...findPorts(place, scene).slice(0, limits.each),
    ...(hasKnownPods && canBeListed(place, listed) ? findStrangers(place, scene, facts) : []).slice(
      0,
      limits.each,
    ),
    ...findDenied(place, scene).slice(0, limits.each),
  ]);
  const found = new Map(drafts.map((draft) => [idOf(draft), draft]));
  return [...found]
    .map(([id, draft]) => ({ id, ...draft }))
    .sort(compareContradictions)
    .slice(0, limits.all);
}

function idOf({ kind, workload, declared, observed }: Draft): string {
  const { cluster, namespace, kind: owner, name, container } = workload;
  return fingerprint([kind, cluster, namespace, owner, name, container, declared, observed]);
}

function compareContradictions(a: Contradiction, b: Contradiction): number {
  return (
    compareText(a.workload.namespace, b.workload.namespace) ||
    compareText(a.workload.name, b.workload.name) ||
    compareText(a.workload.container, b.workload.container) ||
    compareText(a.kind, b.kind) ||
    compareText(a.declared, b.declared) ||
    compareText(a.observed, b.observed) ||
    compareText(a.id, b.id)
  );
}

function findImages({ workload, containers, views }: Place): readonly Draft[] {
  const byPod = new Map(views.map((view) => [view.pod, view]));
  return containers.flatMap(({ join }): Draft[] => {
    const view = byPod.get(join.container.pod || join.identity?.pod || "");
    const change = describeImageChange(join, view?.images.get(workload.container));
    if (change === undefined) return [];
    const meaning =
      "The pod was changed after its objects were listed, or something else runs in its place: " +
      "compare the image that the node pulled.";
    return [{ kind: "image-differs", workload, ...change, meaning, evidence: [] }];
  });
}

/** Replicas that contradict alike are one. */
function findRights({ workload, containers }: Place): readonly Draft[] {
  return containers.flatMap((container) =>
    container.contradictions.map(({ declared, observed }): Draft => {
      const meaning =
        "The container was started with other rights than its object says, or the object was " +
        "changed since: compare both before trusting either.";
      const evidence = evidenceOfRights(container);
      return { kind: "privilege-differs", workload, declared, observed, meaning, evidence };
    }),
  );
}

function evidenceOfRights({ privileges }: JudgedContainer): readonly string[] {
  const seen = privileges.filter(({ source }) => source === "seen");
  return [...new Set(seen.flatMap(({ evidence }) => evidence.slice(0, 1)))].slice(0, 3);
}

/** Ports from here on are chosen by the system, and nobody declares them. */
const ephemeralFrom = 32_768;

/** Only where ports are declared at all, and by a container that listens itself. */
function findPorts(place: Place, scene: Scene): readonly Draft[] {
  const { workload, views, ports } = place;
  const declared = new Set(
    views
      .flatMap((view) => view.ports)
      .map(
        ({ container, port }) => `${container === workload.container ? "own" : "other"} ${port}`,
      ),
  );
  const own = [...declared].filter((one) => one.startsWith("own ")).map((one) => one.slice(4));
  if (own.length === 0) return [];
  const siblings = scene.siblingsOf(place);
  const open = ports.filter(
    ({ port, protocol, address }) =>
      protocol === "tcp" &&
      port > 0 &&
      port < ephemeralFrom &&
      !isLoopback(address) &&
      !declared.has(`own ${port}`) &&
      !declared.has(`other ${port}`) &&
      !siblings.some((one) => listensOn(one, port)),
  );
  const list = own.sort((a, b) => Number(a) - Number(b)).slice(0, 8);
  return open.map(({ port, binaries, evidence }): Draft => {
    const by = binaries.length === 0 ? "" : `, by ${binaries.map(quoteName).join(", ")}`;
    return {
      kind: "port-not-declared",
      workload,
      declared: `its pod declares port ${list.join(", ")}`,
      observed: `it listens on port ${port}${by}`,
      meaning:
        "Declaring ports opens and closes nothing; an undeclared one is often a second interface " +
        "for metrics or administration that nobody thinks of, and sometimes a back door.",
      evidence,
    };
  });
}

/** The sandbox of a pod is in no list of containers, and runs nothing but this. */
const sandboxPrograms: ReadonlySet<string> = new Set(["pause"]);

/**
 * Where other pods of a workload are listed these were replaced; of a namespace without any pod
 * objects were not asked for.
 */
function canBeListed({ views, workload }: Place, listed: ReadonlySet<string>): boolean {
  return views.length === 0 && (workload.namespace === "" || listed.has(workload.namespace));
}

function findStrangers(place: Place, { cluster }: Scene, facts: FactSet): readonly Draft[] {
  if (!cluster.isKnown || place.isHost) return [];
  const { workload } = place;
  const unknown = place.containers.filter(({ join }) => {
    const { container, identity } = join;
    const pod = container.pod || identity?.pod || "";
    const { namespace } = workload;
    const isListed = pod !== "" && cluster.pod({ namespace, pod }) !== undefined;
    return !isListed && runsSomething(container.container, facts);
  });
  const [first] = unknown;
  if (first === undefined) return [];
  const { container, image } = first.join;
  const what = image.reference === "" ? "" : `, image ${quoteName(image.reference)}`;
  return [
    {
      kind: "unknown-workload",
      workload,
      declared: "no pod of the objects that were given is it",
      observed: `container ${quoteName(container.containerId || container.container)}${what}`,
      meaning:
        "It came or went when the objects were not listed, belongs to another cluster, or was " +
        "started on the node past the cluster: find out who started it.",
      evidence: [],
    },
  ];
}

function runsSomething(container: string, facts: FactSet): boolean {
  return facts
    .fileUses(container)
    .some(
      ({ how, actor, path }) =>
        how === "executed" &&
        (actor === "service" || actor === "startup") &&
        !sandboxPrograms.has(baseName(path)),
    );
}

/** Of connections that it opened, and of those to it from outside of all workloads. */
function findDenied(place: Place, scene: Scene): readonly Draft[] {
  const out = scene.linksOutOf(place);
  const fromAddress = scene.linksInto(place).filter(({ from }) => from === undefined);
  return [...out, ...fromAddress].flatMap((link) => findDeniedFlow(link, place, scene) ?? []);
}

function findDeniedFlow(link: Link, place: Place, scene: Scene): Draft | undefined {
  const { edge, from, to } = link;
  if (!isAnswered(edge) || !edge.directionKnown || edge.port === 0) return undefined;
  const sources = policyEnds(from, edge.from);
  const targets = policyEnds(to, edge.to);
  const policies = new Set<string>();
  if (from === to || sources.length === 0 || targets.length === 0) return undefined;
  for (const source of sources) {
    for (const target of targets) {
      const { port, protocol } = edge;
      const answer = scene.cluster.canReach({ from: source, to: target, port, protocol });
      if (answer.allowed !== false) return undefined;
      for (const policy of answer.policies) policies.add(policy);
    }
  }
  const names = [...policies].sort(compareText).slice(0, 4).map(quoteName).join(", ");
  const count = edge.connectionCount;
  const ends = `${quoteName(edge.from.name)} to ${quoteName(edge.to.name)}, port ${edge.port}`;
  return {
    kind: "policy-denies-flow",
    workload: place.workload,
    declared: `${names || "a policy"} does not let ${ends}`,
    observed: `${count} ${count === 1 ? "connection" : "connections"} from ${ends}`,
    meaning:
      "Whatever should enforce the policy does not, or it was created after the connections were " +
      "made: see whether the cluster's network enforces policies at all.",
    evidence: edge.evidence.slice(0, 3),
  };
}

/** What a policy stops is still asked for: only an answer shows that it went through. */
function isAnswered({ connectionCount, protocol, seenBy, sentBytes, receivedBytes }: FlowEdge) {
  if (connectionCount === 0) return false;
  if (seenBy.includes("to") || (receivedBytes ?? 0) > 0) return true;
  return protocol === "tcp" && (sentBytes ?? 0) > 0;
}

/** A node may always talk to its pods, and addresses of services hide who is behind. */
function policyEnds(place: Place | undefined, end: Link["edge"]["from"]) {
  if (place !== undefined) {
    return place.views
      .filter(({ hostNetwork }) => !hostNetwork)
      .slice(0, limits.pods)
      .map(({ namespace, pod }) => ({ kind: "pod" as const, namespace, pod }));
  }
  const isOutside = ["internet", "private", "metadata"].includes(end.kind) && end.address !== "";
  return isOutside ? [{ kind: "address" as const, address: end.address }] : [];
}
