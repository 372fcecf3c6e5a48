/** Holds how Syft and Grype are run, by small programs that stand in for them. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { test } from "node:test";
import type { ScanRequest } from "../../ports/scanner.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { createAnchoreScanner } from "./anchore.ts";
import { nameTarget } from "./name-target.ts";

const skip = process.platform === "win32" ? "the stand-ins are shell scripts" : false;

/** Writes its arguments and environment where `-o json=FILE` says. */
const goodTool = `
case "$1" in version) echo "Application: x"; echo "Version:    1.2.3"; exit 0;; esac
out=""
for word in "$@"; do case "$word" in json=*) out="\${word#json=}";; esac; done
printf '%s|%s\\n' "$SYFT_FILE_METADATA_SELECTION" "$*" > "$out"
echo "working on it" >&2
`;

interface Bench {
  readonly folder: string;
  readonly lines: string[];
  request(more?: Partial<ScanRequest>): ScanRequest;
}

async function withTools(
  tools: Readonly<Record<string, string>>,
  check: (bench: Bench) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "waggle-scan-"));
  const path = process.env["PATH"] ?? "";
  const lines: string[] = [];
  try {
    mkdirSync(join(folder, "bin"));
    for (const [name, body] of Object.entries(tools)) {
      const file = join(folder, "bin", name);
      writeFileSync(file, `#!/bin/sh\n${body}`);
      chmodSync(file, 0o755);
    }
    const system = [dirname("/bin/sh"), "/usr/bin"];
    process.env["PATH"] = [join(folder, "bin"), ...system].join(delimiter);
    await check({
      folder,
      lines,
      request: (more) => ({
        target: "redis:7",
        outputDirectory: join(folder, "out"),
        name: "redis",
        timeoutMs: 20_000,
        onProgress: (line) => lines.push(line),
        ...more,
      }),
    });
  } finally {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function failureOf(work: Promise<unknown>): Promise<WaggleError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof WaggleError, String(error));
  return error;
}

const scanner = createAnchoreScanner();

test("both tools run with what waggle needs, and give both files", { skip }, async () => {
  await withTools({ syft: goodTool, grype: goodTool }, async ({ folder, lines, request }) => {
    const result = await scanner.scan(request());
    assert.deepEqual(result.toolVersions, { syft: "1.2.3", grype: "1.2.3" });
    assert.equal(result.sbomFile, join(folder, "out", "redis.syft.json"));
    assert.match(readFileSync(result.sbomFile, "utf8"), /^all\|redis:7 -o json=/);
    const scan = readFileSync(result.vulnerabilitiesFile, "utf8");
    assert.ok(scan.includes(`sbom:${result.sbomFile} -o json=`));
    assert.deepEqual(readdirSync(join(folder, "out")), ["redis.grype.json", "redis.syft.json"]);
    assert.ok(lines.includes("working on it"));
  });
});

test("a target is never read by a shell, nor taken for an option", { skip }, async () => {
  await withTools({ syft: goodTool, grype: goodTool }, async ({ folder, request }) => {
    const target = `$(touch ${folder}/owned);x`;
    const { sbomFile } = await scanner.scan(request({ target, name: "../../e v/il" }));
    assert.ok(readFileSync(sbomFile, "utf8").includes(target));
    assert.equal(existsSync(join(folder, "owned")), false);
    assert.equal(sbomFile, join(folder, "out", "e-v-il.syft.json"));
    for (const option of ["-o", "--config=/etc/passwd", "", " ", "a\0b"]) {
      assert.equal((await failureOf(scanner.scan(request({ target: option })))).code, "usage");
    }
  });
});

test("a missing tool is named, with where to get it and what to do without", { skip }, async () => {
  await withTools({ syft: goodTool }, async ({ request }) => {
    const error = await failureOf(scanner.scan(request()));
    assert.equal(error.code, "tool-missing");
    assert.match(error.message, /grype is not on PATH.*github\.com\/anchore\/grype.*sbom:/);
  });
});

