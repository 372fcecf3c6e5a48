/**
 * Holds what a container may do on its host, by what the kernel showed and what objects say.
 * In: privilege facts of one container. Out: its privileges with evidence, whether it counts as
 * privileged, and where the two sources disagree.
 * Must never let a declaration hide what was seen, nor silence count as a no.
 */
import { compareText } from "../event/compare-text.ts";
import { isExtraCapability } from "../observe/capabilities.ts";
import type { PrivilegeFact, PrivilegeKind } from "../observe/fact.ts";
import type { EvidenceBook } from "./evidence-book.ts";
import { isSensitiveMount } from "./sensitive-mounts.ts";
import type { Privilege } from "./verdict.ts";

export interface JudgedPrivileges {
  /** **Order**: by kind, detail, source. */
  readonly privileges: readonly Privilege[];
  readonly privileged: boolean;
  /** Empty when nothing disagrees. */
  readonly contradictions: readonly PrivilegeContradiction[];
}

/** Two halves of one sentence: `declared`, but `observed`. */
export interface PrivilegeContradiction {
  readonly declared: string;
  readonly observed: string;
}

/**
 * `privileged` is what the funnel asks: some process of the container itself (no probe, operator
 * or runtime) ran with user id 0, or a capability beyond the runtimes' default set, or in a
 * namespace of the host (pid, network, mount), or used a runtime's socket; or an object declares
 * one of these, a privileged container, user id 0, or a mount of a sensitive host directory.
 * Rights gained by a set-user-id program are listed, and count by what they gave.
 */
export function judgePrivileges(
  facts: readonly PrivilegeFact[],
  evidence: EvidenceBook,
): JudgedPrivileges {
  const told = facts.filter(({ source }) => source !== "absent").sort(compareFacts);
  const privileges = told.map((fact): Privilege => {
    const { privilege, detail, source } = fact;
    const proofs = fact.citations.length > 0 ? [evidence.addPrivilege(fact)] : [];
    return { privilege, detail, source: source === "absent" ? "seen" : source, evidence: proofs };
  });
  return {
    privileges,
    privileged: told.some(grantsPower),
    contradictions: findContradictions(facts),
  };
}

const powerfulKinds: readonly PrivilegeKind[] = [
  "privileged",
  "root",
  "host-pid",
  "host-network",
  "host-mount-namespace",
];

function grantsPower({ privilege, detail, source }: PrivilegeFact): boolean {
  if (source !== "seen" && source !== "declared") return false;
  if (privilege === "capability") return isExtraCapability(detail);
  if (privilege === "host-mount") return isSensitiveMount(detail);
  return powerfulKinds.includes(privilege);
}

function compareFacts(a: PrivilegeFact, b: PrivilegeFact): number {
  return (
    compareText(a.privilege, b.privilege) ||
    compareText(a.detail, b.detail) ||
    compareText(a.source, b.source)
  );
}

function findContradictions(facts: readonly PrivilegeFact[]): readonly PrivilegeContradiction[] {
  const has = (privilege: PrivilegeKind, source: PrivilegeFact["source"]): boolean =>
    facts.some((fact) => fact.privilege === privilege && fact.source === source);
  const onlyAbsent = (privilege: PrivilegeKind): boolean =>
    has(privilege, "absent") && !has(privilege, "seen");
  const found: PrivilegeContradiction[] = [];
  const add = (declared: string, observed: string) => found.push({ declared, observed });
  if (has("privileged", "denied") && has("privileged", "seen")) {
    add("declared as not privileged", "its events name it privileged");
  }
  if (has("privileged", "declared") && onlyAbsent("capability")) {
    add("declared as privileged", "no process of root was seen with more than the default rights");
  }
  const extra = undeclaredCapabilities(facts);
  if (has("privileged", "denied") && !has("privileged", "seen") && extra.length > 0) {
    const shown = extra.slice(0, 4).join(", ");
    const more = extra.length > 4 ? ` and ${extra.length - 4} more` : "";
    add("declared as not privileged", `seen with undeclared ${shown}${more}`);
  }
  if (has("root", "denied") && has("root", "seen")) {
    add("declared to run without root", "seen running as user id 0");
  }
  for (const [privilege, what] of hostNamespaces) {
    if (has(privilege, "denied") && has(privilege, "seen")) {
      add(`declared outside of the host's ${what}`, "seen inside");
    }
    if (has(privilege, "declared") && onlyAbsent(privilege)) {
      add(`declared inside the host's ${what}`, "seen outside only");
    }
  }
  return found;
}

const hostNamespaces: readonly (readonly [PrivilegeKind, string])[] = [
  ["host-pid", "process namespace"],
  ["host-network", "network namespace"],
];

function undeclaredCapabilities(facts: readonly PrivilegeFact[]): readonly string[] {
  const named = (source: PrivilegeFact["source"]): readonly string[] =>
    facts
      .filter((fact) => fact.privilege === "capability" && fact.source === source)
      .map(({ detail }) => detail)
      .filter((detail) => detail !== "");
  const declared = new Set(named("declared"));
  return named("seen")
    .filter((name) => !declared.has(name))
    .sort(compareText);
}
