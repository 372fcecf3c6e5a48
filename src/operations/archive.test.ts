/** Tests of `archive.ts`: recorded events through the archive and out again, for reports. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { openArchiveReader } from "../adapters/archive/archive-reader.ts";
import { openArchiveWriter } from "../adapters/archive/archive-writer.ts";
import { MemoryArchive } from "../adapters/archive/memory-archive.ts";
import { createNodeFiles } from "../adapters/files/node-files.ts";
import type { ArchiveReader, ArchiveRecord } from "../ports/archive.ts";
import { stillContext } from "../testing/still-context.ts";
import { archive } from "./archive.ts";
import { inspect } from "./inspect.ts";
import { type OperationContext, readInput } from "./operation.ts";
import { report } from "./report.ts";

const fixtures = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "fixtures");
const events = join(fixtures, "cli", "events.jsonl.gz");
const limits = { ageUsMax: 86_400_000_000, sizeBytesMax: 1e9 };

function contextOf(open: (state: string) => ArchiveReader): OperationContext {
  const { outside } = stillContext;
  return {
    ...stillContext,
    outside: {
      ...outside,
      state: { ...outside.state, archiveReader: async (state) => open(state) },
    },
    files: createNodeFiles(),
    scanner: {
      scan: () => assert.fail("nothing is scanned"),
      match: () => assert.fail("nothing is scanned"),
      dataVersion: () => assert.fail("nothing is scanned"),
    },
    now: undefined,
    settings: { file: "", config: {} },
    onProgress: () => {},
  };
}

const onDisk = contextOf(openArchiveReader);

async function inFolder(check: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "waggle-archive-"));
  try {
    await check(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lineRecords(): ArchiveRecord[] {
  const lines = gunzipSync(readFileSync(events)).toString().trimEnd().split("\n");
  return lines.map((line, index) => {
    const { time } = JSON.parse(line) as { time?: string };
    return {
      ...{ source: "follow:/t", format: "jsonl", container: "abcdef012345", execId: "e" },
      ...{ bytes: Buffer.from(line), input: 0, offset: index },
      timeUs: time === undefined ? 0 : Date.parse(time) * 1000,
    };
  });
}

const stream = gunzipSync(readFileSync(join(fixtures, "events", "pairs.pb.gz")));

function messageRecords(): ArchiveRecord[] {
  const records: ArchiveRecord[] = [];
  for (let at = 0; at < stream.length; ) {
    const end = at + 4 + stream.readUInt32BE(at);
    records.push({
      ...{ source: "tetragon:x", format: "protobuf", container: "", execId: "", timeUs: 0 },
      ...{ bytes: stream.subarray(at + 4, end), input: 1, offset: at },
    });
    at = end;
  }
  return records;
}

async function keep(state: string, records: readonly ArchiveRecord[]): Promise<void> {
  const writer = await openArchiveWriter(state, limits);
  for (const record of records) writer.append(record);
  await writer.close();
}

test("a report on exported events says what the one on the recording says", () =>
  inFolder(async (state) => {
    await keep(state, lineRecords());
    const to = join(state, "out.jsonl");
    const { exported } = await archive.run({ action: "export", state, to }, onDisk);
    assert.deepEqual(
      exported?.map(({ recordCount, format }) => [recordCount, format]),
      [[388, "jsonl"]],
    );
    const document = (name: string) => join(fixtures, "cli", name);
    const inventory = {
      sbom: [document("redis.syft.json.gz")],
      vulns: [document("redis.grype.json.gz")],
    };
    const original = await report.run({ events: [events], ...inventory }, onDisk);
    const again = await report.run({ events: [to], ...inventory }, onDisk);
    const findings = original.report.findings.map(({ id, decision }) => [id, decision.name]);
    assert.ok(findings.length > 0);
    assert.deepEqual(
      again.report.findings.map(({ id, decision }) => [id, decision.name]),
      findings,
    );
    assert.deepEqual(again.report.window, original.report.window);
  }));

test("messages are exported as the stream that inspect reads, beside lines", () =>
  inFolder(async (state) => {
    const messages = messageRecords();
    await keep(state, [...lineRecords(), ...messages]);
    const to = join(state, "out");
    const { exported } = await archive.run({ action: "export", state, to }, onDisk);
    assert.deepEqual(
      exported?.map(({ name }) => name),
      [to, `${to}.pb`],
    );
    assert.ok(readFileSync(`${to}.pb`).equals(stream));
    const { eventFiles } = await inspect.run({ files: [to, `${to}.pb`] }, onDisk);
    const seen = eventFiles.map(({ format, eventCount, duplicateCount, unreadableCount }) => {
      return [format, eventCount + duplicateCount, unreadableCount];
    });
    assert.deepEqual(seen, [
      ["jsonl", 388, 0],
      ["protobuf", messages.length, 0],
    ]);
  }));

test("a time counts back from the last event, and a container is found by its start", () =>
  inFolder(async (folder) => {
    const memory = new MemoryArchive();
    const writer = memory.openWriter(limits);
    const startUs = Date.UTC(2026, 0, 2) * 1000;
    for (let minute = 0; minute < 60; minute++) {
      const container = minute % 2 === 0 ? "a".repeat(31) : "host:node";
      writer.append({
        ...{ source: "s", format: "jsonl", execId: `e${minute}`, input: 0, offset: 0 },
        ...{ bytes: Buffer.from(`${minute}`), timeUs: startUs + minute * 60_000_000, container },
      });
    }
    await writer.flush();
    const context = contextOf(() => memory.openReader());
    const to = join(folder, "out");
    const exported = async (more: Record<string, string>) => {
      const given = readInput(archive, { action: "export", state: "x", to, ...more });
      await archive.run(given, context);
      return readFileSync(to, "utf8").trim().split("\n").map(Number);
    };
    assert.deepEqual(await exported({ since: "3m" }), [56, 57, 58, 59]);
    const range = { since: "2026-01-02T00:01:00Z", until: "2026-01-02T00:03:00Z" };
    assert.deepEqual(await exported(range), [1, 2]);
    assert.deepEqual(await exported({ container: "aa", since: "2m" }), [58]);
    assert.deepEqual(await exported({ container: "a".repeat(64), since: "2m" }), [58]);
    assert.deepEqual(await exported({ container: "host", since: "2m" }), [57, 59]);
    assert.deepEqual(await exported({ execId: "e7" }), [7]);
  }));

test("what is archived is listed with its span, an empty archive too", () =>
  inFolder(async (state) => {
    // As a daemon leaves it that has seen nothing yet.
    writeFileSync(join(state, "waggle.db"), "");
    const empty = await archive.run({ action: "ls", state }, onDisk);
    assert.deepEqual([empty.segments, empty.recordCount, empty.from], [[], 0, null]);
    await keep(state, lineRecords());
    const listed = await archive.run({ action: "ls", state }, onDisk);
    assert.equal(listed.recordCount, 388);
    assert.equal(listed.exported, null);
    assert.ok(String(listed.from) < String(listed.to));
    assert.equal(listed.segments.length, 1);
  }));

test("what is missing, unknown or for the other action is refused in words", () =>
  inFolder(async (state) => {
    const run = (raw: Record<string, unknown>) => archive.run(readInput(archive, raw), onDisk);
    const refuses = (raw: Record<string, unknown>, code: string, message: RegExp) =>
      assert.rejects(async () => run(raw), { code, message });
    await refuses({ action: "ls" }, "usage", /--state/);
    await refuses({ action: "ls", state: join(state, "none") }, "file-not-found", /none/);
    await refuses({ action: "ls", state, since: "2h" }, "usage", /ls takes no since/);
    await refuses({ action: "export", state }, "usage", /--to FILE/);
    await refuses({ action: "export", state, to: join(state, "o") }, "not-found", /No such event/);
    await refuses({ action: "export", state, to: "o", since: "soon" }, "usage", /since takes/);
    await refuses({ action: "drop", state }, "usage", /action/);
  }));
