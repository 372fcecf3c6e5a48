/**
 * Holds which fields of objects are kept, as trees of names, and the cutting of an object to them.
 * In: an object as the API sends it. Out: a smaller one, the only thing that is kept of it.
 * Must never keep a value of an environment variable, arguments, managed fields or an annotation
 * that no decoder reads. That decoders read nothing more is shown by a test.
 */
import { isObject, type JsonObject } from "../../core/inventory/json-value.ts";

/** `true`: whole. A tree goes through lists to each of their elements. */
export type Keep = true | { readonly [key: string]: Keep };

/**
 * What does not fit the tree (text where an object is asked for) stays: decoders report it.
 * **Shape**: elements of lists of which nothing is left are left out.
 */
export function keepFields(value: unknown, keep: Keep): unknown {
  if (keep === true) return value;
  if (Array.isArray(value)) {
    return value
      .map((one: unknown) => [one, keepFields(one, keep)] as const)
      .filter(([before, after]) => !isEmptied(before, after))
      .map(([, after]) => after);
  }
  if (!isObject(value)) return value;
  const kept: [string, unknown][] = [];
  for (const [key, below] of Object.entries(keep)) {
    if (Object.hasOwn(value, key)) kept.push([key, keepFields(value[key], below)]);
  }
  return Object.fromEntries(kept);
}

function isEmptied(before: unknown, after: unknown): boolean {
  return isObject(before) && isObject(after) && isBare(after) && !isBare(before);
}

function isBare(object: JsonObject): boolean {
  return Object.keys(object).length === 0;
}

/** Every key kept whole: `all("name kind")`. */
function all(names: string): { readonly [key: string]: Keep } {
  return Object.fromEntries(names.split(" ").map((name) => [name, true as const]));
}

/** Annotations that say where something is published, and to whom, or a node's inner address. */
const annotations = all(
  [
    "kubernetes.io/ingress.class ingressclass.kubernetes.io/is-default-class",
    "service.beta.kubernetes.io/aws-load-balancer-internal",
    "service.beta.kubernetes.io/aws-load-balancer-scheme",
    "service.beta.kubernetes.io/aws-load-balancer-type",
    "alb.ingress.kubernetes.io/scheme alb.ingress.kubernetes.io/inbound-cidrs",
    "service.beta.kubernetes.io/azure-load-balancer-internal",
    "appgw.ingress.kubernetes.io/use-private-ip",
    "networking.gke.io/load-balancer-type cloud.google.com/load-balancer-type",
    "service.beta.kubernetes.io/openstack-internal-load-balancer",
    "service.beta.kubernetes.io/oci-load-balancer-internal",
    "oci-network-load-balancer.oraclecloud.com/internal",
    "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type",
    "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid",
    "service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type",
    "service.beta.kubernetes.io/do-loadbalancer-network yandex.cloud/load-balancer-type",
    "nginx.ingress.kubernetes.io/whitelist-source-range",
    "nginx.ingress.kubernetes.io/allowlist-source-range",
    "haproxy.org/allow-list haproxy.org/whitelist",
    "haproxy.router.openshift.io/ip_whitelist haproxy.router.openshift.io/ip_allowlist",
    "service.beta.kubernetes.io/load-balancer-source-ranges",
    "projectcalico.org/IPv4IPIPTunnelAddr projectcalico.org/IPv4VXLANTunnelAddr",
    "projectcalico.org/IPv6VXLANTunnelAddr io.cilium.network.ipv4-cilium-host",
    "network.cilium.io/ipv4-cilium-host network.cilium.io/ipv6-cilium-host",
    "flannel.alpha.coreos.com/public-ip",
  ].join(" "),
);

/** Its revision is kept beside it: that alone is no change. */
const metadata = { ...all("name namespace labels"), annotations };
const named = { metadata: all("name namespace") };
const owned = {
  metadata: { ...all("name namespace"), ownerReferences: all("kind name controller") },
};
const labelled = { metadata: all("name namespace labels") };

