/**
 * Holds the rules that a daemon detects by.
 * In: settings. Out: detectors and what each rule says of itself; what is wrong with rules is
 * logged. Must never keep a daemon from watching because of one wrong rule.
 */
import { makeVisible } from "../../core/report/safe-text.ts";
import type { Log } from "../../ports/log.ts";
import { type LoadedDetection, loadDetection } from "../detect/load-detection.ts";
import { loadProfiles, profileNames } from "../detect/load-profiles.ts";
import type { OperationContext } from "../operation.ts";
import type { EarlyCall } from "./early-call.ts";
import type { RunSettings } from "./run-settings.ts";
import { watchHits } from "./watch-hits.ts";

export interface LiveDetection extends LoadedDetection {
  /** Facts are to be put away soon: a rule matched. */
  readonly urgent: EarlyCall;
}

/** **Unit**: problems that are logged one by one. */
const toldCountMax = 50;

/** **Errors**: throws `WaggleError` for names that are not there. */
export async function loadDetectors(
  { detect, rules }: Pick<RunSettings, "detect" | "rules">,
  context: OperationContext,
  { log, urgent }: { readonly log: Log; readonly urgent: EarlyCall },
): Promise<LiveDetection> {
  if (detect === "off") return { detectors: [], listings: [], problems: [], urgent };
  const profiles = await loadProfiles(profileNames(undefined, context), context);
  const loaded = await loadDetection({ directories: rules, novelty: { profiles } }, context);
  const { listings, problems } = loaded;
  for (const { message, place } of problems.slice(0, toldCountMax)) {
    const where = `${makeVisible(place.input, 200)}:${place.line}`;
    log.warn("A rule is not as it should be.", { where, why: makeVisible(message, 400) });
  }
  const waiting = listings.filter(({ evaluable }) => evaluable.state === "with-policy").length;
  const fields = { rules: listings.length, waiting, problems: problems.length };
  log.info("Detection rules were read.", fields);
  const detectors = [...loaded.detectors, watchHits(() => urgent.ask())];
  return { ...loaded, urgent, detectors };
}
