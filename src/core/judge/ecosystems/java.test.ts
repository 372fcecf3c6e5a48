/** Tests how Java archives own files, and what opening one can tell. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeSample, placed } from "../../../testing/sample-image.ts";
import { samplePackage } from "../../../testing/sample-judgement.ts";
import { javaEcosystem } from "./java.ts";

const java = ["/usr/bin/java"];

function jar(name: string, path: string, inner = "") {
  const accessPath = inner === "" ? "" : `${path}:${inner}`;
  const virtualPath = inner === "" ? path : `${path}:${inner}`;
  return { name, type: "java-archive", virtualPath, ...placed(path, accessPath) };
}

function opened(...paths: readonly string[]) {
  return paths.map((path) => ({ path, binaries: java }));
}

test("a jar that is opened on its own is in use", () => {
  const usages = judgeSample({
    packages: [jar("driver", "/opt/driver.jar")],
    uses: opened("/opt/driver.jar"),
  });
  assert.equal(usages.get("driver")?.level, "runtime-read");
});

test("of the libraries in one jar none is told in use, nor unused", () => {
  const packages = [
    jar("boot", "/app/boot.jar"),
    jar("log4j-core", "/app/boot.jar", "BOOT-INF/lib/log4j-core-2.14.1.jar"),
    jar("snakeyaml", "/app/boot.jar", "org.yaml:snakeyaml"),
  ];
  const usages = judgeSample({ packages, uses: opened("/app/boot.jar") });
  for (const { name } of packages) {
    const usage = usages.get(name);
    assert.deepEqual([usage?.state, usage?.level], ["unknown", "archive-opened"], name);
  }
  const never = judgeSample({ packages, uses: [] });
  assert.equal(never.get("log4j-core")?.state, "not-observed");
});

test("a server that opens its whole library directory says nothing by it", () => {
  const directory = "/srv/webapps/ROOT/WEB-INF/lib";
  const names = ["a", "b", "c", "d"];
  const packages = names.map((name) => jar(name, `${directory}/${name}.jar`));
  const all = judgeSample({
    packages,
    uses: opened(...names.map((name) => `${directory}/${name}.jar`)),
  });
  for (const name of names) assert.equal(all.get(name)?.level, "archive-opened", name);
  const some = judgeSample({ packages, uses: opened(`${directory}/a.jar`, `${directory}/b.jar`) });
  assert.equal(some.get("a")?.state, "in-use");
  assert.equal(some.get("c")?.state, "not-observed");
});

test("a jar that something else than Java opens is not run", () => {
  const packages = [jar("driver", "/opt/driver.jar")];
  const unknown = judgeSample({ packages, uses: [{ path: "/opt/driver.jar" }] });
  assert.equal(unknown.get("driver")?.state, "unknown");
  const copied = [{ path: "/opt/driver.jar", binaries: ["/bin/cp"] }];
  assert.equal(judgeSample({ packages, uses: copied }).get("driver")?.state, "not-observed");
});

test("an archive inside another belongs to the outer file", () => {
  const claims = javaEcosystem.claims(
    samplePackage(jar("x", "/app/app.war", "WEB-INF/lib/a.jar:b.jar")),
  );
  assert.deepEqual(claims, [{ kind: "nested", path: "/app/app.war" }]);
  const exploded = samplePackage(placed("/app/x/META-INF/maven/g/a/pom.properties"));
  assert.deepEqual(javaEcosystem.claims(exploded), [{ kind: "tree", path: "/app/x" }]);
});
