/**
 * Holds what is one incident and what is not, over made-up facts.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sampleStartUs } from "../../../testing/sample-facts.ts";
import {
  dataContainer,
  incidentWorkload,
  sampleInput,
  sampleProcess,
  sampleSignal,
  sampleStep,
  secondUs,
  webContainer,
  webShellFacts,
} from "../../../testing/sample-incident.ts";
import type { SignalFact } from "../../observe/detect/detect-fact.ts";
import { judgeIncidents } from "./judge-incidents.ts";

function lone(name: string, second: number, given: Partial<SignalFact> = {}): SignalFact {
  return sampleSignal(
    { process: name, entry: name, second },
    { host: "", entryKind: "unknown", container: `${name}-container`, ...given },
  );
}

const judge = (signals: readonly SignalFact[], given = {}) =>
  judgeIncidents(sampleInput({ signals, ...given }));

test("the requests of one web shell are one incident, with all its sessions", () => {
  const incidents = judgeIncidents(sampleInput(webShellFacts()));
  assert.equal(incidents.length, 1);
  assert.deepEqual(incidents[0]?.entries, ["sh-1", "sh-2"]);
  assert.equal(incidents[0]?.severity, "high");
  assert.match(incidents[0]?.story.join(" ") ?? "", /php-fpm.*started both within half an hour/);
});

test("requests that come hours apart are two incidents, related by their container", () => {
  const host = { host: "web-server", entryKind: "service", container: webContainer } as const;
  const incidents = judge([lone("a", 0, host), lone("b", 7200, host)]);
  assert.equal(incidents.length, 2);
  assert.match(incidents[0]?.related[0]?.why ?? "", /container/);
});

test("workers of one master are one service", () => {
  const worker = (process: string) =>
    sampleProcess(
      { process, entry: "", second: -9 },
      { parent: "master", binary: "/usr/sbin/php-fpm" },
    );
  const master = { ...worker("master"), parent: "" };
  const own = (host: string): Partial<SignalFact> => ({ host, entryKind: "service" });
  const incidents = judge([lone("a", 0, own("w1")), lone("b", 60, own("w2"))], {
    processes: [worker("w1"), worker("w2"), master],
  });
  assert.equal(incidents.length, 1);
});

test("a session that runs what another one left is the same incident", () => {
  const drop = sampleStep({ process: "a", entry: "a", second: 1 }, { what: "write" });
  const run = sampleProcess({ process: "b", entry: "b", second: 500 }, { binary: "/tmp/x" });
  const place = { container: webContainer };
  const facts = { steps: [{ ...drop, subject: "/tmp/x" }], processes: [run] };
  const signals = [lone("a", 0, place), lone("b", 500, place)];
  assert.equal(judge(signals, facts).length, 1);
  assert.equal(judge(signals, { ...facts, steps: [{ ...drop, subject: "/tmp/y" }] }).length, 2);
});

test("what a privileged container wrote below a mount of the host is what the host runs", () => {
  const drop = sampleStep(
    { process: "a", entry: "a", second: 1 },
    { what: "write", subject: "/host/opt/job.sh" },
  );
  const run = sampleProcess(
    { process: "b", entry: "b", second: 90 },
    { container: "host:node-1", arguments: "/opt/job.sh" },
  );
  const signals = [
    lone("a", 0, { container: webContainer }),
    lone("b", 90, { container: "host:node-1", workload: undefined }),
  ];
  assert.equal(judge(signals, { steps: [drop], processes: [run] }).length, 1);
});

test("a client and the server that acted on its behalf within a minute are one incident", () => {
  const connect = sampleStep({ process: "a", entry: "a", second: 5 }, { subject: "10.0.0.5:5432" });
  const listenersAt = (address: string, port: number) =>
    address === "10.0.0.5" && port === 5432 ? [dataContainer] : [];
  const client = lone("a", 5, { entryKind: "operator" });
  const server = (second: number, entryKind: SignalFact["entryKind"] = "service") =>
    lone("b", second, { container: dataContainer, entryKind, host: "postgres" });
  const given = { steps: [connect], listenersAt };
  assert.equal(judge([client, server(30)], given).length, 1);
  assert.equal(judge([client, server(300)], given).length, 2, "too late to be the answer");
  assert.equal(judge([client, server(2)], given).length, 2, "before the connection");
  assert.equal(judge([client, server(30, "operator")], given).length, 2, "not the server's doing");
});

test("a signal that names a process of another session joins both", () => {
  assert.equal(judge([lone("a", 0, { others: ["b"] }), lone("b", 900)]).length, 1);
});

test("a session started by what another session left running is the same incident", () => {
  const daemon = sampleProcess({ process: "daemon", entry: "a", second: 1 });
  const signals = [lone("a", 0), lone("b", 4000, { host: "daemon" })];
  assert.equal(judge(signals, { processes: [daemon] }).length, 1);
});

test("sessions of one container that follow at once are one; jobs of one host are not", () => {
  const inside = (second: number) => ({ container: webContainer, firstSeenUs: at(second) });
  assert.equal(judge([lone("a", 0, inside(0)), lone("b", 4, inside(4))]).length, 1);
  assert.equal(judge([lone("a", 0, inside(0)), lone("b", 60, inside(60))]).length, 2);
  const host = { container: "host:node-1", workload: undefined };
  assert.equal(judge([lone("a", 0, host), lone("b", 1, host)]).length, 2);
});

function at(second: number): number {
  return sampleStartUs + second * secondUs;
}

test("a shared address relates incidents and does not join them", () => {
  const shared = { indicators: [{ type: "ip", value: "203.0.113.9" }] } as const;
  const incidents = judge([lone("a", 0, shared), lone("b", 10, shared)]);
  assert.equal(incidents.length, 2);
  assert.match(incidents[0]?.related[0]?.why ?? "", /203\.0\.113\.9/);
});

test("weak signals and novelty alone are no incident, unless they are many and diverse", () => {
  const weak = (at: number): SignalFact => {
    const families = ["discovery", "drift", "interactive-exec", "tampering"] as const;
    return lone("a", at, {
      level: "low",
      score: 8,
      family: families[at] ?? "discovery",
      rule: `r${at}`,
      tactics: [`tactic-${at}`],
    });
  };
  assert.equal(judge([weak(0)]).length, 0);
  assert.equal(judge([weak(0), weak(1), weak(2)]).length, 0, "24 is less than medium");
  const many = judge([0, 1, 2, 3].map(weak));
  assert.deepEqual(
    many.map(({ severity, confidence }) => [severity, confidence]),
    [["medium", "low"]],
  );
  assert.equal(judge([lone("n", 0, { family: "novelty", level: "high" })]).length, 0);
});

test("weak signals of another session neither join nor make an incident", () => {
  const weak = lone("b", 1, { level: "low", container: webContainer });
  const incidents = judge([lone("a", 0, { container: webContainer }), weak]);
  assert.deepEqual(
    incidents.map(({ entries }) => entries),
    [["a"]],
  );
});

test("33,000 hits of one noisy rule are a handful of incidents, wherever they fall", () => {
  const place = fc.record({
    workload: fc.integer({ min: 1, max: 400 }),
    nodes: fc.integer({ min: 1, max: 40 }),
    hours: fc.integer({ min: 1, max: 24 }),
    level: fc.constantFrom("medium", "high"),
  });
  fc.assert(
    fc.property(place, ({ workload, nodes, hours, level }) => {
      const signals = Array.from({ length: 33_000 }, (_, at) =>
        lone(`p${at}`, (at * 7919) % (hours * 3600), {
          level,
          container: `c${at % (workload * 3)}`,
          node: `node-${at % nodes}`,
          workload: incidentWorkload(`w${at % workload}`),
        }),
      );
      const incidents = judge(signals);
      assert.ok(incidents.length <= 5, `${incidents.length} incidents`);
      assert.equal(
        incidents.some(({ severity }) => severity === "critical"),
        false,
        "repeats make nothing graver",
      );
    }),
    { numRuns: 2 },
  );
});

test("a flood says that it is one, and how wide", () => {
  const signals = Array.from({ length: 50 }, (_, index) =>
    lone(`p${index}`, index * 60, { container: `c${index}`, workload: incidentWorkload("api") }),
  );
  const [incident] = judge(signals);
  assert.match(incident?.headline ?? "", /: 50 times in shop\/api/);
  assert.match(incident?.story.join(" ") ?? "", /50 sessions of 1 workloads/);
  assert.equal(incident?.confidence, "low");
  assert.ok((incident?.timeline.length ?? 0) <= 200);
});

test("a few sessions with the same rule stay incidents of their own", () => {
  const signals = ["a", "b", "c", "d", "e"].map((name, index) =>
    lone(name, index * 60, { workload: incidentWorkload(name) }),
  );
  assert.equal(judge(signals).length, 5);
});

test("a job that runs the same command again and again is one incident", () => {
  const names = ["a", "b", "c"];
  const job = { container: "host:node-1", workload: undefined, entryKind: "scheduled" } as const;
  const signals = names.map((name, index) => lone(name, index * 3600, job));
  const run = (text: string) =>
    names.map((name, index) =>
      sampleProcess(
        { process: name, entry: name, second: 0 },
        { arguments: text + (text && index) },
      ),
    );
  assert.equal(judge(signals, { processes: run("") }).length, 1);
  assert.equal(judge(signals, { processes: run("job-") }).length, 3);
});

test("what runs all the time ties nothing together but what came after a signal below it", () => {
  const standing = { entryKind: "startup", container: "host:node-1", workload: undefined } as const;
  const signals = [lone("init", 100, standing), lone("b", 50), lone("c", 200)];
  const child = (process: string, parent: string) =>
    sampleProcess({ process, entry: "init", second: 1 }, { parent });
  const hosts = signals.map((signal) =>
    signal.entry === "init" ? { ...signal, process: "bad" } : { ...signal, host: "cron" },
  );
  const processes = [child("init", ""), child("cron", "init"), child("bad", "init")];
  assert.equal(judge(hosts, { processes }).length, 3);
  const below = [child("init", ""), child("cron", "bad"), child("bad", "init")];
  const joined = judge(hosts, { processes: below });
  assert.deepEqual(joined.map(({ entries }) => entries.toSorted()).toSorted(), [
    ["b"],
    ["c", "init"],
  ]);
});

test("facts in any order give the same incidents", () => {
  const { signals, processes, steps } = webShellFacts();
  const expected = JSON.stringify(judgeIncidents(sampleInput({ signals, processes, steps })));
  const shuffled = fc.tuple(
    fc.shuffledSubarray(signals as SignalFact[], { minLength: signals.length }),
    fc.shuffledSubarray([...processes], { minLength: processes.length }),
    fc.shuffledSubarray([...steps], { minLength: steps.length }),
  );
  fc.assert(
    fc.property(shuffled, ([some, others, more]) => {
      const input = sampleInput({ signals: some, processes: others, steps: more });
      assert.equal(JSON.stringify(judgeIncidents(input)), expected);
    }),
    { numRuns: 30 },
  );
});

test("incidents are ordered by severity, then score", () => {
  const incidents = judge([
    lone("a", 0, { level: "medium", score: 25 }),
    lone("b", 0, { level: "critical", score: 75 }),
    lone("c", 0, { level: "high", score: 60 }),
  ]);
  assert.deepEqual(
    incidents.map(({ severity }) => severity),
    ["critical", "high", "medium"],
  );
});

test("hostile facts (cycles, empty ids, times that are none) do no harm", () => {
  const loop = sampleProcess({ process: "x", entry: "x", second: 0 }, { parent: "x" });
  const signals = [
    lone("x", 0, { host: "x", entryKind: "service" }),
    lone("", 0, { entry: "", process: "", node: "", container: "" }),
    lone("y", -1, { firstSeenUs: Number.MAX_SAFE_INTEGER, lastSeenUs: -5, citations: [] }),
  ];
  assert.equal(judge(signals, { processes: [loop] }).length, 3);
});
