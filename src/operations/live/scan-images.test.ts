/**
 * Tests of `scan-images.ts` and its parts with real files and processes; small programs stand in
 * for the tools.
 */
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
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { ManualClock } from "../../adapters/clock/manual-clock.ts";
import { createNodeFiles } from "../../adapters/files/node-files.ts";
import { MemoryLog } from "../../adapters/log/memory-log.ts";
import { createAnchoreScanner } from "../../adapters/scanner/anchore.ts";
import { createMemoryStore } from "../../adapters/store/memory-store.ts";
import type { ScanRecord, Store } from "../../ports/store.ts";
import { attemptScan } from "./attempt-scan.ts";
import type { ImageInUse } from "./choose-scans.ts";
import { DaemonHealth } from "./daemon-health.ts";
import { forgetScans } from "./forget-scans.ts";
import { scanImages } from "./scan-images.ts";
import { scanProblems } from "./scan-problems.ts";

const skip = process.platform === "win32" ? "the stand-ins are shell scripts" : false;
const minuteMs = 60_000;
const digest = `sha256:${"a".repeat(64)}`;
const web: ImageInUse = { reference: "shop/web:1", digest, sbom: "", scan: "" };

/** Has the version in a file beside it; notes each call. */
const goodTool = `
echo "$(basename "$0") $*" >> "$(dirname "$0")/calls"
case "$1" in
  version) exit 0;;
  db)
    echo "{\\"built\\":\\"$(cat "$(dirname "$0")/data")\\",\\"schemaVersion\\":\\"v6\\"}"
    exit 0;;
esac
for word in "$@"; do case "$word" in json=*) echo "{}" > "\${word#json=}";; esac; done
`;

interface Bench {
  readonly folder: string;
  readonly clock: ManualClock;
  readonly log: MemoryLog;
  readonly health: DaemonHealth;
  readonly store: Store;
  readonly images: ImageInUse[];
  readonly scanned: string[];
  /** Until it waits again. */
  settle(): Promise<void>;
  pass(ms: number): Promise<void>;
  tool(name: string, body: string): void;
  /** Without versions and data. */
  calls(): readonly string[];
  record(): Promise<ScanRecord | undefined>;
}

async function withDaemon(check: (bench: Bench) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "waggle-scans-"));
  const path = process.env["PATH"];
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "data"), "monday");
  process.env["PATH"] = [bin, "/bin", "/usr/bin"].join(delimiter);
  const ending = new AbortController();
  const [clock, log, health, store] = [
    new ManualClock(),
    new MemoryLog(),
    new DaemonHealth(),
    createMemoryStore(),
  ];
  const images: ImageInUse[] = [web];
  const scanned: string[] = [];
  const settle = async () => {
    while (clock.waitingCount === 0) await new Promise((done) => setTimeout(done, 5));
  };
  const run = scanImages({
    ...{ clock, log, health, store, files: createNodeFiles(), signal: ending.signal },
    ...{ scanner: createAnchoreScanner(), state: join(folder, "state"), sources: ["containerd"] },
    retentionUs: 30 * 24 * 60 * minuteMs * 1000,
    images: async () => images,
    onScanned: (reference) => scanned.push(reference),
  });
  try {
    await settle();
    await check({
      ...{ folder, clock, log, health, store, images, scanned, settle },
      pass: async (ms) => {
        await clock.advance(ms);
        await settle();
      },
      tool: (name, body) => {
        writeFileSync(join(bin, name), `#!/bin/sh\n${body}`);
        chmodSync(join(bin, name), 0o755);
      },
      calls: () => {
        const text = existsSync(join(bin, "calls")) ? readFileSync(join(bin, "calls"), "utf8") : "";
        return text.split("\n").filter((line) => / -o json=/.test(line));
      },
      record: async () => (await store.scans.all())[0],
    });
  } finally {
    ending.abort();
    await run;
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true, force: true });
  }
}

test("without the tools images wait, told once; with them they are scanned", { skip }, async () => {
  await withDaemon(async (bench) => {
    const { log, health, store, scanned, folder } = bench;
    await bench.pass(11 * minuteMs);
    assert.equal(log.said("warn").length, 1);
    assert.equal((await bench.record())?.state, "waiting");
    assert.equal(health.counted("scan-queue"), 1);
    assert.equal(scanProblems(await store.scans.all())[0]?.code, "image-scan-waiting");
    for (const name of ["syft", "grype"]) bench.tool(name, goodTool);
    await bench.pass(11 * minuteMs);
    const made = await bench.record();
    assert.deepEqual([made?.state, made?.image, made?.dataVersion], ["made", digest, "v6 monday"]);
    assert.ok(existsSync(join(folder, "state", made?.sbomFile ?? "")));
    assert.ok(existsSync(join(folder, "state", made?.vulnerabilitiesFile ?? "")));
    assert.deepEqual([...scanned], [web.reference]);
    assert.equal(health.counted("scan-queue"), 0);
    assert.deepEqual(scanProblems(await store.scans.all()), []);
    assert.match(bench.calls()[0] ?? "", new RegExp(`^syft containerd:shop/web@${digest} `));
    await bench.pass(60 * minuteMs);
    assert.equal(bench.calls().length, 2);
  });
});

test("new vulnerability data matches again, and lost documents are made again", {
  skip,
}, async () => {
  await withDaemon(async (bench) => {
    for (const name of ["syft", "grype"]) bench.tool(name, goodTool);
    await bench.pass(11 * minuteMs);
    writeFileSync(join(bench.folder, "bin", "data"), "tuesday");
    await bench.pass(11 * minuteMs);
    assert.deepEqual(
      bench.calls().map((line) => line.split(" ")[0]),
      ["syft", "grype", "grype"],
    );
    assert.equal((await bench.record())?.dataVersion, "v6 tuesday");
    rmSync(join(bench.folder, "state", "scans"), { recursive: true });
    await bench.pass(minuteMs);
    assert.equal(bench.calls().length, 5);
  });
});

