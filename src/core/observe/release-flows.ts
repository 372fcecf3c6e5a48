/**
 * Holds how flows are let go of while an observation goes on: whole with their container, because
 * who opened what is told by all of them; and the longest unused where a bound is near.
 * In: what the fold keeps. Out: facts, and the same with less in it.
 * Must keep what they told about the direction of others, and count nothing as lost.
 */
import type { TimeUs } from "../event/event.ts";
import { chooseUnused, isNear } from "./choose-unused.ts";
import { isNetworkKey } from "./container-key.ts";
import { addFarEnds, emitContainer, emitSome, farEnds } from "./emit-flows.ts";
import { type ContainerKey, type Emit, otherPeers } from "./fact.ts";
import { farPortKey, ownPortKey } from "./flow-direction.ts";
import { listenKey, portCountMax } from "./flow-ports.ts";
import type { FlowUser } from "./flow-state.ts";
import { tallyCountMax } from "./flow-tally.ts";
import {
  type ContainerFlows,
  type FlowTotal,
  type FlowTotals,
  flowCountMax,
  type ListenTotal,
  totalKey,
} from "./flow-totals.ts";
import type { Release } from "./fold.ts";

const pastCountMax = 8192;
/** **Unit**: microseconds of event time: a network of its own that is silent so long is gone. */
const silentUs = 7 * 86_400_000_000;

interface Flowing {
  readonly totals: FlowTotals;
  /** Ends that processes listen on which still run; asked for when something is over. */
  readonly livingFar: () => Iterable<string>;
}

/** **Cost**: next to nothing while no container is over and no bound near. */
export function releaseFlows({ totals, livingFar }: Flowing, about: Release, emit: Emit): void {
  const { byContainer } = totals;
  const over = [...byContainer].filter(([container, flows]) => isOver(container, flows, about));
  const crowded = [...byContainer].filter(([, { flows, ports }]) => {
    return isNear(flows.size, flowCountMax.container) || isNear(ports.size, flowCountMax.ports);
  });
  const isFull = isNear(totals.flowCount, flowCountMax.total);
  if (over.length === 0 && crowded.length === 0 && !isFull) return;
  const listeningFar = farEnds(totals);
  for (const end of livingFar()) listeningFar.add(end);
  const emission = { listeningFar, emit };
  for (const [container, flows] of over) {
    emitContainer(container, flows, emission);
    addFarEnds(totals.pastFar, flows.flows.values(), flows.ports.values());
    for (const end of flows.past.far) totals.pastFar.add(end);
    byContainer.delete(container);
    totals.flowCount -= flows.flows.size;
  }
  keepLatest(totals.pastFar);
  for (const [container, flows] of crowded) {
    if (byContainer.has(container)) relieve(totals, { container, flows, ...emission });
  }
  if (isNear(totals.flowCount, flowCountMax.total)) relieveAll(totals, emission);
}

function isOver(container: ContainerKey, flows: ContainerFlows, about: Release): boolean {
  if (about.isOver(container)) return true;
  return isNetworkKey(container) && latestUs(flows) + silentUs <= about.nowUs;
}

function latestUs({ flows, ports }: ContainerFlows): TimeUs {
  let latest = 0;
  for (const { lastUs } of flows.values()) latest = Math.max(latest, lastUs);
  for (const { lastUs } of ports.values()) latest = Math.max(latest, lastUs);
  return latest;
}

interface Emission {
  readonly listeningFar: ReadonlySet<string>;
  readonly emit: Emit;
}

interface Crowded extends Emission {
  readonly container: ContainerKey;
  readonly flows: ContainerFlows;
}

function relieve(totals: FlowTotals, crowded: Crowded): void {
  const { flows, ports } = crowded.flows;
  const some = chooseUnused([...flows.values()], flowCountMax.container, usedUs);
  letGo(totals, crowded, some, chooseUnused([...ports.values()], flowCountMax.ports, usedUs));
}

function relieveAll(totals: FlowTotals, emission: Emission): void {
  const all = [...totals.byContainer].flatMap(([container, flows]) =>
    Array.from(flows.flows.values(), (total) => ({ container, flows, total })),
  );
  const unused = chooseUnused(all, flowCountMax.total, ({ total }) => usedUs(total));
  for (const [container, same] of Map.groupBy(unused, (one) => one.container)) {
    const [first] = same;
    const some = same.map(({ total }) => total);
    if (first !== undefined) {
      letGo(totals, { container, flows: first.flows, ...emission }, some, []);
    }
  }
}

/**
 * Those whose direction is told go first; what stands for all other far ends stays: it says that
 * there were more than are kept.
 */
function usedUs(one: FlowTotal | ListenTotal): TimeUs {
  if (!("direction" in one)) return one.lastUs;
  if (one.peer === otherPeers) return Number.POSITIVE_INFINITY;
  return one.direction === "unknown" ? one.lastUs + Number.MAX_SAFE_INTEGER / 2 : one.lastUs;
}

function letGo(
  totals: FlowTotals,
  { container, flows, ...emission }: Crowded,
  some: readonly FlowTotal[],
  ports: readonly ListenTotal[],
): void {
  emitSome(container, flows, { ...emission, totals: some, ports });
  for (const total of some) {
    rememberEdge(flows, total);
    flows.flows.delete(totalKey(total.actor, total));
  }
  totals.flowCount -= some.length;
  for (const port of ports) {
    rememberPort(flows, port);
    flows.ports.delete(listenKey(port));
  }
  for (const keys of Object.values(flows.past)) keepLatest(keys);
}

function rememberEdge({ past }: ContainerFlows, total: FlowTotal): void {
  const { direction, protocol, port, peer } = total;
  if (direction === "inbound") past.own.add(ownPortKey(protocol, port));
  if (direction === "outbound") past.far.add(farPortKey(protocol, peer, port));
  if (direction !== "unknown" && peer !== "") past.named.add(ownPortKey(protocol, port));
}

function rememberPort({ past }: ContainerFlows, { protocol, port, listens }: ListenTotal): void {
  past.own.add(ownPortKey(protocol, port));
  if (listens) past.listening.add(ownPortKey(protocol, port));
}

function keepLatest(keys: Set<string>): void {
  for (const key of keys) {
    if (keys.size <= pastCountMax) return;
    keys.delete(key);
  }
}

/** Whether a process that runs for long is near one of its own bounds. */
export function isCrowded({ tallies, listening, attempts }: FlowUser): boolean {
  return (
    isNear(tallies.size, tallyCountMax) ||
    isNear(listening.size, portCountMax.listening) ||
    isNear(attempts.size, portCountMax.attempts)
  );
}
