/** Tests which paths the patterns of a scope hold. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createPathScope } from "./path-scope.ts";

test("a prefix is text and not a directory, as in the kernel", () => {
  const scope = createPathScope(["/usr/lib"]);
  assert.ok(scope.holds("/usr/lib/x.so"));
  assert.ok(scope.holds("/usr/lib64/x.so"));
  assert.ok(!scope.holds("/usr/libexec".replace("lib", "bin")));
  assert.ok(!scope.holds("/opt/usr/lib/x.so"));
});

test("the empty prefix holds every path, no pattern holds none", () => {
  assert.ok(createPathScope([""]).holds("/anything"));
  assert.ok(!createPathScope([]).holds("/anything"));
  assert.ok(createPathScope([]).isEmpty);
  assert.ok(createPathScope(["!/tmp"]).isEmpty);
});

test("whole paths, endings and exceptions", () => {
  const scope = createPathScope(["=/opt/secret", "*.jar", "/srv", "!/srv/cache", "!*.bak.jar"]);
  assert.ok(scope.holds("/opt/secret"));
  assert.ok(!scope.holds("/opt/secret2"), "exactly this path");
  assert.ok(scope.holds("/x/a.jar"));
  assert.ok(!scope.holds("/x/a.bak.jar"));
  assert.ok(scope.holds("/srv/a"));
  assert.ok(!scope.holds("/srv/cache/a"));
});

test("a scope answers as its patterns do one by one", () => {
  const part = fc.constantFrom("/", "a", "b", "/a", ".so", "");
  const text = fc.array(part, { maxLength: 5 }).map((parts) => parts.join(""));
  const pattern = fc.tuple(fc.constantFrom("", "=", "*"), text).map(([sign, rest]) => sign + rest);
  fc.assert(
    fc.property(fc.array(pattern), fc.array(pattern), text, (watched, excepted, path) => {
      const one = (each: string): boolean =>
        each.startsWith("=")
          ? path === each.slice(1)
          : each.startsWith("*")
            ? path.endsWith(each.slice(1))
            : path.startsWith(each);
      const scope = createPathScope([...watched, ...excepted.map((each) => `!${each}`)]);
      assert.equal(scope.holds(path), watched.some(one) && !excepted.some(one));
    }),
  );
});
