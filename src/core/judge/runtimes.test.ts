/** Tests which programs are runtimes of which language. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleUse } from "../../testing/sample-image.ts";
import { createRuntimes, isCopyingProgram, languagesOfProgram } from "./runtimes.ts";

test("runtimes are known by name, versions and endings included", () => {
  const known: readonly (readonly [string, string])[] = [
    ["/usr/bin/python3.12", "python"],
    ["/usr/local/bin/python", "python"],
    ["/usr/bin/pypy3", "python"],
    ["/usr/local/bin/uwsgi", "python"],
    ["/usr/local/bin/node", "javascript"],
    ["/usr/bin/nodejs", "javascript"],
    ["/root/.bun/bin/bun", "javascript"],
    ["/opt/jdk-21/bin/java", "java"],
    ["/usr/bin/ruby2.7", "ruby"],
    ["/usr/sbin/php-fpm8.2", "php"],
    ["/usr/bin/php8.2", "php"],
    ["/usr/sbin/apache2", "php"],
    ["/usr/bin/perl5.36.0", "perl"],
    ["/usr/share/dotnet/dotnet", "dotnet"],
    ["/usr/bin/lua5.1", "lua"],
    ["/usr/lib/erlang/erts-13/bin/beam.smp", "erlang"],
    ["/app/server.py", "python"],
  ];
  for (const [binary, language] of known) {
    assert.ok(
      languagesOfProgram(binary).some((one) => one === language),
      binary,
    );
  }
  assert.deepEqual(languagesOfProgram("/usr/sbin/nginx"), []);
  assert.deepEqual(languagesOfProgram("/usr/bin/pythonize"), []);
});

test("a program that loads an interpreter is a runtime of its language", () => {
  const runtimes = createRuntimes(
    [
      sampleUse({ path: "/usr/bin/python3.9", how: "mapped", binaries: ["/app/venv/bin/serve"] }),
      sampleUse({
        path: "/usr/lib/libpython3.11.so.1.0",
        how: "mapped",
        binaries: ["/usr/sbin/httpd-wsgi"],
      }),
      sampleUse({ path: "/usr/lib/libjvm.so", how: "mapped", binaries: ["/opt/launcher"] }),
    ],
    () => undefined,
  );
  assert.equal(runtimes.runs("/app/venv/bin/serve", "python"), true);
  assert.equal(runtimes.runs("/usr/sbin/httpd-wsgi", "python"), true);
  assert.equal(runtimes.runs("/opt/launcher", "java"), true);
  assert.equal(runtimes.runs("/opt/launcher", "python"), false);
});

test("a program that copies an interpreter is none", () => {
  const runtimes = createRuntimes(
    [sampleUse({ path: "/usr/bin/python3.9", binaries: ["/bin/cp", "/usr/bin/sha256sum"] })],
    () => undefined,
  );
  assert.equal(runtimes.runs("/bin/cp", "python"), false);
  assert.equal(isCopyingProgram("/usr/bin/sha256sum"), true);
  assert.equal(isCopyingProgram("/usr/sbin/nginx"), false);
});

test("a script of a package runs in the package's language", () => {
  const runtimes = createRuntimes([], (binary) => (binary === "/opt/x/tool" ? "ruby" : undefined));
  assert.equal(runtimes.runs("/opt/x/tool", "ruby"), true);
  assert.equal(runtimes.runs("/opt/x/other", "ruby"), false);
});
