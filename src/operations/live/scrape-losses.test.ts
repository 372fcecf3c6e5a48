/** Tests of `scrape-losses.ts`: what becomes of the metrics of a Tetragon, scrape after scrape. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LossFact } from "../../core/observe/fact.ts";
import { createFakeControl, loadedPolicy } from "../../testing/fake-control.ts";
import { MemoryOutside } from "../../testing/memory-outside.ts";
import { recordedMessages } from "../../testing/recorded-events.ts";
import { ScriptedSource } from "../../testing/scripted-source.ts";
import { DaemonHealth } from "./daemon-health.ts";
import { openDaemon } from "./open-daemon.ts";
import { resolveRun } from "./run-settings.ts";
import { RunningParts } from "./running-parts.ts";
import { scrapeLosses } from "./scrape-losses.ts";

const url = "http://node:2112/metrics?token=secret";
const startUs = Date.UTC(2026, 10, 21, 10) * 1000;

/** One scrape, so many seconds after the first. */
function page(second: number, ...lines: readonly string[]): string {
  const date = new Date(startUs / 1000 + second * 1000).toUTCString();
  return [`Date: ${date}`, ...lines, ""].join("\n");
}

const state = (name: string, count: number) =>
  `tetragon_tracingpolicy_loaded{state="${name}"} ${count}`;
const missed = (count: number) => `tetragon_missed_events_total{msg_op="5"} ${count}`;

/** Scrapes until the pages are used up. */
async function scrapeAll(pages: readonly string[], areBrokenNamed = () => false) {
  const world = new MemoryOutside();
  const health = new DaemonHealth();
  const left = [...pages];
  const losses: LossFact[] = [];
  const ended = scrapeLosses({
    urls: [url],
    scrape: async () => {
      const text = left.shift();
      if (left.length === 0) world.ending.abort();
      return text ?? "";
    },
    onLosses: (given) => losses.push(...given),
    areBrokenNamed,
    ...{ clock: world.clock, log: world.log, health, signal: world.ending.signal },
  });
  await world.pass(pages.length * 20_000);
  await ended;
  return { losses, log: world.log, health };
}

test("policies that are not active are one loss that grows, told twice", async () => {
  const works = state("enabled", 3);
  const broken = state("load_error", 1);
  const { losses, log, health } = await scrapeAll([
    page(0, works),
    page(15, works, broken),
    page(30, works, broken),
    page(45, works),
    page(60, works),
  ]);
  assert.deepEqual(
    losses.map(({ reason, sinceUs, untilUs }) => [reason, sinceUs - startUs, untilUs - startUs]),
    [
      ["policy-not-active", 0, 15_000_000],
      ["policy-not-active", 0, 30_000_000],
    ],
  );
  assert.deepEqual(log.said("warn"), ["Policies are not active: what they watch is not seen."]);
  assert.deepEqual(log.said("info"), ["All policies are active again, as metrics tell."]);
  assert.ok(health.all.every(({ ok, part }) => ok && !part.includes("secret")));
  assert.deepEqual(health.losses, [{ reason: "policy-not-active", times: 1, eventCount: 0 }]);
});

test("what was counted stays a loss of its own beside it", async () => {
  const broken = state("error", 1);
  const { losses } = await scrapeAll([page(0, missed(5), broken), page(15, missed(12), broken)]);
  assert.deepEqual(
    losses.map(({ reason, count }) => [reason, count]),
    [
      ["kernel", 7],
      ["policy-not-active", 0],
    ],
  );
});

test("where servers name the policies that do not work, metrics weaken nothing else", async () => {
  const broken = state("disabled", 1);
  const pages = [page(0, missed(5), broken), page(15, missed(12), broken)];
  const { losses, log } = await scrapeAll(pages, () => true);
  assert.deepEqual(
    losses.map(({ reason }) => reason),
    ["kernel"],
  );
  assert.deepEqual(log.said("warn"), ["Tetragon lost events."]);
});

/** A daemon that reads one source and scrapes a page on which a policy does not work. */
async function reasonsOfDaemon(isServer: boolean): Promise<readonly string[]> {
  const world = new MemoryOutside();
  const address = "unix:///t.sock";
  const source = new ScriptedSource(isServer ? `tetragon:${address}` : "follow:f", !isServer);
  world.sources.set(source.name, source);
  world.controls.set(
    address,
    createFakeControl(address, [loadedPolicy("p", { state: "load-error" })]),
  );
  let second = 0;
  const outside = world.context().outside;
  const sources = {
    ...outside.sources,
    scrape: async () => {
      second += 15;
      return page(second, state("load_error", 1));
    },
  };
  const given = isServer ? { tetragon: [address] } : { follow: ["f"] };
  const more = { status: "off", state: "s", tetragonMetrics: [url] };
  const input = { ...given, ...more, scan: "off" as const };
  const daemon = await openDaemon(resolveRun(input, world.settings), {
    ...world.context(),
    outside: { ...outside, sources },
  });
  const ended = new RunningParts(daemon, world.ending).untilEnded();
  source.give({ kind: "messages", messages: recordedMessages().slice(0, 50) });
  await world.pass(300_000);
  const reasons = daemon.health.losses.map(({ reason }) => reason);
  world.ending.abort();
  await world.pass(10_000);
  await ended;
  return reasons;
}

test("a daemon on a file takes it from metrics, one on a listing server does not", async () => {
  assert.ok((await reasonsOfDaemon(false)).includes("policy-not-active"));
  assert.ok(!(await reasonsOfDaemon(true)).includes("policy-not-active"));
});
