/** Holds that lists of traits that are shared are equal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { named, TraitLists } from "./privilege-state.ts";

test("a program whose name has a line of another right in it does not take both", () => {
  const lists = new TraitLists();
  const setuid = (detail: string) =>
    named({ privilege: "gained-by-setuid", detail, source: "seen" });
  const socket = named({ privilege: "host-mount", detail: "?:/run/docker.sock", source: "seen" });
  lists.shared([setuid(`/bin/su\n${socket.key}`)]);
  assert.deepEqual(lists.shared([setuid("/bin/su"), socket]), [setuid("/bin/su"), socket]);
});
