/**
 * Holds what the sensors could see of connections that arrive at a workload.
 * In: coverage, losses, places, links. Out: whether silence means something, and its limits.
 * Must never take "nothing was seen" for "nothing arrives" where nothing could be seen.
 */
import { compareText } from "../../event/compare-text.ts";
import type { CoverageFact, LossFact } from "../../observe/fact.ts";
import { policyOfLoss } from "../../observe/loss-counters.ts";
import { quoteName } from "../quote-name.ts";
import type { Link, Place } from "./context-scene.ts";

export interface Sight {
  /** A sensor told of connections that arrive at workloads of its node. */
  readonly seesArrivals: boolean;
  /** A sensor told of sockets that listen there. */
  readonly seesListening: boolean;
  /** Watched from its start, and nothing was lost. */
  readonly isWhole: boolean;
  /** **Unit**: microseconds; of the container that was watched the longest. */
  readonly observedUs: number;
  /** What could not be seen, as clauses; empty when all could. */
  readonly limits: readonly string[];
}

export interface SightOptions {
  readonly coverage: readonly CoverageFact[];
  readonly losses: readonly LossFact[];
  readonly places: readonly Place[];
  readonly links: readonly Link[];
}

/** **Cost**: a look at coverage and losses of its nodes for each place. */
export function createSight({
  coverage,
  losses,
  places,
  links,
}: SightOptions): (place: Place) => Sight {
  const network = coverage.filter(({ sensor }) => sensor === "network");
  const policies = new Set(network.map(({ policy }) => policy));
  const accepting = new Set(
    links.flatMap(({ edge, to }) =>
      edge.seenBy.includes("to") && to !== undefined ? nodesOf(to) : [],
    ),
  );
  const listening = new Set(places.filter(({ ports }) => ports.length > 0).flatMap(nodesOf));
  const weakening = losses.filter((loss) => weakensNetwork(loss, policies));
  return (place) => {
    const nodes = nodesOf(place);
    const hasSensor = network.some(({ node }) => isOneOf(node, nodes));
    const own = weakening.filter(({ node, container }) => {
      const keys = place.containers.map(({ join }) => join.container.container);
      return isOneOf(node, nodes) && (container === "" || keys.includes(container));
    });
    const isLate = place.isHost || place.containers.some(({ join }) => !join.container.fromStart);
    const seesArrivals = hasSensor && nodes.some((node) => accepting.has(node));
    const limits: string[] = [];
    if (nodes.length === 0) limits.push("none of its containers was watched");
    else if (!hasSensor) limits.push("no sensor told of network connections on its node");
    else if (!seesArrivals) limits.push("no accepted connection was seen on its node at all");
    if (hasSensor) limits.push(...describeLosses(own));
    if (hasSensor && isLate && nodes.length > 0) {
      limits.push("it ran before the sensors did: connections of that time are unknown");
    }
    return {
      seesArrivals,
      seesListening: hasSensor && nodes.some((node) => listening.has(node)),
      isWhole: hasSensor && !isLate && own.length === 0,
      observedUs: place.containers.reduce((most, one) => Math.max(most, one.observedUs), 0),
      limits,
    };
  };
}

function nodesOf({ isHost, workload, containers }: Place): readonly string[] {
  if (isHost) return [workload.name];
  return [...new Set(containers.map(({ join }) => join.container.node))];
}

/** Inputs of one node may leave out its name. */
function isOneOf(node: string, nodes: readonly string[]): boolean {
  return nodes.includes(node) || (nodes.length > 0 && (node === "" || nodes.includes("")));
}

/** Losses of files, rights and writings take no connection away. */
const keepsNetwork: ReadonlySet<string> = new Set([
  "eviction",
  "privilege-eviction",
  "write-eviction",
]);

function weakensNetwork({ reason }: LossFact, policies: ReadonlySet<string>): boolean {
  if (keepsNetwork.has(reason)) return false;
  const policy = policyOfLoss(reason);
  return policy === undefined || policies.has(policy);
}

const shownCountMax = 4;

/** Return probes that are used up give no event, and only their counter tells. */
function describeLosses(losses: readonly LossFact[]): readonly string[] {
  const byReason = Map.groupBy(losses, ({ reason }) => reason);
  const reasons = [...byReason].sort(([a], [b]) => compareText(a, b));
  const told = reasons.slice(0, shownCountMax).map(([reason, same]) => {
    const count = same.reduce((sum, one) => sum + one.count, 0);
    const counted = count > 0 ? ` (${count})` : "";
    const policy = policyOfLoss(reason);
    return policy !== undefined && reason.startsWith("missed-probes")
      ? `hooks of the policy ${quoteName(policy)} missed calls${counted}: accepts may be missing`
      : `events were lost: ${reason.slice(0, 80)}${counted}`;
  });
  const more = reasons.length - told.length;
  return more > 0 ? [...told, `${more} more kinds of loss`] : told;
}
