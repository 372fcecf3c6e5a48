/**
 * Holds who has which address, as containers were seen to use it and as objects say.
 * In: flows and ports of containers, answers of the cluster. Out: the one owner, or none.
 * Must never guess: an address that fits two owners at the time belongs to neither.
 */
import { classifyAddress, parseAddress } from "../../event/ip-address.ts";
import { isNetworkKey } from "../../observe/container-key.ts";
import type { ContainerKey, FlowFact, Protocol } from "../../observe/fact.ts";
import type { FactSet } from "../../observe/fact-set.ts";

/** One end of a flow at a time: what is asked of the book. */
export interface EndQuestion {
  readonly address: string;
  readonly protocol: Protocol;
  /** Port that the end listens on; 0 when it connects, or when it is unknown. */
  readonly port: number;
  /** Far end of one that connects: address and port it connected to; "" and 0 else. */
  readonly farAddresses: readonly string[];
  readonly farPort: number;
  readonly firstUs: number;
  readonly lastUs: number;
}

interface Holding {
  readonly container: ContainerKey;
  firstUs: number;
  lastUs: number;
}

/** **Unit**: microseconds that an address is taken to be held before and after it was seen. */
const slackUs = 60_000_000;

/** Built once of all facts; answers are the same in any order of them. */
export class AddressBook {
  private readonly holdings = new Map<string, Holding[]>();
  /** `container protocol port`. */
  private readonly listening = new Set<string>();
  /** `container protocol port`: of connections that did not leave the container's network. */
  private readonly within = new Set<string>();
  private readonly addressesOf = new Map<ContainerKey, Set<string>>();
  /** `container protocol port address`. */
  private readonly connecting = new Set<string>();

  constructor(facts: FactSet) {
    for (const container of facts.networked) {
      if (isNetworkKey(container)) continue;
      for (const flow of facts.flows(container)) this.addFlow(container, flow);
      for (const { protocol, port } of facts.listens(container)) {
        this.listening.add(`${container} ${protocol} ${port}`);
      }
    }
  }

  /** Containers that had the address then and did what is asked; several when none is the one. */
  holders(question: EndQuestion): readonly ContainerKey[] {
    const { address, firstUs, lastUs } = question;
    const held = this.holdings.get(address) ?? [];
    const then = held.filter(
      (one) => one.firstUs - slackUs <= lastUs && one.lastUs + slackUs >= firstUs,
    );
    const owners = (then.length > 0 ? then : held).map(({ container }) => container);
    if (owners.length < 2) return owners;
    const fitting = owners.filter((container) => this.fits(container, question));
    return fitting.length > 0 ? fitting : owners;
  }

  /** Whether a container listens on that port, or accepted on it. */
  listensOn(container: ContainerKey, protocol: Protocol, port: number): boolean {
    return this.listening.has(`${container} ${protocol} ${port}`);
  }

  /** Others in the same network: containers that share one of its addresses. */
  neighbours(container: ContainerKey): readonly ContainerKey[] {
    const near = new Set<ContainerKey>([container]);
    for (const address of this.addressesOf.get(container) ?? []) {
      for (const one of this.holdings.get(address) ?? []) near.add(one.container);
    }
    return [...near];
  }

  /** Whether a container connected to that port over loopback or an address of its own. */
  connectsWithin(container: ContainerKey, protocol: Protocol, port: number): boolean {
    return this.within.has(`${container} ${protocol} ${port}`);
  }

  private fits(container: ContainerKey, question: EndQuestion): boolean {
    const { protocol, port, farPort, farAddresses } = question;
    if (port > 0) return this.listensOn(container, protocol, port);
    return farAddresses.some((far) =>
      this.connecting.has(`${container} ${protocol} ${farPort} ${far}`),
    );
  }

  private addFlow(container: ContainerKey, flow: FlowFact): void {
    const { direction, protocol, port, peer, localAddresses, firstSeenUs, lastSeenUs } = flow;
    if (direction === "inbound") this.listening.add(`${container} ${protocol} ${port}`);
    if (direction === "outbound") {
      this.connecting.add(`${container} ${protocol} ${port} ${peer}`);
      if (isWithin(peer, localAddresses)) this.within.add(`${container} ${protocol} ${port}`);
    }
    for (const address of localAddresses) {
      if (isOwn(address))
        this.hold(address, { container, firstUs: firstSeenUs, lastUs: lastSeenUs });
    }
  }

  private hold(address: string, holding: Holding): void {
    const { container, firstUs, lastUs } = holding;
    const addresses = this.addressesOf.get(container) ?? new Set();
    this.addressesOf.set(container, addresses.add(address));
    const held = this.holdings.get(address) ?? [];
    if (held.length === 0) this.holdings.set(address, held);
    const known = held.find((one) => one.container === container);
    if (known === undefined) held.push(holding);
    else {
      known.firstUs = Math.min(known.firstUs, firstUs);
      known.lastUs = Math.max(known.lastUs, lastUs);
    }
  }
}

/** Whether a far end is in the network of those addresses themselves. */
export function isWithin(peer: string, own: readonly string[]): boolean {
  const bytes = parseAddress(peer);
  if (bytes === undefined) return false;
  return classifyAddress(bytes) === "loopback" || own.includes(peer);
}

/** An address that tells one machine from another. */
function isOwn(address: string): boolean {
  const bytes = parseAddress(address);
  if (bytes === undefined) return false;
  const kind = classifyAddress(bytes);
  return kind === "private" || kind === "internet";
}
