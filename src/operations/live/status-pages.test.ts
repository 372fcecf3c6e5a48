/** Tests of the pages for machines over a real server, and of the text that Prometheus reads. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { scrape } from "../../adapters/scrape/fetch-text.ts";
import { MemoryOutside } from "../../testing/memory-outside.ts";
import { recordedMessages } from "../../testing/recorded-events.ts";
import { ScriptedSource } from "../../testing/scripted-source.ts";
import { run } from "../run.ts";
import { status } from "../status.ts";
import { type Metric, renderMetrics } from "./metrics-text.ts";
import { statusSchema } from "./status-pages.ts";

const hostile = 'f"\\\n# TYPE waggle_up gauge\u001b[2J';
const world = new MemoryOutside();
const server = new ScriptedSource("tetragon:unix:///t", false);
const odd = new ScriptedSource(`follow:${hostile}`, true);
odd.state = "waiting";
odd.detail = "there is no such file";
for (const source of [server, odd]) world.sources.set(source.name, source);
const ended = run.run(
  {
    ...{ tetragon: ["unix:///t"], follow: [hostile], state: "s", scan: "off" },
    status: "127.0.0.1:0",
  },
  world.context(),
);
after(async () => {
  world.ending.abort();
  await ended;
});
await world.until(() => world.log.said("info").includes("waggle runs."));
const address = String(
  world.log.entries.find(({ fields }) => "address" in fields)?.fields["address"],
);
server.give(
  { kind: "messages", messages: recordedMessages() },
  { kind: "gap", reason: 'odd "reason"\\', count: 4, detail: "" },
  { kind: "gap", reason: "reconnect", count: 0, detail: "" },
  { kind: "gap", reason: "reconnect", count: 2, detail: "" },
);
await world.pass(2100);

const page = async (path: string) => {
  const response = await fetch(`${address}${path}`);
  return { status: response.status, text: await response.text(), headers: response.headers };
};

/** **Source**: Prometheus docs, Exposition formats: what a line may be. */
const label = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"`;
const sampleLine = new RegExp(
  String.raw`^(waggle_[a-z_]+)(?:\{${label}(?:,${label})*\})? -?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?)$`,
);

function checkExposition(text: string): ReadonlyMap<string, string> {
  assert.ok(text.endsWith("\n"));
  const types = new Map<string, string>();
  const seen = new Set<string>();
  for (const line of text.slice(0, -1).split("\n")) {
    const [, name, type] = /^# TYPE (waggle_[a-z_]+) (counter|gauge)$/.exec(line) ?? [];
    if (name !== undefined && type !== undefined) {
      assert.ok(!types.has(name), `${name} is told once`);
      types.set(name, type);
    } else if (!/^# HELP waggle_[a-z_]+ [^\\]+$/.test(line)) {
      const sample = sampleLine.exec(line);
      assert.ok(sample !== null, line);
      assert.ok(types.has(sample[1] ?? ""), `${line} comes after its type`);
      const series = line.slice(0, line.lastIndexOf(" "));
      assert.ok(!seen.has(series), `${series} is there once`);
      seen.add(series);
    }
  }
  return types;
}

test("metrics are what Prometheus reads, whatever a source is called", async () => {
  const { text, headers } = await page("/metrics");
  assert.match(headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  const types = checkExposition(text);
  for (const [name, type] of types) assert.equal(/_total$/.test(name), type === "counter", name);
  assert.match(text, /^waggle_events_total\{source="tetragon:unix:\/\/\/t"\} [1-9]\d*$/m);
  assert.match(text, /^waggle_source_connected\{source="follow:f\\"\\\\\\n# TYPE.*\} 0$/m);
  assert.match(text, /^waggle_losses_total\{reason="reconnect"\} 2$/m);
  assert.match(text, /^waggle_lost_events_total\{reason="reconnect"\} 2$/m);
  assert.match(text, /^waggle_lost_events_total\{reason="odd \\"reason\\"\\\\"\} 4$/m);
  assert.match(text, /^waggle_facts_written_total [1-9]\d*$/m);
  // Without rule files only what is new to a workload speaks.
  assert.match(text, /^waggle_rules\{state="run"\} [1-9]$/m);
  assert.match(text, /^waggle_incidents\{severity="high",state="open"\} 0$/m);
  assert.match(text, /^waggle_detection_lost\{reason="incident-facts"\} 0$/m);
  assert.match(text, /^waggle_part_ok\{part="incidents"\} 1$/m);
});

test("a label is capped, and two that are equal then are not told twice", () => {
  const metrics: readonly Metric[] = [
    {
      name: "x",
      kind: "gauge",
      help: "X.",
      samples: ["a", "b"].map((end) => ({
        labels: { source: `${"s".repeat(5000)}${end}` },
        value: 1,
      })),
    },
  ];
  const text = renderMetrics(metrics);
  checkExposition(text);
  assert.ok(text.length < 4200);
});

test("alive and ready are told apart from the trouble of a source", async () => {
  assert.deepEqual([(await page("/healthz")).status, (await page("/readyz")).status], [200, 200]);
});

test("the status page holds what waggle status reads", async () => {
  const { text } = await page("/status");
  const told = statusSchema.parse(JSON.parse(text));
  assert.deepEqual(
    told.sources.map(({ state, detail }) => [state, detail]),
    [
      ["connected", ""],
      ["waiting", "there is no such file"],
    ],
  );
  assert.ok(told.eventCount > 100);
  assert.equal(told.writtenFactCount > 10 && told.openFactCount > 10, true);
  const context = world.context();
  const asking = {
    ...context,
    outside: { ...context.outside, sources: { ...context.outside.sources, scrape } },
  };
  const plain = address.replace("http://", "");
  for (const given of [plain, address, `${address}/`, plain.replace("127.0.0.1", "")]) {
    const { daemon } = await status.run({ address: given }, asking);
    assert.equal(daemon?.eventCount, told.eventCount, given);
  }
  await assert.rejects(status.run({ address: `${plain}/metrics?` }, asking), {
    code: "connection-failed",
    message: /is no waggle/,
  });
  await assert.rejects(status.run({ address: "unix:/run/w" }, asking), { code: "usage" });
});
