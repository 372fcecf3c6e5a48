/**
 * Holds the test of the script that lists running processes, with hostile names.
 * In: a process of our own, shown to the script as the only one of the machine. Out: what the
 * reader of dumps makes of it.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ProblemLog } from "../src/core/event/problem.ts";
import { readDumpLine } from "../src/core/observe/dump-line.ts";
import { FactSet } from "../src/core/observe/fact-set.ts";
import { readProcessDump } from "../src/core/observe/process-dump.ts";

const script = join(dirname(fileURLToPath(import.meta.url)), "dump-processes.sh");
const skip = process.platform === "linux" ? false : "needs /proc";

test("the script lists programs, arguments and files whatever they are called", { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), "waggle-dump-"));
  const programName = 'sl\\eep "1"\n\t)é';
  const program = join(folder, programName);
  copyFileSync("/bin/sleep", program);
  const open = join(folder, 'data "x" \\n');
  writeFileSync(open, "");
  const descriptor = openSync(open, "r");
  const child = spawn(program, ["30"], { stdio: ["ignore", "ignore", "ignore", descriptor] });
  try {
    const proc = join(folder, "proc");
    mkdirSync(proc);
    writeFileSync(join(proc, "stat"), "btime 1700000000\n");
    symlinkSync(`/proc/${child.pid}`, join(proc, String(child.pid)));
    const lines = listUntilStarted(proc, program);
    const listed = readDumpLine(lines[1] ?? "");
    assert.ok(listed?.kind === "process");
    assert.equal(listed.exe, program);
    assert.deepEqual(listed.argv, [program, "30"]);
    assert.ok(listed.mapped.includes(program));
    assert.ok(listed.read.includes(open));
    assert.equal(listed.parentPid, process.pid);
    const facts = new FactSet();
    const problems = new ProblemLog();
    const emit = facts.add.bind(facts);
    const summary = readProcessDump(lines, { inputIndex: 0, input: "dump", problems, emit });
    assert.equal(summary.processCount, 1);
    assert.deepEqual(problems.list(), []);
    assert.match(facts.canonical(), /"how":"executed"/);
  } finally {
    child.kill();
    rmSync(folder, { recursive: true });
  }
});

test("the script lists sockets that listen, are connected or bound, once each", {
  skip,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "waggle-dump-"));
  const server = createServer().listen(0, "127.0.0.1");
  const receiver = createSocket("udp6");
  try {
    await once(server, "listening");
    const port = portOf(server.address());
    const client = connect(port, "127.0.0.1");
    await once(client, "connect");
    receiver.bind(0, "::1");
    await once(receiver, "listening");
    const proc = join(folder, "proc");
    mkdirSync(proc);
    writeFileSync(join(proc, "stat"), "btime 1700000000\n");
    symlinkSync(`/proc/${process.pid}`, join(proc, String(process.pid)));
    const text = execFileSync("sh", [script, proc], { encoding: "utf8", stdio: "pipe" });
    const listed = readDumpLine(text.split("\n")[1] ?? "");
    assert.ok(listed?.kind === "process");
    const said = listed.sockets.map(
      (one) => `${one.protocol} ${one.state} ${one.local}:${one.localPort} ${one.peerPort}`,
    );
    const expected = [
      `tcp listening 127.0.0.1:${port} 0`,
      `tcp connected 127.0.0.1:${client.localPort} ${port}`,
      `udp bound ::1:${receiver.address().port} 0`,
    ];
    for (const one of expected) assert.equal(said.filter((text) => text === one).length, 1, one);
    client.destroy();
  } finally {
    server.close();
    receiver.close();
    rmSync(folder, { recursive: true });
  }
});

function portOf(address: AddressInfo | string | null): number {
  assert.ok(address !== null && typeof address === "object");
  return address.port;
}

/** A child is a copy of this process until its exec is through. */
function listUntilStarted(proc: string, program: string): readonly string[] {
  for (let attempt = 0; ; attempt++) {
    const text = execFileSync("sh", [script, proc], { encoding: "utf8", stdio: "pipe" });
    const lines = text.split("\n").filter((line) => line !== "");
    const listed = readDumpLine(lines[1] ?? "");
    if (attempt > 20 || (listed?.kind === "process" && listed.exe === program)) return lines;
  }
}
