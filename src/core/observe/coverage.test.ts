/** Tests what coverage and losses the fold tells from events and policies. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sampleSocket } from "../../testing/flow-events.ts";
import {
  foldFacts,
  minuteUs,
  sampleBase,
  sampleExec,
  sampleHook,
  sampleOpen,
  sampleProcess,
  sampleStartUs,
} from "../../testing/sample-facts.ts";
import type { Event } from "../event/event.ts";
import { createCoverage } from "./coverage.ts";
import type { CoverageFact, LossFact } from "./fact.ts";
import { readWatch } from "./network-watch.ts";
import type { PolicyScope } from "./tracing-policy.ts";

const files: PolicyScope = {
  policy: "files",
  input: "policy.yaml",
  hook: "security_file_open",
  sensor: "open",
  namespace: "",
  paths: ["/usr", "/app"],
  limits: [],
  doings: [],
};

function observe(events: readonly Event[], policies: readonly PolicyScope[] = []) {
  const facts = foldFacts(createCoverage({ policies }), events);
  return {
    coverage: facts.filter((fact): fact is CoverageFact => fact.kind === "coverage"),
    losses: facts.filter((fact): fact is LossFact => fact.kind === "loss"),
  };
}

function sensorOf(coverage: readonly CoverageFact[], sensor: string): CoverageFact | undefined {
  return coverage.find((fact) => fact.sensor === sensor);
}

const at = (minutes: number): number => sampleStartUs + minutes * minuteUs;

/** What Tetragon announces when it starts. */
function listing(startUs: number, count: number): readonly Event[] {
  return Array.from({ length: count }, (_, index) =>
    sampleExec(startUs, { execId: `old-${index}`, flags: "procFS auid rootcwd" }),
  );
}

test("processes listed from /proc say nothing of since when Tetragon was there", () => {
  const { coverage } = observe([...listing(at(-500), 3), sampleExec(at(0)), sampleExec(at(2))]);
  const exec = sensorOf(coverage, "exec");
  assert.deepEqual([exec?.sinceUs, exec?.untilUs, exec?.eventCount], [at(0), at(2), 2]);
});

test("a policy file states the paths; the time is that of its own first event", () => {
  const events = [sampleExec(at(0)), sampleOpen(at(1), "/usr/lib/x"), sampleExec(at(9))];
  const open = sensorOf(observe(events, [files]).coverage, "open");
  assert.equal(open?.basis, "stated");
  assert.deepEqual(open?.pathPrefixes, ["/usr", "/app"]);
  assert.deepEqual([open?.sinceUs, open?.untilUs, open?.eventCount], [at(1), at(9), 1]);
});

test("without the file the directories of its events are inferred", () => {
  const paths = ["/usr/lib/a/b.so", "/app/main.py", "/init", "/usr/lib/c.so"];
  const events = paths.map((path) => sampleOpen(at(0), path));
  const open = sensorOf(observe(events).coverage, "open");
  assert.equal(open?.basis, "inferred");
  assert.deepEqual(open?.pathPrefixes, ["/", "/app/", "/usr/lib/"]);
});

test("a stated policy without events has no known time", () => {
  const open = sensorOf(observe([sampleExec(at(0))], [files]).coverage, "open");
  assert.deepEqual([open?.sinceUs, open?.untilUs, open?.eventCount], [0, 0, 0]);
});

test("the mask of an access check tells which sensor it feeds", () => {
  const check = (mask: number): Event => {
    const path = { kind: "file", label: "", path: "/etc/x", flags: "", permission: "" } as const;
    const value = { kind: "integer", label: "mask", value: mask } as const;
    return sampleHook(at(0), { hook: "security_file_permission", arguments: [path, value] });
  };
  const { coverage } = observe([check(4), check(4), check(2)]);
  assert.equal(sensorOf(coverage, "open")?.eventCount, 2);
  assert.equal(sensorOf(coverage, "write")?.eventCount, 1);
});

test("missing parts of events name the flag that would tell", () => {
  const bare = sensorOf(observe([sampleExec(at(0))]).coverage, "exec");
  assert.match(bare?.limits.join() ?? "", /--enable-process-cred.*--enable-process-ns/);
  const capabilities = { permitted: [], effective: [], inheritable: [] };
  const told = sensorOf(observe([sampleExec(at(0), { capabilities })]).coverage, "exec");
  assert.doesNotMatch(told?.limits.join() ?? "", /process-cred/);
});

test("ends of processes alone do not show that starts were told", () => {
  const exit: Event = { ...sampleBase(at(0)), type: "exit", status: 0, signal: "" };
  assert.equal(sensorOf(observe([exit, exit]).coverage, "exec"), undefined);
});

test("a second listing of running processes is a restart", () => {
  const events = [
    ...listing(at(-9), 4),
    ...[0, 1, 2].map((minute) => sampleOpen(at(minute), "/usr/x")),
    ...listing(at(-9), 4),
    sampleExec(at(4)),
    sampleOpen(at(6), "/usr/x"),
    sampleExec(at(8)),
  ];
  const { losses } = observe(events, [files]);
  const [restart, absence] = losses;
  assert.deepEqual(
    [restart?.reason, restart?.sinceUs, restart?.untilUs],
    ["restart", at(2), at(4)],
  );
  assert.deepEqual([absence?.reason, absence?.untilUs], ["absence-of-files", at(6)]);
});

