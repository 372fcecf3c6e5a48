/**
 * Holds the decoding of one container as runtimes describe it in JSON: `docker inspect`, `docker
 * ps`, `podman ps`, `nerdctl inspect`, `crictl ps` and `crictl inspect`.
 * In: one parsed object. Out: its identity and what it says about rights.
 * Must never read silence as "no": what a listing does not tell stays undefined.
 */
import {
  capabilityNames,
  containerIdOf,
  mountPathsOf,
  newIdentity,
  numericUser,
  parseTimeUs,
  podNamesOf,
  podNamesOfLabels,
  readImageNames,
} from "./container-identity.ts";
import type { ContainerIdentity } from "./image.ts";
import type { Faults, JsonObject } from "./json-value.ts";
import {
  isObject,
  readFlag,
  readNumber,
  readObject,
  readObjects,
  readText,
  readTexts,
} from "./json-value.ts";
import { digestOf } from "./syft-source.ts";

/** Undefined when there is no container id; `faults` then says so. */
export function decodeRuntimeContainer(
  record: JsonObject,
  input: string,
  faults: Faults,
): ContainerIdentity | undefined {
  const status = readObject(record, "status", faults);
  // `crictl inspect` puts the container one level deeper; elsewhere `status` is text.
  const body = isObject(record["status"]) ? status : record;
  if (body === undefined) return undefined;
  const given = firstText(body, ["Id", "ID", "id"]);
  const id = containerIdOf(given);
  if (id === "") {
    const found = digestOf(given) === "" ? "found none" : "found the id of an image";
    faults.first ??= `Id: expected at least 12 hex digits, ${found}`;
    return undefined;
  }
  const named = withNames(newIdentity(input, id), body, faults);
  const rights = isObject(body["HostConfig"]) ? inspectedRights(body, faults) : {};
  const mounts = readMounts(body, faults);
  const info = readObject(record, "info", faults);
  return {
    ...named,
    ...rights,
    ...(info === undefined ? {} : criRights(info, faults)),
    hostMounts: mounts,
    // A docker volume starts as a copy of the image's directory; a bind mount hides it.
    mountPaths: mountPathsOf(mounts.map((mount) => mount.slice(mount.lastIndexOf(":") + 1))),
    startedUs: startTime(body),
  };
}

function firstText(record: JsonObject, keys: readonly string[]): string {
  for (const key of keys) {
    const value = record[key];
    if (typeof value === "string" && value !== "") return value;
  }
  return "";
}

function withNames(
  identity: ContainerIdentity,
  body: JsonObject,
  faults: Faults,
): ContainerIdentity {
  const label = labelReader(body);
  const plain = plainName(body, faults);
  const config = readObject(body, "Config", faults) ?? {};
  const image = readObject(body, "image", { first: undefined }) ?? {};
  const manifest = readObject(body, "ImageManifestDescriptor", faults) ?? {};
  const hexId = firstText(body, ["ImageID"]).replace(/^(?!sha256:)/, "sha256:");
  const imageNames = readImageNames(
    firstText(config, ["Image"]),
    firstText(image, ["userSpecifiedImage", "user_specified_image"]),
    firstText(body, ["ImageName"]),
    firstText(body, ["Image"]),
    firstText(image, ["image"]),
    firstText(body, ["imageRef", "image_ref"]),
    firstText(body, ["imageId", "image_id"]),
    digestOf(hexId),
  );
  const manifestDigest = digestOf(
    firstText(manifest, ["digest"]) || firstText(body, ["ImageDigest"]),
  );
  const digest = manifestDigest === "" ? imageNames.imageDigest : manifestDigest;
  const inPod = podNamesOfLabels(label) ?? podNamesOf(plain) ?? { name: plain };
  const named = { ...identity, ...inPod, ...imageNames, imageDigest: digest };
  return named.name === "" ? { ...named, name: plain } : named;
}

