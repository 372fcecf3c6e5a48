/**
 * Tests of `recall-learned.ts`: a real state directory whose checkpoint is lost or damaged between
 * two daemons, as a disk, another version or a person may do it.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, test } from "node:test";
import { openSqliteStore } from "../../adapters/store/sqlite-store.ts";
import { FactSet } from "../../core/observe/fact-set.ts";
import { MemoryOutside } from "../../testing/memory-outside.ts";
import { ScriptedSource } from "../../testing/scripted-source.ts";
import { readConfig } from "../config.ts";
import { run } from "../run.ts";

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

function makeState(): string {
  const directory = mkdtempSync(join(tmpdir(), "waggle-recall-"));
  directories.push(directory);
  return directory;
}

/** Programs that the workload runs by then, each an hour after the other. */
interface Day {
  readonly day: number;
  readonly programs: readonly string[];
}

let pid = 100;

function eventsOf({ day, programs }: Day): string {
  const at = (hour: number, second: number) =>
    `2026-03-${String(day).padStart(2, "0")}T${String(hour).padStart(2, "0")}:00:0${second}Z`;
  return programs
    .flatMap((binary, hour) => {
      pid += 1;
      const process = {
        ...{ exec_id: btoa(`n1:${pid}:${pid}`), pid, uid: 0, cwd: "/", binary },
        ...{ flags: "execve clone", start_time: at(hour, 1), docker: "a".repeat(31) },
        pod: {
          ...{ namespace: "shop", name: "api-0", workload: "api", workload_kind: "Deployment" },
          container: {
            id: `containerd://${"a".repeat(64)}`,
            name: "api",
            image: { id: "r/api@sha256:11", name: "r/api:1" },
          },
        },
      };
      const event = { process, parent: { exec_id: btoa("n1:1:1"), pid: 1, binary: "/init" } };
      return [
        { process_exec: event, node_name: "n1", time: at(hour, 1) },
        { process_exit: event, node_name: "n1", time: at(hour, 2) },
      ];
    })
    .map((event) => `${JSON.stringify(event)}\n`)
    .join("");
}

interface Run {
  readonly state: string;
  readonly day: Day;
  readonly config?: string;
  readonly profile?: string;
  readonly detect?: "off" | "auto";
}

/** One life of a daemon; gives what it logged. */
async function live({ state, day, config = "", profile = "", detect = "auto" }: Run) {
  const world = new MemoryOutside();
  const source = new ScriptedSource("follow:f", true);
  world.sources.set(source.name, source);
  if (profile !== "") world.write("profiles/api.yaml", profile);
  world.settings = { file: "", config: readConfig(config, "waggle.yaml") };
  const context = world.context();
  const { outside } = context;
  const given = { follow: ["f"], status: "off", scan: "off" as const, state, detect };
  const ended = run.run(given, {
    ...context,
    outside: {
      ...outside,
      state: { ...outside.state, store: (directory, mode) => openSqliteStore(directory, mode) },
    },
  });
  await world.until(() => world.log.said("info").includes("waggle runs."));
  const bytes = new TextEncoder().encode(eventsOf(day));
  source.give({ kind: "bytes", bytes, at: { file: "1", offset: 0 } });
  await world.pass(2000);
  world.ending.abort();
  let isOver = false;
  void ended.finally(() => {
    isOver = true;
  });
  await world.until(() => isOver, 100);
  await ended;
  return world.log;
}

async function factsOf(state: string): Promise<FactSet> {
  const store = await openSqliteStore(state, "read");
  try {
    const facts = new FactSet();
    for await (const fact of store.facts.facts()) facts.add(fact);
    return facts;
  } finally {
    await store.close();
  }
}

async function noveltyIn(state: string): Promise<readonly string[]> {
  return (await factsOf(state))
    .signals("a".repeat(31))
    .filter(({ family, rule }) => family === "novelty" && rule === "novelty-binary")
    .flatMap(({ because }) => because.map((text) => text.split(" ")[1] ?? ""))
    .toSorted();
}

function damage(state: string, statement: string): void {
  const database = new DatabaseSync(join(state, "waggle.db"));
  try {
    assert.ok(Number(database.prepare(statement).run().changes) > 0);
  } finally {
    database.close();
  }
}

const learned = ["/bin/one", "/bin/two", "/bin/one"];
const later: Day = { day: 4, programs: ["/bin/one", "/bin/new", "/bin/two"] };
const known = "What workloads do was learned before, and is known from facts.";

const accidents = {
  "is gone": "DELETE FROM checkpoint",
  "is damaged": "UPDATE checkpoint_part SET bytes = x'28b52ffd00'",
  "is of another version": "UPDATE checkpoint SET version = 999",
};
for (const [what, statement] of Object.entries(accidents)) {
  test(`a checkpoint that ${what} takes nothing of what was learned`, async () => {
    const state = makeState();
    await live({ state, day: { day: 1, programs: learned } });
    const before = (await factsOf(state)).profiles;
    assert.ok(before.some(({ value }) => value === "/bin/one"));
    damage(state, statement);
    const log = await live({ state, day: later });
    assert.ok(log.said("info").includes(known));
    assert.deepEqual(await noveltyIn(state), ["/bin/new"]);
    const after = (await factsOf(state)).profiles;
    const one = after.find(({ value }) => value === "/bin/one");
    assert.deepEqual(one?.days.length, 2, "what is learned on adds up with what was");
  });
}

test("a checkpoint that is whole is what counts", async () => {
  const state = makeState();
  await live({ state, day: { day: 1, programs: learned } });
  const log = await live({ state, day: later });
  assert.ok(!log.said("info").includes(known));
  assert.deepEqual(await noveltyIn(state), ["/bin/new"]);
});

test("detection that was off for a while knows what it learned before", async () => {
  const state = makeState();
  await live({ state, day: { day: 1, programs: learned } });
  await live({ state, day: { day: 2, programs: ["/bin/one"] }, detect: "off" });
  const log = await live({ state, day: later });
  assert.ok(log.said("info").includes(known));
  assert.deepEqual(await noveltyIn(state), ["/bin/new"]);
});

test("a frozen profile is no part of a checkpoint: it counts at once, learns nothing", async () => {
  const state = makeState();
  await live({ state, day: { day: 1, programs: learned } });
  damage(state, "DELETE FROM checkpoint");
  const profile = `schema: waggle/profile/1
place: {cluster: "*", namespace: shop, kind: Deployment, name: api, container: "*"}
frozen: true
watched: [binary]
values:
  binary: [/bin/one]
`;
  const frozen = { profile, config: "profiles: [profiles]\n" };
  await live({ state, day: { day: 1, programs: ["/bin/two", "/bin/new"] }, ...frozen });
  assert.deepEqual(await noveltyIn(state), ["/bin/new", "/bin/two"]);
  const values = (await factsOf(state)).profiles.map(({ value }) => value);
  assert.ok(!values.includes("/bin/new"));
});
