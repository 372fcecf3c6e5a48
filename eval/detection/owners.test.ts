/** Tests of whose doing a process is, by truth. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { caseStartUs } from "../../src/core/observe/detect/case-world.ts";
import { decodeCases } from "../../src/core/observe/detect/decode-cases.ts";
import { type Labels, type Scenario, timeUs } from "./labels.ts";
import { createOwners } from "./owners.ts";
import { ProcessTable } from "./process-table.ts";

const running = [
  { pid: 10, exec: "/usr/bin/bash", args: "driver" },
  { pid: 30, exec: "/usr/bin/web", container: "web" },
  { pid: 31, exec: "/usr/bin/web", args: "worker", parent: 30 },
  { pid: 40, exec: "/usr/bin/bash", args: "kubelet" },
];
const events = [
  { at: 1, pid: 11, parent: 10, exec: "/usr/bin/runc" },
  { at: 1.1, pid: 12, parent: 11, exec: "/bin/sh", container: "web" },
  { at: 1.2, pid: 13, parent: 12, exec: "/usr/bin/id" },
  { at: 2, pid: 32, parent: 31, exec: "/bin/sh" },
  { at: 3, pid: 14, parent: 10, exec: "/usr/bin/mkfifo" },
  { at: 5.5, pid: 41, parent: 40, exec: "/usr/bin/probe" },
  { at: 9, pid: 33, parent: 31, exec: "/bin/sh" },
  { at: 20, pid: 34, parent: 31, exec: "/bin/sh" },
];

function scenario(id: string, roots: readonly number[], from: number, to: number): Scenario {
  const span = { startUs: caseStartUs + from * 1e6, endUs: caseStartUs + to * 1e6 };
  return {
    ...{ recording: "r", id, kind: "attack", suite: "story", category: "", title: "" },
    ...{ techniques: [], artefacts: [], container: "", ran: true, roots, ...span },
  };
}

function setUp() {
  const decoded = decodeCases({ matching: [{ name: "n", running, events }] });
  assert.deepEqual(decoded.problems, []);
  const table = new ProcessTable();
  for (const event of decoded.matching[0]?.events ?? []) table.take(event);
  const id = (pid: number) => table.ofPid(pid)[0]?.execId ?? "";
  const job = scenario("job", [12], 1, 1.5);
  const service = scenario("service", [30], 1.9, 4);
  const labels: Labels = {
    scenarios: [job, service],
    phases: [{ startUs: caseStartUs + 5e6, endUs: caseStartUs + 6e6 }],
    recorder: new Map([
      ["run_sh", [id(10)]],
      ["kubelet", [id(40)]],
    ]),
    endUs: caseStartUs + 15e6,
  };
  const owners = createOwners(table, labels);
  const of = (pid: number, at: number) => {
    const owner = owners.of(id(pid), caseStartUs + at * 1e6);
    return owner.kind === "scenario" ? owner.scenario.id : owner.kind;
  };
  return { of, owners, job, table };
}

test("a job has what it starts and the runtime that carried it", () => {
  const { of, owners, job } = setUp();
  assert.deepEqual([of(11, 1), of(12, 1.1), of(13, 1.2)], ["job", "job", "job"]);
  const pids = owners.processes(job).map(({ pid }) => pid);
  assert.deepEqual(pids.toSorted(), [11, 12, 13]);
});

test("a service belongs to a scenario only while it lasts, and what it starts then for ever", () => {
  const { of } = setUp();
  assert.equal(of(32, 2), "service");
  assert.equal(of(32, 12), "service");
  assert.deepEqual([of(31, 2.5), of(31, 12)], ["service", "ordinary"], "a worker too");
  assert.equal(of(33, 9), "ordinary");
});

test("the recorder's own work, its preparation and its end count for nothing", () => {
  const { of } = setUp();
  assert.equal(of(14, 3), "recorder");
  assert.equal(of(40, 3), "recorder");
  assert.equal(of(41, 6.5), "ordinary", "probes are background, whoever plays the kubelet");
  assert.equal(of(41, 5.5), "recorder", "within a phase");
  assert.equal(of(34, 20), "recorder", "after the end of the recording");
});

test("times of labels keep their microseconds", () => {
  assert.equal(timeUs("1970-01-01T00:00:01.000012000Z"), 1_000_012);
  assert.equal(timeUs("1970-01-01T00:00:01Z"), 1_000_000);
});
