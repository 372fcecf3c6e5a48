/**
 * Holds finding the way to the Kubernetes API: a kubeconfig that is named, the account of the pod,
 * or the kubeconfig of the user.
 * In: a path or nothing, the environment. Out: an access.
 * Must never send a token over a line that others can read.
 */
import { access } from "node:fs/promises";
import { join, resolve } from "node:path";
import { WaggleError } from "../../ports/waggle-error.ts";
import { type ClusterAccess, type Credentials, quote, readSmallFile } from "./cluster-access.ts";
import { CredentialPlugin } from "./credential-plugin.ts";
import { type Environment, findInCluster } from "./in-cluster.ts";
import {
  type ChosenContext,
  type ConfigRecord,
  readKubeconfig,
  refuse,
  textIn,
} from "./read-kubeconfig.ts";

export interface AccessOptions {
  readonly environment: Environment;
  /** "": the current one. */
  readonly context: string;
  /** Whether `insecure-skip-tls-verify` is obeyed. */
  readonly allowUnverified: boolean;
  readonly accountFolder: string;
  readonly pluginTimeoutMs: number;
  readonly now: () => number;
}

/**
 * `path` "": the account of the pod, else `KUBECONFIG`, else `~/.kube/config`.
 * **Errors**: `connection-failed` when there is no way, `config-invalid`, those of files.
 */
export async function loadAccess(path: string, options: AccessOptions): Promise<ClusterAccess> {
  if (path !== "") return fromKubeconfig([path], options);
  const { environment } = options;
  const inCluster = await findInCluster(environment, options.accountFolder);
  if (inCluster !== undefined) return inCluster;
  const listed = (environment["KUBECONFIG"] ?? "").split(":").filter((one) => one !== "");
  const usual = join(environment["HOME"] ?? "/", ".kube", "config");
  const paths: string[] = [];
  for (const one of listed.length > 0 ? listed : [usual]) {
    if (await isThere(one)) paths.push(one);
  }
  if (paths.length === 0) {
    throw new WaggleError(
      "connection-failed",
      "No way to the Kubernetes API: this is no pod with a service account, and there is no " +
        "kubeconfig; name one.",
    );
  }
  return fromKubeconfig(paths, options);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function fromKubeconfig(
  paths: readonly string[],
  options: AccessOptions,
): Promise<ClusterAccess> {
  const chosen = await readKubeconfig(paths, options.context);
  const { cluster, user, path, context } = chosen;
  const server = readServer(chosen);
  const isUnverified = cluster.fields["insecure-skip-tls-verify"] === true;
  if (isUnverified && !options.allowUnverified) {
    throw refuse(path, "turns the check of the server's certificate off: give its authority");
  }
  refuseUnknown(chosen);
  const plugin = readPlugin(chosen, options);
  return {
    server,
    origin: `context ${quote(context)} of ${quote(path)}`,
    serverName: textIn(cluster.fields, "tls-server-name"),
    isUnverified,
    credentials: async () => {
      const given = (await plugin?.credential()) ?? (await readUser(user));
      guardToken(given.token, server);
      const authority = await readPem(cluster, "certificate-authority");
      return { ...given, authority };
    },
    renew: () => plugin?.forget(),
  };
}

function readServer({ cluster, path }: ChosenContext): URL {
  const text = textIn(cluster.fields, "server");
  const server = URL.canParse(text) ? new URL(text) : undefined;
  if (server === undefined || !/^https?:$/.test(server.protocol) || server.username !== "") {
    throw refuse(path, `has ${quote(text)} as server: expected https://HOST:PORT`);
  }
  return server;
}

/** Settings that change who is spoken to, or as whom, and that are not obeyed here. */
const refusedSettings: readonly (readonly ["cluster" | "user", string])[] = [
  ["cluster", "proxy-url"],
  ["user", "username"],
  ["user", "password"],
  ["user", "auth-provider"],
  ["user", "as"],
  ["user", "as-uid"],
  ["user", "as-groups"],
  ["user", "as-user-extra"],
];

function refuseUnknown(chosen: ChosenContext): void {
  for (const [of, key] of refusedSettings) {
    const value = chosen[of].fields[key];
    if (value === undefined || value === null || value === "") continue;
    throw refuse(chosen.path, `has the setting ${key}, which is not supported`);
  }
}

function readPlugin(
  { user, cluster, path }: ChosenContext,
  { environment, pluginTimeoutMs, now }: AccessOptions,
): CredentialPlugin | undefined {
  const exec = user.fields["exec"];
  if (exec === undefined || exec === null) return undefined;
  if (textIn(user.fields, "token") !== "" || textIn(user.fields, "tokenFile") !== "") {
    throw refuse(path, "has both a token and a credential plugin for one user");
  }
  const fields = typeof exec === "object" ? (exec as ConfigRecord["fields"]) : {};
  const told = Object.fromEntries(
    ["server", "tls-server-name", "certificate-authority-data"]
      .map((key) => [key, textIn(cluster.fields, key)])
      .filter(([, value]) => value !== ""),
  );
  const run = { environment, timeoutMs: pluginTimeoutMs, cluster: told, now };
  return new CredentialPlugin({ fields, folder: user.folder }, path, run);
}

async function readUser(user: ConfigRecord): Promise<Omit<Credentials, "authority">> {
  const tokenFile = textIn(user.fields, "tokenFile");
  const token =
    tokenFile === ""
      ? textIn(user.fields, "token")
      : await readSmallFile(resolve(user.folder, tokenFile), "The token");
  return {
    token: token.trim(),
    certificate: await readPem(user, "client-certificate"),
    key: await readPem(user, "client-key"),
  };
}

/** `KEY-data` in base64, else the file that `KEY` names, else "". */
async function readPem({ fields, folder }: ConfigRecord, key: string): Promise<string> {
  const data = textIn(fields, `${key}-data`);
  if (data !== "") return Buffer.from(data, "base64").toString("utf8");
  const path = textIn(fields, key);
  return path === "" ? "" : readSmallFile(resolve(folder, path), `The file of ${key}`);
}

const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

function guardToken(token: string, server: URL): void {
  if (token === "" || server.protocol === "https:" || loopback.test(server.hostname)) return;
  throw new WaggleError(
    "config-invalid",
    `A token is not sent to ${quote(server.host)} without TLS: use https.`,
  );
}
