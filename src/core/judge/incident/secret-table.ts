/**
 * Holds which files are secrets when an intruder reads them, and what must be renewed then.
 * In: a path as the process named it. Out: what it holds, and what to renew.
 * **Source**: `context/credential-files.ts`, and where Linux keeps passwords, keys and histories.
 */
import { credentialOf } from "../context/credential-files.ts";

export interface Secret {
  /** `password hashes`, `service account token`. */
  readonly name: string;
  /** What to renew, as an order: `Change the passwords of all local accounts`. */
  readonly renew: string;
}

const kinds: readonly (readonly [RegExp, Secret])[] = [
  [
    /^\/etc\/g?shadow-?$/,
    { name: "password hashes", renew: "Change the passwords of all local accounts" },
  ],
  [
    /\/\.ssh\/(?:id_[\w-]+|identity)$|^\/etc\/ssh\/ssh_host_\w+_key$/,
    { name: "private SSH key", renew: "Replace the SSH key and remove its public part everywhere" },
  ],
  [
    /^\/proc\/(?:\d+|self|\*)\/environ$/,
    {
      name: "environment of a process",
      renew: "Renew the secrets that stand in environments of processes, of containers too",
    },
  ],
  [
    /\/serviceaccount\/(?:\.\.[^/]+\/)?token$/,
    {
      name: "service account token",
      renew: "Recreate the pod's service account, so that its tokens become void",
    },
  ],
  [
    /\/\.aws\/|\/\.azure\/|\/\.config\/gcloud\/|\/azure\/tokens\/|eks\.amazonaws\.com/,
    { name: "cloud credentials", renew: "Renew the cloud credentials and look at their use" },
  ],
  [
    /\/\.kube\/config$|^\/etc\/kubernetes\/|^\/var\/lib\/kubelet\//,
    { name: "cluster credentials", renew: "Renew the cluster credentials, certificates included" },
  ],
  [
    /\/\.(?:bash|zsh|ash|sh|python|mysql|psql)_history$/,
    { name: "command history", renew: "Renew the secrets that were typed on the command line" },
  ],
];

/** Undefined for files that are no secrets. A mount of the host in front is looked through. */
export function secretOf(path: string): Secret | undefined {
  for (const plain of [path, belowMount(path)]) {
    if (plain === "") continue;
    const found = kinds.find(([pattern]) => pattern.test(plain));
    if (found !== undefined) return found[1];
    const known = credentialOf(plain, ["/:/"]);
    if (known !== undefined)
      return { name: "credentials", renew: "Renew the credentials in these files" };
  }
  return undefined;
}

/** `/host/etc/shadow` is the node's `/etc/shadow`; "" where nothing is in front. */
function belowMount(path: string): string {
  return /^(?:\/[^/]+){1,2}?(\/(?:etc|root|home|var\/lib|proc)\/.+)$/.exec(path)?.[1] ?? "";
}
