/**
 * Holds which policies are wanted: the shipped ones that are asked for, and those that are compiled
 * from what a report leaves open.
 * In: names of a set, a report with its SBOMs. Out: policies with what they are for.
 * Must never want two policies of one purpose.
 */

import type { Sbom } from "../../core/inventory/image.ts";
import type { Report } from "../../core/report/report.ts";
import {
  type CompiledPolicies,
  type CompileLimits,
  compilePolicies,
  defaultCompileLimits,
  type WatchedQuestion,
} from "../../core/respond/compile-policies.ts";
import { renderShipped } from "../../core/respond/describe-policies.ts";
import { estimateMemory } from "../../core/respond/estimate-memory.ts";
import { listOpenQuestions } from "../../core/respond/list-open-questions.ts";
import type { PolicyDocument } from "../../core/respond/policy-document.ts";
import { scopesOfPolicy } from "../../core/respond/policy-scopes.ts";
import { renderPolicy } from "../../core/respond/render-policy.ts";
import { chooseShipped, setNames } from "../../core/respond/shipped-policies.ts";
import type { ShippedPolicy } from "../../core/respond/shipped-policy.ts";
import { WaggleError } from "../../ports/waggle-error.ts";

export interface WantedPolicy {
  readonly document: PolicyDocument;
  readonly origin: "shipped" | "compiled";
  /** A sentence: what it is for. */
  readonly why: string;
  /** **Unit**: bytes of kernel memory, estimated. */
  readonly kernelMemoryBytes: number;
  readonly yaml: string;
}

export interface WantedPolicies {
  /** **Order**: shipped ones as listed, then compiled ones. */
  readonly policies: readonly WantedPolicy[];
  readonly watched: readonly WatchedQuestion[];
  readonly leftOut: CompiledPolicies["leftOut"];
}

export interface WantOptions {
  /** Purposes, groups or words; empty: the default. */
  readonly set: readonly string[];
  /** Undefined: nothing is compiled. */
  readonly known: { readonly report: Report; readonly sboms: readonly Sbom[] } | undefined;
  readonly limits?: CompileLimits;
}

/** **Errors**: throws `not-found` for a name of the set that means nothing. */
export function wantPolicies({ set, known, limits }: WantOptions): WantedPolicies {
  const { chosen, unknown } = chooseShipped(set);
  refuseUnknown(unknown);
  const shipped = chosen.map(fromShipped);
  if (known === undefined) return { policies: shipped, watched: [], leftOut: [] };
  const { report, sboms } = known;
  const scopes = chosen.flatMap(({ policy }) => scopesOfPolicy(policy));
  const { findings, coverage } = report;
  const open = listOpenQuestions({ findings, coverage, sboms, scopes });
  const compiled = compilePolicies(open.questions, limits ?? defaultCompileLimits);
  return {
    policies: [...shipped, ...compiled.policies.map(fromCompiled)],
    watched: compiled.watched,
    leftOut: [...open.leftOut, ...compiled.leftOut],
  };
}

function refuseUnknown(unknown: readonly string[]): void {
  const [first] = unknown;
  if (first === undefined) return;
  const names = setNames.join(", ");
  throw new WaggleError("not-found", `No policy or set is called "${first}"; there are ${names}.`);
}

function fromShipped(one: ShippedPolicy): WantedPolicy {
  return {
    document: one.policy,
    origin: "shipped",
    why: `Shows ${one.shows}.`,
    kernelMemoryBytes: estimateMemory(one.policy.spec),
    yaml: renderShipped(one),
  };
}

function fromCompiled(document: PolicyDocument): WantedPolicy {
  const filters = document.spec.hooks.flatMap(({ selectors = [] }) =>
    selectors.flatMap(({ matchArgs = [] }) => matchArgs),
  );
  const count = (operator: string): number =>
    filters.reduce((sum, one) => sum + (one.operator === operator ? one.values.length : 0), 0);
  const what = `${count("Equal")} files and ${count("Prefix")} directories or modules`;
  const why = `Watches ${what} that decide whether vulnerable packages are used.`;
  const comment = [why, "Observes only. Made by waggle policy; the end of its name is a hash."];
  return {
    document,
    origin: "compiled",
    why,
    kernelMemoryBytes: estimateMemory(document.spec),
    yaml: renderPolicy(document, comment),
  };
}
