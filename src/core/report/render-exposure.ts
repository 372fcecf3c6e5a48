/**
 * Holds one workload's place for a terminal: who reaches it, what it is, what it reaches, proofs.
 * In: its context with flows, contradictions, findings and proofs. Out: terminal text.
 */
import type {
  Contradiction,
  Credential,
  Exposure,
  Reach,
  RoleVerdict,
  WorkloadContext,
} from "../judge/context/workload-context.ts";
import { decisionNames } from "../judge/decide/decision.ts";
import { nameWorkload } from "../judge/name-workload.ts";
import type { Evidence, Finding } from "../judge/verdict.ts";
import {
  describeAllowed,
  describeDistance,
  describeObserved,
  describePath,
} from "./describe-exposure.ts";
import { createPaint, joinTerminal, type Paint, type TerminalText, terminal } from "./safe-text.ts";
import { fit, padEnd, plural, widthOf, wrap } from "./text-layout.ts";

export interface ExposureView {
  readonly context: WorkloadContext;
  readonly contradictions: readonly Contradiction[];
  readonly findings: readonly Finding[];
  readonly proofs: readonly Evidence[];
}

export interface ExposureOptions {
  /** **Unit**: columns. */
  readonly width: number;
  readonly color: boolean;
  /** Proofs to show; 0 means eight. */
  readonly top: number;
}

/** One screen a workload. */
export function renderExposure(view: ExposureView, options: ExposureOptions): TerminalText {
  const paint = createPaint(options.color);
  const width = Math.max(60, options.width);
  const { context, contradictions, proofs } = view;
  const sections = [
    renderHead(view, width, paint),
    list(paint, "WHO REACHES IT", describeExposure(context.exposure), width),
    list(paint, "WHAT IT IS", describeRoles(context.roles), width),
    list(paint, "WHAT IT COULD REACH", describeReach(context.reach), width),
    list(paint, "TELEMETRY SAYS OTHERWISE", contradictions.map(describeContradiction), width),
    list(paint, "NOT SEEN", context.exposure.limits, width),
    renderProofs(proofs, { paint, width, top: options.top > 0 ? options.top : 8 }),
  ];
  return joinTerminal(
    sections.filter((lines) => lines.length > 0).map((lines) => joinTerminal(lines)),
    terminal`\n\n`,
  );
}

function renderHead(
  { context, findings }: ExposureView,
  width: number,
  paint: Paint,
): readonly TerminalText[] {
  const { workload, exposure } = context;
  const counts = decisionNames.flatMap((name) => {
    const count = findings.filter(({ decision }) => decision.name === name).length;
    return count === 0 ? [] : [`${count} ${name}`];
  });
  const exposed = { yes: "exposed", no: "not exposed", unknown: "exposure unknown" }[
    exposure.exposed
  ];
  const style = exposure.exposed === "no" ? "plain" : "bold yellow";
  const found =
    counts.length === 0
      ? "no findings"
      : `${plural(findings.length, "finding")}: ${counts.join(", ")}`;
  const kind = fit(workload.kind, 16);
  const name = fit(nameWorkload(workload), width - widthOf(kind) - widthOf(exposed) - 4);
  return [
    terminal`${paint("bold", name)}  ${kind}  ${paint(style, exposed)}`,
    paint("dim", fit(found, width)),
  ];
}

function describeExposure(exposure: Exposure): readonly string[] {
  const { observed, allowed, disagreement, because, paths, ports } = exposure;
  return [
    because,
    describeObserved(observed),
    describeAllowed(allowed),
    ...describeDistance(exposure),
    ...(disagreement === "" ? [] : [disagreement]),
    ...paths.map((path) => `${path.basis}: ${describePath(path)}`),
    ...ports.map(({ port, protocol, address, binaries }) => {
      const by = binaries.length === 0 ? "" : ` by ${binaries.join(", ")}`;
      return `listens on ${address === "" ? "" : `${address} `}:${port}/${protocol}${by}`;
    }),
  ];
}

function describeRoles(roles: readonly RoleVerdict[]): readonly string[] {
  if (roles.length === 0) return ["Nothing speaks for any role."];
  return roles.map(({ role, confidence, because }) => {
    const why = because.length === 0 ? "" : `: ${because.join("; ")}`;
    return `${role} (${confidence})${why}`;
  });
}

function describeReach(reach: Reach): readonly string[] {
  const { workloads, allowedCount, internet, metadata, credentials, hostAccess } = reach;
  return [
    ...workloads.map(({ workload, how, ports, role }) => {
      const what = role === null ? "" : ` (${role})`;
      const at = ports.length === 0 ? "" : ` :${ports.join(", :")}`;
      return `${nameWorkload(workload)}${what}${at}, ${how}`;
    }),
    ...(allowedCount === null ? [] : [describeAllowedCount(allowedCount)]),
    `The internet: ${internet}. The cloud's metadata service: ${metadata}.`,
    ...credentials.map(describeCredential),
    ...hostAccess.map((right) => `The node: ${right}.`),
  ];
}

function describeAllowedCount(count: number): string {
  if (count === 0) return "Policies let it connect to no other workload.";
  return `Policies let it connect to ${plural(count, "other workload")}.`;
}

const credentialWords: Readonly<Record<Credential["kind"], string>> = {
  "service-account": "service account",
  "secret-mount": "mounted secret",
  "secret-environment": "secret in its environment:",
  "cloud-metadata": "credentials of the cloud:",
  "host-file": "file of the host:",
};

function describeCredential({ kind, name, rights, powerful }: Credential): string {
  const good = rights.length === 0 ? "" : `: ${rights.join("; ")}`;
  return `${powerful ? "powerful " : ""}${credentialWords[kind]} ${name}${good}`;
}

function describeContradiction({ declared, observed, meaning }: Contradiction): string {
  return `${declared}; seen: ${observed}. ${meaning}`;
}

function list(
  paint: Paint,
  title: string,
  items: readonly string[],
  width: number,
): readonly TerminalText[] {
  if (items.length === 0) return [];
  const lines = items.flatMap((item) => {
    const [first = "", ...rest] = wrap(item, width - 4, 4);
    return [terminal`  · ${first}`, ...rest.map((line) => terminal`    ${line}`)];
  });
  return [paint("bold", title), ...lines];
}

function renderProofs(
  proofs: readonly Evidence[],
  { paint, width, top }: { readonly paint: Paint; readonly width: number; readonly top: number },
): readonly TerminalText[] {
  if (proofs.length === 0) return [];
  const shown = proofs.slice(0, top).map(({ time, shows, binary, pid, input, offset }) => {
    const clock = (time ?? "").slice(11, 19);
    const file = input.slice(input.lastIndexOf("/") + 1);
    const place = file === "" || offset < 0 ? "" : ` · ${file}:${offset}`;
    return paint(
      "dim",
      fit(`  ${padEnd(clock, 8)} ${shows} by ${binary} (pid ${pid})${place}`, width),
    );
  });
  const rest = proofs.length - shown.length;
  return [
    paint("bold", "PROOF"),
    ...shown,
    ...(rest > 0 ? [paint("dim", `  and ${rest} more: --top ${proofs.length}`)] : []),
  ];
}
