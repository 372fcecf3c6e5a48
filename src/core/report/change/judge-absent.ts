/**
 * Holds what became of a finding that nothing running has any more, as far as that is proven.
 * In: what was tracked of it, both reports. Out: its new state with cause, or undefined: as it was.
 * Must never say fixed where something was not looked at: a missing scan, workload or package list
 * makes it stale.
 */
import {
  type ChangeCause,
  endedStates,
  type FindingState,
  type TrackedFinding,
} from "../../judge/change/finding-change.ts";
import type { Finding } from "../../judge/verdict.ts";
import { containerKey, isHostKey } from "../../observe/container-key.ts";
import { describeLayer, sourceOf } from "./describe-evidence.ts";
import type { LedgerVerdict } from "./ledger.ts";
import {
  hasPackages,
  imageKey,
  type LedgerScene,
  livingOf,
  nameImage,
  type PackageName,
  type PlacedContainer,
  versionsOf,
} from "./ledger-scene.ts";
import { placeName, shortPlace } from "./place-name.ts";

/** `isLiving`: whether a finding of the report is in something that runs. */
export function judgeAbsent(
  was: TrackedFinding,
  scene: LedgerScene,
  isLiving: (finding: Finding) => boolean,
): LedgerVerdict | undefined {
  if (endedStates.includes(was.state)) return undefined;
  const verdict =
    judgeTwin(was, scene, isLiving) ?? judgePlace(was, scene) ?? judgeVersions(was, scene);
  return verdict.to === was.state ? undefined : verdict;
}

function say(to: FindingState, cause: ChangeCause, because: string): LedgerVerdict {
  return { to, cause, because, evidence: [], before: {}, after: {} };
}

/** The same flaw of the same package goes on under another id. */
function judgeTwin(
  was: TrackedFinding,
  scene: LedgerScene,
  isLiving: (finding: Finding) => boolean,
): LedgerVerdict | undefined {
  const names = new Set([was.vulnerability, ...was.aliases]);
  const twin = (scene.findings.get(was.workload) ?? []).find((one) => {
    const { id, vulnerability } = one;
    if (id === was.id || sourceOf(one, scene) !== was.package || !isLiving(one)) return false;
    return [vulnerability.id, ...vulnerability.aliases].some((name) => names.has(name));
  });
  if (twin === undefined) return undefined;
  if (twin.vulnerability.id !== was.vulnerability) {
    const because = `it is known as ${twin.vulnerability.id} now, and tracked as ${twin.id}`;
    return say("retracted", "vulnerability-data-changed", because);
  }
  const because = `another image of ${shortPlace(was.workload)} has it too: tracked as ${twin.id}`;
  return say("gone", "image-changed", because);
}

/** Whether the place was looked at at all. */
function judgePlace(was: TrackedFinding, scene: LedgerScene): LedgerVerdict | undefined {
  const { workload } = was;
  const place = shortPlace(workload);
  const all = scene.containers.get(workload) ?? [];
  if (all.length === 0) return judgeUnseen(was, scene);
  const living = livingOf(scene, workload);
  if (living.length === 0) {
    return say("gone", "workload-gone", `all containers of ${place} ended`);
  }
  if (living.every(({ standing }) => standing === "unknown")) {
    const why = `nobody watched the nodes of ${place}: nothing says that it still runs`;
    return say("stale", "sensor-gap", why);
  }
  const blind = living.find((one) => !one.isScanned || !hasPackages(scene, workload, one.imageKey));
  if (blind === undefined) return undefined;
  const why = `${nameImage(blind.image)}, which ${place} runs, has no SBOM and scan that were read`;
  return say("stale", "not-scanned", `${why}: nothing says that it is fixed`);
}

function judgeUnseen(was: TrackedFinding, scene: LedgerScene): LedgerVerdict {
  const { before, standings } = scene;
  const place = shortPlace(was.workload);
  const earlier = before?.findings.get(was.id);
  if (earlier?.workload.kind === "Image") return judgeUnrun(earlier, scene);
  const known = (before?.report.coverage ?? [])
    .filter(({ workload }) => placeName(workload) === was.workload)
    .map(({ containerId: id }) => standings.get(isHostKey(id) ? id : containerKey(id)));
  if (known.length > 0 && known.every((one) => one?.standing === "ended")) {
    return say("gone", "workload-gone", `all containers of ${place} ended`);
  }
  return say("stale", "sensor-gap", `${place} was not seen: nothing says that it ended`);
}

