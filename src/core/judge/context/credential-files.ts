/**
 * Holds which files hold credentials, by their path.
 * In: a path that a workload read, its mounts of the host. Out: the credential, by name alone.
 * **Source**: where Kubernetes, the clouds' and the usual tools document that they keep them.
 */
import { pathBelow } from "../../inventory/container-path.ts";
import type { Credential } from "./workload-context.ts";

type Found = Pick<Credential, "kind" | "name">;

const serviceAccount = new RegExp(
  "^(?:/var)?/run/secrets/(?:kubernetes\\.io|eks\\.amazonaws\\.com|azure/tokens|tokens)/" +
    "(?:serviceaccount/)?(?:\\.\\.[^/]+/)?(?:token|[\\w-]*-token)$",
);

const mountedSecret = /^(?:\/var)?\/run\/secrets\/(?:\.\.[^/]+\/)?([^/]+)$/;

/** Below some home or configuration directory. */
const credentialFile = new RegExp(
  [
    "/\\.aws/credentials$|/\\.azure/(?:accessTokens\\.json|msal_token_cache\\.\\w+)$",
    "/\\.config/gcloud/(?:application_default_credentials\\.json|credentials\\.db)$",
    "/\\.kube/config$|/\\.docker/config\\.json$|/\\.dockercfg$|/\\.ssh/(?:id_[a-z0-9]+|identity)$",
    "/\\.git-credentials$|/\\.netrc$|/\\.npmrc$|/\\.pypirc$|/\\.pgpass$|/\\.my\\.cnf$",
    "/\\.vault-token$|/\\.terraform\\.d/credentials\\.tfrc\\.json$|/\\.config/gh/hosts\\.yml$",
    "/\\.m2/settings\\.xml$|/\\.oci/config$|/\\.config/rclone/rclone\\.conf$",
    "^/kaniko/\\.docker/config\\.json$",
  ].join("|"),
);

/** On a node. */
const hostFile = new RegExp(
  [
    "^/etc/(?:shadow|gshadow|sudoers|krb5\\.keytab|ssh/ssh_host_\\w+_key)$",
    "^/etc/kubernetes/(?:.*\\.conf|pki/.*)$|^/etc/rancher/.*\\.yaml$",
    "^/var/lib/kubelet/(?:config\\.json|kubeconfig|pki/.*|pods/.*/token)$",
    "^/var/lib/rancher/.*/(?:tls|cred)/.*$|^/var/lib/etcd/.*$",
  ].join("|"),
);

/** Undefined for files that hold none. `hostMounts`: `host path:container path`. */
export function credentialOf(path: string, hostMounts: readonly string[]): Found | undefined {
  const hostPath = pathOnHost(path, hostMounts);
  if (hostPath !== undefined && (hostFile.test(hostPath) || credentialFile.test(hostPath))) {
    return { kind: "host-file", name: hostPath };
  }
  if (serviceAccount.test(path)) return { kind: "service-account", name: "" };
  const secret = mountedSecret.exec(path)?.[1];
  if (secret !== undefined) return { kind: "secret-mount", name: secret };
  return credentialFile.test(path) ? { kind: "secret-mount", name: path } : undefined;
}

function pathOnHost(path: string, hostMounts: readonly string[]): string | undefined {
  for (const mount of hostMounts) {
    const [host = "", target = ""] = mount.split(":");
    const below = target === "" ? undefined : pathBelow(path, target);
    if (below === undefined || host === "?") continue;
    return `${host.replace(/\/+$/, "")}/${below.replace(/^\/+/, "")}`;
  }
  return undefined;
}
