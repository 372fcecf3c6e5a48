/**
 * Tests of the operations that detect, on recorded attacks: `incidents.ts`, `timeline.ts`,
 * `hunt.ts`, `rules.ts`, `matrix.ts` and what they stand on.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { MemoryArchive } from "../../adapters/archive/memory-archive.ts";
import { ProblemLog } from "../../core/event/problem.ts";
import { selectRules } from "../../core/observe/detect/select-rules.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import {
  detectionContext,
  recordedAttacks,
  shippedRules,
} from "../../testing/detection-context.ts";
import { hunt } from "../hunt.ts";
import { findOne, incident, incidents } from "../incidents.ts";
import { judgeSources } from "../judge-sources.ts";
import { matrix } from "../matrix.ts";
import type { OperationContext } from "../operation.ts";
import { rules } from "../rules.ts";
import { timeline } from "../timeline.ts";
import { detectPast } from "./detect-past.ts";
import { detectedFacts } from "./detected-facts.ts";
import { findContainers } from "./find-containers.ts";
import { loadDetection } from "./load-detection.ts";
import { joinIncidents, observeIncidents } from "./observe-incidents.ts";
import { resolvePast } from "./past-fields.ts";
import { readCaseFiles, stemOf } from "./read-case-files.ts";
import { readPast } from "./read-past.ts";
import { testRules } from "./test-rules.ts";

const events = [recordedAttacks];
const context = detectionContext();

async function inFolder<T>(check: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "waggle-detect-"));
  try {
    return await check(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const refusedWith = (code: string) => (error: unknown) =>
  error instanceof WaggleError && error.code === code;

const observed = observeIncidents({ sources: { events }, rules: [] }, context);

test("incidents of a recording are the gravest first, and each can be told alone", async () => {
  const listed = await incidents.run({ events }, context);
  const [gravest] = listed.incidents;
  assert.ok(gravest !== undefined && listed.incidents.length > 10);
  assert.equal(gravest.severity, "critical");
  const grave = await incidents.run({ events, minSeverity: "critical" }, context);
  assert.equal(grave.incidents.length + grave.leftOutCount, listed.incidents.length);
  assert.ok(grave.leftOutCount > 0);
  const { incident: told } = await incident.run({ events, id: gravest.id.slice(0, 8) }, context);
  assert.deepEqual(told, gravest);
});

test("who asks for incidents alone is not told of missing SBOMs", async () => {
  const { problems } = await incidents.run({ events }, context);
  assert.ok(!problems.some(({ code }) => code === "container-without-sbom"));
});

test("an id that no incident has, or that several begin with, is refused", async () => {
  const all = (await observed).incidents;
  const [first] = all;
  assert.ok(first !== undefined);
  assert.throws(() => findOne(all, "nothing"), refusedWith("not-found"));
  assert.throws(() => findOne(all, ""), refusedWith("not-found"));
  assert.equal(findOne(all, first.id), first);
});

test("the same facts give the same incidents again", async () => {
  const { incidents: before, judged } = await observed;
  assert.deepEqual(joinIncidents(judged, detectedFacts(judged.facts), []), before);
  const { detectors } = await loadDetection({ directories: [] }, context);
  const again = await judgeSources({ events }, context, detectors);
  assert.deepEqual(joinIncidents(again, detectedFacts(again.facts), []), before);
});

test("a timeline holds one container's acts, in order, with what rules say", async () => {
  const told = await timeline.run({ container: "redis", events }, context);
  assert.equal(told.containers.length, 1);
  const key = told.containers[0]?.container;
  assert.ok(told.lines.length > 20 && told.lines.every(({ container }) => container === key));
  assert.ok(told.signals.length > 0 && told.signals.every(({ container }) => container === key));
  const times = told.lines.map(({ timeUs }) => timeUs);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
  await assert.rejects(
    timeline.run({ container: "no-such", events }, context),
    refusedWith("not-found"),
  );
});

test("a hunt runs one rule, a family, or a file, and nothing else", async () => {
  const family = await hunt.run({ rule: "reverse-shell", events }, context);
  assert.ok(family.signals.length > 0);
  assert.ok(family.signals.every((signal) => signal.family === "reverse-shell"));
  const rule = `
id: who-am-i
title: Somebody asks who he is
family: discovery
level: low
techniques: [T1033]
by: process
within: 1m
steps:
  - name: ask
    act: exec
    where: { name: id }
`;
  const own = await inFolder(async (folder) => {
    writeFileSync(join(folder, "who.yaml"), rule);
    return hunt.run({ rule: join(folder, "who.yaml"), events }, context);
  });
  assert.deepEqual([...new Set(own.signals.map((signal) => signal.rule))], ["who-am-i"]);
  assert.ok(own.processes.some(({ binary }) => binary.endsWith("/id")));
  await assert.rejects(
    hunt.run({ rule: "reverse-shel", events }, context),
    (error: unknown) => error instanceof WaggleError && /not-found/.test(error.code),
  );
});

test("a hunt in the archive gives what the recording gives, copies left out", async () => {
  const memory = new MemoryArchive();
  const archive = memory.openWriter({ ageUsMax: 1e15, sizeBytesMax: 1e9 });
  const fromFile = await hunt.run({ rule: "escape", events }, context);
  const file = await context.files.open(recordedAttacks);
  const parts: Uint8Array[] = [];
  for await (const chunk of file.chunks) parts.push(chunk.slice());
  const lines = Buffer.concat(parts).toString().trimEnd().split("\n");
  for (const [offset, line] of lines.entries()) {
    for (const source of ["a", "b"]) {
      archive.append({
        ...{ source, format: "jsonl", container: "", execId: "", input: 0, offset },
        bytes: Buffer.from(line),
        timeUs: 1,
      });
    }
  }
  await archive.flush();
  const live: OperationContext = {
    ...context,
    outside: {
      ...context.outside,
      state: { ...context.outside.state, archiveReader: async () => memory.openReader() },
    },
  };
  const fromArchive = await hunt.run({ rule: "escape", state: "state" }, live);
  const keys = (output: typeof fromFile) =>
    output.signals.map(({ rule, process, count }) => `${rule} ${process} ${count}`);
  assert.ok(fromFile.signals.length > 0);
  assert.deepEqual(keys(fromArchive), keys(fromFile));
  const empty: OperationContext = {
    ...context,
    outside: {
      ...context.outside,
      state: {
        ...context.outside.state,
        archiveReader: async () => new MemoryArchive().openReader(),
      },
    },
  };
  await assert.rejects(
    hunt.run({ rule: "escape", state: "state" }, empty),
    refusedWith("not-found"),
  );
});

test("events of the past are asked for by time, and without a source that is told", async () => {
  const where = resolvePast({ events, since: "5m" }, context.settings);
  let count = 0;
  const past = await readPast({ ...where, onEvent: () => count++ }, context, new ProblemLog());
  assert.equal(past.eventCount, count);
  assert.ok(past.toUs - past.fromUs <= 300e6);
  await assert.rejects(
    readPast(
      { ...resolvePast({}, context.settings), onEvent: () => {} },
      context,
      new ProblemLog(),
    ),
    refusedWith("usage"),
  );
});

test("rules are listed with what they need; a wrong one is told with its place", async () => {
  const { rules: listed, counts, cases } = await rules.run({}, context);
  assert.equal(counts.yes + counts["with-policy"] + counts.never, listed.length);
  assert.equal(cases, null);
  assert.ok(counts.yes > 20 && counts["with-policy"] > 10);
  await inFolder(async (folder) => {
    writeFileSync(join(folder, "broken.yml"), "title: x\nlogsource: {product: linux}\n");
    const output = await rules.run({ rules: [folder] }, context);
    assert.equal(output.rules.length, listed.length);
    assert.match(output.problems[0]?.message ?? "", /broken\.yml:\d+:\d+: /);
  });
});

test("rules that do not hold what their cases promise fail, and so do those without", async () => {
  const head = "family: discovery\nlevel: low\ntechniques: []\nby: process\nwithin: 1m\n";
  const body = "steps:\n  - { name: run, act: exec, where: { name: id } }\n";
  await inFolder(async (folder) => {
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
    write("a.yaml", `id: a\ntitle: A\n${head}${body}`);
    write("b.yaml", `id: b\ntitle: B\n${head}${body}`);
    const exec = (binary: string) => `[{ at: 1, pid: 9, parent: 1, exec: ${binary} }]`;
    write(
      "a.cases.yaml",
      `matching:\n  - { name: it is asked, events: ${exec("/usr/bin/id")} }\n` +
        `quiet:\n  - { name: it is asked too, events: ${exec("/usr/bin/id")} }\n`,
    );
    const own = detectionContext(folder);
    const output = await rules.run({ action: "test" }, own);
    assert.deepEqual(
      output.cases?.map(({ kind, passed }) => [kind, passed]),
      [
        ["matching", true],
        ["quiet", false],
      ],
    );
    assert.deepEqual(output.uncovered, ["b"]);
    const files = await readCaseFiles([], own, new ProblemLog());
    assert.deepEqual([...files.keys()], [join(folder, "a")]);
    const tested = await testRules(
      { directories: [], isMeant: ({ family }) => family === "miner" },
      own,
      new ProblemLog(),
    );
    assert.deepEqual(tested.results, []);
  });
  assert.equal(stemOf("x/a.cases.yml"), stemOf("x/a.yaml"));
});

test("the matrix counts hits only where something was read", async () => {
  const bare = await matrix.run({}, context);
  assert.equal(bare.hasHits, false);
  assert.ok(bare.kubernetes.every(({ hitCount }) => hitCount === 0));
  const hit = await matrix.run({ events }, context);
  assert.ok(hit.kubernetes.some(({ hitCount, state }) => hitCount > 0 && state !== "no-rule"));
});

test("rules that were not chosen do not speak", async () => {
  const { detectors, listings } = await loadDetection({ directories: [] }, context);
  const only = detectors.map((one) => selectRules(one, ({ family }) => family === "miner"));
  const asked = { where: { events }, detectors: only };
  const { signals } = await detectPast(asked, context, new ProblemLog());
  assert.ok(signals.length > 0 && signals.every(({ family }) => family === "miner"));
  assert.ok(only.flatMap((one) => one.listings).length < listings.length);
});

test("no rules are loaded twice, and a folder that is not there is told", async () => {
  const { listings, problems } = await loadDetection({ directories: [shippedRules] }, context);
  const ids = listings.map(({ head }) => head.id);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(problems, []);
  await assert.rejects(
    loadDetection({ directories: ["/no/such/folder"] }, context),
    refusedWith("file-not-found"),
  );
});

test("a container is meant by its id, pod, workload or name", async () => {
  const all = [...(await observed).judged.facts.containers];
  const [one] = findContainers(all, "redis");
  assert.ok(one !== undefined);
  for (const name of [one.containerId.slice(0, 12), one.pod, `${one.namespace}/${one.workload}`]) {
    assert.ok(findContainers(all, name).includes(one), name);
  }
  assert.deepEqual(findContainers(all, "host"), []);
  assert.throws(() => findContainers(all, "\u001b[31m"), refusedWith("not-found"));
});
