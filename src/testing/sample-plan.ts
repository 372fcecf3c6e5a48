/**
 * Holds images in few words for tests of decisions and plans: packages with one vulnerability each.
 * In: what a test cares about. Out: judged images, and their findings as the plan takes them.
 */
import type { Package, Vulnerability } from "../core/inventory/image.ts";
import { buildFindings, type DraftFinding } from "../core/judge/build-findings.ts";
import { groupUpgrades } from "../core/judge/group-upgrades.ts";
import type { ImageOrigin, JudgedImage } from "../core/judge/judged-image.ts";
import { rankFindings } from "../core/judge/rank-findings.ts";
import type { Privilege, UsageState } from "../core/judge/verdict.ts";
import {
  sampleImage,
  sampleJudgedPackage,
  sampleMatch,
  samplePackage,
  sampleSettings,
  sampleUsage,
  sampleVulnerability,
  sampleWorkload,
} from "./sample-judgement.ts";
import { closedExposure, sampleContext } from "./sample-workload-context.ts";

/** Automatable, and total. */
export const whole = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
/** Automatable, and partial. */
export const partly = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N";

export interface PackageSketch extends Partial<Package> {
  readonly layer?: string;
  readonly use?: UsageState;
  readonly fixes?: readonly string[];
  readonly vulnerability?: Partial<Vulnerability>;
}

export interface ImageSketch {
  readonly layers?: readonly string[];
  readonly origin?: Partial<ImageOrigin>;
  readonly isClosed?: boolean;
  readonly isUnknown?: boolean;
  readonly privileges?: readonly Privilege[];
}

let made = 0;

/** An image of its own name in a workload of its own, with a vulnerability in each package. */
export function sketchImage(
  name: string,
  packages: readonly PackageSketch[],
  given: ImageSketch = {},
): JudgedImage {
  const built = packages.map(({ layer = "", use = "in-use", fixes, vulnerability, ...rest }) => {
    made += 1;
    const one = samplePackage(rest);
    const fixVersions = fixes ?? ["2.0.0"];
    const whatIs = sampleVulnerability({
      id: `CVE-2024-${1000 + made}`,
      cvssVector: whole,
      fixVersions,
      fixState: fixVersions.length === 0 ? "not-fixed" : "fixed",
      ...vulnerability,
    });
    return {
      judged: { ...sampleJudgedPackage(one, sampleUsage(use)), layer },
      match: sampleMatch(one, whatIs),
    };
  });
  const workload = sampleWorkload(name);
  const exposure = given.isClosed === true ? closedExposure : {};
  const { layers = [], origin, isUnknown, privileges = [] } = given;
  return sampleImage({
    workload,
    packages: built.map(({ judged }) => judged),
    matches: built.map(({ match }) => match),
    context: isUnknown === true ? undefined : sampleContext({ workload, exposure }),
    privileges,
    privileged: privileges.length > 0,
    origin: { layers, baseName: "", release: "debian 12", isEndOfLife: false, ...origin },
  });
}

/** A package of a distribution, with a fix. */
export const deb = (name: string, layer: string): PackageSketch => ({
  name,
  type: "deb",
  version: "1.0-1",
  fixes: ["1.0-2"],
  layer,
});

/** As the plan takes them: decided, ranked, each in its upgrade. */
export function rankSketches(images: readonly JudgedImage[]): readonly DraftFinding[] {
  const ranked = rankFindings(buildFindings(images, sampleSettings), sampleSettings);
  return groupUpgrades(ranked).findings;
}
