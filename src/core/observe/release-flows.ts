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
  /** What has not come to the totals yet; asked for when something is over. */
  readonly open: () => OpenEnds;
  /** Processes that run for long and are near one of their own bounds. */
  readonly crowded: readonly CrowdedUser[];
}

export interface CrowdedUser extends Pick<FlowUser, "tallies" | "listening"> {
  readonly container: ContainerKey;
  /** Moves what it did so far to the totals. */
  readonly move: () => void;
}

/** Of connections that are open and of processes that run. */
export interface OpenEnds {
  /** Ends that they listen on or accept on. */
  readonly far: ReadonlySet<string>;
  /** Containers of processes that are gone, while others still have a connection of theirs. */
  readonly awaited: ReadonlySet<ContainerKey>;
}

/** **Cost**: a look at each container while none is over and no bound near. */
export function releaseFlows(flowing: Flowing, about: Release, emit: Emit): void {
  const { totals, open, crowded } = flowing;
  const { byContainer } = totals;
  const over = [...byContainer].filter(([container, flows]) => isOver(container, flows, about));
  const hasRoom = [...byContainer.values()].every(({ flows, ports }) => {
    return !isNear(flows.size, flowCountMax.container) && !isNear(ports.size, flowCountMax.ports);
  });
  const isFull = isNear(totals.flowCount, flowCountMax.total);
  if (over.length + crowded.length === 0 && hasRoom && !isFull) return;
  const { far, awaited } = open();
  const listeningFar = farEnds(totals);
  for (const end of far) listeningFar.add(end);
  const emission = { listeningFar, emit };
  for (const [container, flows] of over) {
    if (!awaited.has(container)) releaseAll(totals, { container, flows, ...emission });
  }
  keepLatest(totals.pastFar);
  for (const { container, tallies, listening, move } of crowded) {
    const flows = byContainer.get(container);
    const needed = { flows: tallies.size, ports: listening.size };
    if (flows !== undefined) relieve(totals, { container, flows, ...emission }, needed);
    move();
  }
  for (const [container, flows] of byContainer) {
    relieve(totals, { container, flows, ...emission }, { flows: 0, ports: 0 });
  }
  if (isNear(totals.flowCount, flowCountMax.total)) relieveAll(totals, emission);
}

function releaseAll(totals: FlowTotals, { container, flows, ...emission }: Crowded): void {
  emitContainer(container, flows, emission);
  addFarEnds(totals.pastFar, flows.flows.values(), flows.ports.values());
  totals.byContainer.delete(container);
  totals.flowCount -= flows.flows.size;
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

/** So that there is room for some more. */
function relieve(
  totals: FlowTotals,
  crowded: Crowded,
  needed: { readonly flows: number; readonly ports: number },
): void {
  const { container, ports: portMax } = flowCountMax;
  const { flows, ports } = crowded.flows;
  const some = chooseUnused([...flows.values()], container, usedUs, needed.flows);
  const few = chooseUnused([...ports.values()], portMax, usedUs, needed.ports);
  if (some.length + few.length > 0) letGo(totals, crowded, some, few);
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
