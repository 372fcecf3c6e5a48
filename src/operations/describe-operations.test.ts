/** Tests that the document of operations follows the table. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
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
  assert.match(text, /\| `what` \| string \| yes \| the question \\\| in words \|/);
  assert.match(text, /\| `often` \| number \| {2}\| {2}\|/);
});
