/**
 * Tests of the policies that ship: files as written from the code, scopes as claimed, within
 * Tetragon's limits, unable to enforce, and a document that tells the truth about them.
 */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { createNodeFiles } from "../../adapters/files/node-files.ts";
import { countPolicyEvents } from "../../testing/count-policy-events.ts";
import { ProblemLog } from "../event/problem.ts";
import { readTracingPolicy } from "../observe/tracing-policy.ts";
import { checkPolicy } from "./check-policy.ts";
import { policiesDocument, renderShipped } from "./describe-policies.ts";
import { costsOf } from "./measured-costs.ts";
import { scopesOfPolicy } from "./policy-scopes.ts";
import { policyObject } from "./render-policy.ts";
import { chooseShipped, shippedPolicies } from "./shipped-policies.ts";
import { attackPolicies } from "./watch-attacks.ts";
import { rightsPolicies } from "./watch-rights.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const fileOf = (purpose: string) => readFileSync(join(root, "policies", `${purpose}.yaml`), "utf8");

test("each shipped file is what the code writes, and nothing else lies beside it", () => {
  const names = shippedPolicies.map(({ policy }) => `policies/${policy.purpose}.yaml`);
  assert.deepEqual(globSync("policies/*", { cwd: root }).sort(), names.sort());
  for (const one of shippedPolicies) {
    assert.equal(fileOf(one.policy.purpose), renderShipped(one), "run node scripts/policies.ts");
    assert.deepEqual(parse(fileOf(one.policy.purpose)), policyObject(one.policy));
  }
});

/** Purpose → hook or sensor, with a path that it watches and what narrows it. */
const claimed: Readonly<Record<string, readonly string[]>> = {
  loader: ["loader"],
  "file-use": ["open"],
  "code-mappings": ["mmap"],
  "tcp-connections": ["network"],
  "tcp-accepts": ["network"],
  "tcp-sent": ["network"],
  "tcp-received": ["network"],
  udp: ["network"],
  privileges: ["other"],
  namespaces: ["other"],
  "kernel-changes": ["other"],
  credentials: ["open"],
  "runtime-sockets": ["other"],
  "file-writes": ["write"],
  "path-changes": ["other", "write"],
  "path-links": ["write"],
  "memory-files": ["other"],
  "file-capabilities": ["other"],
};

test("waggle reads each shipped policy as the sensors it claims to be, narrowed by nothing", () => {
  for (const { policy } of shippedPolicies) {
    const problems = new ProblemLog();
    const scopes = readTracingPolicy(parse(fileOf(policy.purpose)), "a.yaml", problems);
    assert.deepEqual(problems.list(), [], policy.purpose);
    const sensors = new Set(scopes.map(({ sensor }) => sensor));
    assert.deepEqual([...sensors].sort(), claimed[policy.purpose], policy.purpose);
    for (const { policy: name, limits } of scopes) {
      assert.equal(name, policy.name);
      // A rename is watched by where it goes, which a scope of paths cannot say.
      if (policy.purpose !== "path-links") assert.deepEqual(limits, [], policy.purpose);
    }
  }
});

test("the flow policies together see every doing of a socket", () => {
  const doings = shippedPolicies
    .filter(({ group }) => group === "flows")
    .flatMap(({ policy }) => scopesOfPolicy(policy))
    .flatMap((scope) => scope.doings);
  assert.deepEqual([...new Set(doings)].sort(), [
    "accepts",
    "connects",
    "listens",
    "receives",
    "sends",
  ]);
});

test("no shipped policy breaks a limit of the server", () => {
  for (const { policy } of shippedPolicies) assert.deepEqual(checkPolicy(policy), [], policy.name);
});

test("a hook that asks for results stands alone, because it can fall silent", () => {
  for (const { policy } of shippedPolicies) {
    const { hooks } = policy.spec;
    if (hooks.some(({ returnType }) => returnType !== undefined)) {
      assert.equal(hooks.length, 1, policy.name);
    }
  }
});

test("no shipped policy can stop, kill or change anything", () => {
  for (const { policy } of shippedPolicies) {
    assert.deepEqual([...actionsIn(parse(fileOf(policy.purpose)))].sort(), [], policy.name);
  }
});

/** Whatever a document says beside reporting. */
function* actionsIn(value: unknown, key = ""): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* actionsIn(item, key);
  else if (typeof value === "object" && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      if (/enforcer|override|returnArgAction|rateLimit|StackTrace|policy-mode/i.test(name)) {
        yield name;
      }
      yield* actionsIn(inner, name);
    }
  } else if (key === "action" && value !== "Post") yield String(value);
}

test("the document lists each policy with its hooks, costs and what it does not see", () => {
  const text = readFileSync(join(root, "docs", "policies.md"), "utf8");
  assert.ok(text.endsWith(policiesDocument(shippedPolicies)), "run node scripts/policies.ts");
  for (const { policy, blindSpots } of shippedPolicies) {
    assert.ok(text.includes(`### ${policy.purpose}\n`), policy.purpose);
    for (const { call } of policy.spec.hooks) assert.ok(text.includes(`\`${call}\``), call);
    for (const { eventCount, recording } of costsOf(policy.purpose)) {
      assert.ok(text.includes(`${eventCount} events in ${recording}`), policy.purpose);
    }
    assert.ok(blindSpots.length > 0, policy.purpose);
  }
});

test("the costs that are told of the shop are those that its recording shows", async () => {
  const lines = await readShop();
  const policies = shippedPolicies.map(({ policy }) => policy);
  const { byPurpose, seconds } = countPolicyEvents(lines, policies);
  for (const { purpose } of policies) {
    const told = costsOf(purpose).find(({ recording }) => recording === "shop-full");
    if (told === undefined) continue;
    assert.equal(byPurpose.get(purpose), told.eventCount, purpose);
    assert.equal(Number((told.eventCount / seconds).toPrecision(2)), told.perSecond, purpose);
  }
});

async function readShop(): Promise<readonly string[]> {
  const open = await createNodeFiles().open(join(root, "examples", "shop", "events.jsonl.xz"));
  const chunks: Uint8Array[] = [];
  for await (const chunk of open.chunks) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks).toString().trimEnd().split("\n");
}

test("a set is chosen by purposes, groups and words; a name that means nothing is told", () => {
  const names = (...asked: readonly string[]) =>
    chooseShipped(asked).chosen.map(({ policy }) => policy.purpose);
  assert.deepEqual(names("none"), []);
  assert.deepEqual(names("attacks", "loader").slice(0, 2), ["loader", "file-writes"]);
  assert.equal(names("all").length, shippedPolicies.length);
  assert.deepEqual(names(), names("default"));
  assert.ok(!names().includes("file-use"), "what is compiled takes its place");
  assert.equal(names("rights").length, rightsPolicies.length);
  assert.equal(names("attacks").length, attackPolicies.length);
  assert.deepEqual(chooseShipped(["flows", "flow"]).unknown, ["flow"]);
});
