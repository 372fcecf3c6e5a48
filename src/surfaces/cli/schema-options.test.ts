/** Tests of `schema-options.ts`: options come from the schema alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { readOptionValue, schemaOptions } from "./schema-options.ts";

const schema = z.strictObject({
  events: z.array(z.string()).optional().describe("Events"),
  tetragonMetrics: z.array(z.string()).optional().describe("Metrics"),
  mode: z.enum(["fast", "slow"]).optional().describe("Mode"),
  limit: z.int().min(1).optional().describe("Limit"),
  query: z.string().describe("What to look for"),
  deep: z.boolean().optional().describe("Deep"),
});

test("each key becomes a flag of its kind with its description", () => {
  const options = schemaOptions(schema);
  assert.deepEqual(
    options.map(({ flag, kind, required }) => [flag, kind, required]),
    [
      ["events", "list", false],
      ["tetragon-metrics", "list", false],
      ["mode", "text", false],
      ["limit", "integer", false],
      ["query", "text", true],
      ["deep", "flag", false],
    ],
  );
  assert.deepEqual(options[2]?.choices, ["fast", "slow"]);
  assert.equal(options[0]?.description, "Events");
});

test("a number is read as one, or refused by the name of its flag", () => {
  const limit = schemaOptions(schema).find(({ key }) => key === "limit");
  assert.ok(limit !== undefined);
  assert.equal(readOptionValue(limit, "12"), 12);
  assert.equal(readOptionValue(limit, undefined), undefined);
  assert.throws(() => readOptionValue(limit, "many"), /--limit takes a whole number, not "many"/);
  assert.throws(() => readOptionValue(limit, "-1"), /--limit/);
});
