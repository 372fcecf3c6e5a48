/**
 * Holds what whoever controls a workload could talk to and use.
 * In: the scene, roles, policies, privileges, files it read. Out: its reach.
 * Must never show the value of a credential, nor take a missing policy for a permission.
 */
import { compareText } from "../../event/compare-text.ts";
import type { FactSet } from "../../observe/fact-set.ts";
import type { ClusterView, PodName, PolicyAnswer, PolicyEnd } from "../cluster/cluster-view.ts";
import { isHostRight } from "../ranking-rules.ts";
import type { Privilege } from "../verdict.ts";
import type { Link, Place, Scene } from "./context-scene.ts";
import type { RolesOf } from "./exposure-graph.ts";
import { gatherCredentials } from "./gather-credentials.ts";
import { internetSamples, portsToAsk } from "./judge-allowed.ts";
import { sensitiveRoles } from "./role-rules.ts";
import type { Reach, ReachedWorkload, ReachHow, RoleName } from "./workload-context.ts";

export interface JudgeReachOptions {
  readonly scene: Scene;
  readonly rolesOf: RolesOf;
  readonly facts: FactSet;
}

const limits = { workloads: 50, ports: 8, evidence: 3, hostAccess: 12, askedPorts: 4 };

/** Of one place. **Cost**: its links, and a question for each other place of the cluster. */
export function createReach({ scene, rolesOf, facts }: JudgeReachOptions): (place: Place) => Reach {
  const roleOf = createMainRole(rolesOf);
  const targets = listTargets(scene, rolesOf, roleOf);
  return (place) => {
    const links = scene.linksOutOf(place).filter(({ edge }) => edge.connectionCount > 0);
    const observed = listObserved(place, links, roleOf);
    const allowed = listAllowed(place, targets, scene.cluster);
    const seen = new Set(links.map(({ to }) => to));
    const sensitive = (allowed ?? [])
      .filter((one) => one.isSensitive && !seen.has(one.place))
      .slice(0, limits.workloads)
      .map(({ place: { workload }, role, ports }): ReachedWorkload => {
        const used = ports.map(({ port }) => port).filter((port) => port !== 0);
        return { workload, how: "allowed", ports: used, role, evidence: [] };
      });
    const hasMetadata = links.some(({ edge }) => edge.to.kind === "metadata");
    return {
      workloads: [...observed, ...sensitive].sort(compareReached).slice(0, limits.workloads),
      allowedCount: allowed?.length ?? null,
      internet: reachOf(links, "internet") ?? askAddress(place, scene, internetQuestions),
      metadata: hasMetadata ? "observed" : askAddress(place, scene, metadataQuestions),
      credentials: gatherCredentials(place, { cluster: scene.cluster, facts, hasMetadata }),
      hostAccess: describeHostAccess(place),
    };
  };
}

/** A place that others may be let through to. */
interface Target {
  readonly place: Place;
  readonly pod: PolicyEnd;
  readonly ports: ReturnType<typeof portsToAsk>;
  readonly role: RoleName | null;
  /** It has a role worth an attacker's while, by more than its name. */
  readonly isSensitive: boolean;
}

/** **Order**: the most sensitive first, then by name. Made once, and asked of by each place. */
function listTargets(scene: Scene, rolesOf: RolesOf, roleOf: MainRole): readonly Target[] {
  return scene.places
    .flatMap((place): Target[] => {
      const [view] = place.views;
      if (view === undefined) return [];
      const role = roleOf(place);
      // What it is called alone says little, but of what nobody watched there is no more.
      const isSure =
        place.containers.length === 0 ||
        rolesOf(place).some((told) => told.role === role && told.confidence !== "low");
      const isSensitive = isSure && role !== null && sensitiveRoles.includes(role);
      const ports = portsToAsk(place).slice(0, limits.askedPorts);
      return [{ place, pod: podEnd(view), ports, role, isSensitive }];
    })
    .sort((a, b) => sensitivity(a.role) - sensitivity(b.role) || compareNames(a.place, b.place));
}

type MainRole = (place: Place) => RoleName | null;

/** Its most sensitive role; of others the surest. Looked up once a place. */
function createMainRole(rolesOf: RolesOf): MainRole {
  const known = new Map<Place, RoleName | null>();
  return (place) => {
    const found = known.get(place);
    if (found !== undefined) return found;
    const roles = rolesOf(place).map(({ role }) => role);
    const sensitive = sensitiveRoles.find((role) => roles.includes(role));
    const main = sensitive ?? roles[0] ?? null;
    known.set(place, main);
    return main;
  };
}

