/**
 * Tests of the compiler of policies: `compile-policies.ts`, `choose-values.ts`, `split-values.ts`,
 * and of what it writes with: `render-policy.ts`, `byte-length.ts`, `estimate-memory.ts`.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { ProblemLog } from "../event/problem.ts";
import { createPathScope } from "../observe/path-scope.ts";
import { readTracingPolicy } from "../observe/tracing-policy.ts";
import { byteLength, isKernelPath, isTakenByServer } from "./byte-length.ts";
import { checkPolicy, policyLimits } from "./check-policy.ts";
import { chooseValues } from "./choose-values.ts";
import { compilePolicies, defaultCompileLimits } from "./compile-policies.ts";
import { estimateMemory } from "./estimate-memory.ts";
import { isSharedDirectory } from "./find-owned-trees.ts";
import type { OpenQuestion } from "./open-question.ts";
import { isCompiledName, type PolicyDocument, purposeOfName } from "./policy-document.ts";
import { policyObject, renderPolicy } from "./render-policy.ts";
import { splitValues } from "./split-values.ts";

type Files = OpenQuestion["files"];

function question(files: Files, more: Partial<OpenQuestion> = {}): OpenQuestion {
  return {
    ...{ package: "left-pad", version: "1.0.0", type: "npm", image: "shop/web:1" },
    ...{ workloads: ["shop/web"], containers: ["c1"], rank: 1, findingCount: 1 },
    files,
    trees: [],
    ...more,
  };
}

const script = (path: string) => ({ path, kind: "interpreted" as const });
const library = (path: string) => ({ path, kind: "elf" as const });

test("opened files and mapped libraries are watched by the hook that shows each", () => {
  const asked = [question([script("/app/a.js"), library("/usr/lib/libz.so.1")])];
  const { policies, watched, leftOut } = compilePolicies(asked);
  assert.deepEqual(
    policies.map(({ spec }) => spec.hooks.map(({ call }) => call)),
    [["security_file_open"], ["security_mmap_file"]],
  );
  assert.deepEqual(valuesOf(policies, "Equal"), ["/app/a.js", "/usr/lib/libz.so.1"]);
  assert.equal(watched[0]?.valueCount, 2);
  assert.deepEqual(leftOut, []);
});

test("a directory that is the package's own stands for all files in it, libraries included", () => {
  const files = [script("/app/x/a.js"), script("/app/x/b.js"), library("/app/x/c.node")];
  const { policies } = compilePolicies([question(files, { trees: ["/app/x/"] })]);
  assert.equal(policies.length, 1);
  assert.deepEqual(valuesOf(policies, "Prefix"), ["/app/x/"]);
  assert.deepEqual(valuesOf(policies, "Equal"), []);
});

test("of a Python module its byte-code is watched too, which is opened in its place", () => {
  const { values } = chooseValues(question([script("/l/six.py")]), 4096);
  assert.deepEqual(
    values.map(({ operator, value }) => [operator, value]),
    [
      ["Equal", "/l/six.py"],
      ["Prefix", "/l/__pycache__/six."],
    ],
  );
});

test("what nobody asks gives no policy", () => {
  assert.deepEqual(compilePolicies([]), { policies: [], watched: [], leftOut: [] });
});

test("the same questions give the same names, in any order; another file another name", () => {
  const a = question([script("/app/a.js")]);
  const b = question([script("/app/b.js")], { rank: 2 });
  const names = (...asked: OpenQuestion[]) => compilePolicies(asked).policies.map((p) => p.name);
  assert.deepEqual(names(a, b), names(b, a));
  assert.notDeepEqual(names(a), names(a, b));
  assert.ok(names(a, b).every((name) => isCompiledName(name)));
  assert.equal(isCompiledName("waggle-file-use-g12345678"), false);
});

test("beyond the budget the least urgent are left out, and named", () => {
  const files = (name: string) =>
    Array.from({ length: 100 }, (_, at) => script(`/app/${name}/${at}.js`));
  const asked = ["a", "b", "c"].map((name, at) =>
    question(files(name), { package: name, rank: at + 1 }),
  );
  const limits = { ...defaultCompileLimits, kernelBytesMax: 25_000 };
  const { watched, leftOut } = compilePolicies(asked, limits);
  assert.deepEqual(
    watched.map((one) => one.question.package),
    ["a", "b"],
  );
  assert.equal(leftOut[0]?.package, "c");
  assert.equal(leftOut[0]?.fileCount, 100);
  assert.match(leftOut[0]?.why ?? "", /limits/);
});

test("paths that the kernel could not compare are said, not guessed", () => {
  const bad = [
    ...["relative", "/nul\0byte", "/lost\ufffdbytes", "/half\ud800", `/${"x".repeat(5000)}`],
    ...["/delete\x7f", "/next\x85line", "/none\uffff", "/", "/usr/lib/"],
  ];
  const { policies, leftOut } = compilePolicies([question(bad.map(script))]);
  assert.deepEqual(policies, []);
  assert.equal(
    leftOut.reduce((sum, { fileCount }) => sum + fileCount, 0),
    bad.length,
  );
});

test("memory grows with what is watched", () => {
  const one = compilePolicies([question([script("/app/a.js")])]).policies[0];
  const two = compilePolicies([question([script(`/app/${"a".repeat(4000)}.js`)])]).policies[0];
  assert.ok(one !== undefined && two !== undefined);
  assert.ok(estimateMemory(one.spec) < estimateMemory(two.spec));
});

test("too many values for one policy are dealt out, and one more moves few of them", () => {
  const values = Array.from({ length: 2900 }, (_, at) => ({ value: `/app/some/where/${at}.js` }));
  const options = { sizeOf: () => 40, textBytesMax: 42_000 };
  const before = splitValues(values, options);
  assert.ok(before.length > 1);
  assert.equal(before.flat().length, values.length);
  const after = splitValues([...values, { value: "/app/new.js" }], options);
  const changed = after.filter((part, at) => part.length !== before[at]?.length);
  assert.equal(changed.length, 1);
});

/** Whole names, and pieces that break quoting, globs, lines and decoders. */
const segment = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.constantFrom(
    ...[
      '"',
      "'",
      "\\",
      "\\n",
      "\n",
      "\r\n",
      "\u2028",
      "\u0085",
      "*",
      "{a,b}",
      "?",
      "#",
      ": ",
      "- ",
    ],
    ...[
      "&x",
      "*x",
      "!!str 1",
      "%",
      "---",
      "...",
      "~",
      "null",
      "\u202e",
      "😀",
      "é",
      "\ufeff",
      "\0",
      "\x7f",
    ],
    ...["node_modules", "site-packages", "a.py", "x".repeat(300), "é".repeat(140)],
  ),
);
const hostilePath = fc
  .array(segment, { minLength: 1, maxLength: 12 })
  .map((parts) => `/${parts.map((part) => part.replaceAll("/", "_")).join("/")}`);
