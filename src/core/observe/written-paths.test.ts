/** Holds when a path counts as written, and that what is left out is counted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createWrittenPaths, noteWriting, wasWritten } from "./written-paths.ts";

test("a path is the image's until it is first written, in its own container", () => {
  const written = createWrittenPaths();
  noteWriting(written, { container: "a", path: "/x", timeUs: 20 });
  noteWriting(written, { container: "a", path: "/x", timeUs: 10 });
  noteWriting(written, { container: "a", path: "/x", timeUs: 30 });
  assert.equal(wasWritten(written.byContainer.get("a"), "/x", 9), false);
  assert.equal(wasWritten(written.byContainer.get("a"), "/x", 10), true);
  assert.equal(wasWritten(written.byContainer.get("b"), "/x", 10), false);
});

test("beyond the bound of a container new paths are only counted, known ones still kept", () => {
  const written = createWrittenPaths();
  for (let at = 0; at < 8200; at++) {
    noteWriting(written, { container: "a", path: `/${at}`, timeUs: at + 1 });
  }
  noteWriting(written, { container: "a", path: "/0", timeUs: 5 });
  noteWriting(written, { container: "b", path: "/0", timeUs: 5 });
  assert.equal(written.lostCount, 8);
  assert.equal(wasWritten(written.byContainer.get("b"), "/0", 5), true);
  assert.equal(wasWritten(written.byContainer.get("a"), "/8199", 9000), false);
});
