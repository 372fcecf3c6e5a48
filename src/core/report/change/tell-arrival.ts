/**
 * Holds why a finding is there that was not there before.
 * In: the finding, both reports. Out: cause and sentence.
 */
import type { ChangeCause, TrackedFinding } from "../../judge/change/finding-change.ts";
import type { Finding } from "../../judge/verdict.ts";
import { explainNew } from "../diff/explain-change.ts";
import { describePackage } from "./describe-evidence.ts";
import type { Told } from "./ledger.ts";
import { imageKey, type LedgerScene, nameImage } from "./ledger-scene.ts";
import { placeName, shortPlace } from "./place-name.ts";

/** One cause for all that the first report holds. */
export function tellFirst({ usage, decision }: Finding): Told {
  const stand = `${decision.name.replaceAll("-", " ")}, use ${usage.state.replace("-", " ")}`;
  const because = `the first report holds it: ${stand}`;
  return { cause: "first-report", because };
}

const causes: Readonly<Record<string, ChangeCause>> = {
  "workload-appeared": "workload-new",
  "scan-missing": "not-scanned",
  "package-added": "image-changed",
  "package-changed": "image-changed",
  "vulnerability-data-changed": "vulnerability-data-changed",
};

/** By what it came: workload, image, data, or a first scan. */
export function tellNew(finding: Finding, scene: LedgerScene): Told {
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

/** By what it is back after it was fixed. */
export function tellReturn(
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
