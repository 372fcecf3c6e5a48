/**
 * Holds what is kept of the objects of a cluster: enough to say who has an address, what is
 * published, what policies let through and what accounts may do; never a value of a secret.
 * In: nothing. Out: types, and the bounds that all decoders of objects share.
 * Lists and texts of objects are cut to these bounds; what is beyond is reported.
 */
import type { Network } from "../../event/ip-address.ts";

/** **Unit**: elements of one list of one object, objects of one kind of all inputs. */
export const objectLimits = {
  labels: 512,
  list: 2_000,
  addresses: 4_000,
  objects: 200_000,
} as const;

export interface ObjectName {
  /** "" for what belongs to no namespace. */
  readonly namespace: string;
  readonly name: string;
}

export type Labels = ReadonlyMap<string, string>;

/** `unknown`: an operator that this program does not know; then nothing can be said. */
export interface Requirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "unknown";
  readonly values: readonly string[];
}

/** All of them must hold; an empty one takes everything. */
export type Selector = readonly Requirement[];

export type TransportProtocol = "tcp" | "udp" | "sctp";

export interface ContainerPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: TransportProtocol;
  /** 0 when it is not opened on the node. */
  readonly hostPort: number;
  /** Where the node opens it; "" everywhere. */
  readonly hostAddress: string;
}

export interface PodContainer {
  readonly name: string;
  readonly ports: readonly ContainerPort[];
  /** As declared; as the status names it; as the status identifies it. */
  readonly image: string;
  readonly runningImage: string;
  readonly runningId: string;
  /** Names of secrets, each once. */
  readonly secretMounts: readonly string[];
  readonly secretEnvironment: readonly string[];
  /** Mounts a volume that holds a token of the pod's service account. */
  readonly mountsToken: boolean;
}

export interface PodObject extends ObjectName {
  readonly labels: Labels;
  /** Succeeded or failed: its address may be another's by now. */
  readonly isFinished: boolean;
  readonly nodeName: string;
  readonly hostNetwork: boolean;
  readonly addresses: readonly string[];
  readonly nodeAddresses: readonly string[];
  readonly serviceAccount: string;
  /** undefined: left to the service account. */
  readonly automountsToken: boolean | undefined;
  /** A volume with a token is declared, whoever mounts it. */
  readonly hasTokenVolume: boolean;
  readonly containers: readonly PodContainer[];
}

export interface ServicePort {
  readonly name: string;
  readonly protocol: TransportProtocol;
  readonly port: number;
  /** Number of a port of the pod, or the name of one. */
  readonly target: number | string;
  /** 0 for none. */
  readonly nodePort: number;
}

export interface ServiceObject extends ObjectName {
  readonly labels: Labels;
  /** `ClusterIP`, `NodePort`, `LoadBalancer`, `ExternalName`. */
  readonly type: string;
  /** undefined: its endpoints are kept by hand or by another program. */
  readonly selector: Selector | undefined;
  readonly clusterAddresses: readonly string[];
  readonly externalAddresses: readonly string[];
  readonly published: PublishedAt;
  /** Networks that a load balancer lets in; empty: everybody. */
  readonly sourceRanges: readonly string[];
  /** `externalTrafficPolicy: Local`: only nodes with a pod behind it answer. */
  readonly isLocal: boolean;
  readonly ports: readonly ServicePort[];
}

/** Where a status says that something can be reached. */
export interface PublishedAt {
  readonly addresses: readonly string[];
  readonly hosts: readonly string[];
  /** An annotation or class that asks for an address inside of the provider's network. */
  readonly isInternal: boolean;
}

export interface EndpointsObject extends ObjectName {
  /** Of the service of this namespace that they belong to. */
  readonly service: string;
  readonly targets: readonly { readonly address: string; readonly pod: string }[];
  readonly ports: readonly {
    readonly name: string;
    readonly port: number;
    readonly protocol: TransportProtocol;
  }[];
}

export interface RouteBackend extends ObjectName {
  /** Port of the service by number or name; 0 when any. */
  readonly port: number | string;
}

/** Ingress, routes of gateways, and what other projects call the same thing. */
export interface RouteObject extends ObjectName {
  readonly kind: string;
  readonly className: string;
  /** `GatewayObject`s that it hangs on; undefined: a controller publishes it by itself. */
  readonly gateways: readonly ObjectName[] | undefined;
  readonly published: PublishedAt;
  readonly sourceRanges: readonly string[];
  readonly backends: readonly RouteBackend[];
}

