/**
 * Holds the decoding of Services, Endpoints and EndpointSlices: who is behind a name.
 * In: parsed objects. Out: services with their ports and where they are published; endpoints.
 */
import type { Faults, JsonObject } from "../json-value.ts";
import { readObject, readText } from "../json-value.ts";
import type { EndpointsObject, ServiceObject, ServicePort } from "./cluster-objects.ts";
import { objectLimits } from "./cluster-objects.ts";
import {
  addressesOf,
  boundList,
  readLabels,
  readMetadata,
  readNames,
  readObjectName,
  readParts,
  readPort,
  readPortNumber,
  readProtocol,
  requireLabels,
} from "./object-parts.ts";
import { readPublishedAt, readSourceRanges } from "./published-at.ts";

/** **Shape**: ports of protocols that are none of TCP, UDP, SCTP are left out. */
export function decodeService(service: JsonObject, faults: Faults): ServiceObject | undefined {
  const name = readObjectName(service, faults);
  if (name === undefined) return undefined;
  const metadata = readMetadata(service, faults);
  const spec = readObject(service, "spec", faults) ?? {};
  const status = readObject(service, "status", faults) ?? {};
  const selector = readLabels(spec, "selector", faults);
  const className = readText(spec, "loadBalancerClass", faults);
  return {
    ...name,
    labels: readLabels(metadata, "labels", faults),
    type: readText(spec, "type", faults) || "ClusterIP",
    selector: selector.size === 0 ? undefined : requireLabels(selector),
    clusterAddresses: addressesOf([
      readText(spec, "clusterIP", faults),
      ...readNames(spec, "clusterIPs", faults),
    ]),
    externalAddresses: addressesOf(readNames(spec, "externalIPs", faults)),
    published: readPublishedAt(metadata, status, className, faults),
    sourceRanges: [
      ...readNames(spec, "loadBalancerSourceRanges", faults),
      ...readSourceRanges(metadata),
    ],
    isLocal: readText(spec, "externalTrafficPolicy", faults) === "Local",
    ports: readParts(spec, "ports", faults).flatMap((one) => readServicePort(one, faults)),
  };
}

function readServicePort(one: JsonObject, faults: Faults): readonly ServicePort[] {
  const protocol = readProtocol(one, faults);
  const port = readPortNumber(one, "port", faults);
  if (protocol === undefined || port === 0) return [];
  const target = readPort(one, "targetPort", faults);
  return [
    {
      name: readText(one, "name", faults),
      protocol,
      port,
      target: target === 0 ? port : target,
      nodePort: readPortNumber(one, "nodePort", faults),
    },
  ];
}

type Target = EndpointsObject["targets"][number];

function podOf(record: JsonObject, faults: Faults): string {
  const reference = readObject(record, "targetRef", faults) ?? {};
  return readText(reference, "kind", faults) === "Pod" ? readText(reference, "name", faults) : "";
}

/** One entry for each set of addresses and ports; pods that are not ready count. */
export function decodeEndpoints(object: JsonObject, faults: Faults): readonly EndpointsObject[] {
  const name = readObjectName(object, faults);
  if (name === undefined) return [];
  return readParts(object, "subsets", faults).map((subset) => {
    const targets = ["addresses", "notReadyAddresses"].flatMap((key) =>
      readParts(subset, key, faults).flatMap((one): Target[] =>
        addressesOf([readText(one, "ip", faults)]).map((address) => ({
          address,
          pod: podOf(one, faults),
        })),
      ),
    );
    return { ...name, service: name.name, targets, ports: readEndpointPorts(subset, faults) };
  });
}

/** Undefined for a slice that belongs to no service. */
export function decodeEndpointSlice(
  slice: JsonObject,
  faults: Faults,
): EndpointsObject | undefined {
  const name = readObjectName(slice, faults);
  const labels = readLabels(readMetadata(slice, faults), "labels", faults);
  const service = labels.get("kubernetes.io/service-name") ?? "";
  if (name === undefined || service === "") return undefined;
  const targets = readParts(slice, "endpoints", faults).flatMap((one): Target[] =>
    addressesOf(readNames(one, "addresses", faults)).map((address) => ({
      address,
      pod: podOf(one, faults),
    })),
  );
  return {
    ...name,
    service,
    targets: boundList(targets, objectLimits.addresses, "endpoints", faults),
    ports: readEndpointPorts(slice, faults),
  };
}

function readEndpointPorts(record: JsonObject, faults: Faults): EndpointsObject["ports"] {
  return readParts(record, "ports", faults).flatMap((one) => {
    const protocol = readProtocol(one, faults);
    const port = readPortNumber(one, "port", faults);
    if (protocol === undefined || port === 0) return [];
    return { name: readText(one, "name", faults), port, protocol };
  });
}
