/**
 * Holds the state of a finding that something running has.
 * In: what was tracked of it (undefined: nothing), the finding, both reports. Out: its state with
 * cause, or undefined where nothing happened but that it was seen again.
 */
import type {
  ChangeCause,
  FindingState,
  TrackedFinding,
} from "../../judge/change/finding-change.ts";
import type { Finding } from "../../judge/verdict.ts";
import type { SignedDecision } from "../../judge/waive/waiver.ts";
import { explainNew } from "../diff/explain-change.ts";
import { plural } from "../text-layout.ts";
import { type ChangedPart, compareTracked } from "./compare-tracked.ts";
import { describeLayer, sourceOf } from "./judge-absent.ts";
import {
  hasPackages,
  imageKey,
  type LedgerScene,
  livingOf,
  nameImage,
  newestImage,
  type PlacedContainer,
  versionsOf,
} from "./ledger-scene.ts";
import type { LedgerVerdict } from "./ledger-verdict.ts";
import { placeName, shortPlace } from "./place-name.ts";

export interface PresentOptions {
  readonly scene: LedgerScene;
  /** Nothing was tracked before this report. */
  readonly isFirst: boolean;
  readonly nowUs: number;
  /** All that people signed, ended or not: tells an end from a withdrawal. */
  readonly decisions: readonly SignedDecision[];
  /** Since when the scan of an image is too old; "" when it is not. */
  readonly tellOldScan: (finding: Finding) => string;
}

type Told = Pick<LedgerVerdict, "cause" | "because">;

/** **Order** of what decides: a person, an old scan, a new image, what was before. */
export function judgePresent(
  was: TrackedFinding | undefined,
  finding: Finding,
  options: PresentOptions,
): LedgerVerdict | undefined {
  const parts = was === undefined ? [] : compareTracked(was, finding, options.scene);
  const to = stateOf(was, finding, { ...options, isChanged: parts.length > 0 });
  const from = was?.state ?? "";
  if (from === to.state && (to.state === "stale" || (parts.length === 0 && !to.isAlways))) {
    return undefined;
  }
  if (to.state === "open" && isSeen(from)) return undefined;
  const first = options.isFirst ? tellFirst(finding) : undefined;
  const told = first ?? to.told ?? tellParts(parts);
  return {
    to: to.state,
    ...told,
    evidence: evidenceOf(finding, parts, from),
    before: collect(parts, "before"),
    after: collect(parts, "after"),
  };
}

const seen: readonly string[] = ["new", "open", "changed", "regressed"];

function isSeen(state: FindingState | ""): boolean {
  return seen.includes(state);
}

interface Next {
  readonly state: FindingState;
  /** Why, where the state itself changed; undefined: the parts tell. */
  readonly told: Told | undefined;
  /** Told also when the state is what it was. */
  readonly isAlways: boolean;
}

function next(state: FindingState, told?: Told, isAlways = false): Next {
  return { state, told, isAlways };
}

function stateOf(
  was: TrackedFinding | undefined,
  finding: Finding,
  options: PresentOptions & { readonly isChanged: boolean },
): Next {
  const { scene } = options;
  const { waiver } = finding;
  if (waiver !== null) {
    const isRenewed = was?.suppressedUntil !== waiver.until;
    const because = `${waiver.by} signed it as ${waiver.status.replaceAll("_", " ")} until ${waiver.until}: ${waiver.reason}`;
    const told = { cause: "person-decided", because } as const;
    return was?.state === "suppressed" && !isRenewed
      ? next("suppressed")
      : next("suppressed", told, isRenewed);
  }
  const old = options.tellOldScan(finding);
  if (old !== "") return next("stale", { cause: "not-scanned", because: old });
  const rolled = tellRolled(finding, scene);
  if (rolled !== "") {
    const told = { cause: "image-changed", because: rolled } as const;
    return was?.state === "fixed-in-image" ? next("fixed-in-image") : next("fixed-in-image", told);
  }
  if (was === undefined) return next("new", tellNew(finding, scene));
  if (isSeen(was.state)) return next(options.isChanged ? "changed" : "open");
  return tellBack(was, finding, options);
}

/** Why the state left what it was, for a finding that is there again or still. */
function tellBack(
  was: TrackedFinding,
  finding: Finding,
  { scene, decisions, nowUs }: PresentOptions,
): Next {
  const place = shortPlace(was.workload);
  const back = (state: FindingState, cause: ChangeCause, because: string) =>
    next(state, { cause, because });
  switch (was.state) {
    case "fixed":
      return back("regressed", ...tellReturn(was, finding, scene));
    case "fixed-in-image": {
      if (imageKey(finding.image) === (was.imageDigest || was.imageReference)) {
        return back("open", "image-changed", "the image without it no longer runs");
      }
      return back("regressed", ...tellReturn(was, finding, scene));
    }
    case "retracted": {
      const because = `the scan lists it again for ${describePackage(finding, scene)}`;
      return back("open", "vulnerability-data-changed", because);
    }
    case "gone":
      return back("open", "workload-new", `${place} runs again, and has it still`);
    case "suppressed":
      return back("open", ...tellEnd(was, finding, { decisions, nowUs }));
    default:
      return back("open", "not-scanned", `${place} was looked at again, and has it still`);
  }
}

function tellReturn(
  was: TrackedFinding,
  finding: Finding,
  scene: LedgerScene,
): [ChangeCause, string] {
  const what = describePackage(finding, scene);
  if (imageKey(finding.image) === (was.imageDigest || was.imageReference)) {
    return [
      "workload-new",
      `an image that has it runs again: ${nameImage(finding.image)}, ${what}`,
    ];
  }
  return ["image-changed", `it was fixed, and is back with ${nameImage(finding.image)}: ${what}`];
}

