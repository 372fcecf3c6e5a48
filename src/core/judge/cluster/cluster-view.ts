/**
 * Holds what judging asks of the objects of a cluster: who has an address, which ways lead in from
 * outside, what policies let through, which credentials a pod carries.
 * In: nothing. Out: the contract; `create-cluster-view.ts` answers it from decoded objects, and
 * without objects with "unknown" to everything.
 */
import type { Protocol } from "../../observe/fact.ts";
import type { Credential } from "../context/workload-context.ts";

export interface PodName {
  readonly namespace: string;
  readonly pod: string;
}

export type AddressOwner =
  /** `hostNetwork`: the pods share the address of their node, and any of them or it is meant. */
  | { readonly kind: "pod"; readonly pods: readonly PodName[]; readonly hostNetwork: boolean }
  | {
      readonly kind: "service";
      readonly namespace: string;
      readonly name: string;
      /** Pods behind it, by its endpoints or its selector; empty when there are none. */
      readonly pods: readonly PodName[];
    }
  | { readonly kind: "node"; readonly name: string };

/** A way into a pod from outside the cluster that an object declares. */
export interface DeclaredEntry {
  readonly from: "internet" | "outside-cluster";
  /** `LoadBalancer`, `Ingress`, `Gateway`, `Route`, `NodePort`, `ExternalIP`, `HostPort`, … */
  readonly kind: string;
  /** From outermost, without the pod itself: `Ingress web/shop`, `Service web/nginx`. */
  readonly via: readonly string[];
  /** Port of the container that it leads to; 0 when it may be any. */
  readonly port: number;
  /** What narrows it, in words (source ranges, an internal load balancer); "" when nothing. */
  readonly narrowedBy: string;
}

/** `address` is outside of the cluster or a node. */
export type PolicyEnd =
  | ({ readonly kind: "pod" } & PodName)
  | { readonly kind: "address"; readonly address: string };

export interface PolicyAnswer {
  /**
   * undefined: a policy of a kind that is not understood, labels that are not known, an end that
   * is not among the objects, or no objects. True where no policy is among the objects at all, as
   * Kubernetes has it: `hasPolicies` tells whether that means something.
   */
  readonly allowed: boolean | undefined;
  /** Policies that decided it, `NetworkPolicy data/isolate`; empty: none selects the pod. */
  readonly policies: readonly string[];
}

export interface DeclaredPort {
  readonly container: string;
  readonly name: string;
  readonly port: number;
  readonly protocol: Protocol;
}

export interface DeclaredImage {
  readonly declared: string;
  /** As the status names it, which may be another name of the same image; "" when it has none. */
  readonly running: string;
  /** As the status identifies it, `name@sha256:…` or an image id. */
  readonly runningId: string;
}

export interface PodView extends PodName {
  readonly labels: ReadonlyMap<string, string>;
  readonly serviceAccount: string;
  /** Succeeded or failed: it runs no more. */
  readonly isFinished: boolean;
  readonly nodeName: string;
  readonly hostNetwork: boolean;
  readonly addresses: readonly string[];
  readonly ports: readonly DeclaredPort[];
  /** By container name, those of all three lists. */
  readonly images: ReadonlyMap<string, DeclaredImage>;
}

export interface ClusterView {
  /** False when no objects were given. */
  readonly isKnown: boolean;
  /** True when the objects show that policies were asked for, even if there is none. */
  readonly hasPolicies: boolean;
  /** True when services were asked for: without them nothing tells what is published. */
  readonly hasServices: boolean;
  /** The same of ingresses and other routes. */
  readonly hasRoutes: boolean;
  /** Of each network that policies let in: an address of it, at most 64. */
  readonly policyAddresses: readonly string[];
  pod(name: PodName): PodView | undefined;
  pods(): readonly PodView[];
  ownerOf(address: string): AddressOwner | undefined;
  /** In a pod, service or node network of the cluster, or an address of one of them. */
  isInside(address: string): boolean;
  entriesOf(name: PodName): readonly DeclaredEntry[];
  /** `port` 0: by any port at all. An address of a service means the pods behind it. */
  canReach(request: {
    readonly from: PolicyEnd;
    readonly to: PolicyEnd;
    readonly port: number;
    readonly protocol: Protocol;
  }): PolicyAnswer;
  /** Port of the pods that a port of a service's address leads to; 0 where they differ, or none. */
  targetPort(address: string, port: number, protocol: Protocol): number;
  credentialsOf(name: PodName, container: string): readonly Credential[];
}
