/**
 * Holds the words for what was seen first: the process, the peer, the right.
 * In: a finding, its report. Out: one sentence each, untrusted names inside, and ids of evidence.
 */
import { compareText } from "../../event/compare-text.ts";
import type { FlowEnd } from "../../judge/flows/flow-edge.ts";
import type { Finding, Privilege } from "../../judge/verdict.ts";
import type { Report } from "../report.ts";
import type { LedgerScene } from "./ledger-scene.ts";
import { placeName } from "./place-name.ts";

export interface Described {
  readonly because: string;
  readonly evidence: readonly string[];
}

/** Which process used it first, and whose doing that was. */
export function describeUse({ usage }: Finding, { evidence }: Report): string {
  const proofs = usage.evidence.flatMap((id) => evidence[id] ?? []);
  const first = proofs.reduce<(typeof proofs)[number] | undefined>(
    (best, one) =>
      best === undefined || (one.time !== null && (best.time === null || one.time < best.time))
        ? one
        : best,
    undefined,
  );
  if (first === undefined) return usage.because;
  const { binary, actor, shows, path, time } = first;
  const when = time === null ? "" : ` at ${time}`;
  return `first seen in use${when}: ${binary} (${actor}) ${shows} ${path}`;
}

/** From or to where it is reached now, and was not before. */
export function describeExposed({ workload, exposure }: Finding, scene: LedgerScene): Described {
  const { before, report } = scene;
  if (before === undefined) return { because: exposure.because, evidence: [] };
  const place = placeName(workload);
  const known = new Set(before.report.flows.map(({ id }) => id));
  const isHere = ({ workload: one }: FlowEnd) => one !== null && placeName(one) === place;
  const arrived = report.flows
    .filter(({ id, to }) => isHere(to) && !known.has(id))
    .toSorted((a, b) => compareText(a.id, b.id));
  if (arrived.length === 0) return { because: exposure.because, evidence: [] };
  const names = [...new Set(arrived.map(({ from, port }) => `${from.name} to port ${port}`))];
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  const peers = `new: ${names.slice(0, 3).join(", ")}${more}`;
  const evidence = arrived.slice(0, 3).flatMap((one) => one.evidence.slice(0, 3));
  return { because: `${exposure.because}; ${peers}`, evidence };
}

/** Which rights came or went. */
export function describeRights(earlier: Finding | undefined, finding: Finding): Described {
  const nameOf = ({ privilege, detail }: Privilege) =>
    detail === "" ? privilege : `${privilege} ${detail}`;
  const was = new Set((earlier?.privileges ?? []).map(nameOf));
  const is = new Set(finding.privileges.map(nameOf));
  const came = finding.privileges.filter((one) => !was.has(nameOf(one)));
  const went = [...was].filter((one) => !is.has(one));
  const told = finding.privileged
    ? came.map((one) => `${nameOf(one)} (${one.source})`)
    : went.map((name) => `${name} no longer`);
  const list = [...new Set(told)].slice(0, 4).join(", ");
  const what = finding.privileged ? "the workload has rights over the host" : "the rights are gone";
  return {
    because: list === "" ? what : `${what}: ${list}`,
    evidence: came.flatMap((one) => one.evidence.slice(0, 2)).slice(0, 4),
  };
}

/** Which package of which layer. */
export function describePackage(finding: Finding, scene: LedgerScene): string {
  const { name, version } = finding.package;
  const source = sourceOf(finding, scene);
  const of = source === name ? "" : ` (of ${source})`;
  return `${name} ${version}${of}, ${describeLayer(finding.id, scene)}`;
}

/** What upgrades call its package. */
export function sourceOf(finding: Finding, { sources }: LedgerScene): string {
  const source = sources.get(finding.upgrade) ?? "";
  return source === "" ? finding.package.name : source;
}

const layerNames = {
  base: "of the base image",
  application: "of the application's layers",
  unknown: "layer unknown",
} as const;

/** Where the package comes from, as the plan of either report tells. */
export function describeLayer(finding: string, { layers }: LedgerScene): string {
  return layerNames[layers.get(finding) ?? "unknown"];
}
