/**
 * Holds the rule for "fixed in image, still running": a roll-out that is not through.
 * In: a finding that runs, the report. Out: the sentence, or "".
 * Must never take images that run side by side for a roll-out.
 */
import type { Finding } from "../../judge/verdict.ts";
import { plural } from "../text-layout.ts";
import { describePackage } from "./describe-evidence.ts";
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
import { placeName } from "./place-name.ts";

/** The newest image of its workload has another version and no match; old containers remain. */
export function tellRolled(finding: Finding, scene: LedgerScene): string {
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
  const pods = plural(old.length, "pod");
  return `fixed in image ${image} (${now}), still running in ${pods}: ${shown}; ${what}`;
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
