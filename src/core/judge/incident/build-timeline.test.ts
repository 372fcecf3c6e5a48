/** Holds what stands in a timeline and in the tree, and what is left out first. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  sampleCase,
  sampleProcess,
  sampleSignal,
  sampleStep,
  webShellFacts,
} from "../../../testing/sample-incident.ts";
import { buildTimeline } from "./build-timeline.ts";
import { listProcesses } from "./list-processes.ts";

const place = { process: "sh", entry: "sh", second: 10 };

test("a rule is told in the line of the event that it matched", () => {
  const { lines } = buildTimeline(sampleCase());
  const told = lines.filter(({ level }) => level !== undefined);
  assert.deepEqual(
    told.map(({ what }) => what),
    ["exec", "exec", "exec"],
  );
  assert.match(told[2]?.text ?? "", /^ran “curl .*: “Rule of credential-access”$/);
  assert.deepEqual(told[2]?.techniques, ["T1528"]);
});

test("several rules of one event are one line, the gravest first", () => {
  const signals = [
    sampleSignal(place, { rule: "a", title: "A", level: "low" }),
    sampleSignal(place, { rule: "b", title: "B", level: "high" }),
  ];
  const { lines } = buildTimeline(sampleCase({ signals, processes: [], steps: [] }));
  assert.deepEqual(
    lines.map(({ text, level }) => [text, level]),
    [["a process: “B”, “A”", "high"]],
  );
});

test("the same command again is a count", () => {
  const processes = ["a", "b", "c"].map((process, at) =>
    sampleProcess({ ...place, process, second: 10 + at }, { arguments: "-c id" }),
  );
  const { lines } = buildTimeline(
    sampleCase({ signals: [sampleSignal(place)], processes, steps: [] }),
  );
  assert.deepEqual(
    lines.filter(({ what }) => what === "exec").map(({ count }) => count),
    [3],
  );
});

test("at most 200 lines, and those that rules speak of stay", () => {
  const facts = webShellFacts();
  const steps = Array.from({ length: 5000 }, (_, at) =>
    sampleStep(
      { process: "curl", entry: "sh-2", second: 12 },
      { what: "read", subject: `/f${at}` },
    ),
  );
  const { lines, omitted } = buildTimeline(sampleCase({ ...facts, steps }));
  assert.equal(lines.length, 200);
  assert.equal(lines.filter(({ level }) => level !== undefined).length, 3);
  assert.match(omitted.join(" "), /of 500\d lines of the timeline/);
  const times = lines.map(({ timeUs }) => timeUs);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
});

test("a walk over all processes is one line", () => {
  const steps = Array.from({ length: 50 }, (_, at) =>
    sampleStep(place, { what: "read", subject: `/proc/${at}/status`, count: 2 }),
  );
  const { lines } = buildTimeline(sampleCase({ signals: [sampleSignal(place)], steps }));
  const read = lines.filter(({ what }) => what === "read");
  assert.deepEqual(
    read.map(({ count }) => count),
    [100],
  );
  assert.match(read[0]?.text ?? "", /read “\/proc\/\*\/status”/);
});

test("ends are told of who lived on, and of who was killed", () => {
  const long = sampleProcess(place, { exitUs: sampleProcess(place).startUs + 60_000_000 });
  const killed = sampleProcess(
    { process: "k", entry: "sh", second: 11 },
    { exitStatus: "SIGKILL", binary: "/bin/x" },
  );
  const given = sampleCase({
    signals: [sampleSignal(place)],
    processes: [long, killed],
    steps: [],
  });
  const ends = buildTimeline(given).lines.filter(({ what }) => what === "exit");
  assert.equal(ends.length, 2);
  assert.match(ends[0]?.text ?? "", /ended with “SIGKILL”/);
});

test("the tree keeps marked processes and all above them, within its bound", () => {
  const chain = Array.from({ length: 5 }, (_, at) =>
    sampleProcess(
      { process: `up${at}`, entry: "", second: at },
      { parent: at === 0 ? "" : `up${at - 1}` },
    ),
  );
  const many = Array.from({ length: 400 }, (_, at) =>
    sampleProcess({ process: `p${at}`, entry: "sh", second: 11 }, { parent: "sh" }),
  );
  const root = sampleProcess(place, { parent: "up4" });
  const last = sampleSignal({ ...place, process: "p399" });
  const given = sampleCase({ signals: [last], processes: [...chain, root, ...many], steps: [] });
  const { processes, omitted } = listProcesses(given);
  const names = processes.map(({ process }) => process);
  assert.equal(processes.length, 200);
  for (const name of ["up0", "up4", "sh", "p399"]) assert.ok(names.includes(name), name);
  assert.deepEqual(
    processes.filter(({ isEntry }) => isEntry).map(({ process }) => process),
    ["sh"],
  );
  assert.match(omitted.join(" "), /of 401 processes/);
});
