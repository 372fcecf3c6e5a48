/**
 * Holds what an object or a container file says about a container's rights.
 * In: an identity. Out: privilege facts with source `declared`, or `denied` where it says no.
 * Must never take silence for a no.
 */

import type { ContainerIdentity } from "../inventory/image.ts";
import { capabilityName, extraCapabilities, isExtraCapability } from "./capabilities.ts";
import { containerKey } from "./container-key.ts";
import type { PrivilegeFact, PrivilegeKind } from "./fact.ts";

/** **Order**: as the kinds are listed here; without citations. */
export function declaredPrivileges(identity: ContainerIdentity): readonly PrivilegeFact[] {
  const facts: PrivilegeFact[] = [];
  const add = (privilege: PrivilegeKind, source: "declared" | "denied", detail = ""): void => {
    facts.push({
      kind: "privilege",
      container: containerKey(identity.containerId),
      privilege,
      detail,
      source,
      firstSeenUs: 0,
      lastSeenUs: 0,
      citations: [],
    });
  };
  const flag = (privilege: PrivilegeKind, value: boolean | undefined): void => {
    if (value !== undefined) add(privilege, value ? "declared" : "denied");
  };
  flag("privileged", identity.privileged);
  flag("root", identity.uid === undefined ? undefined : identity.uid === 0);
  flag("host-pid", identity.hostPid);
  flag("host-network", identity.hostNetwork);
  for (const name of addedCapabilities(identity)) add("capability", "declared", name);
  for (const mount of new Set(identity.hostMounts)) add("host-mount", "declared", mount);
  return facts;
}

function addedCapabilities(identity: ContainerIdentity): readonly string[] {
  const named = identity.addedCapabilities.map(capabilityName);
  const all = named.includes("CAP_ALL") ? [...named, ...extraCapabilities] : named;
  const extra = all.filter((name) => name !== "CAP_ALL" && isExtraCapability(name));
  return [...new Set(extra)].sort();
}
