/**
 * Holds the one sentence that says what a verdict on use rests on.
 * In: the verdict's parts. Out: plain text; paths in it are the container's and untrusted.
 * Must never say more than the evidence does.
 */
import type { Actor } from "../observe/fact.ts";
import type { TalliedUse, Tally } from "./usage-tally.ts";
import type { CoverageGrade, UsageState } from "./verdict.ts";
import type { DoubtReason } from "./weigh-use.ts";

/** Why a package has nothing by which its use could be seen; "" when it has. */
export type Blank = "" | "no-locations" | "no-files" | "kernel";

export interface UsageParts {
  readonly state: UsageState;
  readonly grade: CoverageGrade;
  readonly reasons: readonly string[];
  readonly blank: Blank;
  readonly tally: Tally;
  readonly fileCount: number;
}

/** One sentence without its full stop. */
export function explainUsage(parts: UsageParts): string {
  const { state, tally } = parts;
  const [first] = tally.own;
  if (state === "in-use" && first !== undefined) return explainUse(first);
  if (first?.weight.force === "doubt") return explainDoubt(first);
  const touched = explainTouch(tally);
  const absence = explainAbsence(parts, touched !== "");
  return touched === "" ? absence : `${touched}; ${absence}`;
}

function explainUse({ use, weight, linkedPath }: TalliedUse): string {
  const who = use.actor === "startup" ? "its start-up" : "the workload";
  if (linkedPath !== "") {
    return `${use.path}, which ${who} ran or loaded, imports ${linkedPath}`;
  }
  switch (weight.level) {
    case "executed":
      return `${who} executed ${use.path}`;
    case "mapped":
      return `${who} loaded ${use.path} as code`;
    case "runtime-read":
      return `${by(use.binaries, who)} read ${use.path}, the package's code`;
    case "linked":
      return (
        `it is compiled into ${use.path}, which ${who} executed; ` +
        "which of its code ran cannot be told"
      );
    default:
      return `${by(use.binaries, who)} read ${use.path}, a file of the package`;
  }
}

function by(binaries: readonly string[], who: string): string {
  const [binary] = binaries;
  return binary === undefined ? who : `${binary}, run by ${who},`;
}

const doubts: Readonly<Record<DoubtReason, string>> = {
  "many-in-one":
    "was opened, but so were the libraries in it or beside it, used or not: " +
    "files cannot tell which ran",
  "changed-after-start":
    "was used after it had been written in the container: it is no longer the image's file",
  "opened-not-loaded": "was opened, but no program was seen to load or run it",
  "installed-by-tool": "was read by an installer or scanner that may have run it",
  "": "was touched in a way that does not tell",
};

function explainDoubt({ use, weight }: TalliedUse): string {
  return `${use.path} ${doubts[weight.reason]}`;
}

/** What was seen and does not count; "" when there was nothing. */
function explainTouch({ own, foreign }: Tally): string {
  const [weak] = own;
  if (weak !== undefined)
    return `only ${weak.use.path} was read, which runs nothing of the package`;
  const [other] = foreign;
  if (other === undefined) return "";
  const actors = [...new Set(foreign.map(({ use }) => nameOf(use.actor)))];
  const what = `${verb(other)} ${other.use.path}`;
  return `used only by ${actors.join(" and ")} (${what}), not by the workload itself`;
}

function verb({ use }: TalliedUse): string {
  return use.how === "mapped" ? "loaded" : use.how;
}

const actorNames: Readonly<Record<Actor, string>> = {
  service: "the workload",
  startup: "its start-up",
  probe: "a health probe",
  operator: "an operator",
  "package-manager": "a package manager",
  "bulk-reader": "a scanner or copying tool",
  runtime: "the container runtime, with the host's files of these names,",
  host: "the host",
};

function nameOf(actor: Actor): string {
  return actorNames[actor];
}

function explainAbsence({ blank, grade, reasons, fileCount }: UsageParts, also: boolean): string {
  switch (blank) {
    case "kernel":
      return "a container runs the kernel of its host, never that of its image";
    case "no-locations":
      return "the SBOM names no files, so that nothing seen can be joined to the package";
    case "no-files":
      return "the SBOM names no code or data file of the package, so that no use could be seen";
    default:
  }
  const files = fileCount === 1 ? "its one file" : `any of its ${fileCount} files`;
  const other = also ? "other " : "";
  if (grade === "good") return `no ${other}use of ${files} was seen, and it would have been`;
  const [reason = "coverage is not good"] = reasons;
  return `no ${other}use of ${files} was seen, which means little: ${reason}`;
}
