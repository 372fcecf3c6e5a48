/** Holds what a daemon needs of the tools: matching again, nothing fetched, an end in each case. */
import assert from "node:assert/strict";
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
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import type { ScanRequest } from "../../ports/scanner.ts";
import { createAnchoreScanner } from "./anchore.ts";
import { requireLocalImage } from "./local-image.ts";
import { offlineEnvironment } from "./offline-environment.ts";
import { readDataVersion } from "./read-data-version.ts";
import { runStep } from "./run-step.ts";

const skip = process.platform === "win32" ? "the stand-ins are shell scripts" : false;
const scanner = createAnchoreScanner();

/** Writes its arguments, environment and priority where `-o json=FILE` says. */
const goodTool = `
case "$1" in version) exit 0;; esac
out=""
# The priority is lowered just after the start.
tries=0
while [ -n "$SYFT_CHECK_FOR_APP_UPDATE" ] && [ "$(nice)" -lt 10 ] && [ $tries -lt 100 ]; do
  tries=$((tries + 1)); sleep 0.05
done
for word in "$@"; do case "$word" in json=*) out="\${word#json=}";; esac; done
{ echo "$*"; env; echo "nice $(nice)"; } > "$out"
`;

async function withTools(
  tools: Readonly<Record<string, string>>,
  check: (folder: string, request: ScanRequest) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "waggle-back-"));
  const before = { ...process.env };
  try {
    mkdirSync(join(folder, "bin"));
    for (const [name, body] of Object.entries(tools)) {
      writeFileSync(join(folder, "bin", name), `#!/bin/sh\n${body}`);
      chmodSync(join(folder, "bin", name), 0o755);
    }
    process.env["PATH"] = [join(folder, "bin"), "/bin", "/usr/bin"].join(delimiter);
    delete process.env["GRYPE_DB_AUTO_UPDATE"];
    await check(folder, {
      target: "redis:7",
      imageSource: "containerd",
      outputDirectory: join(folder, "out"),
      name: "redis",
      timeoutMs: 20_000,
      onProgress: () => {},
      isBackground: true,
    });
  } finally {
    process.env = before;
    rmSync(folder, { recursive: true, force: true });
  }
}

test("in the background tools are told to stay off the network, and go last", {
  skip,
}, async () => {
  await withTools({ syft: goodTool, grype: goodTool }, async (_, request) => {
    const { sbomFile, vulnerabilitiesFile } = await scanner.scan(request);
    const syft = readFileSync(sbomFile, "utf8");
    assert.match(syft, /^containerd:redis:7 -o json=/);
    assert.match(syft, /^HTTPS_PROXY=http:\/\/127\.0\.0\.1:9$/m);
    assert.match(syft, /^CONTAINERD_NAMESPACE=k8s\.io$/m);
    assert.match(syft, /^SYFT_CHECK_FOR_APP_UPDATE=false$/m);
    assert.match(syft, /^nice 1\d$/m);
    const grype = readFileSync(vulnerabilitiesFile, "utf8");
    assert.match(grype, /^GRYPE_DB_AUTO_UPDATE=false$/m);
    assert.doesNotMatch(grype, /HTTPS_PROXY=http:\/\/127\.0\.0\.1:9/);
    process.env["GRYPE_DB_AUTO_UPDATE"] = "true";
    const again = await scanner.match({ ...request, sbomFile });
    assert.match(readFileSync(again.vulnerabilitiesFile, "utf8"), /^GRYPE_DB_AUTO_UPDATE=true$/m);
    const { sbomFile: asked } = await scanner.scan({ ...request, isBackground: false });
    assert.doesNotMatch(readFileSync(asked, "utf8"), /CHECK_FOR_APP_UPDATE|^nice 1\d$/m);
  });
});

test("a reference with a source is never a path, even where a file is called so", {
  skip,
}, async () => {
  await withTools({ syft: goodTool, grype: goodTool }, async (folder, request) => {
    mkdirSync(join(folder, "tree"));
    const target = join(folder, "tree");
    const { sbomFile } = await scanner.scan({ ...request, target });
    assert.ok(readFileSync(sbomFile, "utf8").startsWith(`containerd:${target} `));
  });
});

test("an SBOM that is there is matched without Syft", { skip }, async () => {
  await withTools({ grype: goodTool }, async (folder, request) => {
    const sbomFile = join(folder, "given.json");
    const result = await scanner.match({ ...request, sbomFile });
    assert.equal(result.vulnerabilitiesFile, join(folder, "out", "redis.grype.json"));
    assert.ok(readFileSync(result.vulnerabilitiesFile, "utf8").startsWith(`sbom:${sbomFile} `));
    assert.deepEqual(readdirSync(join(folder, "out")), ["redis.grype.json"]);
  });
  await withTools({}, async (folder, request) => {
    const work = scanner.match({ ...request, sbomFile: join(folder, "x") });
    await assert.rejects(work, { code: "tool-missing" });
  });
});

