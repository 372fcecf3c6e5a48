/**
 * Holds the asking of Tetragon's metrics for what it lost.
 * In: addresses of metrics. Out: losses between each two answers of one address.
 * Must never count the same loss twice, and must say when nobody answers.
 */
import type { LossFact } from "../../core/observe/fact.ts";
import {
  lossesBetween,
  type MetricsSnapshot,
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
}

const intervalMs = 15_000;

/** Ends when the signal is given, at once without addresses. **Errors**: throws defects only. */
export async function scrapeLosses(scraping: Scraping): Promise<void> {
  const { urls, clock, signal } = scraping;
  const before = new Map<string, MetricsSnapshot>();
  while (urls.length > 0 && !signal.aborted) {
    for (const url of urls) await scrapeOne(scraping, url, before);
    await clock.wait(intervalMs, signal);
  }
}

async function scrapeOne(
  { scrape, clock, log, health, onLosses }: Scraping,
  url: string,
  before: Map<string, MetricsSnapshot>,
): Promise<void> {
  const shown = withoutSecrets(url);
  const part = `metrics ${shown}`;
  try {
    const snapshot = readTetragonMetrics(await scrape(url), url);
    const known = before.get(url);
    before.set(url, snapshot);
    if (health.note(part, true, "", clock.nowUs()))
      log.info("Metrics answer again.", { url: shown });
    if (known === undefined) return;
    const window = { fromUs: known.timeUs, toUs: snapshot.timeUs };
    const losses = lossesBetween([known, snapshot], window).filter(({ count }) => count > 0);
    for (const { reason, count, detail } of losses) {
      health.noteLoss(reason, count);
      log.warn("Tetragon lost events.", { url: shown, reason, count, detail });
    }
    onLosses(losses);
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error;
    if (!health.note(part, false, error.message, clock.nowUs())) return;
    log.warn("Metrics do not answer: losses cannot be told.", { url: shown, why: error.message });
  }
}

/** Names and tokens in an address are secrets. */
function withoutSecrets(url: string): string {
  return url.replace(/[?#].*$/s, "").replace(/\/\/[^/]*@/, "//");
}
