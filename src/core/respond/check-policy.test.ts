/** Tests of `check-policy.ts`: each limit of the server is found, and only that one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkPolicy } from "./check-policy.ts";
import { oldestTetragon } from "./oldest-tetragon.ts";
import { type ArgumentFilter, createPolicy, type PolicyHook } from "./policy-document.ts";

const plain: PolicyHook = {
  call: "security_file_open",
  syscall: false,
  args: [
    { index: 0, type: "file" },
    { index: 1, type: "int" },
  ],
};

function check(hook: Partial<PolicyHook>): readonly string[] {
  return checkPolicy(createPolicy("files", { hooks: [{ ...plain, ...hook }] }));
}

const filter = (operator: ArgumentFilter["operator"], values: readonly string[], index = 0) => ({
  selectors: [{ matchArgs: [{ index, operator, values }] }],
});

test("a plain policy passes, with thousands of exact paths too", () => {
  assert.deepEqual(check({}), []);
  const paths = Array.from({ length: 5000 }, (_, at) => `/app/${at}.js`);
  assert.deepEqual(check(filter("Equal", paths)), []);
});

const broken: readonly (readonly [string, Partial<PolicyHook>, RegExp])[] = [
  ["six selectors", { selectors: Array.from({ length: 6 }, () => ({})) }, /too many selectors/],
  ["a long ending", filter("Postfix", ["x".repeat(128)]), /Postfix too long/],
  ["a long prefix, in bytes", filter("Prefix", ["é".repeat(129)]), /Prefix too long/],
  ["a long path", filter("Equal", ["x".repeat(4097)]), /Equal too long/],
  ["five numbers", filter("Equal", ["1", "2", "3", "4", "5"], 1), /too many numbers/],
  ["a filter on what is not read", filter("Equal", ["/a"], 3), /argument 3/],
  ["a value twice", filter("Equal", ["/a", "/a"]), /twice/],
  ["NUL", filter("Equal", ["/a\0"]), /no path has/],
  ["a control character", filter("Equal", ["/a\u0085b"]), /servers refuse/],
  ["no value", filter("Prefix", []), /without values/],
  ["a long message", { message: "x".repeat(257) }, /message/],
  ["an argument twice", { args: [...plain.args, ...plain.args] }, /an argument twice/],
];

for (const [what, hook, says] of broken) {
  test(`${what} is refused`, () => {
    assert.match(check(hook).join("; "), says);
  });
}

test("a policy that hooks a function twice, or nothing, is refused", () => {
  assert.match(checkPolicy(createPolicy("x", { hooks: [plain, plain] })).join(), /twice/);
  assert.match(checkPolicy(createPolicy("x", { hooks: [] })).join(), /nothing/);
});

test("newer words of a policy ask for a newer server", () => {
  const needs = (hook: Partial<PolicyHook>) => oldestTetragon({ hooks: [{ ...plain, ...hook }] });
  assert.equal(needs({}), "1.4");
  assert.equal(needs({ mayBeMissing: true }), "1.5");
  assert.equal(needs({ args: [{ index: 1, type: "sockaddr_un" }] }), "1.7");
});
