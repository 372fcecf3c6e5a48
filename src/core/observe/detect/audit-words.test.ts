/** Tests how acts are called where auditd would have told of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hookEvent, sampleAct } from "../../../testing/act-samples.ts";
import type { SocketArgument } from "../../event/event.ts";
import { readCalls, readRecordTypes, readSocket } from "./audit-words.ts";

test("an act has the records that auditd writes of it", () => {
  assert.deepEqual(readRecordTypes(sampleAct({ kind: "exec" })), ["EXECVE", "SYSCALL"]);
  assert.deepEqual(readRecordTypes(sampleAct({ kind: "write" })), ["PATH", "SYSCALL"]);
  assert.deepEqual(readRecordTypes(sampleAct({ kind: "trace" })), ["SYSCALL"]);
});

test("a call is named where the hook is one, or only one leads there", () => {
  const call = (hook: string, kind: "identity" | "trace") =>
    readCalls(sampleAct({ kind, event: hookEvent(hook) }));
  assert.equal(call("__x64_sys_setuid", "identity"), "setuid");
  assert.equal(call("sys_setuid", "identity"), "setuid");
  assert.equal(call("security_task_fix_setuid", "identity"), undefined);
  assert.equal(call("security_ptrace_access_check", "trace"), "ptrace");
});

test("the source of a connection is who began it", () => {
  const socket: SocketArgument = {
    kind: "socket",
    ...{ label: "", family: "AF_INET", protocol: "", state: "", cookie: "" },
    ...{ sourceAddress: "::ffff:10.0.0.1", sourcePort: 5432 },
    ...{ destinationAddress: "10.0.0.2", destinationPort: 40_000 },
  };
  const event = hookEvent("tcp_connect", { arguments: [socket] });
  const far = { address: "10.0.0.2", port: 40_000, event };
  assert.deepEqual(readSocket(sampleAct({ kind: "connect", ...far })), {
    ...{ sourceAddress: "10.0.0.1", sourcePort: 5432, destinationPort: 40_000 },
  });
  assert.deepEqual(readSocket(sampleAct({ kind: "accept", ...far })), {
    ...{ sourceAddress: "10.0.0.2", sourcePort: 40_000, destinationPort: 5432 },
  });
});
