/** Tests how Python distributions own files, and what of them proves nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { elf, judgeSample, placed } from "../../../testing/sample-image.ts";
import { pythonEcosystem, sourceOfByteCode } from "./python.ts";

const site = "/app/venv/lib/python3.9/site-packages";
const python = ["/app/venv/bin/python3.9"];

function wheel(name: string, files: readonly string[]) {
  const info = `${site}/${name}-1.0.dist-info`;
  return {
    name,
    type: "python",
    ...placed(`${info}/METADATA`),
    files: [...files, `${info}/RECORD`],
  };
}

const flask = wheel("flask", [`${site}/flask/__init__.py`, `${site}/flask/app.py`]);

test("byte code stands for its source, whichever of the two is listed", () => {
  const path = `${site}/flask/__pycache__/app.cpython-39.pyc`;
  assert.equal(sourceOfByteCode(path), `${site}/flask/app.py`);
  assert.equal(sourceOfByteCode("/x/__pycache__/a.b.cpython-312.opt-1.pyc"), "/x/a.b.py");
  assert.equal(sourceOfByteCode("/x/__pycache__/a.pypy39.pyc"), "/x/a.py");
  assert.equal(sourceOfByteCode("/x/a.pyc"), "/x/a.py");
  assert.equal(sourceOfByteCode("/x/a.py"), undefined);
  const usages = judgeSample({ packages: [flask], uses: [{ path, binaries: python }] });
  assert.equal(usages.get("flask")?.level, "runtime-read");
  const listed = wheel("flask", [path]);
  const own = judgeSample({ packages: [listed], uses: [{ path, binaries: python }] });
  assert.equal(own.get("flask")?.level, "runtime-read");
});

test("byte code that Python itself wrote beside the source is no drift", () => {
  const path = `${site}/flask/__pycache__/app.cpython-39.pyc`;
  const uses = [{ path, binaries: python, afterWrite: true }];
  assert.equal(judgeSample({ packages: [flask], uses }).get("flask")?.state, "in-use");
});

test("metadata that every start reads is no use", () => {
  const info = `${site}/flask-1.0.dist-info`;
  const paths = [info, `${info}/METADATA`, `${info}/entry_points.txt`, `${info}/RECORD`];
  const uses = paths.map((path) => ({ path, binaries: python }));
  const usage = judgeSample({ packages: [flask], uses }).get("flask");
  assert.deepEqual([usage?.state, usage?.level, usage?.by], ["not-observed", "none", []]);
  assert.equal(pythonEcosystem.isMetadata("/usr/lib/python3/dist-packages/x.egg-info"), true);
});

test("a .pth file runs at each start: use of its package", () => {
  const setuptools = wheel("setuptools", [
    `${site}/distutils-precedence.pth`,
    `${site}/setuptools/__init__.py`,
  ]);
  const uses = [{ path: `${site}/distutils-precedence.pth`, binaries: python }];
  assert.equal(judgeSample({ packages: [setuptools], uses }).get("setuptools")?.state, "in-use");
});

test("of a namespace that two distributions share, the file's own is in use", () => {
  const uses = [{ path: `${site}/google/auth/x.py`, binaries: python }];
  const auth = wheel("google-auth", [`${site}/google/auth/x.py`]);
  const cloud = wheel("google-cloud", [`${site}/google/cloud/y.py`]);
  const listed = judgeSample({ packages: [auth, cloud], uses });
  assert.equal(listed.get("google-auth")?.state, "in-use");
  assert.equal(listed.get("google-cloud")?.state, "not-observed");
  const unlisted = judgeSample({
    packages: [
      { name: "google-auth", type: "python", roots: [`${site}/google`] },
      { name: "google-cloud", type: "python", roots: [`${site}/google`] },
    ],
    uses,
  });
  assert.equal(unlisted.get("google-auth")?.state, "unknown");
  assert.equal(unlisted.get("google-cloud")?.level, "archive-opened");
});

test("without a file list top-level modules count, as directories and as single files", () => {
  const packages = [
    { name: "six", type: "python", roots: ["/usr/lib/python3/dist-packages/six"] },
    { name: "yaml", type: "python", roots: ["/usr/lib/python3/dist-packages/yaml"] },
  ];
  const uses = [
    { path: "/usr/lib/python3/dist-packages/__pycache__/six.cpython-39.pyc", binaries: python },
    { path: "/usr/lib/python3/dist-packages/yaml/reader.py", binaries: python },
  ];
  const usages = judgeSample({ packages, uses });
  assert.equal(usages.get("six")?.state, "in-use");
  assert.equal(usages.get("yaml")?.state, "in-use");
});

test("a Python package that a distribution ships is both, when the same file is hit", () => {
  const file = "/usr/lib/python3/dist-packages/yaml/reader.py";
  const usages = judgeSample({
    packages: [
      { name: "python3-yaml", type: "deb", files: [file] },
      { name: "PyYAML", type: "python", roots: ["/usr/lib/python3/dist-packages/yaml"] },
    ],
    uses: [{ path: file, binaries: ["/usr/bin/python3"] }],
  });
  assert.equal(usages.get("python3-yaml")?.state, "in-use");
  assert.equal(usages.get("PyYAML")?.state, "in-use");
});

test("eggs count, unpacked and zipped", () => {
  const packages = [
    { name: "dir", type: "python", ...placed(`${site}/dir-1.egg/EGG-INFO/PKG-INFO`) },
    { name: "zip", type: "python", ...placed(`${site}/zip-1.egg`) },
  ];
  const uses = [
    { path: `${site}/dir-1.egg/dir/x.py`, binaries: python },
    { path: `${site}/zip-1.egg`, binaries: python },
  ];
  const usages = judgeSample({ packages, uses });
  assert.equal(usages.get("dir")?.level, "runtime-read");
  assert.equal(usages.get("zip")?.level, "runtime-read");
});

test("a console script is executed under its own name and runs Python", () => {
  const gunicorn = wheel("gunicorn", ["/app/venv/bin/gunicorn", `${site}/gunicorn/__init__.py`]);
  const uses = [
    { path: "/app/venv/bin/gunicorn", how: "executed" as const },
    { path: `${site}/flask/app.py`, binaries: ["/app/venv/bin/gunicorn"] },
  ];
  const usages = judgeSample({ packages: [gunicorn, flask], uses });
  assert.equal(usages.get("gunicorn")?.level, "executed");
  assert.equal(usages.get("flask")?.level, "runtime-read");
});

test("a compiled module counts when mapped, or opened where nobody watches mappings", () => {
  const path = `${site}/lxml/etree.cpython-39-x86_64-linux-gnu.so`;
  const packages = [wheel("lxml", [path])];
  const files = { [path]: elf("libc.so.6") };
  const opened = [{ path, binaries: python }];
  const mapped = judgeSample({ packages, files, uses: [{ path, how: "mapped" }] });
  assert.equal(mapped.get("lxml")?.level, "mapped");
  const watched = judgeSample({ packages, files, uses: opened });
  assert.equal(watched.get("lxml")?.state, "unknown");
  const coverage = { sensors: ["exec", "open"] as const };
  const unwatched = judgeSample({ packages, files, uses: opened, coverage });
  assert.equal(unwatched.get("lxml")?.state, "in-use");
});

test("two installations of one name are told apart by where they are", () => {
  const venv = { ...wheel("pip", [`${site}/pip/__init__.py`]), id: "venv" };
  const system = {
    name: "pip",
    id: "system",
    type: "python",
    roots: ["/usr/lib/python3/dist-packages/pip"],
  };
  const used = judgeSample({
    packages: [{ ...venv, name: "venv-pip" }, system],
    uses: [{ path: `${site}/pip/__init__.py`, binaries: python }],
  });
  assert.equal(used.get("venv-pip")?.state, "in-use");
  assert.equal(used.get("pip")?.state, "not-observed");
});

test("a compiled top-level module counts without a file list", () => {
  const directory = "/usr/lib/python3/dist-packages";
  const path = `${directory}/_cffi_backend.cpython-311-x86_64-linux-gnu.so`;
  const packages = [{ name: "cffi", type: "python", roots: [`${directory}/_cffi_backend`] }];
  const files = { [path]: elf() };
  const used = judgeSample({ packages, files, uses: [{ path, how: "mapped" }] });
  assert.equal(used.get("cffi")?.level, "mapped");
  const links = { ...files, "/x": "-> y" };
  assert.equal(judgeSample({ packages, files: links, uses: [] }).get("cffi")?.state, "unknown");
});
