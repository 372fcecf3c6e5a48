/** Tests that the document of operations follows the table. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { describeOperations } from "./describe-operations.ts";

test("each operation is described with its inputs and whether they are required", () => {
  const text = describeOperations([
    {
      name: "ask",
      summary: "asks",
      description: "Asks something.",
      effect: "read",
      input: z.strictObject({
        what: z.string().describe("the question | in words"),
        often: z.number().optional(),
      }),
    },
  ]);
  assert.match(text, /^## ask$/m);
  assert.match(text, /^- `what` \(string, required\): the question \| in words$/m);
  assert.match(text, /^- `often` \(number\): *$/m);
});

test("no line of the document is wider than a page", () => {
  const long = "word ".repeat(200).trim();
  const what = z.string().describe(long);
  const text = describeOperations([
    { name: "ask", summary: "asks", description: long, effect: "read", input: z.object({ what }) },
  ]);
  assert.ok(text.split("\n").every((line) => line.length <= 120));
  assert.equal(text.match(/word/g)?.length, 400);
});
