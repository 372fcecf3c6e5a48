/**
 * Holds what becomes of policies on the server.
 * Source: the texts and states are those of `pkg/sensors/handler.go` of Tetragon 1.7.0.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type KeptPolicy, PolicyList } from "./policy-list.ts";
import { Refusal } from "./refusal.ts";

const policy = (spec: string, name = "p", head = "kind: TracingPolicy") =>
  `${head}\nmetadata: {name: ${name}}\nspec:\n${spec}`;
const hook = (more = "") =>
  `  kprobes:\n  - call: security_file_permission\n    syscall: false\n${more}`;
const actions = (text: string) => hook(`    selectors:\n    - matchActions: [${text}]\n`);

function refusalOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return error.message;
  }
  return "taken";
}

function only(list: PolicyList): KeptPolicy {
  const [one, ...more] = list.list();
  assert.ok(one !== undefined && more.length === 0);
  return one;
}

const added = (spec: string) => refusalOf(() => new PolicyList().add(policy(spec)));
const why = (text: string) => `policy handler 'tracing' failed loading policy 'p': ${text}`;

test("mode and counters depend on what a policy does", () => {
  const kept = (spec: string) => {
    const list = new PolicyList();
    list.add(policy(spec));
    const { sensors, mode, postedCount, state, filterId } = only(list);
    return [...sensors, mode, postedCount, state, filterId];
  };
  assert.deepEqual(kept("  loader: true\n"), ["__loader__", "UNKNOWN", undefined, "ENABLED", 0]);
  assert.deepEqual(kept(hook()), ["generic_kprobe", "MONITOR_ONLY", 0, "ENABLED", 0]);
  const kill = actions("{action: Sigkill}");
  assert.deepEqual(kept(kill), ["generic_kprobe", "ENFORCE", 0, "ENABLED", 0]);
  const monitor = `  options: [{name: policy-mode, value: monitor}]\n${kill}`;
  assert.deepEqual(kept(monitor), ["generic_kprobe", "MONITOR", 0, "ENABLED", 0]);
  assert.deepEqual(kept(`${hook()}  podSelector: {matchLabels: {a: b}}\n`).at(-1), 2);
  assert.deepEqual(kept(`${hook()}  podSelector: {}\n  hostSelector: {}\n`).at(-1), 0);
  assert.match(added(`${hook()}  hostSelector: {matchLabels: {a: b}}\n`), /arbitrary labels/);
});

test("one name has one policy, unless the one before did not load", () => {
  const list = new PolicyList();
  list.add(policy("  loader: true\n"));
  const said = "failed to add tracing policy p, a sensor collection with the key already exists";
  assert.equal(
    refusalOf(() => list.add(policy("  loader: true\n"))),
    said,
  );
  const inside = policy("  loader: true\n", "p, namespace: shop", "kind: TracingPolicyNamespaced");
  assert.equal(list.add(inside), "shop/p");
  assert.equal(list.delete("p", ""), "p");
  assert.equal(only(list).namespace, "shop");
  assert.equal(only(list).filterId, only(list).id);
  assert.equal(
    refusalOf(() => list.delete("p", "other")),
    "tracing policy other/p does not exist",
  );
});

test("a policy that failed at its hooks stays listed and may come again", () => {
  const list = new PolicyList();
  const wrong = policy(hook('    tags: ["a"]\n'));
  const said = why("error: 'custom tag n0: too short'");
  assert.equal(
    refusalOf(() => list.add(wrong)),
    said,
  );
  const { state, error, sensors, mode } = only(list);
  assert.deepEqual([state, error, sensors, mode], ["LOAD_ERROR", said, [], "UNKNOWN"]);
  list.add(policy(hook()));
  assert.deepEqual([only(list).state, only(list).id], ["ENABLED", 3]);
  assert.equal(
    refusalOf(() => list.add(policy("  foo: 1\n", "q"))).includes("unknown field"),
    true,
  );
  assert.equal(list.list().length, 1);
});

test("policies are disabled and enabled, and change their mode where they have one", () => {
  const list = new PolicyList();
  list.add(policy(actions("{action: Sigkill}")));
  const change = (enable: boolean | undefined, mode?: number) =>
    refusalOf(() => list.configure("p", "", { enable, mode }));
  assert.equal(change(true), "tracing policy p is not disabled");
  assert.equal(change(undefined, 2), "taken");
  assert.equal(only(list).mode, "MONITOR");
  assert.equal(change(undefined, 3), "unexpected mode: TP_MODE_MONITOR_ONLY");
  assert.equal(change(false), "taken");
  assert.equal(change(false, 9), "unexpected mode: 9\ntracing policy p is not enabled");
  assert.match(change(undefined, 1), /^failed to open bpf map .*p\/policy_conf: no such file/);
  assert.equal(change(true), "taken");
  assert.equal(
    refusalOf(() => list.configure("q", "", { enable: true, mode: undefined })),
    "tracing policy q does not exist",
  );
  const watching = new PolicyList();
  watching.add(policy(hook()));
  assert.equal(
    refusalOf(() => watching.configure("p", "", { enable: undefined, mode: 1 })),
    "cannot set policy mode on a policy that is monitor only",
  );
});

test("a listing of a real server is where the next one goes on", () => {
  const list = new PolicyList();
  list.preload(
    JSON.stringify({
      policies: [
        {
          ...{ id: "7", name: "tcp", sensors: ["generic_kprobe"], enabled: true },
          ...{ state: "TP_STATE_ENABLED", kernel_memory_bytes: "498616" },
          ...{ mode: "TP_MODE_MONITOR_ONLY", stats: { action_counters: { post: "8894" } } },
        },
        { id: "2", name: "loader", sensors: ["__loader__"], state: "TP_STATE_ENABLED" },
      ],
    }),
  );
  list.preload(policy(hook(), "mine"));
  const byName = new Map(list.list().map((one) => [one.name, one]));
  assert.equal(byName.get("mine")?.id, 8);
  const { mode, postedCount, kernelMemoryBytes } = byName.get("tcp") ?? assert.fail();
  assert.deepEqual([mode, postedCount, kernelMemoryBytes], ["MONITOR_ONLY", 8894, 498_616]);
  assert.equal(byName.get("loader")?.postedCount, undefined);
});

test("listings come in no order that one may count on", () => {
  const list = new PolicyList();
  for (const name of ["a", "b", "c"]) list.add(policy("  loader: true\n", name));
  const orders = [1, 2, 3].map(() =>
    list
      .list()
      .map(({ name }) => name)
      .join(""),
  );
  assert.deepEqual(orders, ["abc", "bca", "cab"]);
});
