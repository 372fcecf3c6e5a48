/** Tests of the longer patterns that sequences ask for by name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { patternLists } from "./pattern-lists.ts";

function matches(list: string, text: string): boolean {
  return (patternLists[list] ?? []).some((pattern) => new RegExp(pattern).test(text));
}

test("no pattern is empty or fits everything", () => {
  for (const [name, patterns] of Object.entries(patternLists)) {
    for (const pattern of patterns) {
      assert.ok(pattern.length > 0, name);
      assert.equal(new RegExp(pattern).test("plain"), false, `${name}: ${pattern}`);
    }
  }
});

test("only the makers' own hosts are known installers", () => {
  assert.ok(matches("known-installers", "-sSf https://sh.rustup.rs"));
  assert.ok(matches("known-installers", "-o- https://raw.githubusercontent.com/nvm-sh/nvm/x.sh"));
  for (const text of [
    "https://sh.rustup.rs.example.org/x",
    "https://example.org/?https://get.k3s.io",
    "http://sh.rustup.rs",
    "https://raw.githubusercontent.com/somebody/x.sh",
  ]) {
    assert.equal(matches("known-installers", text), false, text);
  }
});

test("tools are told by whole names, with or without what their makers append", () => {
  for (const name of ["chisel", "chisel_linux_amd64", "frpc", "gs-netcat"]) {
    assert.ok(matches("tunnel-tools", name), name);
  }
  for (const name of ["chiseled", "frp", "npm"]) {
    assert.equal(matches("tunnel-tools", name), false, name);
  }
  assert.ok(matches("password-tools", "hydra"));
  assert.equal(matches("password-tools", "hydra-server"), false);
});

test("a shell's script is no command", () => {
  assert.ok(matches("script-file", "-xe /srv/build.sh"));
  assert.equal(matches("script-file", "-c /srv/build.sh"), false);
  assert.equal(matches("script-file", '-c "curl x"'), false);
});

test("who a machine is stands in whole paths and in arguments", () => {
  const path = "/host/var/lib/kubelet/pki/kubelet-client-current.pem";
  assert.ok(matches("node-identity", path));
  assert.ok(matches("node-identity-words", `-sk --cert ${path} https://192.0.2.1`));
  assert.equal(matches("node-identity", "/etc/tls/tls.key"), false);
});
