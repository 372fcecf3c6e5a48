/** Tests that the streaming reader agrees with `JSON.parse` however the bytes are cut. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { inChunks } from "../../testing/inventory-fixtures.ts";
import type { JsonLimits, JsonPlace, JsonPlan, JsonVisitor } from "./json-elements.ts";
import { readJsonElements } from "./json-elements.ts";

interface Seen {
  readonly elements: unknown[];
  readonly values: Map<string, unknown>;
  readonly places: JsonPlace[];
  readonly large: string[];
}

function recorder(plans: Readonly<Record<string, JsonPlan>>): Seen & JsonVisitor {
  const seen: Seen = { elements: [], values: new Map(), places: [], large: [] };
  return {
    ...seen,
    plan: (path) => (path === "" ? "enter" : (plans[path] ?? "skip")),
    element: (_list, value, place) => {
      seen.elements.push(value);
      seen.places.push(place);
    },
    value: (path, value) => seen.values.set(path, value),
    tooLarge: (place) => seen.large.push(place.path),
  };
}

async function read(
  text: string,
  plans: Readonly<Record<string, JsonPlan>>,
  options: { size?: number; limits?: JsonLimits } = {},
) {
  const seen = recorder(plans);
  const bytes = new TextEncoder().encode(text);
  const failure = await readJsonElements(inChunks(bytes, options.size ?? 7), seen, options.limits);
  return { ...seen, failure };
}

const jsonValue = fc.jsonValue({ maxDepth: 4 });

test("elements and values are those of JSON.parse, however the bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(jsonValue, { maxLength: 8 }),
      jsonValue,
      jsonValue,
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(undefined, 1, "\t"),
      async (list, value, noise, size, space) => {
        const document = { a: noise, list, 'b\\"': noise, value, c: [noise, "}]\\"] };
        const text = JSON.stringify(document, undefined, space);
        const result = await read(text, { list: "elements", value: "value" }, { size });
        const parsed = JSON.parse(text) as typeof document;
        assert.equal(result.failure, undefined);
        assert.deepEqual(result.elements, parsed.list);
        assert.deepEqual(result.values.get("value"), parsed.value);
      },
    ),
    { numRuns: 300 },
  );
});

test("offsets point at the first byte of an element, after a byte order mark, too", async () => {
  const text = '\ufeff{"ä":"ö","list":[ {"x":1}, "é", 3 ]}';
  const { places, elements, failure } = await read(text, { list: "elements" }, { size: 1 });
  assert.equal(failure, undefined);
  assert.deepEqual(elements, [{ x: 1 }, "é", 3]);
  const bytes = new TextEncoder().encode(text);
  assert.deepEqual(
    places.map(({ offset }) => String.fromCharCode(bytes[offset] ?? 0)),
    ["{", '"', "3"],
  );
  assert.equal(places[2]?.path, "list[2]");
});

test("what was read before a break is handed out, and the break has a place", async () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ['{"list":[{"a":1},{"b":}]}', 17, "list[1]"],
    ['{"list":[{"a":1},{"b":2}', 24, "list[1]"],
    ['{"list":[{"a":1},]}', 17, "list[1]"],
    ['{"list":[{"a":1}],"x" 1}', 22, "x"],
    ['{"list":[{"a":1}]} {}', 19, ""],
    ['{"list":[{"a":1}] "x":1}', 18, "list"],
    ['{"list":[{"a":1}],"x":"cut', 26, "x"],
  ];
  for (const [text, offset, path] of cases) {
    const { failure, elements } = await read(text, { list: "elements" });
    assert.deepEqual(elements[0], { a: 1 }, text);
    assert.equal(failure?.offset, offset, text);
    assert.equal(failure?.path, path, text);
  }
});

test("every cut of a document is told from the whole", async () => {
  const text = '{"list":[{"a":[1,"\\\\"]},2],"v":{"x":null},"n":-1.5e3}';
  for (let at = 0; at < text.length; at += 1) {
    const { failure } = await read(text.slice(0, at), { list: "elements", v: "value" });
    assert.notEqual(failure, undefined, text.slice(0, at));
  }
});

test("an element beyond the limit is skipped and named, the next one is read", async () => {
  const limits = { elementSizeMax: 100, depthMax: 50 };
  const text = JSON.stringify({ list: ["x".repeat(200), 1], v: "y".repeat(300) });
  for (const size of [1, 64, 4096]) {
    const result = await read(text, { list: "elements", v: "value" }, { size, limits });
    assert.equal(result.failure, undefined);
    assert.deepEqual(result.elements, [1]);
    assert.deepEqual(result.large, ["list[0]", "v"]);
  }
});

test("skipped text has no size limit, but nesting has one everywhere", async () => {
  const limits = { elementSizeMax: 100, depthMax: 20 };
  const long = await read(JSON.stringify({ skipped: "x".repeat(1000) }), {}, { limits });
  assert.equal(long.failure, undefined);
  const deep = `${'{"a":'.repeat(30)}1${"}".repeat(30)}`;
  for (const text of [`{"list":[${deep}]}`, `{"skipped":${deep}}`]) {
    const { failure } = await read(text, { list: "elements" }, { limits });
    assert.match(failure?.message ?? "", /nested deeper than 20/);
  }
});

test("keys such as __proto__ change nothing", async () => {
  const text = '{"__proto__":{"list":[9]},"list":[{"__proto__":{"polluted":1}}]}';
  const { elements, failure } = await read(text, { list: "elements", __proto__: "enter" });
  assert.equal(failure, undefined);
  assert.equal(elements.length, 1);
  assert.equal(Reflect.get({}, "polluted"), undefined);
});

test("a list or object that is planned but is something else is handed out whole", async () => {
  const { values } = await read('{"list":{"a":1},"v":[]}', { list: "elements", v: "enter" });
  assert.deepEqual(values.get("list"), { a: 1 });
  assert.deepEqual(values.get("v"), []);
});

test("what JSON.parse takes is taken, and nothing throws", async () => {
  const piece = fc.constantFrom("{", "}", "[", "]", '"', ",", ":", "1", "\\", " ", '"a"');
  await fc.assert(
    fc.asyncProperty(fc.array(piece), fc.integer({ min: 1, max: 5 }), async (pieces, size) => {
      const text = `{"list":[${pieces.join("")}],"a":1}`;
      const { failure, elements } = await read(text, { list: "elements" }, { size });
      if (isJson(text)) {
        assert.equal(failure, undefined, text);
        assert.deepEqual(elements, (JSON.parse(text) as { list: unknown }).list);
      } else {
        assert.notEqual(failure, undefined, text);
      }
    }),
    { numRuns: 2000, seed: 7 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
