/**
 * Holds what every implementation of the archive must do.
 * In: a way to open writers and readers over an empty place. Out: one test a promise.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import type {
  ArchiveLimits,
  ArchiveQuery,
  ArchiveReader,
  ArchiveRecord,
  ArchiveWriter,
} from "./archive.ts";

export interface ArchiveUnderTest {
  openWriter(limits: ArchiveLimits): Promise<ArchiveWriter>;
  openReader(): Promise<ArchiveReader>;
  /** Makes a part of a segment unreadable, as a broken disk would, or a copy that ended early. */
  harm(segment: string, how: "flip" | "cut"): Promise<void>;
  /** An existing directory for exported files. */
  readonly folder: string;
  close(): Promise<void>;
}

const startUs = Date.UTC(2026, 0, 2, 15) * 1000;
const secondUs = 1_000_000;
const hourUs = 3600 * secondUs;
const plenty: ArchiveLimits = { ageUsMax: 24 * hourUs, sizeBytesMax: 1e9 };

type Kept = Omit<ArchiveRecord, "bytes"> & { readonly text: string; readonly sequence: number };

let recordCount = 0;

function record(more: Partial<ArchiveRecord> = {}): ArchiveRecord {
  const n = recordCount++;
  return {
    source: "tetragon:unix:///run/t.sock",
    format: "jsonl",
    bytes: Buffer.from(`{"n":${n}}`),
    timeUs: startUs + n * secondUs,
    container: "0123456789abcdef0123456789abcde",
    execId: `exec-${n}`,
    input: 3,
    offset: n * 100,
    ...more,
  };
}

