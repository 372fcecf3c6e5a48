/** Holds that parts of a block that were mapped before are as good as the parts themselves. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { commonParts, mapCommonPart, mapProcess } from "./map-process.ts";
import { createJsonDecoder } from "./scan-json.ts";

const block = {
  exec_id: "bm9kZTox",
  pid: 7,
  docker: "0123456789abcdef0123456789abcde",
  pod: {
    namespace: "shop",
    name: "cart-1",
    container: { id: "containerd://0123456789abcdef0123456789abcdef", start_time: "never" },
  },
  cap: { permitted: ["CAP_CHOWN", 5], effective: "none" },
  ns: { pid: { inum: 4026531836, is_host: true } },
  process_credentials: { uid: 0, gid: 0.5 },
};

test("a process of known parts is the process of the parts, doubts included", () => {
  const known: Record<string, unknown> = { ...block };
  for (const field of commonParts) {
    known[field] = mapCommonPart(field, (known[field] ?? {}) as Record<string, unknown>);
  }
  assert.deepEqual(mapProcess(known), mapProcess(block));
  assert.equal(mapProcess(block).problem?.code, "field-wrong-type");
});

test("a known part in the place of another kind of part is not taken for it", () => {
  const { process } = mapProcess({ ...block, ns: mapCommonPart("cap", block.cap) });
  assert.notDeepEqual(Object.keys(process.namespaces ?? {}), ["permitted", "effective"]);
});

test("processes of one container share its pod and its rights", () => {
  const decoder = createJsonDecoder();
  const processes = ["bm9kZTox", "bm9kZToy"].map((exec_id) => {
    const bytes = Buffer.from(JSON.stringify({ process_exec: { process: { ...block, exec_id } } }));
    const event = decoder.decode(new Uint8Array(bytes), 0, bytes.length, 0, 0);
    return event !== undefined && "process" in event ? event.process : undefined;
  });
  const [one, other] = processes;
  assert.notEqual(one?.execId, other?.execId);
  assert.ok(one?.pod !== undefined && one.pod === other?.pod);
  assert.equal(one.capabilities, other?.capabilities);
  assert.equal(one.namespaces, other?.namespaces);
});