function tellEnd(
  { suppressedUntil }: TrackedFinding,
  { vulnerability }: Finding,
  { decisions, nowUs }: Pick<PresentOptions, "decisions" | "nowUs">,
): [ChangeCause, string] {
  const names = new Set(
    [vulnerability.id, ...vulnerability.aliases].map((one) => one.toLowerCase()),
  );
  const over = decisions.find(
    ({ until, endUs, vulnerability: name }) =>
      until === suppressedUntil && endUs <= nowUs && names.has(name.toLowerCase()),
  );
  if (over === undefined) {
    return ["person-decided", `what was signed until ${suppressedUntil} is withdrawn`];
  }
  return ["decision-expired", `what ${over.by} signed ended with ${over.until}: ${over.reason}`];
}

/** The newest image of its workload has another version and no match; old containers remain. */
function tellRolled(finding: Finding, scene: LedgerScene): string {
  const place = placeName(finding.workload);
  const living = livingOf(scene, place);
  const own = imageKey(finding.image);
  const old = living.filter((one) => one.imageKey === own);
  const latest = newestImage(living);
  if (latest === undefined || latest === own || old.length === 0) return "";
  const rolled = living.filter((one) => one.imageKey === latest);
  if (!isAfter(rolled, old) || !rolled.every(({ isScanned }) => isScanned)) return "";
  if (!hasPackages(scene, place, latest) || hasTwin(finding, latest, scene)) return "";
  const holds = finding.packages.some(({ package: one }) =>
    versionsOf(scene, { place, image: latest }, one).includes(one.version),
  );
  if (holds) return "";
  const versions = versionsOf(scene, { place, image: latest }, finding.package);
  const now = versions.length === 0 ? "without it" : `with ${versions.join(", ")}`;
  const image = nameImage(rolled[0]?.image ?? finding.image);
  const names = [...new Set(old.map(({ name }) => name))].sort();
  const shown = names.slice(0, 5).join(", ") + (names.length > 5 ? ", …" : "");
  const what = describePackage(finding, scene);
  return `fixed in image ${image} (${now}), still running in ${plural(old.length, "pod")}: ${shown}; ${what}`;
}

/** A roll-out starts later; images that run side by side since long are none. */
function isAfter(rolled: readonly PlacedContainer[], old: readonly PlacedContainer[]): boolean {
  const latestOld = old.reduce((latest, { since }) => (since > latest ? since : latest), "");
  return rolled.every(({ since }) => since > latestOld);
}

function hasTwin(finding: Finding, image: string, { findings }: LedgerScene): boolean {
  return (findings.get(placeName(finding.workload)) ?? []).some(
    (one) =>
      imageKey(one.image) === image &&
      one.vulnerability.id === finding.vulnerability.id &&
      one.package.type === finding.package.type,
  );
}

function describePackage(finding: Finding, scene: LedgerScene): string {
  const { name, version } = finding.package;
  const source = sourceOf(finding, scene);
  const of = source === name ? "" : ` (of ${source})`;
  return `${name} ${version}${of}, ${describeLayer(finding.id, scene)}`;
}

function tellFirst({ usage, decision }: Finding): Told {
  const because = `the first report holds it: ${decision.name.replaceAll("-", " ")}, use ${usage.state.replace("-", " ")}`;
  return { cause: "first-report", because };
}

const causes: Readonly<Record<string, ChangeCause>> = {
  "workload-appeared": "workload-new",
  "scan-missing": "not-scanned",
  "package-added": "image-changed",
  "package-changed": "image-changed",
  "vulnerability-data-changed": "vulnerability-data-changed",
};

function tellNew(finding: Finding, scene: LedgerScene): Told {
  const { before, after } = scene;
  if (before === undefined) {
    return { cause: "unexplained", because: "the report before is not kept" };
  }
  const twin = hasOlderTwin(finding, scene);
  if (twin !== "") return { cause: "image-changed", because: twin };
  const [first, ...rest] = explainNew(finding, before, after);
  const cause = causes[first?.cause ?? ""] ?? "unexplained";
  const details = [first, ...rest].map((one) => one?.detail ?? "");
  const what = describePackage(finding, scene);
  return { cause, because: `${details.join("; ")}: ${what}` };
}

/** A second image of a workload has what the first has. */
function hasOlderTwin(finding: Finding, { before, findings }: LedgerScene): string {
  const place = placeName(finding.workload);
  const twin = (findings.get(place) ?? []).find(
    (one) =>
      one.id !== finding.id &&
      before?.findings.has(one.id) === true &&
      one.vulnerability.id === finding.vulnerability.id &&
      one.package.name === finding.package.name &&
      one.package.type === finding.package.type &&
      imageKey(one.image) !== imageKey(finding.image),
  );
  if (twin === undefined) return "";
  return `${shortPlace(place)} runs ${nameImage(finding.image)} too, which has it as ${twin.id}`;
}

function tellParts(parts: readonly ChangedPart[]): Told {
  const because = parts.map((one) => one.because).filter((one) => one !== "");
  return { cause: parts[0]?.cause ?? "unexplained", because: because.join("; ") };
}

/** **Shape**: ids; few, as a line of a ledger is read by people. */
function evidenceOf(
  { usage }: Finding,
  parts: readonly ChangedPart[],
  from: FindingState | "",
): readonly string[] {
  const all = from === "" ? usage.evidence : parts.flatMap(({ evidence }) => evidence);
  return [...new Set(all)].slice(0, 8);
}

function collect(
  parts: readonly ChangedPart[],
  side: "before" | "after",
): Readonly<Record<string, string>> {
  return Object.fromEntries(parts.map((one) => [one.part, one[side]]));
}
