/**
 * Holds how exposure is said in words: from where it was reached, who may reach it, by which way.
 * In: what is known of a workload's or finding's exposure. Out: sentences and lines, untrusted.
 * Must never call "not seen" isolated, nor "unknown" no.
 */
import type { Exposure, ExposurePath, FindingExposure } from "../judge/context/workload-context.ts";
import { plural } from "./text-layout.ts";

const origins = {
  internet: "from the internet",
  "outside-cluster": "from outside of the cluster",
  "other-namespace": "from other namespaces",
  "same-namespace": "from its own namespace",
} as const;

const observedWords: Readonly<Record<Exposure["observed"], string>> = {
  ...origins,
  loopback: "from itself alone (loopback)",
  never: "",
};

const allowedWords: Readonly<Record<Exposure["allowed"], string>> = {
  ...origins,
  nobody: "from nowhere",
  unknown: "",
};

/** From where it was reached: the farthest. */
export function describeObserved(observed: Exposure["observed"]): string {
  if (observed === "never") return "No connection to it was seen.";
  return `Connections to it were seen ${observedWords[observed]}.`;
}

/** From where services, ingresses and policies let it be reached: the farthest. */
export function describeAllowed(allowed: Exposure["allowed"]): string {
  if (allowed === "unknown") return "No objects of the cluster tell who may connect to it.";
  return `The cluster's objects allow connections ${allowedWords[allowed]}.`;
}

/**
 * How far the internet is. Of what is not exposed the same way is no entry, but the way of whoever
 * has taken over the workloads between.
 */
export function describeDistance({ exposed, hopCount }: FindingExposure): readonly string[] {
  if (hopCount === null) return [];
  if (hopCount === 0) return ["The internet leads to it directly."];
  const others = plural(hopCount, "other workload");
  if (exposed === "yes") return [`The internet leads to it through ${others}.`];
  return [
    `Whoever takes over the ${others} between could reach it from the internet, step by step; ` +
      "that requests are passed on to it is not known.",
  ];
}

/** `internet → Service web/nginx :80 → web/nginx :8080`. */
export function describePath({ hops }: ExposurePath): string {
  return hops.map(({ name, port }) => (port === 0 ? name : `${name} :${port}`)).join(" → ");
}