test("a scan that fails is told of its image and tried later, from its SBOM if there is one", {
  skip,
}, async () => {
  await withDaemon(async (bench) => {
    bench.tool("syft", goodTool);
    bench.tool("grype", `[ "$1" = version ] && exit 0\necho "no data \u202e here" >&2; exit 1`);
    await bench.pass(11 * minuteMs);
    const failed = await bench.record();
    assert.deepEqual([failed?.state, failed?.attemptCount], ["failed", 1]);
    assert.match(failed?.sbomFile ?? "", /^scans\/web-[0-9a-f]{16}\.syft\.json$/);
    assert.equal(bench.health.counted("scan-queue"), 1);
    const [problem] = scanProblems(await bench.store.scans.all());
    assert.equal(problem?.code, "image-scan-failed");
    assert.match(problem?.message ?? "", /"shop\/web:1".*unknown.*no data/);
    assert.equal(problem?.message.includes("\u202e"), false);
    bench.tool("grype", goodTool);
    await bench.pass(5 * minuteMs);
    assert.equal((await bench.record())?.state, "failed");
    await bench.pass(6 * minuteMs);
    assert.equal((await bench.record())?.state, "made");
    assert.deepEqual(
      bench.calls().map((line) => line.split(" ")[0]),
      ["syft", "grype"],
    );
  });
});

test("an image that no source has is told with what each said", { skip }, async () => {
  await withDaemon(async (bench) => {
    bench.tool("syft", `[ "$1" = version ] && exit 0\necho "not here" >&2; exit 1`);
    bench.tool("grype", goodTool);
    bench.images.push({ ...web, reference: "dir:/etc", digest: "" });
    await bench.pass(11 * minuteMs);
    const records = await bench.store.scans.all();
    const errors = records.map(({ error }) => error);
    assert.match(errors.join("\n"), /containerd: syft ended with exit code 1.*not here/);
    assert.match(errors.join("\n"), /"dir:\/etc" is no reference of an image/);
    assert.equal(
      bench.calls().some((line) => line.includes("/etc")),
      false,
    );
  });
});

test("scans of an image that runs no more go after their time, what was given stays", {
  skip,
}, async () => {
  await withDaemon(async (bench) => {
    const given = join(bench.folder, "given.json");
    writeFileSync(given, "{}");
    for (const name of ["syft", "grype"]) bench.tool(name, goodTool);
    bench.images.push({ ...web, reference: "other:1", digest: "", sbom: given });
    await bench.pass(11 * minuteMs);
    const scans = join(bench.folder, "state", "scans");
    assert.equal(readdirSync(scans).length, 3);
    bench.images.length = 0;
    await bench.pass(minuteMs);
    await bench.pass(29 * 24 * 60 * minuteMs);
    assert.equal(readdirSync(scans).length, 3);
    // Twice: time goes on while the first look still works.
    for (const days of [2, 1]) await bench.pass(days * 24 * 60 * minuteMs);
    assert.deepEqual(readdirSync(scans), []);
    assert.deepEqual(await bench.store.scans.all(), []);
    assert.ok(existsSync(given));
  });
});

test("since when an image is unused is kept, and a record names no foreign file", async () => {
  const store = createMemoryStore();
  const removed: string[] = [];
  const files = { ...createNodeFiles(), remove: async (name: string) => void removed.push(name) };
  const record: ScanRecord = {
    ...{ image: digest, reference: "x:1", state: "made", timeUs: 0, error: "", dataVersion: "" },
    ...{ sbomFile: "scans/../../etc/x.json", vulnerabilitiesFile: "scans/a.grype.json" },
    attemptCount: 0,
  };
  await store.scans.put(record);
  const ask = (nowUs: number, images: readonly ImageInUse[] = []) =>
    forgetScans({ store, files, state: "s", images, nowUs, retentionUs: 100 });
  assert.equal(await ask(1000), 0);
  assert.equal(await ask(1050, [web]), 0);
  assert.equal(await ask(1060), 0);
  assert.equal(await ask(1150), 0);
  assert.equal(await ask(1160), 1);
  assert.deepEqual(removed, ["s/scans/a.grype.json"]);
});

test("no tool is started for a name that is no image reference", async () => {
  const refuse = () => assert.fail("a tool was started");
  const attempts = (["refuse", "scan"] as const).map((kind) =>
    attemptScan(
      { kind, image: { ...web, reference: "dir:/" }, sbomFile: "", record: undefined },
      {
        ...{ scanner: { scan: refuse, match: refuse, dataVersion: refuse }, timeoutMs: 1 },
        ...{ files: createNodeFiles(), log: new MemoryLog(), state: "s", sources: ["docker"] },
        signal: new AbortController().signal,
      },
    ),
  );
  await assert.rejects(attempts[0] ?? Promise.resolve(), { code: "usage" });
  await assert.rejects(attempts[1] ?? Promise.resolve(), { code: "tool-failed" });
});

test("more failures than a report can hold are counted", () => {
  const failed = (n: number): ScanRecord => ({
    ...{ image: `d${n}`, reference: `x:${n}`, state: "failed", timeUs: 0, error: "no" },
    ...{ sbomFile: "", vulnerabilitiesFile: n === 0 ? "old" : "", dataVersion: "1" },
    attemptCount: 1,
  });
  const problems = scanProblems(Array.from({ length: 205 }, (_, n) => failed(n)));
  assert.equal(problems.length, 201);
  assert.equal(problems.at(-1)?.count, 5);
  assert.equal(problems[0]?.code, "image-scan-old");
});
