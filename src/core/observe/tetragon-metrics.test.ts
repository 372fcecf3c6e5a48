/** Tests what Tetragon's counters say was lost, on recorded scrapes and made-up ones. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { FactSet } from "./fact-set.ts";
import { policyOfLoss } from "./loss-counters.ts";
import { readHttpDate, readSamples, type Sample } from "./prometheus-text.ts";
import { lossesBetween, type MetricsSnapshot, readTetragonMetrics } from "./tetragon-metrics.ts";

const fixtures = new URL("../../../fixtures/metrics/", import.meta.url);
const secondUs = 1_000_000;

function recorded(name: string): MetricsSnapshot {
  return readTetragonMetrics(readFileSync(new URL(`${name}.txt`, fixtures), "utf8"), name);
}

const startUs = 1_700_000_000 * secondUs;
const window = { fromUs: startUs, toUs: startUs + 600 * secondUs };

function scrape(seconds: number, lines: string, agentStart = 1_699_999_900): MetricsSnapshot {
  const date = new Date((startUs + seconds * secondUs) / 1000).toUTCString();
  const head = `HTTP/1.1 200 OK\r\nDate: ${date}\r\n\r\n`;
  return readTetragonMetrics(`${head}process_start_time_seconds ${agentStart}\n${lines}\n`, "m");
}

const lost = (count: number) => `tetragon_observer_ringbuf_events_lost_total ${count}`;

test("a recording in which nothing was lost has no losses", () => {
  const snapshots = [recorded("shop-full-start"), recorded("shop-full-end")];
  const spans = snapshots.map(({ timeUs }) => timeUs);
  assert.deepEqual(spans, [1795356076000000, 1795356646000000]);
  const [fromUs = 0, toUs = 0] = spans;
  assert.deepEqual(lossesBetween(snapshots, { fromUs, toUs }), []);
  assert.deepEqual(lossesBetween(snapshots.slice(1), { fromUs, toUs }), []);
});

test("return probes that fell silent are a loss of their policy alone", () => {
  const snapshots = [recorded("attacks-dev-start"), recorded("attacks-dev-end")];
  const [fromUs = 0, toUs = 0] = snapshots.map(({ timeUs }) => timeUs);
  const [loss, ...more] = lossesBetween(snapshots, { fromUs, toUs });
  assert.deepEqual([loss?.reason, loss?.count, more.length], ["missed-probes-of-tcp", 740, 0]);
  assert.equal(policyOfLoss(loss?.reason ?? ""), "tcp");
});

test("only what grew between two scrapes was lost in the window", () => {
  const [loss] = lossesBetween([scrape(500, lost(107)), scrape(0, lost(100))], window);
  assert.deepEqual([loss?.reason, loss?.count], ["ring-buffer", 7]);
  assert.deepEqual([loss?.sinceUs, loss?.untilUs], [startUs, startUs + 500 * secondUs]);
});

test("what was lost while Tetragon started is no loss of later events", () => {
  assert.deepEqual(lossesBetween([scrape(-60, lost(9000)), scrape(600, lost(9000))], window), []);
});

test("a first scrape in the middle tells what was lost before it", () => {
  const [loss] = lossesBetween([scrape(60, lost(5)), scrape(600, lost(5))], window);
  assert.deepEqual([loss?.count, loss?.untilUs], [5, startUs + 60 * secondUs]);
});

test("one scrape alone may count what came before the events, and says so", () => {
  const [loss] = lossesBetween([scrape(600, lost(5))], window);
  assert.deepEqual([loss?.count, loss?.sinceUs, loss?.untilUs], [5, window.fromUs, window.toUs]);
  assert.match(loss?.detail ?? "", /perhaps before/);
});

test("a Tetragon started anew counts from zero", () => {
  const again = scrape(600, lost(3), 1_700_000_300);
  const [loss] = lossesBetween([scrape(0, lost(100)), again], window);
  assert.equal(loss?.count, 3);
  const [smaller] = lossesBetween([scrape(0, lost(100)), scrape(600, lost(40))], window);
  assert.equal(smaller?.count, 40, "a counter that shrank was reset");
});

test("each kind of loss has its reason, in the names of old and new versions", () => {
  const reasons: readonly (readonly [string, string])[] = [
    ['tetragon_bpf_missed_events_total{error="ENOSPC",msg_op="5"}', "kernel"],
    ['tetragon_missed_events_total{msg_op="5"}', "kernel"],
    ["tetragon_ringbuf_perf_event_lost_total", "ring-buffer"],
    ["tetragon_observer_ringbuf_queue_events_lost_total", "queue"],
    ["tetragon_ringbuf_queue_lost_total", "queue"],
    ["tetragon_notify_overflowed_events_total", "listener-overflow"],
    ["tetragon_export_ratelimit_events_dropped_total", "export-rate-limit"],
    ["tetragon_ratelimit_dropped_total", "export-rate-limit"],
    ['tetragon_missed_prog_probes_total{attach="x",policy="__base__"}', "missed-probes"],
    ['tetragon_missed_link_probes_total{attach="x",policy="files"}', "missed-probes-of-files"],
    ["tetragon_events_missing_process_info_total", "missing-process"],
    ['tetragon_map_errors_update_total{map="execve_map"}', "process-table"],
    ['tetragon_cgroup_rate_total{type="throttle_start"}', "throttled"],
  ];
  for (const [series, reason] of reasons) {
    const found = lossesBetween([scrape(0, `${series} 0`), scrape(600, `${series} 2`)], window);
    assert.deepEqual(
      found.map((loss) => [loss.reason, loss.count]),
      [[reason, 2]],
      series,
    );
  }
});

test("bookkeeping is no loss", () => {
  const ordinary = [
    "tetragon_process_cache_evictions_total 861",
    "tetragon_data_cache_evictions_total 2",
    'tetragon_event_cache_fetch_failures_total{entry_type="pod_info",event_type="PROCESS_EXEC"} 4',
    'tetragon_event_cache_fetch_retries_total{entry_type="parent_info"} 315',
    'tetragon_watcher_errors_total{error="failed_to_get_pod",watcher="k8s"} 35',
    'tetragon_map_errors_delete_total{map="execve_map"} 3',
    'tetragon_cgroup_rate_total{type="check"} 3',
    "tetragon_observer_ringbuf_events_received_total 34562",
    "tetragon_notify_overflowed_events_created 1.7e9",
  ].join("\n");
  assert.deepEqual(lossesBetween([scrape(0, ""), scrape(600, ordinary)], window), []);
});

test("a policy that is not active is said", () => {
  const state = (name: string) => `tetragon_tracingpolicy_loaded{state="${name}"} 1`;
  const found = lossesBetween([scrape(600, `${state("enabled")}\n${state("load_error")}`)], window);
  assert.deepEqual(
    found.map(({ reason }) => reason),
    ["policy-not-active"],
  );
});

test("a policy that was not active between others is said, as long as it may have been so", () => {
  const broken = 'tetragon_tracingpolicy_loaded{state="load_error"} 2';
  const disabled = 'tetragon_tracingpolicy_loaded{state="disabled"} 1';
  const lines = ["", broken, broken, "", "", broken, disabled];
  const found = lossesBetween(
    lines.map((text, index) => scrape(index * 100, text)),
    window,
  );
  const spans = found.map(({ sinceUs, untilUs, detail }) => {
    const seconds = [sinceUs, untilUs].map((us) => (us - startUs) / secondUs);
    return `${detail.replace(/.*: /, "")} ${seconds.join("-")}`;
  });
  assert.deepEqual(spans, ["load_error 0-300", "load_error 400-600", "disabled 500-600"]);
  const [before, ...others] = lossesBetween([scrape(0, broken), scrape(600, "")], window);
  assert.deepEqual([before?.reason, others.length], ["policy-not-active", 0]);
  assert.deepEqual(lossesBetween([scrape(-90, broken), scrape(-60, "")], window), []);
});

test("of more than two scrapes each step counts, also where none says when it was taken", () => {
  const counts = [100, 103, 103, 110, 2];
  const all = counts.map((count, index) => scrape(index * 150, lost(count)));
  const sum = (facts: ReturnType<typeof lossesBetween>) => {
    const set = new FactSet();
    for (const fact of facts) set.add(fact);
    return set.losses.reduce((total, { count }) => total + count, 0);
  };
  assert.equal(sum(lossesBetween(all, window)), 12);
  const timeless = counts.slice(0, 4).map((count) => readTetragonMetrics(`${lost(count)}\n`, "m"));
  assert.equal(sum(lossesBetween(timeless, window)), 10);
});

test("without a date the latest exported event tells the time", () => {
  const text = "tetragon_events_last_exported_timestamp 1.7953566455e+09\n";
  assert.equal(readTetragonMetrics(text, "m").timeUs, 1_795_356_645_500_000);
});

test("a node name on every series is taken, two different ones are not", () => {
  const one = 'tetragon_policy_events_total{node_name="a"} 1\n';
  assert.equal(readTetragonMetrics(one, "m").node, "a");
  assert.equal(readTetragonMetrics(`${one}x{node_name="b"} 1\n`, "m").node, "");
});

test("samples are read with escapes, spaces and time stamps; other lines are passed over", () => {
  const found: Sample[] = [];
  const text = [
    "# HELP a help",
    'a{x="1,}\\"\\\\\\n", y = "2" ,} 3 1700000000',
    "b 1e3",
    "c NaN",
    "d +Inf",
    'e{x="1} 2',
    "f",
    "g{} 4\r",
  ].join("\n");
  readSamples(text, (sample) => found.push(sample));
  assert.deepEqual(
    found.map(({ name, labels, value }) => [name, [...labels], value]),
    [
      [
        "a",
        [
          ["x", '1,}"\\\n'],
          ["y", "2"],
        ],
        3,
      ],
      ["b", [], 1000],
      ["g", [], 4],
    ],
  );
});

test("any text gives a snapshot", () => {
  const piece = fc.constantFrom(
    "tetragon_missed_events_total",
    "{",
    '"',
    "\\",
    "=",
    "}",
    " 1",
    "\n",
  );
  const text = fc.array(fc.oneof(piece, fc.string())).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(text, (input) => {
      assert.ok(readTetragonMetrics(input, "m").losses.size <= 10_000);
    }),
  );
  assert.equal(readHttpDate("Date: nonsense"), 0);
});
