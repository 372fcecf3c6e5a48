/**
 * Holds which findings a signed decision speaks of.
 * In: a decision, a finding, the name of its source package. Out: all of it, a part, or nothing.
 * Must never stretch a decision: one about a part of a finding does not cover the whole.
 */
import type { Workload } from "../../observe/fact.ts";
import { parseReference } from "../image-reference.ts";
import type { Finding, ImageRef, PackageRef } from "../verdict.ts";
import type { SignedDecision } from "./waiver.ts";

/** `part`: only some of the packages that the finding stands for. */
export type DecisionScope = "whole" | "part" | "nothing";

/** `source`: what the finding's upgrade is called. Ids and names compare without case. */
export function scopeOf(decision: SignedDecision, finding: Finding, source: string): DecisionScope {
  const { vulnerability, workload, image, packages } = finding;
  const ids = [vulnerability.id, ...vulnerability.aliases];
  if (!ids.some((id) => isSame(id, decision.vulnerability))) return "nothing";
  if (decision.workload !== "" && !isWorkload(workload, decision.workload)) return "nothing";
  if (decision.image !== "" && !isImage(image, decision.image)) return "nothing";
  const wanted = decision.package;
  if (wanted === "" || isSame(source, wanted)) return "whole";
  const named = packages.filter((one) => isPackage(one.package, wanted)).length;
  if (named === 0) return "nothing";
  return named === packages.length ? "whole" : "part";
}

function isPackage({ name, version, purl }: PackageRef, wanted: string): boolean {
  return (
    isSame(name, wanted) ||
    isSame(`${name}@${version}`, wanted) ||
    (purl !== "" && (isSame(purl, wanted) || isSame(purl.split(/[?#]/)[0] ?? "", wanted)))
  );
}

/** A bare name of a workload that has a namespace is not enough: another may have it too. */
function isWorkload({ namespace, name, container }: Workload, wanted: string): boolean {
  const owner = namespace === "" ? name : `${namespace}/${name}`;
  return wanted === owner || wanted === `${owner}/${container}`;
}

function isImage({ reference, digest }: ImageRef, wanted: string): boolean {
  if (digest !== "" && wanted.endsWith(digest)) return true;
  if (reference === "") return false;
  const asked = parseReference(wanted);
  const known = parseReference(reference);
  if (asked.digest !== "" || asked.repository === "") return wanted === reference;
  return asked.repository === known.repository && (asked.tag === "" || asked.tag === known.tag);
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
