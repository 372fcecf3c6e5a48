/**
 * Holds the way to the API from inside of a pod: its service account.
 * In: the environment and folder that Kubernetes gives a pod. Out: an access, or none.
 */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { WaggleError } from "../../ports/waggle-error.ts";
import { type ClusterAccess, quote, readSmallFile } from "./cluster-access.ts";

/** **Source**: Kubernetes, "Accessing the API from a Pod". */
export const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Undefined outside of a pod, and in one that is given no token. */
export async function findInCluster(
  environment: Environment,
  folder: string = accountFolder,
): Promise<ClusterAccess | undefined> {
  const host = environment["KUBERNETES_SERVICE_HOST"] ?? "";
  const port = environment["KUBERNETES_SERVICE_PORT"] ?? "443";
  if (host === "" || !(await exists(join(folder, "token")))) return undefined;
  const text = `https://${host.includes(":") ? `[${host}]` : host}:${port}`;
  if (!URL.canParse(text)) {
    throw new WaggleError(
      "connection-failed",
      `KUBERNETES_SERVICE_HOST ${quote(host)} and _PORT ${quote(port)} are no address.`,
    );
  }
  return {
    server: new URL(text),
    origin: "the pod's service account",
    serverName: "",
    isUnverified: false,
    credentials: async () => ({
      token: (await readSmallFile(join(folder, "token"), "The account's token")).trim(),
      certificate: "",
      key: "",
      authority: await readSmallFile(join(folder, "ca.crt"), "The cluster's authority"),
    }),
    renew: () => {},
  };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
