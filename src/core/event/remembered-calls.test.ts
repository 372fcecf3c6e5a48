/** Holds that a call which the scanner remembers never differs from one it reads. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createPlainJsonDecoder } from "./decode-json.ts";
import { createJsonDecoder } from "./scan-json.ts";

const plain = createPlainJsonDecoder();

function assertSame(scanner: ReturnType<typeof createJsonDecoder>, text: string): void {
  const bytes = new TextEncoder().encode(text);
  const expected = plain.decode(bytes, 0, bytes.length, 1, 2);
  assert.deepStrictEqual(scanner.decode(bytes, 0, bytes.length, 1, 2), expected, text);
  assert.deepStrictEqual(scanner.problem, plain.problem, text);
}

/** Fields that may stand in the body of an event, in any order and twice. */
const members = [
  '"process":{"exec_id":"YTox","pid":1}',
  '"parent":{"exec_id":"YToy","pid":2}',
  '"function_name":"security_file_open"',
  '"args":[{"file_arg":{"path":"/etc/hosts","permission":"-rw-r--r--"}}]',
  '"args":[{"file_arg":{"path":"/etc/hosts","permission":5}},{"int_arg":1,"label":"prot"}]',
  '"args":[{"file_arg":{"path":"/etc/hosts"}}],"other":[1]',
  '"args":[{"int_arg":7}]',
  '"args":null',
  '"return":{"int_arg":-2}',
  '"action":"KPROBE_ACTION_POST"',
  '"policy_name":"files"',
  '"policy_name":9',
  '"message":"text"',
  '"tags":["one"]',
  '"ancestors":[{"exec_id":"YToz","pid":3}]',
  '"path":"/lib/x.so"',
  '"buildid":"AAEC"',
  '"status":3',
  '"time":"2026-01-01T00:00:00Z"',
  '"known call":{"policy":"forged"}',
];
const kinds = ["process_kprobe", "process_lsm", "process_exit", "process_exec", "process_loader"];

test("fields of a body in any order, left out or doubled, are read alike the second time", () => {
  const scanner = createJsonDecoder();
  const bodies = fc.array(fc.constantFrom(...members), { maxLength: 8 });
  fc.assert(
    fc.property(fc.constantFrom(...kinds), bodies, (kind, body) => {
      const text = `{"${kind}":{${body.join(",")}},"node_name":"n"}`;
      assertSame(scanner, text);
      assertSame(scanner, text);
    }),
    { numRuns: 2000 },
  );
});

test("calls of one file share what was read of them", () => {
  const scanner = createJsonDecoder();
  const events = [1, 2].map((pid) => {
    const call = `"function_name":"security_file_open",${members[3]},"policy_name":"files"`;
    const text = `{"process_kprobe":{"process":{"exec_id":"${pid}","pid":${pid}},${call}}}`;
    const bytes = new TextEncoder().encode(text);
    return scanner.decode(bytes, 0, bytes.length, 0, 0);
  });
  const [one, other] = events.map((event) => (event?.type === "kprobe" ? event : undefined));
  assert.equal(one?.policy, "files");
  assert.equal(one.arguments, other?.arguments);
  assert.notEqual(one.process, other?.process);
});
