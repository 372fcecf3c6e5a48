/**
 * Holds what a daemon gathers beside its store: scans of images, objects of the cluster, policies
 * it loaded.
 * In: sources that name a state directory. Out: the same sources with what is there.
 */
import { WaggleError } from "../ports/waggle-error.ts";
import type { OperationContext } from "./operation.ts";
import type { Sources } from "./sources.ts";

/** Names within a state directory. */
export const stateFiles = {
  scans: "scans",
  cluster: "cluster.json",
  policies: "policies",
  containers: "containers.json",
  inbox: "inbox",
  reports: "reports",
} as const;

/** What command line or configuration name of a kind stands before what the daemon gathered. */
export async function addStateSources(
  sources: Sources,
  context: OperationContext,
): Promise<Sources> {
  const { state } = sources;
  if (state === "") return sources;
  const there = async (name: string): Promise<readonly string[]> => {
    const path = `${state}/${name}`;
    return (await exists(path, context)) ? [path] : [];
  };
  const [scans, cluster, policies, containers] = await Promise.all([
    there(stateFiles.scans),
    there(stateFiles.cluster),
    there(stateFiles.policies),
    there(stateFiles.containers),
  ]);
  return {
    ...sources,
    sbom: [...sources.sbom, ...scans],
    vulns: [...sources.vulns, ...scans],
    k8s: sources.k8s.length > 0 ? sources.k8s : cluster,
    policies: [...sources.policies, ...policies],
    containers: [...sources.containers, ...containers],
  };
}

async function exists(name: string, { files }: OperationContext): Promise<boolean> {
  try {
    return (await files.list(name)).length > 0;
  } catch (error) {
    if (error instanceof WaggleError && error.code === "file-not-found") return false;
    throw error;
  }
}
