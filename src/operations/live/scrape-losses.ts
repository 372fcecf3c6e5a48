/**
 * Holds the asking of Tetragon's metrics for what it lost, and whether its policies work.
 * In: addresses of metrics. Out: losses between each two answers of one address; one that lasts
 * for as long as policies there do not work.
 * Must never count the same loss twice, and must say when nobody answers.
 */
import type { LossFact } from "../../core/observe/fact.ts";
import {
  lossesBetween,
  type MetricsSnapshot,
  notActiveReason,
  readTetragonMetrics,
} from "../../core/observe/tetragon-metrics.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { DaemonHealth } from "./daemon-health.ts";

export interface Scraping {
  readonly urls: readonly string[];
  readonly scrape: (url: string) => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: DaemonHealth;
  readonly signal: AbortSignal;
  readonly onLosses: (losses: readonly LossFact[]) => void;
  /**
   * True where each server names the policies that do not work: then each of them is a loss of its
   * own, and metrics, which only count them, would weaken what all the others saw.
   */
  readonly areBrokenNamed: () => boolean;
}

const intervalMs = 15_000;

interface Known {
  readonly snapshot: MetricsSnapshot;
  /** Since when policies do not work, as far as metrics tell; undefined while all do. */
  readonly brokenSinceUs: number | undefined;
}

/** Ends when the signal is given, at once without addresses. **Errors**: throws defects only. */
export async function scrapeLosses(scraping: Scraping): Promise<void> {
  const { urls, clock, signal } = scraping;
  const before = new Map<string, Known>();
  while (urls.length > 0 && !signal.aborted) {
    for (const url of urls) await scrapeOne(scraping, url, before);
    await clock.wait(intervalMs, signal);
  }
}

async function scrapeOne(
  scraping: Scraping,
  url: string,
  before: Map<string, Known>,
): Promise<void> {
  const { scrape, clock, log, health, onLosses, areBrokenNamed } = scraping;
  const shown = withoutSecrets(url);
  const part = `metrics ${shown}`;
  try {
    const snapshot = readTetragonMetrics(await scrape(url), url);
    const known = before.get(url);
    if (health.note(part, true, "", clock.nowUs()))
      log.info("Metrics answer again.", { url: shown });
    const isBroken = snapshot.brokenPolicies.size > 0 && !areBrokenNamed();
    const fromUs = known?.snapshot.timeUs ?? snapshot.timeUs;
    const brokenSinceUs = isBroken ? (known?.brokenSinceUs ?? fromUs) : undefined;
    before.set(url, { snapshot, brokenSinceUs });
    if (known === undefined) return;
    const losses = lossesBetween([known.snapshot, snapshot], { fromUs, toUs: snapshot.timeUs });
    const counted = losses.filter(({ count }) => count > 0);
    for (const { reason, count, detail } of counted) {
      health.noteLoss(reason, count);
      log.warn("Tetragon lost events.", { url: shown, reason, count, detail });
    }
    const broken = losses.filter(({ reason }) => isBroken && reason === notActiveReason);
    tellBroken(scraping, shown, broken);
    // One loss that grows: a fact for each scrape would be thousands a day.
    onLosses([
      ...counted,
      ...broken.map((one) => ({ ...one, sinceUs: brokenSinceUs ?? one.sinceUs })),
    ]);
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error;
    if (!health.note(part, false, error.message, clock.nowUs())) return;
    log.warn("Metrics do not answer: losses cannot be told.", { url: shown, why: error.message });
  }
}

/** When it begins and when it ends, not each time. */
function tellBroken(
  { log, health, clock }: Scraping,
  url: string,
  broken: readonly LossFact[],
): void {
  const details = broken.map(({ detail }) => detail).join("; ");
  const part = `policies by metrics ${url}`;
  if (!health.note(part, broken.length === 0, details, clock.nowUs())) return;
  if (broken.length === 0) {
    log.info("All policies are active again, as metrics tell.", { url });
    return;
  }
  health.noteLoss(notActiveReason, 0);
  log.warn("Policies are not active: what they watch is not seen.", { url, details });
}

/** Names and tokens in an address are secrets. */
function withoutSecrets(url: string): string {
  return url.replace(/[?#].*$/s, "").replace(/\/\/[^/]*@/, "//");
}
