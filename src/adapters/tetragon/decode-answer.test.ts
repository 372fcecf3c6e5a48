/**
 * Holds the tests of the codec: requests and answers of Tetragon's own calls.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BrokenMessage } from "../../core/event/protobuf-cursor.ts";
import { ProtobufWriter } from "../../core/event/protobuf-writer.ts";
import { readInfo, readPolicies, readVersion } from "./decode-answer.ts";
import { encodeAddPolicy, encodeDeletePolicy, encodeDumpRequest } from "./encode-request.ts";
import { nodeNameOf, readKnownProcesses, startedId } from "./known-processes.ts";
import { readMessage, tryMessage } from "./read-fields.ts";

const write = () => new ProtobufWriter();

test("requests are the bytes that the numbers of sensors.proto say", () => {
  assert.deepEqual([...encodeDumpRequest()], [0x08, 1, 0x12, 2, 0x08, 1]);
  assert.deepEqual([...encodeAddPolicy("a: b")], [0x0a, 4, ...Buffer.from("a: b")]);
  assert.deepEqual([...encodeDeletePolicy("p", "")], [0x0a, 1, 0x70]);
  assert.deepEqual([...encodeDeletePolicy("p", "n")], [0x0a, 1, 0x70, 0x12, 1, 0x6e]);
});

test("a server's information is read, and what is not known is skipped", () => {
  const probe = (name: string, on: boolean) =>
    write()
      .text(1, name)
      .part(2, on ? write().varint(1, 1).finish() : new Uint8Array(0))
      .finish();
  const bytes = write()
    .text(1, "v1.7.0")
    .text(2, "tetragon")
    .part(3, probe("override_return", true))
    .part(3, probe("buildid", false))
    .part(5, write().text(1, "go1.26").text(2, "1de2ed8e").finish())
    .fixed64(77, 5n)
    .finish();
  assert.deepEqual(readMessage(bytes, readInfo), {
    version: "v1.7.0",
    commit: "1de2ed8e",
    features: new Map([
      ["override_return", true],
      ["buildid", false],
    ]),
  });
  assert.equal(readMessage(bytes, readVersion), "v1.7.0");
});

test("policies of every age of server are read", () => {
  const counters = write().varint(1, 12_345).varint(10, 9).finish();
  const bytes = write()
    .part(1, write().text(2, "old").varint(6, 1).finish())
    .part(
      1,
      write()
        .varint(1, 7)
        .text(2, "new")
        .text(3, "shop")
        .text(5, "generic_kprobe")
        .text(5, "generic_lsm")
        .text(8, "no such\u001b[31m call")
        .varint(9, 3)
        .varint(10, 4096)
        .varint(11, 2)
        .part(12, write().part(1, counters).finish())
        .text(13, "domain")
        .finish(),
    )
    .part(
      1,
      write().text(2, "newer").varint(9, 8).varint(11, 99).part(12, write().finish()).finish(),
    )
    .part(1, write().text(2, "newest").varint(9, 4_000_000_000).finish())
    .finish();
  const empty = { namespace: "", error: "", sensors: [], kernelMemoryBytes: 0 };
  assert.deepEqual(readMessage(bytes, readPolicies), [
    { ...empty, name: "old", state: "enabled", mode: "unknown", postedCount: -1 },
    {
      name: "new",
      namespace: "shop",
      state: "load-error",
      mode: "monitor",
      error: "no such\u001b[31m call",
      sensors: ["generic_kprobe", "generic_lsm"],
      kernelMemoryBytes: 4096,
      postedCount: 12_345,
    },
    { ...empty, name: "newer", state: "partially-enabled", mode: "unknown", postedCount: 0 },
    { ...empty, name: "newest", state: "unknown", mode: "unknown", postedCount: -1 },
  ]);
});

test("any bytes are read, or are broken: nothing else ever happens", async () => {
  const readers = [readVersion, readInfo, readPolicies] as const;
  const messages = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.array(field).map(join));
  await fc.assert(
    fc.asyncProperty(messages, async (bytes) => {
      for (const read of readers) {
        try {
          readMessage<unknown>(bytes, read);
        } catch (error) {
          assert.ok(error instanceof BrokenMessage);
        }
        tryMessage<unknown>(bytes, read);
      }
      await readKnownProcesses(bytes, () => "");
      startedId(bytes);
      nodeNameOf(bytes);
    }),
  );
});

const field = fc.tuple(fc.integer({ min: 1, max: 15 }), fc.uint8Array({ maxLength: 40 }));

function join(fields: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const writer = write();
  for (const [number, value] of fields) writer.part(number, write().part(number, value).finish());
  return writer.finish();
}

test("a list longer than any server's is no answer", () => {
  const empty = write().finish();
  const writer = write();
  for (let n = 0; n < 10_001; n++) writer.part(1, empty);
  assert.equal(tryMessage(writer.finish(), readPolicies), undefined);
});
