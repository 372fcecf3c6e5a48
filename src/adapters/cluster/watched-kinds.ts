/**
 * Holds the kinds of objects that are watched: exactly those that the decoders of
 * `core/inventory` read, and what they need to say whose a container is.
 * In: nothing. Out: the table that the watch asks by, and that the shipped roles are tested with.
 * Must never name secrets or config maps.
 */
import { type Keep, keptFields } from "./keep-fields.ts";

export interface WatchedKind {
  readonly kind: string;
  /** "" is the core group. */
  readonly group: string;
  /** Tried in this order: the first that the server has is taken. */
  readonly versions: readonly string[];
  /** As it stands in paths and in roles. */
  readonly resource: string;
  readonly keep: Keep;
  /** The server is asked for metadata alone; nothing else is read of it. */
  readonly metadataOnly: boolean;
  /** Of Kubernetes itself; else of a project that a cluster may not have. */
  readonly isNative: boolean;
}

type Shape = keyof typeof keptFields;

/** `rows`: `Kind resource shape`, of one group. */
function group(name: string, versions: string, rows: readonly string[]): readonly WatchedKind[] {
  return rows.map((row) => {
    const [kind = "", resource = "", shape = ""] = row.split(" ");
    return {
      kind,
      group: name,
      versions: versions.split(" "),
      resource,
      keep: keptFields[shape as Shape],
      metadataOnly: metadataShapes.includes(shape),
      isNative: nativeGroups.includes(name),
    };
  });
}

const metadataShapes: readonly string[] = ["named", "owned", "labelled"];
const nativeGroups: readonly string[] = [
  ...["", "apps", "batch", "discovery.k8s.io", "networking.k8s.io"],
  "rbac.authorization.k8s.io",
];

/** `EndpointSlice`; kinds of other projects with their group: `Gateway.networking.istio.io`. */
export function nameOfKind({ kind, group: of, isNative }: WatchedKind): string {
  return isNative ? kind : `${kind}.${of}`;
}

export const watchedKinds: readonly WatchedKind[] = [
  ...group("", "v1", [
    "Namespace namespaces labelled",
    "Node nodes node",
    "Pod pods pod",
    "Service services service",
    "ServiceAccount serviceaccounts serviceAccount",
  ]),
  ...group("apps", "v1", [
    "ReplicaSet replicasets owned",
    "Deployment deployments owned",
    "StatefulSet statefulsets owned",
    "DaemonSet daemonsets owned",
  ]),
  ...group("batch", "v1", ["Job jobs owned"]),
  ...group("discovery.k8s.io", "v1", ["EndpointSlice endpointslices endpoints"]),
  ...group("networking.k8s.io", "v1", [
    "Ingress ingresses ingress",
    "IngressClass ingressclasses ingressClass",
    "NetworkPolicy networkpolicies policy",
  ]),
  ...group("networking.k8s.io", "v1 v1beta1", ["ServiceCIDR servicecidrs networks"]),
  ...group("rbac.authorization.k8s.io", "v1", [
    "Role roles role",
    "ClusterRole clusterroles role",
    "RoleBinding rolebindings binding",
    "ClusterRoleBinding clusterrolebindings binding",
  ]),
  ...group("gateway.networking.k8s.io", "v1 v1beta1 v1alpha3 v1alpha2", [
    "Gateway gateways gateway",
    "HTTPRoute httproutes gatewayRoute",
    "GRPCRoute grpcroutes gatewayRoute",
    "TLSRoute tlsroutes gatewayRoute",
    "TCPRoute tcproutes gatewayRoute",
    "UDPRoute udproutes gatewayRoute",
  ]),
  ...group("policy.networking.k8s.io", "v1alpha2 v1alpha1", [
    "ClusterNetworkPolicy clusternetworkpolicies named",
    "AdminNetworkPolicy adminnetworkpolicies named",
    "BaselineAdminNetworkPolicy baselineadminnetworkpolicies named",
  ]),
  ...group("cilium.io", "v2", [
    "CiliumNetworkPolicy ciliumnetworkpolicies policy",
    "CiliumClusterwideNetworkPolicy ciliumclusterwidenetworkpolicies policy",
    "CiliumNode ciliumnodes networks",
  ]),
  ...group("crd.projectcalico.org", "v1", [
    "NetworkPolicy networkpolicies named",
    "GlobalNetworkPolicy globalnetworkpolicies named",
    "IPPool ippools networks",
  ]),
  ...group("crd.antrea.io", "v1beta1", [
    "NetworkPolicy networkpolicies named",
    "ClusterNetworkPolicy clusternetworkpolicies named",
  ]),
  ...group("k8s.ovn.org", "v1", ["EgressFirewall egressfirewalls named"]),
  ...group("security.istio.io", "v1 v1beta1", ["AuthorizationPolicy authorizationpolicies named"]),
  ...group("networking.istio.io", "v1 v1beta1", [
    "Gateway gateways istioGateway",
    "VirtualService virtualservices virtualService",
  ]),
  ...group("route.openshift.io", "v1", ["Route routes openShiftRoute"]),
  ...group("traefik.io", "v1alpha1", [
    "IngressRoute ingressroutes serviceRoute",
    "IngressRouteTCP ingressroutetcps serviceRoute",
    "IngressRouteUDP ingressrouteudps serviceRoute",
  ]),
  ...group("projectcontour.io", "v1", ["HTTPProxy httpproxies serviceRoute"]),
];
