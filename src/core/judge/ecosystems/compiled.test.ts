/** Tests packages that are binaries or were compiled into one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elf, judgeSample, placed } from "../../../testing/sample-image.ts";
import { linkedEcosystem } from "./compiled.ts";

const files = { "/app/server": elf() };

test("modules of a binary that runs are linked, of one that does not are not observed", () => {
  const packages = [
    { name: "x/crypto", type: "go-module", ...placed("/app/server") },
    { name: "serde", type: "rust-crate", ...placed("/app/tool") },
  ];
  const uses = [{ path: "/app/server", how: "executed" as const }];
  const usages = judgeSample({ packages, files, uses });
  const crypto = usages.get("x/crypto");
  assert.deepEqual([crypto?.state, crypto?.level], ["in-use", "linked"]);
  assert.match(crypto?.because ?? "", /cannot be told/);
  assert.equal(usages.get("serde")?.state, "not-observed");
});

test("modules of a source tree have no binary and stay unknown", () => {
  const packages = [
    { name: "a", type: "go-module", ...placed("/src/go.mod") },
    { name: "b", type: "rust-crate", ...placed("/src/Cargo.lock") },
  ];
  const usages = judgeSample({ packages, uses: [{ path: "/src/go.mod" }] });
  assert.equal(usages.get("a")?.state, "unknown");
  assert.equal(usages.get("b")?.state, "unknown");
  assert.ok(linkedEcosystem.types.includes("graalvm-native-image"));
});

test("a binary package is its binary", () => {
  const packages = [{ name: "node", type: "binary", ...placed("/usr/local/bin/node") }];
  const uses = [{ path: "/usr/local/bin/node", how: "executed" as const }];
  assert.equal(judgeSample({ packages, uses }).get("node")?.level, "executed");
});

test("a Java installation owns its directory", () => {
  const packages = [{ name: "openjdk", type: "binary", ...placed("/opt/jdk/release") }];
  const mapped = [{ path: "/opt/jdk/lib/server/libjvm.so", how: "mapped" as const }];
  assert.equal(judgeSample({ packages, uses: mapped }).get("openjdk")?.level, "mapped");
  const release = [{ path: "/opt/jdk/release" }];
  assert.equal(judgeSample({ packages, uses: release }).get("openjdk")?.state, "not-observed");
});