test("one straggler of the first listing is no restart", () => {
  const events = [...listing(at(-9), 4), sampleExec(at(0)), sampleExec(at(2))];
  const late = [...events, ...listing(at(-9), 1), sampleExec(at(4)), sampleExec(at(5))];
  assert.deepEqual(observe(late).losses, []);
});

test("a policy that never comes back after a restart is missing to the end", () => {
  const before = [sampleOpen(at(0), "/usr/x"), sampleExec(at(2))];
  const events = [...before, ...listing(at(-9), 3), sampleExec(at(3)), sampleExec(at(20))];
  const { losses } = observe(events, [files]);
  const absence = losses.find(({ reason }) => reason === "absence-of-files");
  assert.equal(absence?.untilUs, at(20));
});

test("throttling concerns the container of its control group", () => {
  const id = "0123456789abcdef".repeat(4);
  const cgroup = `/kubepods.slice/cri-containerd-${id}.scope`;
  const throttle = (minutes: number, started: boolean): Event => {
    const { timeUs, node, cluster, input, offset } = sampleBase(at(minutes));
    return { timeUs, node, cluster, input, offset, type: "throttle", started, cgroup };
  };
  const { losses } = observe([throttle(1, true), throttle(3, false), throttle(5, true)]);
  assert.deepEqual(
    losses.map(({ container, sinceUs, untilUs }) => [container, sinceUs, untilUs]),
    [
      [id.slice(0, 31), at(1), at(3)],
      [id.slice(0, 31), at(5), at(5)],
    ],
  );
});

test("reports of the exporter's rate limit are joined while they follow each other", () => {
  const report = (minutes: number): Event => {
    const { timeUs, node, cluster, input, offset } = sampleBase(at(minutes));
    return { timeUs, node, cluster, input, offset, type: "rate-limit", droppedCount: 5 };
  };
  const { losses } = observe([report(1), report(2), report(30)]);
  assert.deepEqual(
    losses.map(({ reason, sinceUs, untilUs, count }) => [reason, sinceUs, untilUs, count]),
    [
      ["rate-limit", at(0), at(2), 10],
      ["rate-limit", at(29), at(30), 5],
    ],
  );
});

test("a busy node that falls silent has a gap, in whatever order its events come", () => {
  const busy = [...Array(60).keys()].filter((minute) => minute < 20 || minute >= 40);
  const events = busy.map((minute) => sampleExec(at(minute)));
  const gapsOf = (all: readonly Event[]) =>
    observe(all).losses.map(({ reason, sinceUs, untilUs }) => [reason, sinceUs, untilUs]);
  assert.deepEqual(gapsOf(events), [["gap", at(20), at(40)]]);
  assert.deepEqual(gapsOf([...events].reverse()), [["gap", at(20), at(40)]]);
});

test("coverage does not depend on the order of live events", () => {
  const event = fc
    .tuple(fc.nat(50), fc.constantFrom("/usr/a", "/app/b", "/etc/c/d"))
    .map(([minute, path]) => sampleOpen(at(minute), path, { process: sampleProcess() }));
  fc.assert(
    fc.property(fc.array(event, { minLength: 1 }), (events) => {
      const { coverage } = observe(events);
      assert.deepEqual(observe([...events].reverse()).coverage, coverage);
    }),
  );
});

test("endless policies and nodes stay within bounds, and are counted", () => {
  const many = Array.from({ length: 2500 }, (_, index) =>
    sampleHook(at(0), { hook: "tcp_connect", policy: `policy-${index}` }),
  );
  const { coverage, losses } = observe(many);
  assert.equal(coverage.length, 2000);
  assert.equal(losses.find(({ reason }) => reason === "coverage-eviction")?.count, 500);
});

test("hooks of sockets feed the network sensor, with what they do not tell as limits", () => {
  const connect = { hook: "tcp_connect", policy: "tcp", arguments: [sampleSocket()] };
  const events = [sampleExec(at(0)), sampleHook(at(1), connect)];
  const inferred = sensorOf(observe(events).coverage, "network");
  assert.equal(inferred?.basis, "inferred");
  assert.deepEqual(inferred?.pathPrefixes, []);
  assert.equal(readWatch(inferred?.limits ?? [], "connects"), "yes");
  assert.equal(readWatch(inferred?.limits ?? [], "accepts"), "unknown");
  const scope: PolicyScope = { ...files, policy: "tcp", sensor: "network", doings: ["connects"] };
  const stated = sensorOf(observe(events, [scope]).coverage, "network");
  assert.deepEqual([stated?.basis, stated?.eventCount], ["stated", 1]);
  assert.equal(readWatch(stated?.limits ?? [], "accepts"), "no");
});

test("an unknown hook with a socket is network too; a path of a unix socket is not", () => {
  const unknown = { hook: "new_function", policy: "p", arguments: [sampleSocket()] };
  assert.ok(sensorOf(observe([sampleHook(at(1), unknown)]).coverage, "network"));
  const family = { kind: "socket-address", label: "", family: "AF_UNIX", port: 0 } as const;
  const address = { ...family, address: "/run/docker.sock" };
  const unix = { hook: "security_socket_connect", policy: "p", arguments: [address] };
  const { coverage } = observe([sampleHook(at(1), unix)]);
  assert.equal(sensorOf(coverage, "network"), undefined);
  assert.equal(sensorOf(coverage, "other")?.eventCount, 1);
});
