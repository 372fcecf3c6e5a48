/**
 * Tests of the operation `policy` and what it is made of: `live/want-policies.ts`,
 * `live/apply-policies.ts`, `live/visit-nodes.ts`, `live/change-log.ts`; and of how the command
 * line shows it.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { createMemoryFiles } from "../adapters/files/memory-files.ts";
import { createMemoryStore } from "../adapters/store/memory-store.ts";
import { createPolicy } from "../core/respond/policy-document.ts";
import { chooseShipped } from "../core/respond/shipped-policies.ts";
import type { Outside } from "../ports/outside.ts";
import type { SettingStore } from "../ports/store.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { policyPresentation } from "../surfaces/cli/present-policy.ts";
import { createFakeControl, type FakeControl, loadedPolicy } from "../testing/fake-control.ts";
import { shopReport } from "../testing/sample-shop.ts";
import { noOutside, stillContext } from "../testing/still-context.ts";
import { applyPolicies } from "./live/apply-policies.ts";
import { createChangeLog } from "./live/change-log.ts";
import { tlsOf, tlsWords } from "./live/tls-fields.ts";
import { visitNodes } from "./live/visit-nodes.ts";
import { wantPolicies } from "./live/want-policies.ts";
import { makeReport } from "./make-report.ts";
import type { OperationContext } from "./operation.ts";
import { type PolicyInput, type PolicyOutput, policy } from "./policy.ts";

const hourUs = 3_600_000_000;

interface World {
  readonly context: OperationContext;
  readonly server: FakeControl;
  readonly files: Map<string, Uint8Array>;
  nowUs: number;
}

function createSettings(): SettingStore {
  const values = new Map<string, string>();
  return {
    get: async (key) => values.get(key),
    set: async (key, value) => {
      values.set(key, value);
    },
  };
}

function createWorld(server = createFakeControl("unix:///t.sock")): World {
  const [settings, store] = [createSettings(), createMemoryStore()];
  const files = new Map<string, Uint8Array>();
  const refuse = () => assert.fail("not asked for");
  const outside: Outside = {
    ...noOutside,
    state: {
      ...noOutside.state,
      store: async () => ({ ...store, settings }),
    },
    sources: {
      ...noOutside.sources,
      control: async ({ address }) => {
        if (address === server.address) return server;
        throw new WaggleError("connection-failed", `no server at ${address}`);
      },
    },
    services: {
      ...noOutside.services,
      clock: { nowUs: () => world.nowUs, elapsedMs: refuse, wait: refuse },
    },
  };
  const context: OperationContext = {
    files: createMemoryFiles(files),
    scanner: { scan: refuse, match: refuse, dataVersion: refuse },
    now: undefined,
    settings: { file: "", config: {} },
    onProgress: () => {},
    ...stillContext,
    outside,
  };
  const world: World = { context, server, files, nowUs: 100 * hourUs };
  return world;
}

const run = (world: World, input: PolicyInput): Promise<PolicyOutput> =>
  policy.run({ tetragon: [world.server.address], ...input }, world.context);

const show = (output: PolicyOutput): string =>
  String(
    policyPresentation.show(output, { format: "text", width: 120, color: false, top: 0 }).document,
  );

const defaultNames = chooseShipped([]).chosen.map((one) => one.policy.name);

test("plan and apply without yes change nothing, and say what they would do", async () => {
  const world = createWorld();
  for (const action of ["plan", "apply"] as const) {
    const output = await run(world, { action });
    assert.equal(output.isApplied, false);
    assert.deepEqual(
      output.nodes[0]?.steps.map(({ kind, outcome }) => `${kind} ${outcome}`),
      defaultNames.map(() => "add planned"),
    );
  }
  assert.deepEqual(world.server.calls, []);
});

test("apply loads what is wanted; a second time there is nothing to do", async () => {
  const world = createWorld();
  await run(world, { action: "apply", yes: true });
  assert.deepEqual(
    [...world.server.loaded.values()].map(({ name }) => name),
    defaultNames,
  );
  const again = await run(world, { action: "apply", yes: true });
  assert.ok(again.nodes[0]?.steps.every(({ kind }) => kind === "keep"));
  assert.equal(world.server.calls.length, defaultNames.length);
});

const oldLoader = createPolicy("loader", { hooks: [{ call: "x", syscall: false, args: [] }] }).name;

test("an old content goes only once the new one is there, and others stay untouched", async () => {
  const server = createFakeControl("unix:///t.sock", [
    loadedPolicy(oldLoader),
    loadedPolicy("somebody-elses", { mode: "enforce" }),
  ]);
  const world = createWorld(server);
  await run(world, { action: "apply", yes: true, set: ["loader"] });
  const [loader] = chooseShipped(["loader"]).chosen;
  assert.deepEqual(server.calls, [`add ${loader?.policy.name}`, `delete ${oldLoader}`]);
  assert.ok(server.loaded.has("/somebody-elses"));
});

test("when the new content cannot be loaded the old one stays, and the status tells", async () => {
  const server = createFakeControl("unix:///t.sock", [loadedPolicy(oldLoader)]);
  const world = createWorld(server);
  const name = chooseShipped(["loader"]).chosen[0]?.policy.name ?? "";
  server.refused.add(name);
  const output = await run(world, { action: "apply", yes: true, set: ["loader"] });
  assert.deepEqual(
    output.nodes[0]?.steps.map(({ kind, outcome }) => `${kind} ${outcome}`),
    ["add failed", "delete left"],
  );
  assert.match(output.nodes[0]?.steps[0]?.said ?? "", /calls: not found/);
  assert.ok(server.loaded.has(`/${oldLoader}`));
  const status = await run(world, { action: "status" });
  assert.match(show(status), /2 of waggle, 1 of them in error/);
  const view = { format: "text", width: 100, color: false, top: 0 } as const;
  assert.notEqual(policyPresentation.show(output, view).exitStatus, 0);
});

test("changes of the last hour are remembered in the state, and hold back the next", async () => {
  const server = createFakeControl("unix:///t.sock");
  const world = createWorld(server);
  const asked: PolicyInput = { action: "apply", yes: true, set: ["loader"], state: "/s" };
  const outcomes: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    server.loaded.clear();
    server.loaded.set(`/${oldLoader}`, loadedPolicy(oldLoader));
    const { nodes } = await run(world, { ...asked, changesPerHour: 2 });
    outcomes.push(nodes[0]?.steps[0]?.kind ?? "");
  }
  assert.deepEqual(outcomes, ["add", "add", "wait"]);
  world.nowUs += hourUs;
  const later = await run(world, { ...asked, changesPerHour: 2 });
  assert.equal(later.nodes[0]?.steps[0]?.kind, "add");
});

test("a server that was started anew gets all of its policies back at once", async () => {
  const world = createWorld();
  const asked = { action: "apply", yes: true, state: "/s", changesPerHour: 0 } as const;
  await run(world, asked);
  world.server.restart();
  await run(world, asked);
  assert.equal(world.server.loaded.size, defaultNames.length);
});

test("clean takes away all of ours and nothing else, and only when told yes", async () => {
  const world = createWorld();
  world.server.loaded.set("/file-open", loadedPolicy("file-open"));
  await run(world, { action: "apply", yes: true });
  await run(world, { action: "clean" });
  assert.equal(world.server.loaded.size, defaultNames.length + 1);
  await run(world, { action: "clean", yes: true });
  assert.deepEqual([...world.server.loaded.keys()], ["/file-open"]);
});

test("a server that cannot be reached stops no other, and the exit status tells", async () => {
  const world = createWorld();
  const output = await policy.run(
    { action: "status", tetragon: ["unix:///none", world.server.address] },
    world.context,
  );
  assert.match(output.nodes[0]?.trouble ?? "", /no server/);
  assert.equal(output.nodes[1]?.version, "v1.7.0");
  const view = { format: "text", width: 100, color: false, top: 0 } as const;
  assert.equal(policyPresentation.show(output, view).exitStatus, 7);
});

test("a status names what enforces, and shows nothing of a server raw", async () => {
  const error = "\u001b[31mbad\nline";
  const server = createFakeControl("unix:///t.sock", [
    loadedPolicy("kill-it", { mode: "enforce" }),
    loadedPolicy("broken", { state: "load-error", error }),
  ]);
  const text = show(await run(createWorld(server), { action: "status" }));
  assert.match(text, /1 enforcing/);
  assert.match(text, /ENFORCES/);
  assert.ok(!text.includes("\u001b"));
  assert.match(text, /\\x1b\[31mbad\\nline/);
});

test("policies are written as files by their purpose, only when told yes", async () => {
  const world = createWorld();
  const asked: PolicyInput = { action: "apply", to: "out/", set: ["loader", "udp"] };
  const planned = await policy.run(asked, world.context);
  assert.deepEqual(planned.files, ["out/waggle-loader.yaml", "out/waggle-udp.yaml"]);
  assert.equal(world.files.size, 0);
  await policy.run({ ...asked, yes: true }, world.context);
  assert.deepEqual([...world.files.keys()], planned.files);
});

test("what nobody can mean is refused with the names that there are", async () => {
  const world = createWorld();
  const fails = (input: PolicyInput, says: RegExp) =>
    assert.rejects(policy.run(input, world.context), says);
  await fails({ action: "status" }, /--tetragon/);
  await fails({ action: "apply", yes: true }, /--to/);
  await fails({ action: "clean", tetragon: ["x"], to: "d" }, /plan and apply/);
  await fails({ action: "plan", set: ["flow"] }, /"flow"; there are default, all, none/);
});

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/cli/${name}`, import.meta.url)));

test("from a recording or its saved report come the same policies, for what is open", async () => {
  const world = createWorld();
  const lines = gunzipSync(fixture("events.jsonl.gz"));
  world.files.set("events.jsonl", new Uint8Array(lines));
  world.files.set("sbom.json.gz", fixture("redis.syft.json.gz"));
  world.files.set("vulns.json.gz", fixture("redis.grype.json.gz"));
  const sources = { events: ["events.jsonl"], sbom: ["sbom.json.gz"], vulns: ["vulns.json.gz"] };
  const asked: PolicyInput = { action: "plan", set: ["loader"] };
  const made = await policy.run({ ...asked, ...sources }, world.context);
  assert.ok(made.isCompiled);
  assert.deepEqual(made.wanted.map(({ origin }) => origin).slice(0, 2), ["shipped", "compiled"]);
  assert.ok(made.watched.every(({ question }) => question.files.length > 0));
  const saved = JSON.stringify(await makeReport(sources, world.context));
  world.files.set("report.json", new TextEncoder().encode(saved));
  const again = await policy.run({ ...asked, report: "report.json" }, world.context);
  assert.deepEqual(again.wanted, made.wanted);
  assert.match(show(made), /open questions that they decide/);
});

test("what of a report no policy can be made for is said", () => {
  const { policies, leftOut } = wantPolicies({ set: [], known: { report: shopReport, sboms: [] } });
  assert.equal(policies.length, defaultNames.length);
  assert.match(leftOut[0]?.why ?? "", /no SBOM/);
});

test("a log of changes without a store lives as long as it does; bad text is nothing", async () => {
  const log = createChangeLog(undefined);
  await log.note("a", hourUs);
  assert.deepEqual(await log.recent("a", 2 * hourUs - 1), [hourUs]);
  assert.deepEqual(await log.recent("a", 2 * hourUs), []);
  assert.deepEqual(await log.recent("b", hourUs), []);
  const settings = createSettings();
  await settings.set("policy-changes a", "{nonsense");
  assert.deepEqual(await createChangeLog(settings).recent("a", 0), []);
});

test("nothing is asked of the outside where no server is named", async () => {
  const task = {
    kind: "look",
    wanted: [],
    changesPerHour: 1,
    isAnew: false,
    isApplied: false,
    state: "/s",
    isBeside: false,
  } as const;
  assert.deepEqual(await visitNodes([], task, noOutside), []);
});

test("a server that takes a policy and lists it as failed is not believed", async () => {
  const server = createFakeControl("a");
  const [wanted] = wantPolicies({ set: ["loader"], known: undefined }).policies;
  assert.ok(wanted !== undefined);
  const { name } = wanted.document;
  server.addPolicy = async () => {
    server.loaded.set(`/${name}`, loadedPolicy(name, { state: "error", error: "later" }));
  };
  const { steps } = await applyPolicies({
    ...{ control: server, wanted: [wanted], changesPerHour: 6, isApplied: true },
    ...{ isAnew: false },
    ...{ log: createChangeLog(undefined), clock: { nowUs: () => 0 } },
  });
  assert.equal(steps[0]?.outcome, "failed");
  assert.match(steps[0]?.said ?? "", /state error: later/);
});

test("one that could not be loaded is tried again later, and the server is quoted", async () => {
  const world = createWorld();
  const { server } = world;
  const name = chooseShipped(["loader"]).chosen[0]?.policy.name ?? "";
  const apply = async () => {
    const asked: PolicyInput = { action: "apply", yes: true, set: ["loader"], state: "s" };
    const output = await run(world, asked);
    const [step] = output.nodes[0]?.steps ?? [];
    return { text: show(output), did: `${step?.kind} ${step?.outcome}` };
  };
  server.refused.add(name);
  assert.equal((await apply()).did, "add failed");
  const waiting = await apply();
  assert.equal(waiting.did, "failed failed");
  assert.match(waiting.text, /calls: not found.*Tried 1 time; again after/s);
  world.nowUs += 5 * 60_000_000;
  assert.equal((await apply()).did, "retry failed");
  assert.deepEqual(server.calls, [`add ${name}`, `delete ${name}`, `add ${name}`]);
  assert.match(show(await run(world, { action: "status" })), /load-error.*calls: not found/s);
  server.refused.clear();
  assert.equal((await apply()).did, "failed failed");
  world.nowUs += 10 * 60_000_000;
  assert.equal((await apply()).did, "retry done");
  assert.equal((await apply()).did, "keep planned");
  server.loaded.set(`/${name}`, loadedPolicy(name, { state: "load-error" }));
  assert.equal((await apply()).did, "retry done", "the attempts of before are forgotten");
});

test("one that is refused and not listed is tried ever later, then not; anew it is", async () => {
  const world = createWorld();
  const { server } = world;
  const name = chooseShipped(["loader"]).chosen[0]?.policy.name ?? "";
  server.addPolicy = async () => {
    tried += 1;
    throw new WaggleError("tetragon-refused", "Tetragon refused: spec.kprobes: unknown field");
  };
  let tried = 0;
  const apply = async (more: Partial<PolicyInput> = {}) => {
    const asked: PolicyInput = { action: "apply", yes: true, set: ["loader"], state: "s" };
    const output = await run(world, { ...asked, ...more });
    const [step] = output.nodes[0]?.steps ?? [];
    return { text: show(output), did: `${step?.kind} ${step?.outcome} ${step?.again ?? ""}` };
  };
  assert.equal((await apply()).did, "add failed ");
  const waiting = await apply();
  assert.equal(waiting.did, "failed failed later");
  assert.match(waiting.text, /does not list it\. Tried 1 time; again after/);
  for (let hour = 0; hour < 100; hour += 1) {
    world.nowUs += hourUs;
    await apply();
  }
  assert.equal(tried, 10, "no more than ten times");
  const given = await apply();
  assert.equal(given.did, "failed failed never");
  assert.match(given.text, /Tried 10 times: it is not tried any more/);
  assert.equal((await apply({ anew: true })).did, "add failed ");
  assert.equal((await apply()).did, "failed failed later", "it counts from one again");
  assert.equal(tried, 11);
  assert.equal((await apply({ set: ["udp"] })).did, "add failed ", "another one");
  assert.equal((await apply()).did, "add failed ", "what was not wanted is forgotten");
  server.loaded.set(`/${name}`, loadedPolicy(name, { state: "load-error" }));
  assert.equal((await apply({ anew: true })).did, "failed failed later", "it is still that server");
  server.loaded.set(`/${name}`, loadedPolicy(name));
  assert.equal((await apply()).did, "keep planned ");
});

test("a refused successor leaves what is there; one that waits keeps its tries", async () => {
  const server = createFakeControl("unix:///t.sock", [loadedPolicy(oldLoader)]);
  const world = createWorld(server);
  const [name] = chooseShipped(["loader"]).chosen.map((one) => one.policy.name);
  server.refused.add(name ?? "");
  const add = server.addPolicy;
  server.addPolicy = (yaml) => add(yaml).finally(() => server.loaded.delete(`/${name}`));
  const apply = async (changesPerHour: number) => {
    const asked: PolicyInput = { action: "apply", yes: true, set: ["loader"], state: "s" };
    const { nodes } = await run(world, { ...asked, changesPerHour });
    return nodes[0]?.steps.map((one) => `${one.kind} ${one.outcome}`).join(", ");
  };
  assert.equal(await apply(6), "add failed, delete left");
  assert.equal(await apply(6), "failed failed, keep planned");
  world.nowUs += hourUs;
  assert.equal(await apply(0), "wait planned, keep planned");
  assert.equal(await apply(6), "add failed, delete left");
  world.nowUs += 5 * 60_000_000;
  assert.equal(await apply(6), "failed failed, keep planned", "the second wait is longer");
});

test("a daemon that reads what went wrong is not told that the program failed", async () => {
  const world = createWorld();
  world.server.refused.add(defaultNames[0] ?? "");
  const asked: PolicyInput = { action: "apply", yes: true, state: "s" };
  const exitOf = async (input: PolicyInput) => {
    const view = { format: "json", width: 120, color: false, top: 0 } as const;
    return policyPresentation.show(await run(world, input), view).exitStatus;
  };
  assert.notEqual(await exitOf(asked), 0);
  assert.equal(await exitOf({ ...asked, beside: true }), 0);
});

test("attempts are remembered by server and name, in a bound; bad text is nothing", async () => {
  const settings = createSettings();
  const log = createChangeLog(settings);
  const many = Array.from(
    { length: 1200 },
    (_, at) => [`p${at}`, { count: 1, lastUs: at }] as const,
  );
  await log.setTries("a", new Map(many));
  const kept = await createChangeLog(settings).tries("a");
  assert.equal(kept.size, 1000);
  assert.deepEqual(kept.get("p1199"), { count: 1, lastUs: 1199 });
  assert.equal((await log.tries("b")).size, 0);
  for (const text of ["{nonsense", '{"p":{"count":"1"}}', "[]"]) {
    await settings.set("policy-tries a", text);
    assert.equal((await log.tries("a")).size, 0, text);
  }
});

test("servers are reached with the files that are named, else with those of run", async () => {
  const world = createWorld();
  const asked: unknown[] = [];
  const { sources } = world.context.outside;
  const outside: Outside = {
    ...world.context.outside,
    sources: {
      ...sources,
      control: (address) => {
        asked.push(address.tls);
        return sources.control(address);
      },
    },
  };
  const config = { run: { "tls-ca": "ca.pem", "tls-server-name": "node" } };
  const context = { ...world.context, outside, settings: { file: "", config } };
  const about = { action: "status", tetragon: ["unix:///t.sock"] } as const;
  await policy.run({ ...about, tetragon: [...about.tetragon] }, world.context);
  const given = { tlsCa: "other.pem", tlsCert: "me.pem", tlsKey: "me.key" };
  for (const action of ["plan", "apply", "status", "clean"] as const) {
    await policy.run({ action, tetragon: ["unix:///t.sock"], ...given }, context);
  }
  await policy.run({ ...about, tetragon: [...about.tetragon] }, context);
  const pair = { certificateFile: "me.pem", keyFile: "me.key" };
  const own = { caFile: "other.pem", ...pair, serverName: "node" };
  const ofRun = { caFile: "ca.pem", serverName: "node" };
  assert.deepEqual(asked, [own, own, own, own, ofRun]);
  await assert.rejects(
    policy.run({ action: "status", tetragon: ["unix:///t.sock"], tlsKey: "k" }, world.context),
    /go together/,
  );
});

test("a daemon hands its TLS on word by word, and says nothing where there is none", () => {
  assert.deepEqual(tlsWords(undefined), []);
  const given = { tlsCa: "a", tlsCert: "b", tlsKey: "c", tlsServerName: "d" };
  const words = "--tls-ca a --tls-cert b --tls-key c --tls-server-name d".split(" ");
  assert.deepEqual(tlsWords(tlsOf(given)), words);
});
