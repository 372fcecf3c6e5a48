/**
 * Holds what a policy sees of each end of a connection: a pod, a node, or an address outside.
 * In: a pod's name or an address. Out: the end; several for the address of a service.
 */
import { type AddressBytes, parseAddress, plainAddress } from "../../event/ip-address.ts";
import type { AddressIndex } from "./address-index.ts";
import type { PolicyEnd } from "./cluster-view.ts";
import type { PodEntry, PodIndex } from "./pod-index.ts";
import { targetsOf } from "./service-index.ts";

export interface End {
  /** Only a pod with a network of its own; one in the node's network is a node to policies. */
  readonly pod: PodEntry | undefined;
  /** Names of the nodes that it is; empty when it is none. */
  readonly nodes: readonly string[];
  /** Pod of the node's network, where it is one. */
  readonly hostPod: PodEntry | undefined;
  readonly addresses: readonly AddressBytes[];
  readonly isApiServer: boolean;
  /** In a network of the cluster, whoever has it. */
  readonly isInside: boolean;
  /** Where the connection arrives: differs from what was asked for behind a service. */
  readonly port: number;
}

export class EndFinder {
  private readonly pods: PodIndex;
  private readonly addresses: AddressIndex;
  private readonly byPod = new Map<PodEntry, End>();

  constructor(pods: PodIndex, addresses: AddressIndex) {
    this.pods = pods;
    this.addresses = addresses;
  }

  /** Empty when nothing is known of it: a pod that is not among the objects. */
  find(end: PolicyEnd, port: number): readonly End[] {
    if (end.kind === "pod") {
      const entry = this.pods.find(end);
      return entry === undefined ? [] : [this.ofPod(entry, port)];
    }
    const address = plainAddress(end.address);
    const owner = this.addresses.ownerOf(address);
    if (owner?.kind === "pod" && !owner.hostNetwork) {
      return owner.pods.flatMap((name) => this.find({ kind: "pod", ...name }, port));
    }
    const service = owner?.kind === "service" ? this.addresses.serviceOf(address) : undefined;
    const targets = service === undefined ? [] : targetsOf(service, port);
    if (targets.length > 0) {
      return targets.slice(0, 64).map((target) => this.ofPod(target.entry, target.port));
    }
    return [this.ofAddress(address, port)];
  }

  private ofPod(entry: PodEntry, port: number): End {
    const known = this.byPod.get(entry);
    if (known !== undefined) return known.port === port ? known : { ...known, port };
    const { pod } = entry;
    const end: End = {
      pod: pod.hostNetwork ? undefined : entry,
      nodes: pod.hostNetwork ? [pod.nodeName] : [],
      hostPod: pod.hostNetwork ? entry : undefined,
      addresses: bytesOf(pod.addresses),
      isApiServer: pod.addresses.some((address) => this.addresses.isApiServer(address)),
      isInside: true,
      port,
    };
    this.byPod.set(entry, end);
    return end;
  }

  private ofAddress(address: string, port: number): End {
    return {
      pod: undefined,
      nodes: this.addresses.nodesOf(address),
      hostPod: undefined,
      addresses: bytesOf([address]),
      isApiServer: this.addresses.isApiServer(address),
      isInside: this.addresses.isInside(address),
      port,
    };
  }
}

function bytesOf(addresses: readonly string[]): readonly AddressBytes[] {
  return addresses.map(parseAddress).filter((bytes) => bytes !== undefined);
}