test("the SBOM stays when only the match fails", { skip }, async () => {
  await withTools({ syft: goodTool, grype: "exit 1" }, async (folder, request) => {
    await assert.rejects(scanner.scan(request), { code: "tool-failed" });
    assert.deepEqual(readdirSync(join(folder, "out")), ["redis.syft.json"]);
  });
});

test("the version of the data is told by JSON, by words, or not at all", { skip }, async () => {
  const answers = (json: string, text: string) =>
    `[ "$GRYPE_DB_AUTO_UPDATE" = false ] || exit 9\n[ "$3" = -o ] && { ${json}; }\n${text}`;
  const told = async (body: string): Promise<string> => {
    let version = "unasked";
    await withTools({ grype: body }, async () => {
      process.env["GRYPE_DB_AUTO_UPDATE"] = "true";
      version = await scanner.dataVersion();
    });
    return version;
  };
  const status = `{"schemaVersion":"v6.1.2","built":"2026-08-20T06:00:00Z","valid":true}`;
  assert.equal(await told(answers(`echo '${status}'; exit 1`, "")), "v6.1.2 2026-08-20T06:00:00Z");
  const old = "printf 'Location: /x\\nBuilt:    2024-01-02 03:04:05 UTC\\nSchema: 5\\n'";
  assert.equal(await told(answers("exit 1", "")), "");
  assert.equal(await told(`[ "$3" = -o ] && exit 1\n${old}`), "5 2024-01-02 03:04:05 UTC");
  assert.equal(await told("echo no database >&2; exit 1"), "");
  let missing = "unasked";
  await withTools({}, async () => {
    missing = await scanner.dataVersion();
  });
  assert.equal(missing, "");
  assert.equal(await readDataVersion("/no/such/program"), "");
});

test("a document beyond the bound ends its tool, and is not kept", { skip }, async () => {
  await withTools({}, async (folder, request) => {
    const temporary = join(folder, "document.json");
    const step = (script: string) => ({
      ...{ tool: "syft", program: "/bin/sh", arguments: ["-c", script], environment: {} },
      ...{ quietEnvironment: {}, temporary, file: join(folder, "kept"), acceptedCodes: [0] },
    });
    const deadline = { request, atMs: Date.now() + 60_000 };
    const large = `head -c 3000000 /dev/zero > ${temporary}`;
    for (const script of [`${large}; exit 0`, `${large}; sleep 300`]) {
      const work = runStep(deadline, step(script), 1024 * 1024);
      await assert.rejects(work, { code: "tool-failed", message: /wrote more than 1 MB/ });
      assert.equal(existsSync(join(folder, "kept")), false);
    }
  });
});

test("the signal ends what runs", { skip, timeout: 30_000 }, async () => {
  const slow = `[ "$1" = version ] && exit 0\nsleep 300`;
  await withTools({ syft: slow, grype: goodTool }, async (_, request) => {
    const ending = new AbortController();
    const onProgress = () => ending.abort();
    const work = scanner.scan({ ...request, onProgress, signal: ending.signal });
    await assert.rejects(work, { code: "tool-failed", message: /as waggle ends/ });
  });
});

test("Docker is asked before Syft, so that nothing is pulled", { skip }, async () => {
  const asked: string[] = [];
  const server = createServer((request, answer) => {
    asked.push(request.url ?? "");
    answer.statusCode = request.url?.includes("known") === true ? 200 : 404;
    answer.end("{}");
  });
  await withTools({ syft: goodTool, grype: goodTool }, async (folder, request) => {
    const socket = join(folder, "docker.sock");
    await new Promise<void>((done) => server.listen(socket, done));
    try {
      process.env["DOCKER_HOST"] = `unix://${socket}`;
      const docker = { ...request, imageSource: "docker" } as const;
      await scanner.scan({ ...docker, target: "a/known:1" });
      await assert.rejects(scanner.scan({ ...docker, target: "evil.example/x?y" }), {
        code: "tool-failed",
        message: /does not have it, and nothing is pulled/,
      });
      assert.deepEqual(asked, ["/images/a/known%3A1/json", "/images/evil.example/x%3Fy/json"]);
      process.env["DOCKER_HOST"] = "tcp://127.0.0.1:1";
      await assert.rejects(requireLocalImage(docker), { message: /no Unix socket/ });
      process.env["DOCKER_HOST"] = `unix://${folder}/none.sock`;
      await assert.rejects(requireLocalImage(docker), { message: /could not be asked/ });
    } finally {
      server.close();
    }
  });
});

test("a closed proxy is only for what could pull, and the environment may say otherwise", () => {
  assert.equal(offlineEnvironment({}, "registry")["HTTPS_PROXY"], undefined);
  assert.equal(offlineEnvironment({}, "containerd")["https_proxy"], "http://127.0.0.1:9");
  const ours = { CONTAINERD_NAMESPACE: "default", GRYPE_CHECK_FOR_APP_UPDATE: "true" };
  const added = offlineEnvironment(ours, "containerd");
  assert.equal("CONTAINERD_NAMESPACE" in added, false);
  assert.equal("GRYPE_CHECK_FOR_APP_UPDATE" in added, false);
});