const command = { exec: all("command") };
const container: Keep = {
  ...all("name image"),
  ports: all("name containerPort protocol hostPort hostIP"),
  volumeMounts: all("name mountPath subPath"),
  env: { valueFrom: { secretKeyRef: all("name") } },
  envFrom: { secretRef: all("name") },
  securityContext: { ...all("privileged runAsUser"), capabilities: all("add") },
  startupProbe: command,
  livenessProbe: command,
  readinessProbe: command,
  lifecycle: { postStart: command, preStop: command },
};
const containerState = { running: all("startedAt"), terminated: all("containerID startedAt") };
const containerStatus: Keep = {
  ...all("name image imageID containerID"),
  state: containerState,
  lastState: containerState,
};

const pod: Keep = {
  metadata: { ...all("name namespace uid labels"), ...owned.metadata },
  spec: {
    ...all("nodeName hostNetwork hostPID serviceAccountName serviceAccount"),
    ...all("automountServiceAccountToken"),
    securityContext: all("runAsUser"),
    volumes: {
      name: true,
      secret: all("secretName"),
      projected: { sources: { secret: all("name"), serviceAccountToken: {} } },
      csi: { volumeAttributes: all("secretProviderClass") },
      hostPath: all("path"),
    },
    containers: container,
    initContainers: container,
    ephemeralContainers: container,
  },
  status: {
    ...all("phase podIP hostIP"),
    podIPs: all("ip"),
    hostIPs: all("ip"),
    containerStatuses: containerStatus,
    initContainerStatuses: containerStatus,
    ephemeralContainerStatuses: containerStatus,
  },
};

const published: Keep = { loadBalancer: { ingress: all("ip hostname") }, addresses: all("value") };
const backend: Keep = {
  ...all("serviceName servicePort"),
  service: { name: true, port: all("number name") },
};
const reference = all("kind namespace name port");
const destination: Keep = { route: { destination: { host: true, port: all("number") } } };

/** What is kept of each shape of object; several kinds share one. */
export const keptFields = {
  pod,
  named,
  owned,
  labelled,
  service: {
    metadata,
    spec: {
      ...all("type selector clusterIP clusterIPs externalIPs loadBalancerClass"),
      ...all("loadBalancerSourceRanges externalTrafficPolicy"),
      ports: all("name protocol port targetPort nodePort"),
    },
    status: published,
  },
  endpoints: {
    ...labelled,
    endpoints: { addresses: true, targetRef: all("kind name") },
    ports: all("name port protocol"),
  },
  ingress: {
    metadata,
    spec: {
      ingressClassName: true,
      defaultBackend: backend,
      backend,
      rules: { http: { paths: { backend } } },
    },
    status: published,
  },
  ingressClass: { metadata, spec: all("controller") },
  /** Policies are read whole: a part that is left out would be one that is not there. */
  policy: { ...named, ...all("spec specs") },
  node: { metadata, spec: all("podCIDR podCIDRs"), status: { addresses: all("address") } },
  networks: { ...named, spec: { ...all("cidr cidrs"), ipam: all("podCIDRs") } },
  serviceAccount: { ...named, ...all("automountServiceAccountToken") },
  role: {
    ...labelled,
    rules: all("verbs apiGroups resources resourceNames"),
    aggregationRule: all("clusterRoleSelectors"),
  },
  binding: { ...named, roleRef: all("kind name"), subjects: all("kind namespace name") },
  gateway: { metadata, spec: all("gatewayClassName"), status: published },
  gatewayRoute: {
    metadata,
    spec: { parentRefs: reference, rules: { backendRefs: reference } },
    status: published,
  },
  openShiftRoute: {
    metadata,
    spec: { to: reference, alternateBackends: reference, port: all("targetPort") },
    status: published,
  },
  serviceRoute: {
    metadata,
    spec: { routes: { services: reference }, tcpproxy: { services: reference } },
    status: published,
  },
  istioGateway: { ...named, spec: all("selector") },
  virtualService: {
    metadata,
    spec: { gateways: true, http: destination, tcp: destination, tls: destination },
    status: published,
  },
} as const satisfies Record<string, Keep>;
