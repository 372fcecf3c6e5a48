/** Tests of `profile`: learning from events, freezing, and what that does to incidents. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemLog } from "../core/event/problem.ts";
import type { Fact } from "../core/observe/fact.ts";
import { MemoryOutside } from "../testing/memory-outside.ts";
import { observeProfiles } from "./detect/observe-profiles.ts";
import { incidents } from "./incidents.ts";
import { profile } from "./profile.ts";

const bootUs = 1_700_000_000_000_000;

/** Export lines of a small host: cron starts a shell, which starts a tool. */
function exportOf(tools: readonly string[]): string {
  const id = (pid: number) => btoa(`n1:${pid}000000:${pid}`);
  const time = (pid: number) => new Date(bootUs / 1000 + pid * 1000).toISOString();
  const process = (pid: number, binary: string, words: string, parent: number) => ({
    exec_id: id(pid),
    ...{ pid, uid: 0, cwd: "/", binary, arguments: words, flags: "execve clone" },
    start_time: time(pid),
    parent_exec_id: id(parent),
  });
  const line = (pid: number, binary: string, words: string, parent: number) =>
    JSON.stringify({
      process_exec: { process: process(pid, binary, words, parent) },
      ...{ node_name: "n1", time: time(pid) },
    });
  const jobs = tools.flatMap((tool, at) => [
    line(100 + 10 * at, "/bin/sh", "-c job", 50),
    line(101 + 10 * at, tool, `--day ${at}`, 100 + 10 * at),
  ]);
  return [line(50, "/usr/sbin/cron", "-f", 1), ...jobs, ""].join("\n");
}

function open(tools: readonly string[]) {
  const outside = new MemoryOutside();
  outside.write("day.jsonl", exportOf(tools));
  return { outside, context: outside.context() };
}

test("profiles are learned from events, shown, exported and frozen", async () => {
  const { context } = open(["/usr/bin/tar", "/usr/bin/tar"]);
  const events = ["day.jsonl"];
  const listed = await profile.run({ action: "list", events }, context);
  assert.deepEqual(
    listed.profiles.map(({ place }) => place.container),
    ["scheduled", "startup cron"],
  );
  const [shown] = (await profile.run({ action: "show", workload: "n1/scheduled", events }, context))
    .profiles;
  assert.deepEqual(
    shown?.values.map(({ dimension, value, count }) => [dimension, value, count]),
    [
      ["binary", "/bin/sh", 2],
      ["binary", "/usr/bin/tar", 2],
      ["child", "(scheduled) > /bin/sh", 2],
      ["child", "/bin/sh > /usr/bin/tar", 2],
      ["arguments", "sh -c job", 2],
      ["arguments", "tar --day <n>", 2],
    ],
  );
  const { document } = await profile.run({ action: "export", events }, context);
  assert.match(document, /frozen: false/);
  const frozen = await profile.run({ action: "freeze", events }, context);
  assert.match(frozen.document, /frozen: true/);
  await assert.rejects(profile.run({ action: "show", workload: "n1/sched", events }, context), {
    code: "not-found",
  });
});

test("a reviewed file is frozen as it is, and compared with what is seen", async () => {
  const { outside, context } = open(["/usr/bin/tar"]);
  const { document } = await profile.run({ action: "export", events: ["day.jsonl"] }, context);
  outside.write("p.yaml", document.replace('"/usr/bin/tar"', '"/usr/bin/other"'));
  const profiles = ["p.yaml"];
  const again = await profile.run({ action: "freeze", profiles }, context);
  assert.match(again.document, /frozen: true[\s\S]*\/usr\/bin\/other/);
  const { differences } = await profile.run(
    { action: "diff", profiles, events: ["day.jsonl"] },
    context,
  );
  assert.deepEqual(
    differences.map(({ added, unseen }) =>
      [added, unseen].map((list) => list.map((one) => one.value)),
    ),
    [[["/usr/bin/tar"], ["/usr/bin/other"]]],
  );
  await assert.rejects(profile.run({ action: "diff", events: ["day.jsonl"] }, context), {
    code: "usage",
  });
});

test("what deviates from a frozen profile is a signal, and alone no incident", async () => {
  const { outside, context } = open(["/usr/bin/tar"]);
  const { document } = await profile.run({ action: "freeze", events: ["day.jsonl"] }, context);
  outside.write("p.yaml", document);
  outside.write("next.jsonl", exportOf(["/usr/bin/tar", "/usr/bin/odd"]));
  const events = ["next.jsonl"];
  const told = await incidents.run({ events, profiles: ["p.yaml"] }, context);
  assert.deepEqual([told.signalCount, told.incidents.length], [1, 0]);
  assert.equal((await incidents.run({ events }, context)).signalCount, 0);
  outside.settings = { file: "", config: { profiles: ["p.yaml"] } };
  assert.equal((await incidents.run({ events }, outside.context())).signalCount, 1);
});

test("profiles are read from the state of a daemon", async () => {
  const { outside, context } = open([]);
  const place = { cluster: "", namespace: "shop", kind: "Deployment", name: "api", container: "c" };
  const fact: Fact = {
    ...{ kind: "profile", place, dimension: "binary", value: "/app", count: 1, days: [1] },
    ...{ runs: ["r"], firstSeenUs: bootUs, lastSeenUs: bootUs },
  };
  const writer = { writer: "w", sequence: 1, timeUs: 1, positions: {} };
  await outside.machine.store.facts.commit({ ...writer, settled: [fact], open: [], dropped: [] });
  const sources = { state: "state" };
  const profiles = await observeProfiles({ sources, rules: [] }, context, new ProblemLog());
  assert.deepEqual(
    profiles.map(({ values }) => values.map(({ value }) => value)),
    [["/app"]],
  );
});
