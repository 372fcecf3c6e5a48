/** Tests which file a sensor would have seen; `judge-coverage.test.ts` has the rules of a grade. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleContainerFact, sampleCoverage, sampleStartUs } from "../../testing/sample-facts.ts";
import type { CoverageFact } from "../observe/fact.ts";
import { type CodeFile, createWatchers } from "./watch-files.ts";

function see(path: string, kind: CodeFile["kind"], ...sensors: readonly CoverageFact[]) {
  const container = sampleContainerFact();
  const options = { container, sensors, startUs: sampleStartUs, losses: new Map() };
  return createWatchers(options).see({ path, kind });
}

const exec = sampleCoverage({ sensor: "exec", policy: "" });

test("programs are told from libraries by directory or by having no extension", () => {
  for (const path of [
    "/usr/sbin/nginx",
    "/opt/x/bin/tool.real",
    "/app/server",
    "/usr/libexec/a.b",
  ]) {
    assert.equal(see(path, "elf", exec).kind, "yes", path);
  }
  for (const path of ["/usr/lib/libz.so.1", "/app/addon.node", "/app/", "/usr/lib/binary.so"]) {
    assert.equal(see(path, "elf", exec).kind, "no", path);
  }
});

test("interpreters are known with their versions", () => {
  for (const name of ["python3.11", "php-8.2", "Rscript", "bash", "ruby2.7"]) {
    assert.equal(see(`/usr/bin/${name}`, "elf", exec).kind, "partly", name);
  }
  for (const name of ["redis-server", "nginx", "pythonic"]) {
    assert.equal(see(`/usr/bin/${name}`, "elf", exec).kind, "yes", name);
  }
});

test("a directory stands for what lies below", () => {
  const wide = sampleCoverage({ pathPrefixes: ["/app"] });
  assert.equal(see("/app/node_modules/x/", "interpreted", wide).kind, "yes");
  assert.equal(see("/opt/x/", "interpreted", wide).kind, "no");
});
