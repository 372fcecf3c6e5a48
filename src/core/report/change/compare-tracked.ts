/**
 * Holds which parts of a finding changed since it was tracked, and the cause of each by rule.
 * In: what was tracked, the finding, both reports. Out: parts with cause and reason, the cause
 * that weighs most first.
 * Must never tell what only comes and goes with watching: a grade of coverage, a digest alone.
 */
import type { ChangeCause, TrackedFinding } from "../../judge/change/finding-change.ts";
import type { Finding } from "../../judge/verdict.ts";
import { tellIncidentLift } from "../diff/tell-incident-lift.ts";
import {
  describeExposed,
  describeLayer,
  describeRights,
  describeUse,
} from "./describe-evidence.ts";
import { imageKey, type LedgerScene, nameImage } from "./ledger-scene.ts";

export interface ChangedPart {
  readonly part: string;
  readonly before: string;
  readonly after: string;
  readonly cause: ChangeCause;
  readonly because: string;
  readonly evidence: readonly string[];
}

interface Sides {
  readonly was: TrackedFinding;
  /** As the report before has it; undefined when that is not there. */
  readonly earlier: Finding | undefined;
  readonly finding: Finding;
  readonly scene: LedgerScene;
}

/**
 * **Order**: a decision that an incident moved, version, usage, exposure, rights, what the decision
 * asks, data, the decision.
 */
export function compareTracked(
  was: TrackedFinding,
  finding: Finding,
  scene: LedgerScene,
): readonly ChangedPart[] {
  const sides = { was, earlier: scene.before?.findings.get(finding.id), finding, scene };
  const parts = [
    ...compareVersion(sides),
    ...compareUsage(sides),
    ...compareExposed(sides),
    ...comparePrivileged(sides),
    ...compareInputs(sides),
    ...compareData(sides),
  ];
  const byIncident = compareIncident(sides);
  if (byIncident.length > 0) return [...byIncident, ...parts];
  return [...parts, ...compareDecision(sides, parts)];
}

type Told = Pick<ChangedPart, "cause" | "because" | "evidence">;

function part(
  name: string,
  before: string,
  after: string,
  told: () => Told,
): readonly ChangedPart[] {
  return before === after ? [] : [{ part: name, before, after, ...told() }];
}

function tell(cause: ChangeCause, because: string, evidence: readonly string[] = []): Told {
  return { cause, because, evidence };
}

/** Which of several packages is shown goes by their use: as long as one has the version, it has. */
function compareVersion({ was, finding, scene }: Sides): readonly ChangedPart[] {
  const { version, name } = finding.package;
  if (finding.packages.some((one) => one.package.version === was.version)) return [];
  return part("version", was.version, version, () => {
    const layer = describeLayer(finding.id, scene);
    const isMoved = imageKey(finding.image) !== (was.imageDigest || was.imageReference);
    const image = isMoved ? `; ${nameImage(finding.image)} runs now` : "";
    return tell("image-changed", `${name} ${was.version} → ${version}, ${layer}${image}`);
  });
}

/** That enough was watched at last to say "not observed" is no news. */
function compareUsage({ was, finding, scene }: Sides): readonly ChangedPart[] {
  const { usage } = finding;
  if (was.usage === "unknown" && usage.state === "not-observed") return [];
  return part("usage", was.usage, usage.state, () => {
    if (usage.state === "in-use") {
      return tell("first-use", describeUse(finding, scene.report), usage.evidence);
    }
    if (usage.state === "not-observed") {
      return tell("use-no-longer-seen", `use was seen before and is not now: ${usage.because}`);
    }
    const gap = usage.coverageReasons[0] ?? usage.because;
    return tell("sensor-gap", `use was ${was.usage.replace("-", " ")}, unknown now: ${gap}`);
  });
}

function compareExposed({ was, finding, scene }: Sides): readonly ChangedPart[] {
  return part("exposed", was.exposed, finding.exposure.exposed, () => {
    const { because, evidence } = describeExposed(finding, scene);
    return tell("exposure-changed", because, evidence);
  });
}

function comparePrivileged({ was, earlier, finding }: Sides): readonly ChangedPart[] {
  const text = (privileged: boolean) => (privileged ? "yes" : "no");
  return part("privileged", text(was.privileged), text(finding.privileged), () => {
    const { because, evidence } = describeRights(earlier, finding);
    return tell("privilege-changed", because, evidence);
  });
}

/** What the catalogue and the vector say: inputs of the decision that are no fields of its own. */
function compareInputs({ earlier, finding }: Sides): readonly ChangedPart[] {
  if (earlier === undefined || earlier.decision.row === "") return [];
  return finding.decision.inputs.flatMap(({ name, value, basis }) => {
    if (name === "exposed") return [];
    const before = earlier.decision.inputs.find((one) => one.name === name)?.value ?? value;
    return part(name, before, value, () =>
      tell("decision-changed", `${name} was ${before}, is ${value} now: ${basis}`),
    );
  });
}

function compareData({ earlier, finding }: Sides): readonly ChangedPart[] {
  if (earlier === undefined) return [];
  const [one, other] = [earlier.vulnerability, finding.vulnerability];
  const says = (what: string) => () =>
    tell("vulnerability-data-changed", `the scan tells another ${what} for it`);
  const fixes = ({ fixedIn }: Finding["vulnerability"]) => fixedIn.join(", ");
  return [
    ...part("severity", one.severity, other.severity, says("severity")),
    ...part("fix", fixes(one), fixes(other), says("fix")),
  ];
}

/** Somebody being in the workload weighs more than what they were seen to use there. */
function compareIncident({ was, earlier, finding }: Sides): readonly ChangedPart[] {
  const before = earlier?.decision ?? { ...finding.decision, name: was.decision, modifiers: [] };
  const because = tellIncidentLift(before, finding.decision);
  if (because === "" || was.decision === finding.decision.name) return [];
  return part("decision", was.decision, finding.decision.name, () => tell("incident", because));
}

/** Last: what moved it is told by the other parts, else by what it was made of. */
function compareDecision(
  { was, earlier, finding }: Sides,
  others: readonly ChangedPart[],
): readonly ChangedPart[] {
  const { name, modifiers } = finding.decision;
  return part("decision", was.decision, name, () => {
    if (others.length > 0) return tell("decision-changed", "");
    const moved = modifiers.filter((one) => {
      const before = earlier?.decision.modifiers.find((other) => other.name === one.name);
      return earlier !== undefined && (before?.effect ?? "none") !== one.effect;
    });
    const why = moved.map((one) => `${one.name} ${one.effect}: ${one.because}`);
    const because = why.length > 0 ? why.join("; ") : "its inputs are alike: the rules differ";
    return tell("decision-changed", because);
  });
}
