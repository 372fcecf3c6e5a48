/** Tests how npm packages own what lies beside their package.json. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elf, judgeSample, placed } from "../../../testing/sample-image.ts";
import { npmEcosystem } from "./npm.ts";

const modules = "/app/node_modules";
const node = ["/usr/local/bin/node"];

function npm(path: string, name = path.slice(path.lastIndexOf("/") + 1)) {
  return { name, id: path, type: "npm", ...placed(`${path}/package.json`) };
}

test("the nearest package directory owns a file, nested and scoped ones included", () => {
  const packages = [
    npm(`${modules}/express`),
    npm(`${modules}/depd`),
    npm(`${modules}/raw-body`),
    { ...npm(`${modules}/raw-body/node_modules/depd`), name: "depd-nested" },
    npm(`${modules}/@scope/x`, "@scope/x"),
  ];
  const uses = [
    { path: `${modules}/raw-body/node_modules/depd/index.js`, binaries: node },
    { path: `${modules}/@scope/x/lib/a.mjs`, binaries: node },
    { path: `${modules}/express/lib/express.js`, binaries: node },
  ];
  const usages = judgeSample({ packages, uses });
  const states = packages.map(({ name }) => [name, usages.get(name)?.state]);
  assert.deepEqual(states, [
    ["express", "in-use"],
    ["depd", "not-observed"],
    ["raw-body", "not-observed"],
    ["depd-nested", "in-use"],
    ["@scope/x", "in-use"],
  ]);
});

test("package.json alone is no use", () => {
  const uses = [{ path: `${modules}/moment/package.json`, binaries: node }];
  const usage = judgeSample({ packages: [npm(`${modules}/moment`)], uses }).get("moment");
  assert.deepEqual([usage?.state, usage?.level], ["not-observed", "none"]);
  assert.equal(npmEcosystem.isMetadata(`${modules}/moment/locale/de.json`), false);
});

test("an application does not own the modules below it, known or not", () => {
  const packages = [npm("/app", "app"), npm(`${modules}/express`)];
  const unknown = [{ path: `${modules}/unlisted/index.js`, binaries: node }];
  assert.equal(judgeSample({ packages, uses: unknown }).get("app")?.state, "not-observed");
  const own = [{ path: "/app/lib/server.js", binaries: node }];
  assert.equal(judgeSample({ packages, uses: own }).get("app")?.state, "in-use");
});

test("pnpm's links lead to the one real directory", () => {
  const real = `${modules}/.pnpm/ms@2.1.3/node_modules/ms`;
  const usages = judgeSample({
    packages: [npm(real)],
    files: { [`${modules}/ms`]: "-> .pnpm/ms@2.1.3/node_modules/ms", [`${real}/index.js`]: {} },
    uses: [{ path: `${modules}/ms/index.js`, binaries: node }],
  });
  assert.equal(usages.get("ms")?.level, "runtime-read");
});

test("a package known from a lock file alone is unknown", () => {
  const locked = { name: "left-pad", type: "npm", ...placed("/app/package-lock.json") };
  const usage = judgeSample({ packages: [locked], uses: [] }).get("left-pad");
  assert.deepEqual([usage?.state, usage?.coverage], ["unknown", "none"]);
});

test("native add-ons count when mapped, scripts of .bin through their links", () => {
  const usages = judgeSample({
    packages: [npm(`${modules}/bcrypt`), npm(`${modules}/mime`)],
    files: {
      [`${modules}/bcrypt/lib/bcrypt.node`]: elf(),
      [`${modules}/.bin/mime`]: "-> ../mime/cli.js",
      [`${modules}/mime/cli.js`]: {},
    },
    uses: [
      { path: `${modules}/bcrypt/lib/bcrypt.node`, how: "mapped" },
      { path: `${modules}/.bin/mime`, how: "executed" },
    ],
  });
  assert.equal(usages.get("bcrypt")?.level, "mapped");
  assert.equal(usages.get("mime")?.level, "executed");
});

test("a manifest in a system directory claims nothing", () => {
  const usages = judgeSample({
    packages: [npm("/usr", "root")],
    uses: [{ path: "/usr/lib/x/a.js", binaries: node }],
  });
  assert.equal(usages.get("root")?.state, "unknown");
});
