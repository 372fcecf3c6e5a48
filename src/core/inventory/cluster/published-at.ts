/**
 * Holds where objects say they are published, and which annotations and classes of the large
 * clouds keep a load balancer inside of the provider's network.
 * In: metadata and status of Services, Ingresses, Gateways. Out: addresses, hosts, networks.
 * Must never keep an annotation that is not asked for here: whole manifests are among them.
 */
import type { Faults, JsonObject } from "../json-value.ts";
import { readObject, readText } from "../json-value.ts";
import type { PublishedAt } from "./cluster-objects.ts";
import { addressesOf, readFieldTexts } from "./object-parts.ts";

/**
 * Key and values that ask for an internal load balancer; an empty list: any value but "" and
 * `false`.
 * **Source**: documentation of the cloud controllers of AWS, Azure, Google, OpenStack, Oracle,
 * Alibaba, Tencent, IBM, DigitalOcean and Yandex, and of their ingress controllers.
 */
const internalMarks: readonly (readonly [string, readonly string[]])[] = [
  ["service.beta.kubernetes.io/aws-load-balancer-internal", []],
  ["service.beta.kubernetes.io/aws-load-balancer-scheme", ["internal"]],
  ["alb.ingress.kubernetes.io/scheme", ["internal"]],
  ["service.beta.kubernetes.io/azure-load-balancer-internal", ["true"]],
  ["appgw.ingress.kubernetes.io/use-private-ip", ["true"]],
  ["networking.gke.io/load-balancer-type", ["internal"]],
  ["cloud.google.com/load-balancer-type", ["internal"]],
  ["kubernetes.io/ingress.class", ["gce-internal"]],
  ["service.beta.kubernetes.io/openstack-internal-load-balancer", ["true"]],
  ["service.beta.kubernetes.io/oci-load-balancer-internal", ["true"]],
  ["oci-network-load-balancer.oraclecloud.com/internal", ["true"]],
  ["service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type", ["intranet"]],
  ["service.kubernetes.io/qcloud-loadbalancer-internal-subnetid", []],
  ["service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type", ["private"]],
  ["service.beta.kubernetes.io/do-loadbalancer-network", ["internal"]],
  ["yandex.cloud/load-balancer-type", ["internal"]],
];

/** Classes of gateways and ingresses that are internal by their kind. **Source**: GKE. */
const internalClass = /(?:^|[-.])(?:rilb|internal)(?:$|[-.])/;

/** AWS gives internal load balancers names that begin so. */
const internalHost = /^internal-/;

function annotation(metadata: JsonObject, key: string): string {
  const annotations = readObject(metadata, "annotations", { first: undefined }) ?? {};
  return readText(annotations, key, { first: undefined }).toLowerCase();
}

/**
 * The controller of AWS makes a load balancer internal unless told otherwise; the one within
 * Kubernetes makes it public. **Source**: AWS Load Balancer Controller, Service annotations.
 */
function isInternalByDefault(metadata: JsonObject, className: string): boolean {
  const type = annotation(metadata, "service.beta.kubernetes.io/aws-load-balancer-type");
  const isOfController =
    className === "service.k8s.aws/nlb" || type === "external" || type === "nlb-ip";
  const scheme = annotation(metadata, "service.beta.kubernetes.io/aws-load-balancer-scheme");
  return isOfController && scheme !== "internet-facing";
}

/** `status`: with a `loadBalancer` or, as gateways have them, `addresses`. */
export function readPublishedAt(
  metadata: JsonObject,
  status: JsonObject,
  className: string,
  faults: Faults,
): PublishedAt {
  const balancer = readObject(status, "loadBalancer", faults) ?? {};
  const values = readFieldTexts(status, "addresses", "value", faults);
  const addresses = addressesOf([...readFieldTexts(balancer, "ingress", "ip", faults), ...values]);
  const hosts = [...readFieldTexts(balancer, "ingress", "hostname", faults), ...values].filter(
    (host) => host !== "" && addressesOf([host]).length === 0,
  );
  const isMarked = internalMarks.some(([key, asked]) => {
    const value = annotation(metadata, key);
    return asked.length === 0 ? value !== "" && value !== "false" : asked.includes(value);
  });
  return {
    addresses,
    hosts,
    isInternal:
      isMarked ||
      internalClass.test(className) ||
      isInternalByDefault(metadata, className) ||
      (hosts.length > 0 && hosts.every((host) => internalHost.test(host))),
  };
}

/** **Source**: documentation of ingress-nginx, HAProxy and the ingress controller of AWS. */
const rangeMarks = [
  "nginx.ingress.kubernetes.io/whitelist-source-range",
  "nginx.ingress.kubernetes.io/allowlist-source-range",
  "haproxy.org/allow-list",
  "haproxy.org/whitelist",
  "haproxy.router.openshift.io/ip_whitelist",
  "haproxy.router.openshift.io/ip_allowlist",
  "alb.ingress.kubernetes.io/inbound-cidrs",
  "service.beta.kubernetes.io/load-balancer-source-ranges",
];

/** Networks that annotations let in; empty: everybody. **Shape**: at most 64. */
export function readSourceRanges(metadata: JsonObject): readonly string[] {
  const texts = rangeMarks.flatMap((key) => annotation(metadata, key).split(/[\s,]+/));
  return [...new Set(texts)].filter((text) => text !== "").slice(0, 64);
}