test("Grype's threshold code is a result, any other code a failure", { skip }, async () => {
  await withTools({ syft: goodTool, grype: `${goodTool}\nexit 2` }, async ({ request }) => {
    assert.ok(existsSync((await scanner.scan(request())).vulnerabilitiesFile));
  });
  const said = "one\\n\\033[31mred\\033[0m \\342\\200\\256bad\\n";
  const failing = `${goodTool}\nprintf '${said}' >&2\nexit 1`;
  await withTools({ syft: goodTool, grype: failing }, async ({ folder, request }) => {
    const error = await failureOf(scanner.scan(request({ name: "it's" })));
    assert.equal(error.code, "tool-failed");
    assert.match(error.message, /^grype ended with exit code 1\./);
    assert.match(error.message, /\n {2}red \\u\{202e\}bad\n/);
    assert.match(error.message, /The command was: grype sbom:\S+it-s\.syft\.json -o json=/);
    assert.equal(error.message.includes("\u001b"), false);
    assert.deepEqual(readdirSync(join(folder, "out")), ["it-s.syft.json"]);
  });
});

test("a tool that succeeds without a document has failed", { skip }, async () => {
  await withTools({ syft: "exit 0", grype: goodTool }, async ({ request }) => {
    const error = await failureOf(scanner.scan(request()));
    assert.match(error.message, /syft ended with exit code 0 but wrote nothing/);
    assert.match(error.message, /SYFT_FILE_METADATA_SELECTION=all syft redis:7/);
  });
});

test("after the timeout the whole tree of the tool is gone", { skip }, async () => {
  const slow = `[ "$1" = version ] && exit 0\nsleep 300 & echo $! > "$0.child"\nwait`;
  await withTools({ syft: slow, grype: goodTool }, async ({ folder, request }) => {
    const error = await failureOf(scanner.scan(request({ timeoutMs: 700 })));
    assert.equal(error.code, "tool-failed");
    assert.match(error.message, /syft took longer than 1 s and was ended/);
    const child = readFileSync(join(folder, "bin", "syft.child"), "utf8").trim();
    const state = spawnSync("ps", ["-o", "stat=", "-p", child]).stdout.toString().trim();
    assert.ok(state === "" || state.startsWith("Z"), `child ${child} is ${state}`);
  });
});

test("endless output is not kept", { skip }, async () => {
  const loud = `[ "$1" = version ] && exit 0\nhead -c 30000000 /dev/zero | tr '\\0' 'x'\nexit 3`;
  await withTools({ syft: loud, grype: goodTool }, async ({ request }) => {
    const error = await failureOf(scanner.scan(request()));
    assert.ok(error.message.length < 4000);
  });
});

test("a path that exists is named for what it is", async () => {
  await withTools({}, async ({ folder }) => {
    const put = (name: string, bytes: Uint8Array | string) => {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), bytes);
      return join(folder, name);
    };
    put("tree/file", "x");
    put("layout/oci-layout", "{}");
    const plain = put("program", "x");
    const docker = put("docker.tar", tarOf(["a/layer.tar", "manifest.json"]));
    const both = put("both.tar", tarOf(["oci-layout", "index.json", "manifest.json"]));
    const oci = put("oci.tar", tarOf(["./oci-layout", "index.json"]));
    const other = put("other.tar", tarOf(["etc/passwd"]));
    assert.equal(await nameTarget(join(folder, "tree")), `dir:${join(folder, "tree")}`);
    assert.equal(await nameTarget(join(folder, "layout")), `oci-dir:${join(folder, "layout")}`);
    assert.equal(await nameTarget(plain), `file:${plain}`);
    assert.equal(await nameTarget(docker), `docker-archive:${docker}`);
    assert.equal(await nameTarget(both), `docker-archive:${both}`);
    assert.equal(await nameTarget(oci), `oci-archive:${oci}`);
    assert.equal(await nameTarget(other), `file:${other}`);
    assert.equal(await nameTarget("registry:a/b@sha256:00"), "registry:a/b@sha256:00");
  });
});

test("a pipe is no target, and is not waited for", { skip, timeout: 10_000 }, async () => {
  await withTools({ syft: goodTool, grype: goodTool }, async ({ folder, request }) => {
    const target = join(folder, "pipe");
    assert.equal(spawnSync("mkfifo", [target]).status, 0);
    assert.equal((await failureOf(scanner.scan(request({ target })))).code, "usage");
  });
});

function tarOf(names: readonly string[]): Uint8Array {
  const entries = names.map((name) => {
    const entry = Buffer.alloc(1024);
    entry.write(name, 0, "latin1");
    entry.write("00000000003\0", 124, "latin1");
    entry.write("ustar", 257, "latin1");
    return entry;
  });
  return Buffer.concat([...entries, Buffer.alloc(1024)]);
}