export interface GatewayObject extends ObjectName {
  readonly className: string;
  readonly published: PublishedAt;
  /** Labels of the pods that serve it, in any namespace; undefined: not told. */
  readonly pods: Selector | undefined;
}

export interface IngressClassObject {
  readonly name: string;
  readonly controller: string;
  readonly isDefault: boolean;
}

export interface NodeObject {
  readonly name: string;
  /** All of its own, those that its pods see it by included. */
  readonly addresses: readonly string[];
  readonly podNetworks: readonly string[];
}

export interface NamespaceObject {
  readonly name: string;
  readonly labels: Labels;
}

/** **Shape**: `name` for a port that is called so in the pod; else `first` to `last`; 0 for all. */
export interface PolicyPort {
  readonly protocol: TransportProtocol | "icmp" | "any";
  readonly name: string;
  readonly first: number;
  readonly last: number;
}

export type PolicyPeer =
  | { readonly kind: "pods"; readonly namespaces: Selector | "own"; readonly pods: Selector }
  | { readonly kind: "network"; readonly network: Network; readonly except: readonly Network[] }
  /** `world`, `cluster`, `host`, …: names of Cilium. */
  | { readonly kind: "entity"; readonly entity: string }
  /** Addresses outside of the cluster that cannot be told from here: names of hosts. */
  | { readonly kind: "outside-names" }
  | { readonly kind: "unknown" };

export interface PolicyRule {
  readonly effect: "allow" | "deny";
  /** undefined: everybody; empty: nobody. */
  readonly peers: readonly PolicyPeer[] | undefined;
  /** undefined: every port. */
  readonly ports: readonly PolicyPort[] | undefined;
}

/** One direction of a policy. */
export interface PolicySide {
  /** What no rule allows is denied. */
  readonly isolates: boolean;
  readonly rules: readonly PolicyRule[];
}

export interface PolicyObject extends ObjectName {
  readonly kind: string;
  readonly dialect: "kubernetes" | "cilium";
  /** `nodes`: it guards the network of nodes, not that of pods. */
  readonly guards: "pods" | "nodes";
  /** Of pods in its namespace; in every namespace when it has none. */
  readonly pods: Selector;
  readonly ingress: PolicySide;
  readonly egress: PolicySide;
}

/** A policy of a kind that is not understood, or one that could not be read whole. */
export interface OpaquePolicy extends ObjectName {
  readonly kind: string;
  /** It can only forbid: what others deny stays denied. */
  readonly narrowsOnly: boolean;
}

export interface ServiceAccountObject extends ObjectName {
  readonly automountsToken: boolean | undefined;
}

export interface AccessRule {
  readonly verbs: readonly string[];
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  /** Only these objects; empty: all. */
  readonly names: readonly string[];
}

export interface RoleObject extends ObjectName {
  readonly labels: Labels;
  readonly rules: readonly AccessRule[];
  /** It also has the rules of cluster roles that one of these selects. */
  readonly aggregates: readonly Selector[];
}

export interface BindingObject extends ObjectName {
  readonly role: { readonly kind: string; readonly name: string };
  readonly subjects: readonly (ObjectName & { readonly kind: string })[];
}

/** All objects of all inputs. **Order**: by namespace and name. */
export interface ClusterObjects {
  readonly pods: readonly PodObject[];
  readonly services: readonly ServiceObject[];
  readonly endpoints: readonly EndpointsObject[];
  readonly routes: readonly RouteObject[];
  readonly gateways: readonly GatewayObject[];
  readonly ingressClasses: readonly IngressClassObject[];
  readonly nodes: readonly NodeObject[];
  /** Pod and service networks that objects tell of beside those of nodes. */
  readonly networks: readonly string[];
  readonly namespaces: readonly NamespaceObject[];
  readonly policies: readonly PolicyObject[];
  readonly opaquePolicies: readonly OpaquePolicy[];
  /** Policies were asked for, even if there are none. */
  readonly hasPolicies: boolean;
  /** The same of services, and of ingresses and other routes. */
  readonly hasServices: boolean;
  readonly hasRoutes: boolean;
  /** Objects of Cilium were among them. */
  readonly usesCilium: boolean;
  readonly serviceAccounts: readonly ServiceAccountObject[];
  readonly roles: readonly RoleObject[];
  readonly bindings: readonly BindingObject[];
}
