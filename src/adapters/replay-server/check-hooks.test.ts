/**
 * Holds how policies whose hooks do not fit are refused, and that those within the limits are not.
 * Source: the texts were given by Tetragon 1.7.0's own policy handlers; those that its kernel has
 * a say in are from its sources.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkHooks } from "./check-hooks.ts";
import { checkSelectors } from "./check-selectors.ts";
import { isPlain, listAt, textAt, textsAt, typeOf } from "./policy-fields.ts";
import { readPolicy } from "./read-policy.ts";
import { Refusal } from "./refusal.ts";

const call = "  kprobes:\n  - call: security_file_permission\n    syscall: false\n";
const hook = (more = "", args = "{index: 0, type: file}, {index: 1, type: int}") =>
  `${call}    args: [${args}]\n${more}`;
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

function added(spec: string): string {
  const { spec: read } = readPolicy(`kind: TracingPolicy\nmetadata: {name: p}\nspec:\n${spec}`);
  return refusalOf(() => checkHooks("p", read));
}
const why = (text: string) => `policy handler 'tracing' failed loading policy 'p': ${text}`;

test("limits of hooks are told in Tetragon's words, and what is within them is taken", () => {
  const selectors = (count: number) =>
    hook(`    selectors: [${Array(count).fill("{}").join(",")}]\n`);
  const args = (count: number) => hook("", Array(count).fill("{index: 0, type: int}").join(","));
  const equal = "{index: 0, operator: Equal, values: [x]}";
  const same = (count: number) =>
    hook(`    selectors: [{matchArgs: [${Array(count).fill(equal).join(",")}]}]\n`);
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
      "ReturnArgAction type 'Post' unsupported; omit returnArgAction or use " +
        "'TrackSock'/'UntrackSock'",
    ],
    [hook(`${withArg}    returnArgAction: Foo\n`), "ReturnArgAction type 'Foo' unsupported"],
    [hook(returned), "ReturnArg not specified with Return=true"],
    [hook('    tags: ["a"]\n'), "error: 'custom tag n0: too short'"],
    [hook("    message: m\n"), "error: 'message field is too short'"],
    [hook("", "{index: 5, type: int}"), "error add arg: ArgType int Index 5 out of bounds"],
    [
      hook("", "{index: 0}"),
      "validation failed: error in spec.kprobes[0]: args[0].type: type 'auto' is invalid for " +
        "kprobes",
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

test("a function hooked twice needs an option, as on kernels since 5.18", () => {
  const twice =
    "  kprobes: [{call: tcp_close, syscall: false}, {call: tcp_close, syscall: false}]\n";
  const said = /can't have multiple instances of same symbol 'tcp_close' with kprobe_multi/;
  assert.match(added(twice), said);
  assert.equal(added(`  options: [{name: disable-kprobe-multi, value: "1"}]\n${twice}`), "taken");
});

test("selectors are checked by themselves too, and fields are read leniently", () => {
  const selector = { matchActions: [{ action: "Post", rateLimit: "5m" }], matchArgs: 5 };
  assert.equal(
    refusalOf(() => checkSelectors({ selectors: [selector, 7] })),
    "taken",
  );
  const fields = { list: [{}, 5], texts: ["a", 1], text: "t" };
  assert.deepEqual([listAt(fields, "list"), listAt(fields, "text")], [[{}], []]);
  assert.deepEqual([textsAt(fields, "texts"), textsAt(fields, "none")], [["a", "1"], []]);
  assert.deepEqual([textAt(fields, "text"), textAt(fields, "list")], ["t", ""]);
  assert.deepEqual([typeOf({}), typeOf({ type: "int" }), isPlain([])], ["auto", "int", false]);
});
