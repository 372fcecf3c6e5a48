/** Tests which file a sensor would have seen; `judge-coverage.test.ts` has the rules of a grade. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleContainerFact, sampleCoverage, sampleStartUs } from "../../testing/sample-facts.ts";
import type { CoverageFact } from "../observe/fact.ts";
import { namespaceLimit } from "../observe/tracing-policy.ts";
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

test("whether a mapping would have been seen follows the patterns of the policy", () => {
  const container = sampleContainerFact();
  const seesMapping = (path: string, changes: Partial<CoverageFact>, timeUs = sampleStartUs) => {
    const sensors = [sampleCoverage({ sensor: "mmap", ...changes })];
    const options = { container, sensors, startUs: sampleStartUs, losses: new Map() };
    return createWatchers(options).seesMapping(path, timeUs);
  };
  assert.equal(seesMapping("/usr/lib/libz.so.1", { pathPrefixes: ["/usr/lib/"] }), true);
  assert.equal(seesMapping("/usr/lib/libz.so.1", { pathPrefixes: ["", "!/usr/lib/"] }), false);
  assert.equal(seesMapping("/app/addon.node", { pathPrefixes: ["*.node"] }), true);
  assert.equal(seesMapping("/app/a", { pathPrefixes: ["=/app/a"] }), true);
  assert.equal(seesMapping("/app/addon.node", { pathPrefixes: [""], sensor: "open" }), false);
});

test("a policy that is narrowed, silent or later says nothing by what it lacks", () => {
  const container = sampleContainerFact({ namespace: "shop" });
  const sees = (changes: Partial<CoverageFact>) => {
    const sensors = [sampleCoverage({ sensor: "mmap", pathPrefixes: [""], ...changes })];
    const options = { container, sensors, startUs: sampleStartUs, losses: new Map() };
    return createWatchers(options).seesMapping("/usr/lib/libz.so.1", sampleStartUs + 60_000_000);
  };
  assert.equal(sees({}), true);
  assert.equal(sees({ limits: ["only programs In /bin/x"] }), false);
  assert.equal(sees({ eventCount: 0 }), false);
  assert.equal(sees({ sinceUs: sampleStartUs + 120_000_000 }), false);
  assert.equal(sees({ limits: [namespaceLimit("shop")] }), true);
  assert.equal(sees({ limits: [namespaceLimit("other")] }), false);
});
