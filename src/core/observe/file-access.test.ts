/** Tests where a path that a system call names leads. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleHook, sampleStartUs } from "../../testing/sample-facts.ts";
import type { Argument } from "../event/event.ts";
import { readAccesses } from "./file-access.ts";

const text = (value: string): Argument => ({ kind: "text", label: "", value });
const number = (value: number): Argument => ({ kind: "integer", label: "", value });

function pathsOf(given: readonly Argument[], cwd = "/srv/app"): readonly string[] {
  const event = sampleHook(sampleStartUs, {
    hook: "__x64_sys_openat",
    arguments: given,
    returned: number(3),
  });
  const { process } = event;
  const paths: string[] = [];
  const placed = process === undefined ? event : { ...event, process: { ...process, cwd } };
  for (const { path } of readAccesses(placed)) paths.push(path);
  return paths;
}

test("a relative path leads from where the program was started", () => {
  const here = [-100, 4_294_967_196, 2 ** 64 - 100];
  for (const directory of here) {
    assert.deepEqual(pathsOf([number(directory), text("lib/a.js")]), ["/srv/app/lib/a.js"]);
  }
  assert.deepEqual(pathsOf([text("../b.js"), number(0)]), ["/srv/b.js"]);
  assert.deepEqual(pathsOf([number(-100), text("/etc/c")]), ["/etc/c"]);
});

test("from a directory that is not known a relative path leads nowhere", () => {
  assert.deepEqual(pathsOf([number(7), text("lib/a.js")]), []);
  assert.deepEqual(pathsOf([number(-100), text("lib/a.js")], ""), []);
  assert.deepEqual(pathsOf([number(-100), text("")]), []);
});
