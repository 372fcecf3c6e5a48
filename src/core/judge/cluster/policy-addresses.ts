/**
 * Holds addresses that stand for the networks which policies let in: whoever asks only about "any
 * address" misses a policy that lets in some.
 * In: policies. Out: an address of each network. Must stay within its bounds.
 */
import { compareText } from "../../event/compare-text.ts";
import { type AddressBytes, addressText, isInNetwork } from "../../event/ip-address.ts";
import type { PolicyObject, PolicyPeer } from "../../inventory/cluster/cluster-objects.ts";

const limits = { addresses: 64, tries: 16 } as const;

type NetworkPeer = Extract<PolicyPeer, { kind: "network" }>;

/** **Order**: sorted, each once. */
export function listPolicyAddresses(policies: readonly PolicyObject[]): readonly string[] {
  const found = new Set<string>();
  for (const { ingress } of policies) {
    for (const { effect, peers = [] } of ingress.rules) {
      if (effect !== "allow") continue;
      for (const peer of peers) {
        const address = peer.kind === "network" ? addressIn(peer) : undefined;
        if (address !== undefined) found.add(address);
      }
    }
  }
  return [...found].sort(compareText).slice(0, limits.addresses);
}

/** The first of it that is not taken out, skipping what is. */
function addressIn({ network, except }: NetworkPeer): string | undefined {
  let address: AddressBytes | undefined = network.bytes;
  if (network.length < 128) address = after({ bytes: network.bytes, length: 128 });
  for (let tries = 0; tries < limits.tries; tries++) {
    const at = address;
    if (at === undefined || !isInNetwork(at, network)) return undefined;
    const taken = except.find((one) => isInNetwork(at, one));
    if (taken === undefined) return addressText(at);
    address = after(taken);
  }
  return undefined;
}

/** The address that follows the last one of a network; undefined after the last of all. */
function after({ bytes, length }: NetworkPeer["network"]): AddressBytes | undefined {
  const next = Uint8Array.from(bytes);
  const free = 128 - length;
  const start = 15 - (free >> 3);
  for (let at = start + 1; at < 16; at++) next[at] = 0;
  let carry = 1 << (free & 7);
  for (let at = start; at >= 0 && carry > 0; at--) {
    const mask = at === start ? ~(carry - 1) & 0xff : 0xff;
    const sum = ((next[at] ?? 0) & mask) + carry;
    next[at] = sum & 0xff;
    carry = sum >> 8;
  }
  return carry > 0 ? undefined : next;
}