/** Docker gives `/name` or `a,b`, podman a list, CRI an object. */
function plainName(body: JsonObject, faults: Faults): string {
  const metadata = readObject(body, "metadata", faults);
  if (metadata !== undefined) return readText(metadata, "name", faults);
  const names = Array.isArray(body["Names"]) ? readTexts(body, "Names", faults) : [];
  const [first = firstText(body, ["Name", "Names", "name"])] = names;
  return (first.split(",")[0] ?? "").replace(/^\//, "");
}

/** Labels are an object, or in `docker ps` one text `a=b,c=d`. */
function labelReader(body: JsonObject): (name: string) => string {
  const config = isObject(body["Config"]) ? body["Config"] : {};
  const found = [body["labels"], body["Labels"], config["Labels"]].find(
    (one) => isObject(one) || typeof one === "string",
  );
  const labels = new Map<string, unknown>(isObject(found) ? Object.entries(found) : []);
  if (typeof found === "string") {
    for (const pair of found.split(",")) {
      const at = pair.indexOf("=");
      if (at > 0) labels.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
  return (name) => {
    const value = labels.get(name);
    return typeof value === "string" ? value : "";
  };
}

function inspectedRights(body: JsonObject, faults: Faults): Partial<ContainerIdentity> {
  const host = readObject(body, "HostConfig", faults) ?? {};
  const config = readObject(body, "Config", faults) ?? {};
  const check = readObject(config, "Healthcheck", faults);
  const command = check === undefined ? "" : healthCommand(readTexts(check, "Test", faults));
  const has = (key: string) => host[key] !== undefined && host[key] !== null;
  return {
    privileged: readFlag(host, "Privileged", faults),
    hostPid: has("PidMode") ? readText(host, "PidMode", faults) === "host" : undefined,
    hostNetwork: has("NetworkMode") ? readText(host, "NetworkMode", faults) === "host" : undefined,
    uid: numericUser(readText(config, "User", faults)),
    addedCapabilities: capabilityNames(readTexts(host, "CapAdd", faults)),
    probeCommands: command === "" ? [] : [command],
  };
}

/** **Shape**: `["CMD", …]`, `["CMD-SHELL", text]`, `["NONE"]`. */
function healthCommand(test: readonly string[]): string {
  const [kind, ...rest] = test;
  if (kind === "CMD-SHELL") return `/bin/sh -c ${rest.join(" ")}`;
  return kind === "CMD" ? rest.join(" ") : "";
}

/** `crictl inspect` carries the request of the kubelet in `info.config`. */
function criRights(info: JsonObject, faults: Faults): Partial<ContainerIdentity> {
  const config = readObject(info, "config", faults);
  const linux = config === undefined ? undefined : readObject(config, "linux", faults);
  const context = linux === undefined ? undefined : readObject(linux, "security_context", faults);
  const privileged = readFlag(info, "privileged", faults);
  if (context === undefined) return privileged === undefined ? {} : { privileged };
  const options = readObject(context, "namespace_options", faults) ?? {};
  const capabilities = readObject(context, "capabilities", faults) ?? {};
  const user = readObject(context, "run_as_user", faults) ?? {};
  return {
    // Protobuf leaves out what is false and zero.
    privileged: readFlag(context, "privileged", faults) ?? privileged ?? false,
    hostPid: isNodeMode(options["pid"]),
    hostNetwork: isNodeMode(options["network"]),
    uid: readNumber(user, "value", faults),
    addedCapabilities: capabilityNames(readTexts(capabilities, "add_capabilities", faults)),
  };
}

/** **Source**: CRI `NamespaceMode`, where NODE is 2. */
function isNodeMode(mode: unknown): boolean {
  return mode === 2 || mode === "NODE";
}

function readMounts(body: JsonObject, faults: Faults): readonly string[] {
  const pairs: string[] = [];
  const mounts =
    Array.isArray(body["Mounts"]) && body["Mounts"].every(isObject)
      ? readObjects(body, "Mounts", faults)
      : [];
  for (const mount of mounts) {
    const source = readText(mount, "Source", faults);
    const isBind = readText(mount, "Type", faults) === "bind";
    if (isBind && source !== "") pairs.push(`${source}:${readText(mount, "Destination", faults)}`);
  }
  // Only CRI spells it in lower case; `crictl ps` does not list mounts.
  const criMounts = Array.isArray(body["mounts"]) ? readObjects(body, "mounts", faults) : [];
  for (const mount of criMounts) {
    const source = firstText(mount, ["hostPath", "host_path"]);
    const isKubelets = source.startsWith("/var/lib/kubelet/pods/");
    const target = firstText(mount, ["containerPath", "container_path"]);
    if (source !== "" && !isKubelets) pairs.push(`${source}:${target}`);
  }
  return [...new Set(pairs)].slice(0, 1000);
}

/** Docker: RFC 3339 text; podman: seconds; CRI: nanoseconds as text. */
function startTime(body: JsonObject): number {
  const state = isObject(body["State"]) ? body["State"] : {};
  const text =
    firstText(state, ["StartedAt"]) || firstText(body, ["startedAt", "createdAt", "CreatedAt"]);
  if (/^\d{19}$/.test(text)) return Math.floor(Number(text.slice(0, 16)));
  const seconds = body["StartedAt"];
  if (typeof seconds === "number" && seconds > 0 && seconds < 1e11) return seconds * 1e6;
  return parseTimeUs(text);
}
