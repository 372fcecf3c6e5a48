/**
 * Holds the tests of the dump of running processes, on a recorded one and on odd ones.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { recordedProcesses } from "../../testing/recorded-start.ts";
import { ProblemLog } from "../event/problem.ts";
import { containerOfCgroup, readDumpLine } from "./dump-line.ts";
import { FactSet } from "./fact-set.ts";
import { readProcessDump } from "./process-dump.ts";

const id = "0123456789abcdef".repeat(4);

function read(lines: Iterable<string>) {
  const facts = new FactSet();
  const problems = new ProblemLog();
  const emit = facts.add.bind(facts);
  const summary = readProcessDump(lines, { inputIndex: 3, input: "dump", problems, emit });
  return { facts, problems: problems.list(), summary };
}

function line(fields: object): string {
  return JSON.stringify({ type: "process", ppid: 0, cgroup: `0::/docker/${id}`, ...fields });
}

const host = JSON.stringify({ type: "host", time: 1_700_000_000.5, node: "n" });

test("recorded: every container is dumped, its program executed, its libraries mapped", () => {
  const { facts, problems, summary } = read(recordedProcesses());
  assert.deepEqual(problems, []);
  assert.equal(summary.processCount, 24);
  const containers = [...facts.containers];
  assert.equal(containers.length, 10);
  for (const { container, dumped, fromStart, startedUs } of containers) {
    assert.ok(dumped && !fromStart && startedUs > 0);
    const uses = facts.fileUses(container);
    assert.ok(uses.some(({ how, actor }) => how === "executed" && actor === "service"));
    assert.ok(uses.every(({ sensors }) => sensors.join() === "dump"));
    assert.ok(uses.every(({ citations }) => citations.every(({ input }) => input === 3)));
  }
  const libraries = containers.flatMap(({ container }) =>
    facts.fileUses(container).filter(({ how }) => how === "mapped"),
  );
  assert.ok(libraries.length > 150);
});

test("a process that entered from outside is an operator's, also in the dump", () => {
  const { facts } = read([
    host,
    line({ pid: 10, nspid: [10, 1], ppid: 5, exe: "/app", start_time: 1 }),
    line({ pid: 11, nspid: [11, 7], ppid: 10, exe: "/worker", start_time: 2 }),
    line({ pid: 12, nspid: [12, 9], ppid: 6, exe: "/bin/bash", start_time: 3 }),
  ]);
  const container = id.slice(0, 31);
  const actors = new Map(facts.fileUses(container).map(({ path, actor }) => [path, actor]));
  assert.deepEqual([...actors].sort(), [
    ["/app", "service"],
    ["/bin/bash", "operator"],
    ["/worker", "service"],
  ]);
});

test("with the host's pids every process is taken as the service's", () => {
  const { facts } = read([
    host,
    line({ pid: 10, nspid: [10], ppid: 5, exe: "/app", start_time: 1 }),
    line({ pid: 12, nspid: [12], ppid: 1, exe: "/daemon", start_time: 3 }),
  ]);
  const uses = facts.fileUses(id.slice(0, 31));
  assert.deepEqual(new Set(uses.map(({ actor }) => actor)), new Set(["service"]));
});

test("mapped code, mapped data and open files are told apart; the rest is left out", () => {
  const maps = [
    { path: "/usr/lib/libc.so.6", exec: true },
    { path: "/usr/lib/locale/x", exec: false },
    { path: "/memfd:jit (deleted)", exec: true },
    { path: "/dev/zero (deleted)", exec: false },
    { path: 5, exec: true },
  ];
  const files = ["/data/db", "pipe:[1]", "/dev/null"];
  const { facts } = read([host, line({ pid: 10, exe: "/app (deleted)", maps, files })]);
  const uses = facts.fileUses(id.slice(0, 31)).map(({ how, path }) => `${how} ${path}`);
  assert.deepEqual(uses.sort(), [
    "executed /app",
    "mapped /usr/lib/libc.so.6",
    "read /data/db",
    "read /usr/lib/locale/x",
  ]);
});

test("container ids are found in every shape of cgroup path", () => {
  const pod = "kubepods-besteffort-pod2a832f2c_6a10_533e_8bc7_9263edf595ae.slice";
  const shapes = [
    `0::/system.slice/docker-${id}.scope`,
    `12:pids:/docker/${id}\n11:cpu:/docker/${id}`,
    `0::/kubepods.slice/kubepods-besteffort.slice/${pod}/cri-containerd-${id}.scope`,
    `0::/kubepods.slice/${pod}/crio-${id}.scope/container`,
    `4:memory:/kubepods/burstable/pod2a832f2c-6a10-533e-8bc7-9263edf595ae/${id}`,
    `0::/machine.slice/libpod-${id}.scope`,
    `0::/../../cri-containerd-${id}.scope`,
    `0::/docker/${"f".repeat(64)}/docker/${id}`,
  ];
  for (const cgroup of shapes) assert.equal(containerOfCgroup(cgroup), id, cgroup);
  for (const cgroup of ["0::/", `0::/crio-conmon-${id}.scope`, `0::/user.slice/${id.slice(9)}`]) {
    assert.equal(containerOfCgroup(cgroup), "", cgroup);
  }
});

test("lines of any other shape are counted and nothing is thrown", () => {
  const odd = ["{", "[]", "null", '{"type":"process"}', '{"type":"process","pid":"1"}', "", "  "];
  const { problems, summary } = read([...odd, line({ pid: 1, maps: 7, argv: {}, ns: null })]);
  assert.equal(summary.processCount, 1);
  assert.deepEqual(
    problems.map(({ code, count }) => [code, count]),
    [
      ["dump-line-unreadable", 5],
      ["dump-without-time", 1],
    ],
  );
  assert.deepEqual(
    read([]).problems.map(({ code }) => code),
    ["dump-empty"],
  );
  assert.equal(readDumpLine("nonsense"), undefined);
});

test("recorded: sockets of the listing are ports and flows, told who listens", () => {
  const { facts } = read(recordedProcesses());
  const listens = facts.networked.flatMap((container) => facts.listens(container));
  const ports = listens.filter(({ protocol }) => protocol === "tcp").map(({ port }) => port);
  assert.deepEqual(ports.sort(), [3000, 5432, 6379, 8000, 8080, 8081, 8082, 8090]);
  const flows = facts.networked.flatMap((container) => facts.flows(container));
  assert.deepEqual(
    flows.map(({ direction, peer, port }) => `${direction} ${peer}:${port}`).sort(),
    ["inbound 10.42.0.13:6379", "outbound 10.42.0.11:6379"],
  );
  assert.ok(flows.every(({ citations }) => citations.every(({ sensor }) => sensor === "dump")));
});
