/**
 * Holds which credentials a container is given: the token of its service account, secrets.
 * In: a pod, rights of accounts. Out: names and what they are good for; never a value.
 */
import type {
  ClusterObjects,
  ObjectName,
  PodContainer,
  PodObject,
} from "../../inventory/cluster/cluster-objects.ts";
import type { Credential } from "../context/workload-context.ts";
import { type AccessRights, indexRights } from "./access-rights.ts";
import { describeRights, type RightsText } from "./describe-rights.ts";
import type { PodEntry } from "./pod-index.ts";

/** **Unit**: secrets of one container. */
const secretCountMax = 64;

export class CredentialBook {
  private readonly rights: AccessRights;
  /** What accounts say of mounting tokens. */
  private readonly automounts: ReadonlyMap<string, boolean | undefined>;
  private readonly texts = new Map<string, RightsText>();

  constructor(objects: ClusterObjects) {
    this.rights = indexRights(objects);
    this.automounts = new Map(
      objects.serviceAccounts.map((one) => [keyOf(one), one.automountsToken]),
    );
  }

  /** Of all its containers when the name is none of theirs. */
  of({ pod }: PodEntry, container: string): readonly Credential[] {
    const named = pod.containers.filter(({ name }) => name === container);
    const containers = named.length > 0 ? named : pod.containers;
    const account = { namespace: pod.namespace, name: pod.serviceAccount };
    const hasToken = this.mountsToken(pod, containers, account);
    return [
      ...(hasToken ? [this.accountOf(account)] : []),
      ...secretsOf(containers, "secret-mount", ({ secretMounts }) => secretMounts),
      ...secretsOf(containers, "secret-environment", (one) => one.secretEnvironment),
    ];
  }

  /**
   * A pod that was admitted shows the volume. Where none is declared the settings tell; to mount
   * it is the default.
   */
  private mountsToken(
    pod: PodObject,
    containers: readonly PodContainer[],
    account: ObjectName,
  ): boolean {
    if (pod.hasTokenVolume) return containers.some(({ mountsToken }) => mountsToken);
    return pod.automountsToken ?? this.automounts.get(keyOf(account)) ?? true;
  }

  private accountOf(account: ObjectName): Credential {
    const key = keyOf(account);
    const text = this.texts.get(key) ?? this.describe(account);
    this.texts.set(key, text);
    return { kind: "service-account", name: key, ...text };
  }

  private describe(account: ObjectName): RightsText {
    if (!this.rights.isKnown) return { rights: [], powerful: false };
    const text = describeRights(this.rights.grantsOf(account));
    if (text.rights.length > 0) return text;
    return { rights: ["nothing beyond what every account may do"], powerful: false };
  }
}

function keyOf({ namespace, name }: ObjectName): string {
  return `${namespace}/${name}`;
}

function secretsOf(
  containers: readonly PodContainer[],
  kind: Credential["kind"],
  names: (container: PodContainer) => readonly string[],
): readonly Credential[] {
  const distinct = [...new Set(containers.flatMap(names))].sort().slice(0, secretCountMax);
  return distinct.map((name) => ({ kind, name, rights: [], powerful: false }));
}
