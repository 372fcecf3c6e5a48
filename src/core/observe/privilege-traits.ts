/**
 * Holds which rights an event shows of its process.
 * In: process blocks, calls. Out: traits. What a block does not carry is neither seen nor absent.
 */
import type { Capabilities, HookEvent, Process } from "../event/event.ts";
import { isExtraCapability } from "./capabilities.ts";
import type { PrivilegeKind } from "./fact.ts";
import { type NamedTrait, named, type Trait } from "./privilege-state.ts";

/** Nearly all processes have one of few traits: those without a detail are made once. */
const plainTraits = new Map<PrivilegeKind, { seen: NamedTrait; absent: NamedTrait }>();

function plainTrait(privilege: PrivilegeKind, has: boolean): NamedTrait {
  let both = plainTraits.get(privilege);
  if (both === undefined) {
    const seen = named({ privilege, detail: "", source: "seen" });
    both = { seen, absent: named({ privilege, detail: "", source: "absent" }) };
    plainTraits.set(privilege, both);
  }
  return has ? both.seen : both.absent;
}

/** What a process block says. What a block does not carry is neither seen nor absent. */
export function traitsOf(process: Process): readonly NamedTrait[] {
  const traits: NamedTrait[] = [];
  const add = (privilege: PrivilegeKind, has: boolean) => traits.push(plainTrait(privilege, has));
  const { credentials, namespaces, capabilities, pod, binaryProperties } = process;
  if (pod?.privileged === true) add("privileged", true);
  const isRoot = process.uid === 0 || credentials?.uid === 0 || credentials?.euid === 0;
  if (isRoot || process.uid > 0) add("root", isRoot);
  if (namespaces?.pid !== undefined) add("host-pid", namespaces.pid.isHost);
  if (namespaces?.network !== undefined) add("host-network", namespaces.network.isHost);
  if (namespaces?.mount !== undefined) add("host-mount-namespace", namespaces.mount.isHost);
  if (capabilities !== undefined && !isInOwnUserNamespace(process)) {
    const extra = extraTraits(capabilities);
    traits.push(...extra);
    // A process without root has none in effect, however many its container may have.
    if (extra.length === 0 && isRoot) add("capability", false);
  }
  if ((binaryProperties?.privilegesChanged.length ?? 0) > 0) {
    traits.push(named({ privilege: "gained-by-setuid", detail: process.binary, source: "seen" }));
  }
  return traits;
}

/** By the set itself: decoders give equal sets as the same object. */
const extraTraitsOf = new WeakMap<Capabilities, readonly NamedTrait[]>();

function extraTraits(capabilities: Capabilities): readonly NamedTrait[] {
  let traits = extraTraitsOf.get(capabilities);
  if (traits === undefined) {
    traits = [...new Set(capabilities.effective)]
      .filter(isExtraCapability)
      .map((detail) => named({ privilege: "capability", detail, source: "seen" }));
    extraTraitsOf.set(capabilities, traits);
  }
  return traits;
}

/** Capabilities in a user namespace of one's own reach nothing outside of it. */
function isInOwnUserNamespace({ namespaces, credentials }: Process): boolean {
  return namespaces?.user?.isHost === false || (credentials?.userNamespaceLevel ?? 0) > 0;
}

const runtimeSocket =
  /(?:^|\/)(?:docker|containerd|crio|podman|cri-dockerd|dockershim|buildkitd)\.sock$/;
const noNewPrivileges = 38; // PR_SET_NO_NEW_PRIVS, linux/prctl.h

/** What a call shows that no process block tells. */
export function traitOfHook({ hook, arguments: given }: HookEvent): Trait | undefined {
  if (hook.endsWith("sys_prctl")) {
    const numbers = given.flatMap((argument) =>
      argument.kind === "integer" ? argument.value : [],
    );
    const sets = numbers[0] === noNewPrivileges && (numbers[1] ?? 1) === 1;
    return sets ? { privilege: "no-new-privileges", detail: "", source: "seen" } : undefined;
  }
  if (!hook.includes("connect")) return undefined;
  for (const argument of given) {
    if (argument.kind !== "socket-address" || !runtimeSocket.test(argument.address)) continue;
    return { privilege: "host-mount", detail: `?:${argument.address}`, source: "seen" };
  }
  return undefined;
}
