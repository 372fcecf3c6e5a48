/** Tests of what a service reads from its environment. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { fillFromEnvironment } from "./environment-options.ts";

const options = z.strictObject({
  tetragon: z.array(z.string()).optional(),
  archiveSize: z.string().optional(),
  kubernetes: z.boolean().optional(),
  policyChanges: z.int().optional(),
});

test("each option has a variable, and what was typed wins", () => {
  const environment = {
    WAGGLE_TETRAGON: "unix:///a, b:1",
    WAGGLE_ARCHIVE_SIZE: "2GB",
    WAGGLE_KUBERNETES: "Yes",
    WAGGLE_POLICY_CHANGES: "7",
    WAGGLE_OTHER: "x",
  };
  assert.deepEqual(fillFromEnvironment({ archiveSize: "1GB" }, options, environment), {
    tetragon: ["unix:///a", "b:1"],
    archiveSize: "1GB",
    kubernetes: true,
    policyChanges: 7,
  });
});

test("a variable that is set to nothing says nothing, a wrong one is told by name", () => {
  assert.deepEqual(fillFromEnvironment({}, options, { WAGGLE_TETRAGON: "" }), {});
  const wrong = { WAGGLE_KUBERNETES: "maybe" };
  assert.throws(() => fillFromEnvironment({}, options, wrong), /WAGGLE_KUBERNETES takes true/);
});
