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
import { plural } from "../text-layout.ts";
import { type ChangedPart, compareTracked } from "./compare-tracked.ts";
import { describePackage } from "./describe-evidence.ts";
import type { LedgerInput, LedgerVerdict, Told } from "./ledger.ts";
import { imageKey, type LedgerScene, nameImage } from "./ledger-scene.ts";
import { shortPlace } from "./place-name.ts";
import { tellFirst, tellNew, tellReturn } from "./tell-arrival.ts";
import { tellRolled } from "./tell-rolled.ts";

export interface PresentOptions {
  readonly scene: LedgerScene;
  readonly input: LedgerInput;
  /** Nothing was tracked before this report. */
  readonly isFirst: boolean;
}

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
    const what = `${waiver.status.replaceAll("_", " ")} until ${waiver.until}`;
    const because = `${waiver.by} signed it as ${what}: ${waiver.reason}`;
    const told = { cause: "person-decided", because } as const;
    return was?.state === "suppressed" && !isRenewed
      ? next("suppressed")
      : next("suppressed", told, isRenewed);
  }
  const old = tellOldScan(finding, options.input);
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
function tellBack(was: TrackedFinding, finding: Finding, { scene, input }: PresentOptions): Next {
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
      return back("open", ...tellEnd(was, finding, input));
    default:
      return back("open", "not-scanned", `${place} was looked at again, and has it still`);
  }
}

function tellEnd(
  { suppressedUntil }: TrackedFinding,
  { vulnerability }: Finding,
  { decisions, nowUs }: LedgerInput,
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

/** **Unit**: microseconds. */
const dayUs = 86_400e6;

function tellOldScan({ image }: Finding, input: LedgerInput): string {
  const { scanTimes, scanAgeUsMax = 0, nowUs } = input;
  const scannedUs = scanTimes?.get(image.digest) ?? scanTimes?.get(image.reference);
  if (scannedUs === undefined || scanAgeUsMax <= 0 || nowUs - scannedUs <= scanAgeUsMax) return "";
  const days = Math.floor((nowUs - scannedUs) / dayUs);
  return `${nameImage(image)} was scanned ${plural(days, "day")} ago, and not since`;
}
