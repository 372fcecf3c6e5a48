/**
 * Holds what could be seen of a container's sockets: which doings were watched, and what was lost.
 * In: facts of coverage and losses. Out: an answer a doing, and the same in words.
 * Must never let "not seen" read as "not there": each doubt is said.
 */
import { isHostKey } from "../../observe/container-key.ts";
import { isDetectLoss } from "../../observe/detect/detect-losses.ts";
import type { ContainerFact, CoverageFact, LossFact } from "../../observe/fact.ts";
import type { FactSet } from "../../observe/fact-set.ts";
import { policyOfLoss } from "../../observe/loss-counters.ts";
import {
  type DoingWatch,
  type NetworkDoing,
  networkDoings,
  readWatch,
} from "../../observe/network-watch.ts";
import { namespaceLimit } from "../../observe/tracing-policy.ts";

export interface DoingSight {
  /** `unknown`: nothing states what is watched, and none arrived. `partly`: under conditions. */
  readonly watch: DoingWatch;
  /** Some of it was lost while it was watched. */
  readonly lossy: boolean;
}

export interface NetworkSight extends Readonly<Record<NetworkDoing, DoingSight>> {
  /** True when nothing at all tells of its sockets. */
  readonly blind: boolean;
  /** What could not be seen, in words; empty when all of it could. Untrusted names inside. */
  readonly limits: readonly string[];
}

export interface NetworkSightOptions {
  readonly container: Pick<
    ContainerFact,
    "container" | "node" | "namespace" | "firstSeenUs" | "lastSeenUs" | "fromStart"
  >;
  readonly facts: Pick<FactSet, "coverage" | "losses">;
}

/** **Order** of `limits`: as things are done: connects, accepts, listens, sends, receives. */
export function networkSight({ container, facts }: NetworkSightOptions): NetworkSight {
  const sensors = facts.coverage.filter(
    (fact) => fact.sensor === "network" && isOn(fact.node, container.node),
  );
  const losses = facts.losses.filter((loss) => concerns(loss, container, sensors));
  const sightOf = (doing: NetworkDoing): DoingSight => ({
    watch: bestWatch(sensors, doing, container.namespace),
    lossy: losses.some((loss) => takes(loss, doing)),
  });
  const sight: Record<NetworkDoing, DoingSight> = {
    connects: sightOf("connects"),
    accepts: sightOf("accepts"),
    listens: sightOf("listens"),
    sends: sightOf("sends"),
    receives: sightOf("receives"),
  };
  const blind = sensors.length === 0;
  const late =
    container.fromStart || blind || isHostKey(container.container)
      ? []
      : ["it ran before the sensors did: of connections opened then only later traffic is known"];
  const limits = blind
    ? ["no network sensor: whom it talked to is unknown"]
    : [...describe(sight, losses), ...late];
  return { ...sight, blind, limits };
}

function isOn(node: string, wanted: string): boolean {
  return node === wanted || node === "" || wanted === "";
}

const ranks: Readonly<Record<DoingWatch, number>> = { yes: 3, partly: 2, unknown: 1, no: 0 };

/** Of several policies the one that sees most. */
function bestWatch(
  sensors: readonly CoverageFact[],
  doing: NetworkDoing,
  namespace: string,
): DoingWatch {
  let best: DoingWatch = "no";
  for (const fact of sensors) {
    const watch = watchOf(fact, doing, namespace);
    if (ranks[watch] > ranks[best]) best = watch;
  }
  return best;
}

/** A policy that gave no event at all may never have been loaded. */
function watchOf(fact: CoverageFact, doing: NetworkDoing, namespace: string): DoingWatch {
  const own = namespaceLimit(namespace);
  const limits = fact.limits.filter((limit) => !limit.endsWith(own));
  const watch = readWatch(limits, doing);
  return watch !== "no" && fact.eventCount === 0 ? "unknown" : watch;
}

/** **Source**: losses of other parts of the product take no event of a socket. */
const ofOthers: ReadonlySet<string> = new Set([
  "eviction",
  "write-eviction",
  "privilege-eviction",
  "coverage-eviction",
  "missed-start",
  "profile-eviction",
]);

function concerns(
  loss: LossFact,
  { container, node, firstSeenUs, lastSeenUs }: NetworkSightOptions["container"],
  sensors: readonly CoverageFact[],
): boolean {
  if (ofOthers.has(loss.reason) || isDetectLoss(loss)) return false;
  if (loss.container !== "" && loss.container !== container) return false;
  if (!isOn(loss.node, node)) return false;
  const policy = policyOfLoss(loss.reason);
  if (policy !== undefined && !sensors.some((fact) => fact.policy === policy)) return false;
  if (loss.sinceUs === 0 && loss.untilUs === 0) return true;
  const endUs = lastSeenUs === 0 ? Number.MAX_SAFE_INTEGER : lastSeenUs;
  return loss.sinceUs <= endUs && loss.untilUs >= firstSeenUs;
}

/**
 * Hooks that report results share few probes: calls that wait in accept or receive use them up, and
 * then these hooks fall silent while all others go on.
 */
function takes({ detail }: LossFact, doing: NetworkDoing): boolean {
  return isOfReturns(detail) ? doing === "accepts" || doing === "receives" : true;
}

function isOfReturns(detail: string): boolean {
  const probes = [...detail.matchAll(/attach=([^,}]*)/g)].map(([, attach = ""]) => attach);
  return (
    probes.length > 0 && probes.every((attach) => /ret[ku]?probe|kretprobe|uretprobe/.test(attach))
  );
}

function describe(
  sight: Readonly<Record<NetworkDoing, DoingSight>>,
  losses: readonly LossFact[],
): readonly string[] {
  const limits = networkDoings.flatMap((doing) => {
    const { watch } = sight[doing];
    return watch === "yes" ? [] : [`${phrases[doing]} ${watchPhrases[watch]}`];
  });
  const returns = losses.filter(({ detail }) => isOfReturns(detail));
  const others = losses.filter(({ detail }) => !isOfReturns(detail));
  if (returns.length > 0) {
    const count = returns.reduce((sum, loss) => sum + loss.count, 0);
    limits.push(
      `hooks that report results fell silent at times (${count} calls missed): ` +
        "no accept or received bytes seen is not none",
    );
  }
  const reasons = [...new Set(others.map(({ reason }) => reason))].sort();
  if (reasons.length > 0) limits.push(`events were, or may have been, lost: ${reasons.join(", ")}`);
  return limits;
}

const phrases: Readonly<Record<NetworkDoing, string>> = {
  connects: "connects",
  accepts: "accepted connections",
  listens: "listening ports",
  sends: "sent bytes",
  receives: "received bytes",
};

const watchPhrases: Readonly<Record<Exclude<DoingWatch, "yes">, string>> = {
  partly: "watched only in part",
  unknown: "never seen: whether they are watched is unknown",
  no: "not watched",
};
