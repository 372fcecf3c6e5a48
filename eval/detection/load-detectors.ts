/**
 * Loads the rules that are measured, as the product does.
 * In: a folder of rules; maybe Sigma rules of others, to compare. Out: detectors; rules that cannot
 * be taken are told.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createNodeFiles } from "../../src/adapters/files/node-files.ts";
import type { Detector } from "../../src/core/observe/detect/detector.ts";
import { type LoadedDetection, loadDetection } from "../../src/operations/detect/load-detection.ts";
import { stillContext } from "../../src/testing/still-context.ts";

export interface MeasuredRules {
  readonly all: readonly Detector<unknown>[];
  /** Sigma rules that are to be measured alone. */
  readonly sigmaAlone: readonly Detector<unknown>[];
  readonly ruleCount: number;
  /** Of the compared ones, those that can run with some policy. */
  readonly sigmaCount: number;
  /** The compared rules are others than those that ship. */
  readonly isForeign: boolean;
  readonly problems: readonly string[];
}

/** `foreign`: a folder of Sigma rules for the comparison; "" takes those of the folder itself. */
export async function loadMeasuredRules(folder: string, foreign = ""): Promise<MeasuredRules> {
  const all = await load(folder);
  const own = join(folder, "sigma");
  const sigma = await load(foreign === "" ? own : foreign);
  return {
    all: all.detectors,
    sigmaAlone: sigma.detectors,
    ruleCount: countRunning(all),
    sigmaCount: countRunning(sigma),
    isForeign: foreign !== "",
    problems: all.problems.map(({ message }) => message),
  };
}

async function load(folder: string): Promise<LoadedDetection> {
  if (!existsSync(folder)) return { detectors: [], listings: [], problems: [] };
  const request = { directories: [folder], withShipped: false };
  return loadDetection(request, { files: createNodeFiles(), outside: stillContext.outside });
}

function countRunning({ listings }: LoadedDetection): number {
  return listings.filter(({ evaluable }) => evaluable.state !== "never").length;
}
