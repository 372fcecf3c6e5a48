/**
 * Holds the decoding of a Pod as an object of the network: addresses, ports, images, and names of
 * the secrets it is given.
 * In: a parsed Pod. Out: a `PodObject`. Who its containers are is `decode-pod.ts`.
 * Must never keep values of environment variables.
 */
import type { Faults, JsonObject } from "../json-value.ts";
import { readFlag, readObject, readObjects, readText } from "../json-value.ts";
import type { ContainerPort, PodContainer, PodObject } from "./cluster-objects.ts";
import {
  addressesOf,
  readFieldTexts,
  readLabels,
  readMetadata,
  readObjectName,
  readParts,
  readPortNumber,
  readProtocol,
} from "./object-parts.ts";

export function decodePodObject(pod: JsonObject, faults: Faults): PodObject | undefined {
  const name = readObjectName(pod, faults);
  if (name === undefined) return undefined;
  const spec = readObject(pod, "spec", faults) ?? {};
  const status = readObject(pod, "status", faults) ?? {};
  const phase = readText(status, "phase", faults);
  const volumes = readVolumes(spec, faults);
  return {
    ...name,
    labels: readLabels(readMetadata(pod, faults), "labels", faults),
    isFinished: phase === "Succeeded" || phase === "Failed",
    nodeName: readText(spec, "nodeName", faults),
    hostNetwork: readFlag(spec, "hostNetwork", faults) ?? false,
    addresses: addressesOf([
      readText(status, "podIP", faults),
      ...readFieldTexts(status, "podIPs", "ip", faults),
    ]),
    nodeAddresses: addressesOf([
      readText(status, "hostIP", faults),
      ...readFieldTexts(status, "hostIPs", "ip", faults),
    ]),
    serviceAccount:
      readText(spec, "serviceAccountName", faults) ||
      readText(spec, "serviceAccount", faults) ||
      "default",
    automountsToken: readFlag(spec, "automountServiceAccountToken", faults),
    hasTokenVolume: [...volumes.values()].some(({ hasToken }) => hasToken),
    containers: readContainers(spec, status, volumes, faults),
  };
}

interface Volume {
  readonly secrets: readonly string[];
  readonly hasToken: boolean;
}

/** Until Kubernetes 1.24 the token was a secret with a name of this form. */
const tokenSecret = /-token-[a-z0-9]{5}$/;

function readVolumes(spec: JsonObject, faults: Faults): ReadonlyMap<string, Volume> {
  const volumes = new Map<string, Volume>();
  for (const one of readParts(spec, "volumes", faults)) {
    const secret = readObject(one, "secret", faults) ?? {};
    const projected = readObject(one, "projected", faults) ?? {};
    const sources = readParts(projected, "sources", faults);
    const attributes = readObject(readObject(one, "csi", faults) ?? {}, "volumeAttributes", faults);
    const names = [
      readText(secret, "secretName", faults),
      ...sources.map((source) => nameIn(source, "secret", faults)),
      readText(attributes ?? {}, "secretProviderClass", faults),
    ].filter((name) => name !== "");
    volumes.set(readText(one, "name", faults), {
      secrets: names.filter((name) => !tokenSecret.test(name)),
      hasToken:
        names.some((name) => tokenSecret.test(name)) ||
        sources.some((source) => readObject(source, "serviceAccountToken", faults) !== undefined),
    });
  }
  return volumes;
}

function nameIn(record: JsonObject, key: string, faults: Faults): string {
  return readText(readObject(record, key, faults) ?? {}, "name", faults);
}

const lists = [
  ["containers", "containerStatuses"],
  ["initContainers", "initContainerStatuses"],
  ["ephemeralContainers", "ephemeralContainerStatuses"],
] as const;

function readContainers(
  spec: JsonObject,
  status: JsonObject,
  volumes: ReadonlyMap<string, Volume>,
  faults: Faults,
): readonly PodContainer[] {
  return lists.flatMap(([specKey, statusKey]) => {
    const running = new Map(
      readObjects(status, statusKey, faults).map((one) => [readText(one, "name", faults), one]),
    );
    return readParts(spec, specKey, faults).map((one): PodContainer => {
      const name = readText(one, "name", faults);
      const state = running.get(name) ?? {};
      const mounted = readFieldTexts(one, "volumeMounts", "name", faults)
        .map((volume) => volumes.get(volume))
        .filter((volume) => volume !== undefined);
      return {
        name,
        ports: readPorts(one, faults),
        image: readText(one, "image", faults),
        runningImage: readText(state, "image", faults),
        runningId: readText(state, "imageID", faults),
        secretMounts: [...new Set(mounted.flatMap(({ secrets }) => secrets))].sort(),
        secretEnvironment: readSecretEnvironment(one, faults),
        mountsToken: mounted.some(({ hasToken }) => hasToken),
      };
    });
  });
}

function readPorts(container: JsonObject, faults: Faults): readonly ContainerPort[] {
  return readParts(container, "ports", faults).flatMap((one) => {
    const protocol = readProtocol(one, faults);
    const port = readPortNumber(one, "containerPort", faults);
    if (protocol === undefined || port === 0) return [];
    return {
      name: readText(one, "name", faults),
      port,
      protocol,
      hostPort: readPortNumber(one, "hostPort", faults),
      hostAddress: readText(one, "hostIP", faults),
    };
  });
}

function readSecretEnvironment(container: JsonObject, faults: Faults): readonly string[] {
  const single = readParts(container, "env", faults).map((one) => {
    const source = readObject(one, "valueFrom", faults);
    return source === undefined ? "" : nameIn(source, "secretKeyRef", faults);
  });
  const whole = readParts(container, "envFrom", faults).map((one) =>
    nameIn(one, "secretRef", faults),
  );
  return [...new Set([...single, ...whole])].filter((name) => name !== "").sort();
}