const hostileFile = fc.record({
  path: fc.oneof(
    hostilePath,
    fc.string(),
    hostilePath.map((path) => `${path}/`),
  ),
  kind: fc.constantFrom("elf" as const, "interpreted" as const, "archive" as const),
});
const hostileQuestion = fc
  .record({ files: fc.array(hostileFile, { maxLength: 30 }), rank: fc.nat(100) })
  .map(({ files, rank }) => {
    const trees = files.slice(0, 3).map(({ path }) => `${path.slice(0, path.lastIndexOf("/"))}/`);
    return question(files, { rank, trees: trees.filter((tree) => tree !== "/") });
  });

test("whatever the names: the text reads back, watches them all, enforces nothing", () => {
  fc.assert(
    fc.property(fc.array(hostileQuestion, { maxLength: 6 }), (asked) => {
      const { policies, leftOut } = compilePolicies(asked);
      for (const policy of policies) {
        assert.deepEqual(checkPolicy(policy), []);
        const text = renderPolicy(policy);
        assert.ok(byteLength(text) <= policyLimits.textBytesMax);
        const read: unknown = parse(text);
        assert.deepEqual(read, policyObject(policy));
        assert.deepEqual(actionsOf(read), []);
        assert.notEqual(purposeOfName(policy.name), undefined);
      }
      const names = new Set(policies.map(({ purpose }) => purpose));
      assert.equal(names.size, policies.length);
      assertWatched(asked, policies, new Set(leftOut.map(({ why }) => why)));
    }),
    { numRuns: 300 },
  );
});

function assertWatched(
  asked: readonly OpenQuestion[],
  policies: readonly PolicyDocument[],
  whys: ReadonlySet<string>,
): void {
  const problems = new ProblemLog();
  const scopes = policies.flatMap((policy) =>
    readTracingPolicy(parse(renderPolicy(policy)), "", problems),
  );
  const watched = createPathScope(scopes.flatMap(({ paths }) => paths));
  assert.deepEqual(
    scopes.flatMap(({ limits }) => limits),
    [],
  );
  for (const { files } of asked) {
    for (const { path } of files) {
      const isTree = path.endsWith("/");
      const bytesMax = isTree ? policyLimits.prefixBytesMax : policyLimits.equalBytesMax;
      const isComparable =
        isKernelPath(path) && isTakenByServer(path) && byteLength(path) <= bytesMax;
      const isEverybodys = isTree && isSharedDirectory(path.replace(/\/+$/, ""));
      if (isComparable && !isEverybodys) assert.ok(watched.holds(path), path);
      else assert.ok(whys.size > 0, path);
    }
  }
}

function actionsOf(value: unknown, key = ""): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => actionsOf(item, key));
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    const bad = entries.filter(([name]) => /enforcer|override|returnAction|mode$/i.test(name));
    return [
      ...bad.map(([name]) => name),
      ...entries.flatMap(([name, one]) => actionsOf(one, name)),
    ];
  }
  return key === "action" && value !== "Post" ? [String(value)] : [];
}

function valuesOf(policies: readonly PolicyDocument[], operator: string): readonly string[] {
  return policies
    .flatMap(({ spec }) => spec.hooks)
    .flatMap(({ selectors = [] }) => selectors)
    .flatMap(({ matchArgs = [] }) => matchArgs)
    .filter((filter) => filter.operator === operator)
    .flatMap(({ values }) => values);
}