/** Bytes that nothing compresses. */
function noise(sizeBytes: number): Uint8Array {
  let state = ++recordCount * 2654435761;
  return Uint8Array.from({ length: sizeBytes }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

async function readAll(reader: ArchiveReader, query: ArchiveQuery = {}): Promise<Kept[]> {
  const kept: Kept[] = [];
  for await (const one of reader.read(query)) {
    const { source, format, bytes, timeUs, container, execId, input, offset, sequence } = one;
    const fields = { source, format, timeUs, container, execId, input, offset, sequence };
    kept.push({ ...fields, text: textOf(bytes) });
  }
  return kept;
}

function asKept(given: ArchiveRecord, sequence: number): Kept {
  const { bytes, ...rest } = given;
  return { ...rest, text: textOf(bytes), sequence };
}

type Promised = (what: string, check: (one: ArchiveUnderTest) => Promise<void>) => void;

export function checkArchive(adapter: string, make: () => Promise<ArchiveUnderTest>): void {
  const promise: Promised = (what, check) => {
    test(`${adapter}: ${what}`, async () => {
      const one = await make();
      try {
        await check(one);
      } finally {
        await one.close();
      }
    });
  };
  checkWriting(promise);
  checkQueries(promise, make, adapter);
  checkSegments(promise);
  checkExport(promise);
}

function checkWriting(promise: Promised): void {
  promise("what was appended is read again after a flush, in order and equal", async (one) => {
    const writer = await one.openWriter(plenty);
    const given = [record(), record({ format: "protobuf", bytes: noise(5000) }), record()];
    const memory = Buffer.from("reused");
    assert.equal(writer.append({ ...record(), bytes: memory }), 1);
    memory.fill(0);
    assert.deepEqual(
      given.map((each) => writer.append(each)),
      [2, 3, 4],
    );
    const reader = await one.openReader();
    assert.deepEqual(await readAll(reader), []);
    assert.equal(await writer.flush(), 4);
    const [first, ...rest] = await readAll(reader);
    assert.equal(first?.text, "reused");
    assert.deepEqual(
      rest,
      given.map((each, index) => asKept(each, index + 2)),
    );
    assert.equal(writer.lostCount, 0);
    await writer.close();
  });

  promise("sequences go on when it is opened again, and close flushes", async (one) => {
    for (let round = 0; round < 4; round++) {
      const writer = await one.openWriter(plenty);
      assert.equal(writer.append(record()), round * 2 + 1);
      assert.equal(writer.append(record()), round * 2 + 2);
      if (round % 2 === 0) assert.equal(await writer.flush(), round * 2 + 2);
      await writer.close();
    }
    const sequences = (await readAll(await one.openReader())).map(({ sequence }) => sequence);
    assert.deepEqual(sequences, [1, 2, 3, 4, 5, 6, 7, 8]);
  });

  promise("a reader sees what another flushes meanwhile, and nothing that was not", async (one) => {
    const reader = await one.openReader();
    assert.deepEqual(await reader.segments(), []);
    const writer = await one.openWriter(plenty);
    for (let round = 1; round <= 5; round++) {
      writer.append(record());
      assert.equal((await readAll(reader)).length, round - 1);
      await Promise.all([writer.flush(), writer.flush()]);
      assert.equal((await readAll(reader)).length, round);
    }
    await writer.close();
  });

  promise("hostile and odd values come back as they were", async (one) => {
    const odd: ArchiveRecord[] = [
      record({ bytes: new Uint8Array(0), source: "", container: "", execId: "" }),
      record({ container: "host:\u202e\n\0\"'\\,", execId: "é😀".repeat(500), timeUs: 0 }),
      record({ container: "x".repeat(100_000), timeUs: Number.NaN }),
      record({ timeUs: -5, input: 0, offset: Number.MAX_SAFE_INTEGER }),
      record({ timeUs: Number.POSITIVE_INFINITY }),
      record({ timeUs: Number.MAX_SAFE_INTEGER, bytes: noise(3_000_000) }),
      record({ source: "__proto__", container: "constructor", execId: "\ufffd" }),
    ];
    const writer = await one.openWriter(plenty);
    for (const each of odd) writer.append(each);
    const lone = writer.append(record({ container: "lone\ud800", execId: "\udfff" }));
    await writer.close();
    const reader = await one.openReader();
    const [found, ...none] = await readAll(reader, { container: "lone\ud800" });
    assert.deepEqual([found?.sequence, found?.execId, none.length], [lone, "\ufffd", 0]);
    assert.deepEqual(
      (await readAll(reader)).slice(0, -1),
      odd.map((each, index) => asKept(each, index + 1)),
    );
    for (const [index, { container, execId }] of odd.entries()) {
      const sequences = (await readAll(reader, { container, execId })).map((each) => each.sequence);
      assert.ok(sequences.includes(index + 1), `record ${index + 1}`);
    }
  });
}

/** Many of each in one frame, so that an index may not list them all. */
const names = Array.from({ length: 300 }, (_, n) => {
  return n % 3 === 0 ? `host:node${n}` : (n * 7919).toString(16).padStart(31, "ab");
});
const oneOf = (values: readonly string[]) => fc.constantFrom(...values);

const given = fc.record({
  count: fc.integer({ min: 1, max: 200 }),
  container: fc.nat({ max: 299 }),
  execId: fc.nat({ max: 299 }),
  source: oneOf(["a", "b", "c"]),
  step: fc.integer({ min: -20, max: 40 }),
  isTimed: fc.boolean(),
  isFlushed: fc.boolean(),
});

const asked = fc.record(
  {
    after: fc.nat({ max: 2000 }),
    fromUs: fc.integer({ min: -50, max: 400 }).map((s) => startUs + s * secondUs),
    untilUs: fc.integer({ min: -50, max: 400 }).map((s) => startUs + s * secondUs),
    container: oneOf([...names, "host", "ab", names[1]?.slice(0, 12) ?? "", "host:", "0"]),
    execId: fc.nat({ max: 310 }).map((n) => `exec-${n}`),
    source: oneOf(["a", "b", "d"]),
  },
  { requiredKeys: [] },
);

function checkQueries(
  promise: Promised,
  make: () => Promise<ArchiveUnderTest>,
  adapter: string,
): void {
  test(`${adapter}: any query gives what looking at each record would`, async () => {
    const blocks = fc.array(given, { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(blocks, fc.array(asked, { minLength: 5, maxLength: 5 }), async (all, of) => {
        const one = await make();
        try {
          await checkAnswers(one, all, of);
        } finally {
          await one.close();
        }
      }),
      { numRuns: 40 },
    );
  });

  promise("an id is found by its start, a host only by its whole key", async (one) => {
    const writer = await one.openWriter(plenty);
    for (const container of ["abc123", "abd456", "host:n1", "host:n10", "", "abc"]) {
      writer.append(record({ container }));
    }
    await writer.close();
    const reader = await one.openReader();
    const found = async (container: string) =>
      (await readAll(reader, { container })).map((each) => each.container);
    assert.deepEqual(await found("abc"), ["abc123", "abc"]);
    assert.deepEqual(await found("ab"), ["abc123", "abd456", "abc"]);
    assert.deepEqual(await found("host:n1"), ["host:n1"]);
    assert.deepEqual(await found("host"), ["host:n1", "host:n10"]);
    assert.deepEqual(await found("hos"), []);
    assert.deepEqual(await found(""), [""]);
  });
}

type Given = typeof given extends fc.Arbitrary<infer Value> ? Value : never;
type Asked = typeof asked extends fc.Arbitrary<infer Value> ? Value : never;

async function checkAnswers(
  one: ArchiveUnderTest,
  blocks: readonly Given[],
  queries: readonly Asked[],
): Promise<void> {
  const writer = await one.openWriter(plenty);
  const all: { kept: Kept; momentUs: number }[] = [];
  let nowUs = startUs;
  let momentUs = 0;
  for (const block of blocks) {
    for (let n = 0; n < block.count; n++) {
      nowUs += block.step * secondUs;
      const timeUs = block.isTimed || n % 2 === 0 ? nowUs : 0;
      const container = names[(block.container + n) % names.length] ?? "";
      const execId = `exec-${(block.execId + n * 7) % 300}`;
      const each = record({ timeUs, container, execId, source: block.source });
      if (timeUs > 0) momentUs = timeUs;
      all.push({ kept: asKept(each, writer.append(each)), momentUs });
    }
    if (block.isFlushed) await writer.flush();
  }
  await writer.close();
  const reader = await one.openReader();
  for (const query of queries as readonly ArchiveQuery[]) {
    const expected = all
      .filter(({ kept, momentUs: us }) => {
        const { container = kept.container, source = kept.source, execId = kept.execId } = query;
        const isStart = /^[0-9a-f]+$/.test(container) && kept.container.startsWith(container);
        const isHost = container === "host" && kept.container.startsWith("host:");
        return (
          kept.sequence > (query.after ?? 0) &&
          (us === 0 || (us >= (query.fromUs ?? 0) && us < (query.untilUs ?? Infinity))) &&
          (isStart || isHost || kept.container === container) &&
          kept.source === source &&
          kept.execId === execId
        );
      })
      .map(({ kept }) => kept);
    assert.deepEqual(await readAll(reader, query), expected);
  }
}

/** Four of its records fill a segment of an archive of that size, in less than an hour. */
const stepUs = 10 * 60 * secondUs;
const small: ArchiveLimits = { ageUsMax: 24 * hourUs, sizeBytesMax: 2_000_000 };

async function fill(one: ArchiveUnderTest, segmentCount: number): Promise<ArchiveWriter> {
  const writer = await one.openWriter(small);
  for (let segment = 0; segment < segmentCount; segment++) {
    for (let part = 0; part < 4; part++) {
      const timeUs = startUs + (segment * 4 + part) * stepUs;
      writer.append(record({ bytes: noise(70_000), timeUs }));
      await writer.flush();
    }
  }
  return writer;
}

function checkSegments(promise: Promised): void {
  promise("segments tell what they hold, and their sizes add up", async (one) => {
    const writer = await fill(one, 3);
    const segments = await (await one.openReader()).segments();
    assert.equal(segments.length, 3);
    assert.deepEqual(
      segments.map(({ firstSequence, recordCount: count }) => [firstSequence, count]),
      [
        [1, 4],
        [5, 4],
        [9, 4],
      ],
    );
    for (const [index, { fromUs, toUs, sizeBytes, plainBytes, damage }] of segments.entries()) {
      assert.equal(fromUs, startUs + index * 4 * stepUs);
      assert.equal(toUs, fromUs + 3 * stepUs);
      assert.ok(sizeBytes >= 280_000 && plainBytes >= 280_000);
      assert.equal(damage, undefined);
    }
    await writer.close();
  });

  promise("trimming drops whole segments by age, oldest first", async (one) => {
    const writer = await fill(one, 3);
    const reader = await one.openReader();
    const endUs = startUs + 3 * stepUs + small.ageUsMax;
    assert.deepEqual(await writer.trim(endUs), []);
    const dropped = await writer.trim(endUs + 1);
    assert.deepEqual(
      dropped.map(({ firstSequence }) => firstSequence),
      [1],
    );
    assert.deepEqual((await readAll(reader))[0]?.sequence, 5);
    assert.equal((await reader.segments()).length, 2);
    await writer.close();
  });

  promise("trimming drops what is beyond the size, and never reuses a sequence", async (one) => {
    const writer = await fill(one, 9);
    const reader = await one.openReader();
    const sizeOf = async () =>
      (await reader.segments()).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    assert.ok((await sizeOf()) > small.sizeBytesMax);
    const dropped = await writer.trim(startUs);
    assert.ok(dropped.length >= 1 && dropped[0]?.firstSequence === 1);
    assert.ok((await sizeOf()) <= small.sizeBytesMax);
    const all = await writer.trim(startUs + 1000 * hourUs);
    assert.equal(all.length + dropped.length, 9);
    assert.deepEqual(await readAll(reader), []);
    assert.deepEqual(await reader.segments(), []);
    assert.equal(writer.append(record()), 37);
    await writer.close();
    const again = await one.openWriter(small);
    await again.trim(startUs + 1000 * hourUs);
    await again.close();
    const third = await one.openWriter(small);
    assert.equal(third.append(record()), 38);
    await third.close();
  });

  promise("a reader is not disturbed when what it reads is dropped", async (one) => {
    const writer = await fill(one, 4);
    const reader = await one.openReader();
    const sequences: number[] = [];
    for await (const { sequence } of reader.read({})) {
      sequences.push(sequence);
      if (sequence === 2) await writer.trim(startUs + 1000 * hourUs);
    }
    assert.deepEqual(sequences.slice(0, 4), [1, 2, 3, 4]);
    assert.deepEqual(
      sequences,
      [...sequences].sort((a, b) => a - b),
    );
    await writer.close();
  });

  for (const how of ["flip", "cut"] as const) {
    promise(`damage ends its segment and is told, others are read (${how})`, async (one) => {
      await (await fill(one, 3)).close();
      const reader = await one.openReader();
      const [, second] = await reader.segments();
      assert.ok(second !== undefined);
      await one.harm(second.name, how);
      const sequences = (await readAll(reader)).map(({ sequence }) => sequence);
      const ofSecond = sequences.filter((sequence) => sequence > 4 && sequence < 9);
      assert.ok(ofSecond.length < 4);
      assert.deepEqual(ofSecond, [5, 6, 7, 8].slice(0, ofSecond.length));
      assert.deepEqual(sequences, [1, 2, 3, 4, ...ofSecond, 9, 10, 11, 12]);
      const damages = (await reader.segments()).map(({ damage }) => damage !== undefined);
      assert.deepEqual(damages, [false, true, false]);
    });

    promise(`a writer goes on after damage of the newest segment (${how})`, async (one) => {
      await (await fill(one, 2)).close();
      const reader = await one.openReader();
      await one.harm((await reader.segments())[1]?.name ?? "", how);
      const writer = await one.openWriter(small);
      const sequence = writer.append(record({ execId: "after" }));
      assert.ok(sequence > 8);
      assert.equal(await writer.flush(), sequence);
      const found = await readAll(reader, { execId: "after" });
      if (how === "cut") assert.deepEqual([found.length, found[0]?.sequence], [1, sequence]);
      await writer.close();
    });
  }
}

function checkExport(promise: Promised): void {
  promise("one format is exported to one file, the other to a file beside", async (one) => {
    const writer = await one.openWriter(plenty);
    const lines = [record(), record()];
    const messages = [noise(10), noise(70_000)];
    for (const each of lines) writer.append(each);
    for (const bytes of messages) writer.append(record({ bytes, format: "protobuf", source: "p" }));
    await writer.close();
    const reader = await one.openReader();
    const file = `${one.folder}/events`;
    const written = await reader.exportTo({}, file);
    const text = lines.map(({ bytes }) => `${textOf(bytes)}\n`).join("");
    assert.equal(readFileSync(file, "utf8"), text);
    const frames = messages.flatMap((bytes) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    });
    assert.ok(readFileSync(`${file}.pb`).equals(Buffer.concat(frames)));
    assert.deepEqual(written, [
      { name: file, format: "jsonl", recordCount: 2, sizeBytes: text.length },
      { name: `${file}.pb`, format: "protobuf", recordCount: 2, sizeBytes: 70_018 },
    ]);
    const only = await reader.exportTo({ source: "p" }, `${one.folder}/only`);
    assert.deepEqual(only[0]?.name, `${one.folder}/only`);
    assert.deepEqual(await reader.exportTo({ source: "none" }, `${one.folder}/none`), []);
    await assert.rejects(reader.exportTo({}, `${one.folder}/missing/file`), {
      code: "file-not-written",
    });
  });
}
