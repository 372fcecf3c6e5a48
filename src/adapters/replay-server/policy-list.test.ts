/**
 * Holds what becomes of policies on the server, and how it refuses those whose hooks do not fit.
 * Source: the texts were given by Tetragon 1.7.0's own policy handlers, but for those of its
 * kernel's doing and of the list itself, which are from its sources.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type KeptPolicy, PolicyList } from "./policy-list.ts";
import { Refusal } from "./refusal.ts";

const policy = (spec: string, name = "p", head = "kind: TracingPolicy") =>
  `${head}\nmetadata: {name: ${name}}\nspec:\n${spec}`;
const hook = (more = "", args = "{index: 0, type: file}, {index: 1, type: int}") =>
  `  kprobes:\n  - call: security_file_permission\n    syscall: false\n    args: [${args}]\n${more}`;
const filter = (index: number, operator: string, values: readonly string[]) =>
  hook(
    "    selectors:\n    - matchArgs:\n" +
      `      - {index: ${index}, operator: ${operator}, values: ${JSON.stringify(values)}}\n`,
  );
const actions = (text: string) => hook(`    selectors:\n    - matchActions: [${text}]\n`);
const numbers = (count: number) => Array.from({ length: count }, (_, n) => `${n}`);

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

test("limits of hooks are told in Tetragon's words, and what is within them is taken", () => {
  const selectors = (count: number) =>
    hook(`    selectors: [${Array(count).fill("{}").join(",")}]\n`);
  const args = (count: number) => hook("", Array(count).fill("{index: 0, type: int}").join(","));
  const same = (count: number) =>
    hook(
      `    selectors: [{matchArgs: [${Array(count).fill("{index: 0, operator: Equal, values: [x]}").join(",")}]}]\n`,
    );
  const long = (count: number) => ["x".repeat(count)];
  const filters = (text: string) => why(`parseMatchArgs  error: ${text}`);
  const pairs: readonly (readonly [taken: string, refused: string, said: string])[] = [
    [selectors(5), selectors(6), why("no more than 5 selectors supported (6 provided)")],
    [args(5), args(6), why("too many arguments, max 5: args(6) data(0)")],
    [same(5), same(6), filters("parseMatchArgs: supports up to 5 filters (6 provided)")],
    [
      filter(1, "Equal", numbers(4)),
      filter(1, "Equal", numbers(5)),
      filters(
        "writeMatchValues error: selector does not support more than 4 values: " +
          "consider using InMap or NotInMap operators",
      ),
    ],
    [
      filter(1, "InRange", ["1:2"]),
      filter(1, "InRange", Array(5).fill("1:2")),
      filters("writeMatchValuesIntervals error: selector does not support more than 4 values"),
    ],
    [
      filter(0, "Postfix", long(127)),
      filter(0, "Postfix", long(128)),
      filters(
        `writePostfixStrings error: MatchArgs value ${long(128)} invalid: ` +
          "string is longer than 127 characters",
      ),
    ],
    [
      filter(0, "Prefix", long(256)),
      filter(0, "Prefix", long(257)),
      filters(
        `writePrefixStrings error: MatchArgs value ${long(257)} invalid: ` +
          "string is longer than 256 characters",
      ),
    ],
    [
      filter(0, "Equal", long(4096)),
      filter(0, "Equal", long(4097)),
      filters(`writeMatchStrings error: MatchArgs value ${long(4097)} invalid: string is too long`),
    ],
    [
      actions("{action: Post}, {action: Post}, {action: Post}"),
      actions("{action: Post}, {action: Post}, {action: Post}, {action: Post}"),
      why(
        "parseMatchActions error: only 3 actions are support for selector " +
          "(current number of values is 4)",
      ),
    ],
  ];
  for (const [taken, refused, said] of pairs) {
    assert.equal(added(taken), "taken", said);
    assert.equal(added(refused), said);
  }
});

test("what has no bound has none", () => {
  assert.equal(added(filter(1, "InMap", numbers(5000))), "taken");
  assert.equal(
    added(
      filter(
        0,
        "Equal",
        numbers(5000).map((one) => `/usr/lib/${one}`),
      ),
    ),
    "taken",
  );
  assert.equal(added(hook(`    message: ${"m".repeat(257)}\n`)), "taken");
  const ports = "    args: [{index: 0, type: sock}]\n    selectors:\n    - matchArgs:\n";
  const socket = `  kprobes:\n  - call: tcp_connect\n    syscall: false\n${ports}`;
  const values = JSON.stringify(numbers(9));
  assert.equal(added(`${socket}      - {index: 0, operator: DPort, values: ${values}}\n`), "taken");
});

test("values that do not fit their argument are refused", () => {
  const filters = (text: string) => why(`parseMatchArgs  error: ${text}`);
  assert.equal(
    added(filter(1, "Equal", ["x"])),
    filters(
      'writeMatchValues error: MatchArgs value x invalid: strconv.ParseInt: parsing "x": ' +
        "invalid syntax",
    ),
  );
  assert.equal(added(filter(1, "Mask", ["0x4", "-1"])), "taken");
  assert.equal(added(filter(3, "Equal", ["x"])), filters("argFilter for unknown index"));
  assert.match(added(filter(0, "DPort", ["1"])), /operators specified for non-sock/);
  assert.match(added(filter(0, "DAddr", ["::1"])), /operators specified for non-sock/);
  const socket = "  kprobes:\n  - call: tcp_connect\n    syscall: false\n";
  const address = (value: string) =>
    `${socket}    args: [{index: 0, type: sock}]\n    selectors: [{matchArgs: ` +
    `[{index: 0, operator: DAddr, values: ["${value}"]}]}]\n`;
  for (const value of ["10.0.0.0/8", "::1", "fe80::/10"])
    assert.equal(added(address(value)), "taken");
  assert.equal(
    added(address("foo")),
    filters(
      "writeMatchAddrsInMap error: MatchArgs value foo invalid: parse IP: IP address is invalid: " +
        'ParseAddr("foo"): unable to parse IP',
    ),
  );
});

test("returns, tags, messages and actions have their rules", () => {
  const returned = "    return: true\n";
  const withArg = `${returned}    returnArg: {index: 0, type: int}\n`;
  const cases: readonly (readonly [spec: string, said: string])[] = [
    [
      hook(`${withArg}    returnArgAction: Post\n`),
      "ReturnArgAction type 'Post' unsupported; omit returnArgAction or use 'TrackSock'/'UntrackSock'",
    ],
    [hook(`${withArg}    returnArgAction: Foo\n`), "ReturnArgAction type 'Foo' unsupported"],
    [hook(returned), "ReturnArg not specified with Return=true"],
    [hook('    tags: ["a"]\n'), "error: 'custom tag n0: too short'"],
    [hook("    message: m\n"), "error: 'message field is too short'"],
    [hook("", "{index: 5, type: int}"), "error add arg: ArgType int Index 5 out of bounds"],
    [
      hook("", "{index: 0}"),
      "validation failed: error in spec.kprobes[0]: args[0].type: type 'auto' is invalid for kprobes",
    ],
    [
      actions("{action: Post, rateLimit: 5x}"),
      "parseMatchActions error: parseRateLimit: rateLimit value 5x is invalid",
    ],
    [
      actions("{action: Post, rateLimit: 5m, rateLimitScope: foo}"),
      "parseMatchActions error: parseRateLimit: rateLimitScope value foo is invalid",
    ],
    [
      actions("{action: Sigkill, rateLimit: 5m}"),
      "parseMatchActions error: rate limiting can only applied to post action " +
        "(was applied to 'Sigkill')",
    ],
    [
      actions("{action: NotifyEnforcer, argError: -1}"),
      "validation failed: NotifyEnforcer action specified, but spec contains no enforcers",
    ],
    [
      hook("    selectors: [{macros: [a]}]\n"),
      "append macros selectors: macro 'a' is used in selector, but no macros were defined in " +
        "policy spec",
    ],
    [
      `  options: [{name: policy-mode, value: foo}]\n${hook()}`,
      'failed to parse options: failed to set option policy-mode: invalid mode: "foo"',
    ],
    [
      `${hook()}  lsmhooks: [{hook: file_open}]\n`,
      "tracing policies with multiple sections of kprobes, tracepoints, lsm hooks, uprobes or " +
        "usdts are currently not supported",
    ],
  ];
  for (const [spec, said] of cases) assert.equal(added(spec), why(said), spec);
  assert.equal(added(hook(`${withArg}    returnArgAction: TrackSock\n`)), "taken");
  const stack = added(actions("{action: Sigkill, kernelStackTrace: true}"));
  assert.match(stack, /selectors\[0\]\.matchActions\[0\] with action 'Sigkill'$/);
});

test("a function hooked twice needs an option, as on kernels that attach many hooks at once", () => {
  const twice =
    "  kprobes: [{call: tcp_close, syscall: false}, {call: tcp_close, syscall: false}]\n";
  const said = /can't have multiple instances of same symbol 'tcp_close' with kprobe_multi/;
  assert.match(added(twice), said);
  assert.equal(added(`  options: [{name: disable-kprobe-multi, value: "1"}]\n${twice}`), "taken");
});

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
          ...{ id: "3", name: "tcp", sensors: ["generic_kprobe"], enabled: true },
          ...{ state: "TP_STATE_ENABLED", kernel_memory_bytes: "498616" },
          ...{ mode: "TP_MODE_MONITOR_ONLY", stats: { action_counters: { post: "8894" } } },
        },
        { id: "2", name: "loader", sensors: ["__loader__"], state: "TP_STATE_ENABLED" },
      ],
    }),
  );
  list.preload(policy(hook(), "mine"));
  const byName = new Map(list.list().map((one) => [one.name, one]));
  assert.equal(byName.get("mine")?.id, 4);
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