function reachOf(links: readonly Link[], kind: string): ReachHow | undefined {
  return links.some(({ edge }) => edge.to.kind === kind) ? "observed" : undefined;
}

function listObserved(
  place: Place,
  links: readonly Link[],
  roleOf: MainRole,
): readonly ReachedWorkload[] {
  const groups = Map.groupBy(links, ({ to }) => to);
  return [...groups].flatMap(([to, same]): ReachedWorkload[] => {
    if (to === undefined || to === place) return [];
    const ports = [...new Set(same.map(({ edge }) => edge.port))].sort((a, b) => a - b);
    const evidence = [...new Set(same.flatMap(({ edge }) => edge.evidence.slice(0, 1)))];
    return [
      {
        workload: to.workload,
        how: "observed",
        ports: ports.slice(0, limits.ports),
        role: roleOf(to),
        evidence: evidence.slice(0, limits.evidence),
      },
    ];
  });
}

function compareReached(a: ReachedWorkload, b: ReachedWorkload): number {
  return (
    sensitivity(a.role) - sensitivity(b.role) || compareText(b.how, a.how) || compareNames(a, b)
  );
}

function compareNames({ workload: a }: HasWorkload, { workload: b }: HasWorkload): number {
  return (
    compareText(a.namespace, b.namespace) ||
    compareText(a.name, b.name) ||
    compareText(a.container, b.container)
  );
}

type HasWorkload = Pick<ReachedWorkload, "workload">;

function sensitivity(role: RoleName | null): number {
  const at = role === null ? -1 : sensitiveRoles.indexOf(role);
  return at < 0 ? sensitiveRoles.length : at;
}

/** Those that policies let it talk to; undefined where no objects tell. **Order**: of `targets`. */
function listAllowed(
  place: Place,
  targets: readonly Target[],
  cluster: ClusterView,
): readonly Target[] | undefined {
  const [view] = place.views;
  if (!cluster.hasPolicies || view === undefined) return undefined;
  const from = podEnd(view);
  return targets.filter(
    ({ place: other, pod: to, ports }) =>
      other !== place &&
      ports.some(
        ({ port, protocol }) => cluster.canReach({ from, to, port, protocol }).allowed === true,
      ),
  );
}

function podEnd({ namespace, pod }: PodName): PolicyEnd {
  return { kind: "pod", namespace, pod };
}

interface AddressQuestion {
  readonly address: string;
  readonly port: number;
  readonly protocol: "tcp" | "udp";
}

const internetQuestions: readonly AddressQuestion[] = internetSamples.flatMap((address) => [
  { address, port: 443, protocol: "tcp" },
  { address, port: 80, protocol: "tcp" },
  { address, port: 53, protocol: "udp" },
]);
const metadataQuestions: readonly AddressQuestion[] = [
  { address: "169.254.169.254", port: 80, protocol: "tcp" },
];

function askAddress(
  place: Place,
  { cluster }: Scene,
  questions: readonly AddressQuestion[],
): ReachHow {
  const [from] = place.views;
  if (!cluster.hasPolicies || from === undefined) return "unknown";
  const answers = questions.map(({ address, port, protocol }): PolicyAnswer => {
    const to = { kind: "address" as const, address };
    return cluster.canReach({ from: podEnd(from), to, port, protocol });
  });
  if (answers.some(({ allowed }) => allowed === true)) return "allowed";
  return answers.every(({ allowed }) => allowed === false) ? "denied" : "unknown";
}

const words: ReadonlyMap<string, string> = new Map([
  ["privileged", "runs privileged: it has the node"],
  ["host-pid", "sees and can trace the node's processes"],
  ["host-mount-namespace", "works in the node's file system"],
  ["host-network", "shares the node's network"],
]);

/** **Order**: by right. */
function describeHostAccess({ containers }: Place): readonly string[] {
  const rights = containers
    .flatMap(({ privileges }) => privileges)
    .filter((one) => isHostRight(one) || isHostNetwork(one));
  // A privileged container has all capabilities: naming them says no more.
  const isPrivileged = rights.some(({ privilege }) => privilege === "privileged");
  const telling = rights.filter(({ privilege }) => !isPrivileged || privilege !== "capability");
  return [...new Set(telling.map(describeRight))].sort(compareText).slice(0, limits.hostAccess);
}

function isHostNetwork({ privilege, source }: Privilege): boolean {
  return privilege === "host-network" && source !== "denied";
}

function describeRight({ privilege, detail }: Privilege): string {
  if (privilege === "capability") return `holds ${detail}`;
  if (privilege === "host-mount") return `mounts ${detail.split(":")[0] ?? ""} of the node`;
  return words.get(privilege) ?? privilege;
}