/** An image that was scanned and never seen to run. */
function judgeUnrun({ image }: Finding, scene: LedgerScene): LedgerVerdict {
  const name = nameImage(image);
  const runs = [...scene.containers].find(([, all]) =>
    all.some((one) => one.imageKey === imageKey(image)),
  );
  if (runs !== undefined) {
    return say("gone", "workload-new", `${name} is seen running now, as ${shortPlace(runs[0])}`);
  }
  return say("stale", "not-scanned", `no scan of ${name} was given`);
}

interface Versions {
  readonly name: PackageName;
  readonly was: readonly string[];
  readonly is: readonly string[];
}

/** All that runs was looked at, and the match is in none of it: by which package? */
function judgeVersions(was: TrackedFinding, scene: LedgerScene): LedgerVerdict {
  const living = livingOf(scene, was.workload);
  const pairs = compareVersions(was, scene, living);
  const same = pairs.find((one) => one.is.some((version) => one.was.includes(version)));
  if (same !== undefined) {
    const because = `the scan no longer lists it for the same ${same.name.name} ${was.version}`;
    return say("retracted", "vulnerability-data-changed", because);
  }
  const images = [...new Set(living.map(({ image }) => nameImage(image)))].sort();
  const runs = `${shortPlace(was.workload)} runs ${images.join(", ")}`;
  const where = `${describeLayer(was.id, scene)}; ${runs}`;
  const moved = pairs.find(({ is }) => is.length > 0) ?? pairs[0];
  if (moved !== undefined) {
    const now = moved.is.length === 0 ? "is no longer installed" : `→ ${moved.is.join(", ")}`;
    const because = `${moved.name.name} ${moved.was.join(", ")} ${now}, ${where}`;
    const after = { version: moved.is.join(", ") };
    const verdict = say("fixed", "image-changed", because);
    return { ...verdict, before: { version: moved.was.join(", ") }, after };
  }
  return judgeImages(was, living, where);
}

/**
 * Nothing tells how the packages of its source were called. The same image has the same packages;
 * of another one the scan is the proof.
 */
function judgeImages(
  was: TrackedFinding,
  living: readonly PlacedContainer[],
  where: string,
): LedgerVerdict {
  if (was.imageDigest === "" || living.some(({ image }) => image.digest === "")) {
    const why = "the scan does not list it, and nothing tells whether its package is another one";
    return say("stale", "unexplained", why);
  }
  if (living.some(({ image }) => image.digest === was.imageDigest)) {
    const why = `the scan of the same image no longer lists it for ${was.package}`;
    return say("retracted", "vulnerability-data-changed", why);
  }
  const because = `another image runs, and its scan lists nothing of it for ${was.package}`;
  return say("fixed", "image-changed", `${because}, ${where}`);
}

function compareVersions(
  was: TrackedFinding,
  scene: LedgerScene,
  living: readonly PlacedContainer[],
): readonly Versions[] {
  const earlier = scene.before?.findings.get(was.id)?.packages.map((one) => one.package);
  const guessed = { type: was.packageType, name: was.package, version: was.version };
  const images = new Set(living.map((one) => one.imageKey));
  const pairs = [...Map.groupBy(earlier ?? [guessed], ({ name }) => name)].map(([name, refs]) => ({
    name: { type: was.packageType, name },
    was: [...new Set(refs.map(({ version }) => version))].sort(),
    is: [
      ...new Set(
        [...images].flatMap((image) =>
          versionsOf(scene, { place: was.workload, image }, { type: was.packageType, name }),
        ),
      ),
    ].sort(),
  }));
  // A source package may be built into packages of other names: its own says something if there.
  return earlier === undefined ? pairs.filter(({ is }) => is.length > 0) : pairs;
}
