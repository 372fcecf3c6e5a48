/** Holds how processes become subjects with sessions, in stories as Tetragon tells them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createObserver } from "../../../engine/observe-events.ts";
import { createStory, type Story, startContainer } from "../../../testing/event-story.ts";
import { addSocketHook } from "../../../testing/flow-events.ts";
import { sampleDetector } from "../../../testing/sample-detector.ts";
import type { Event, Process, ProcessEvent } from "../../event/event.ts";
import { createProcessTree } from "../process-tree.ts";
import { ContainerStarts } from "./container-starts.ts";
import { createDetection } from "./detection.ts";
import type { DetectionState } from "./detection-state.ts";
import type { Detector } from "./detector.ts";
import { settleEntry } from "./entry-roots.ts";
import type { EntryKind } from "./subject.ts";
import { SubjectStore } from "./subject-book.ts";
import { SubjectLinks } from "./subject-links.ts";
import { SubjectRecord } from "./subject-record.ts";

function bookOf(events: Iterable<Event>, subjectCountMax?: number): DetectionState["book"] {
  const bounds = subjectCountMax === undefined ? {} : { subjectCountMax };
  const fold = createDetection({ detectors: [sampleDetector([])], ...bounds });
  const state = fold.start();
  const observer = createObserver({
    folds: [{ ...fold, start: () => state }],
    emit: () => undefined,
  });
  for (const event of events) observer.observe(event);
  return state.book;
}

function subjectOf(story: Story, process: Process): SubjectRecord {
  return bookOf(story.events).get(process.execId) ?? assert.fail("it was seen");
}

function entryOf(story: Story, process: Process): readonly [string, EntryKind, string] {
  const { entry, entryKind, host } = subjectOf(story, process);
  return [entry.binary, entryKind, host?.binary ?? ""];
}

const before = { startUs: 1_699_999_000_000_000, flags: "procFS" };

test("each command that a server starts is a session of its own", () => {
  const story = createStory();
  const server = story.exec({ ...before, pid: 10, binary: "/opt/shop/serve" });
  addSocketHook(story, server, "inet_csk_listen_start", { socket: { sourcePort: 80 } });
  const shell = story.exec({ pid: 20, binary: "/bin/sh", arguments: "-c id", parent: server });
  const id = story.exec({ pid: 21, binary: "/usr/bin/id", parent: shell });
  assert.deepEqual(entryOf(story, id), ["/bin/sh", "service", "/opt/shop/serve"]);
  assert.equal(subjectOf(story, server).entry.binary, "/opt/shop/serve");
});

test("a java that the system starts gives sessions, seen to serve or not", () => {
  const story = createStory();
  const init = story.exec({ ...before, pid: 1, binary: "/usr/lib/systemd/systemd" });
  const java = { pid: 10, binary: "/usr/bin/java", arguments: "-jar a.jar", parent: init };
  const server = story.exec({ ...before, ...java });
  const shell = story.exec({ pid: 20, binary: "/bin/sh", arguments: "-c id", parent: server });
  assert.deepEqual(entryOf(story, shell), ["/bin/sh", "service", "/usr/bin/java"]);
});

test("that it serves may be learned after what it started", () => {
  const story = createStory();
  const server = story.exec({ ...before, pid: 10, binary: "/opt/shop/serve" });
  const tool = story.exec({ pid: 20, binary: "/usr/bin/convert", parent: server });
  assert.equal(entryOf(story, tool)[0], "/opt/shop/serve");
  addSocketHook(story, server, "inet_csk_listen_start", { socket: { sourcePort: 80 } });
  assert.deepEqual(entryOf(story, tool), ["/usr/bin/convert", "service", "/opt/shop/serve"]);
});

test("a worker that a server forked starts sessions as the server does", () => {
  const story = createStory();
  const server = story.exec({ ...before, pid: 10, binary: "/opt/shop/serve" });
  addSocketHook(story, server, "inet_csk_listen_start", { socket: { sourcePort: 80 } });
  const worker = story.fork(server, { pid: 11 });
  story.open(worker, "/etc/passwd");
  const shell = story.exec({ pid: 20, binary: "/bin/sh", parent: worker });
  assert.deepEqual(entryOf(story, shell), ["/bin/sh", "service", "/opt/shop/serve"]);
  assert.equal(subjectOf(story, worker).entry.binary, "/opt/shop/serve");
});

test("logins, jobs and what systemd starts are told apart by who starts them", () => {
  const cases = [
    ["/usr/sbin/sshd", "login"],
    ["/usr/sbin/cron", "scheduled"],
    ["/usr/lib/systemd/systemd", "startup"],
    ["/usr/local/sbin/jobrunner", "unknown"],
  ] as const;
  for (const [giver, kind] of cases) {
    const story = createStory();
    const daemon = story.exec({ ...before, pid: 10, binary: giver });
    const shell = story.exec({ pid: 20, binary: "/bin/bash", parent: daemon });
    const tool = story.exec({ pid: 21, binary: "/usr/bin/id", parent: shell });
    assert.deepEqual(entryOf(story, tool), ["/bin/bash", kind, giver]);
  }
});

test("wrappers, interpreters and what lies in /tmp give no sessions", () => {
  for (const between of ["/usr/bin/timeout", "/usr/bin/python3", "/tmp/x", "/home/a/.cache/x"]) {
    const story = createStory();
    const cron = story.exec({ ...before, pid: 10, binary: "/usr/sbin/cron" });
    const first = story.exec({ pid: 20, binary: "/bin/sh", parent: cron });
    const middle = story.exec({ pid: 21, binary: between, parent: first });
    const last = story.exec({ pid: 22, binary: "/bin/sh", parent: middle });
    const { entry } = subjectOf(story, last);
    assert.deepEqual([entry.pid, entry.binary], [20, "/bin/sh"], between);
  }
});

test("a command that enters a container is an operator's session, its start is its own", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 100, binary: "/app/main" });
  const entered = startContainer(
    story,
    { pid: 200, binary: "/bin/bash", inInitTree: false },
    "exec",
  ).first;
  const tool = story.exec({
    pid: 201,
    binary: "/usr/bin/id",
    parent: entered,
    containerId: entered.containerId,
  });
  assert.deepEqual(entryOf(story, first).slice(0, 2), ["/app/main", "startup"]);
  assert.deepEqual(entryOf(story, tool).slice(0, 2), ["/bin/bash", "operator"]);
});

test("the main program of a container gives sessions, its entry point does not", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 100, binary: "/entrypoint.sh" });
  const { containerId } = first;
  const helper = story.exec({ pid: 101, binary: "/bin/mkdir", parent: first, containerId });
  const main = story.exec({
    pid: 100,
    binary: "/app/main",
    parent: first,
    containerId,
    flags: "execve",
  });
  const shell = story.exec({ pid: 102, binary: "/bin/sh", parent: main, containerId });
  assert.deepEqual(entryOf(story, helper).slice(0, 2), ["/entrypoint.sh", "startup"]);
  assert.deepEqual(entryOf(story, main).slice(0, 2), ["/entrypoint.sh", "startup"]);
  assert.deepEqual(entryOf(story, shell), ["/bin/sh", "service", "/app/main"]);
});

test("a fork belongs to what it became, whichever is heard of first", () => {
  for (const late of [false, true]) {
    const story = createStory();
    const sshd = story.exec({ ...before, pid: 10, binary: "/usr/sbin/sshd" });
    const fork = story.fork(sshd, { pid: 20 });
    addSocketHook(story, fork, "tcp_connect", {});
    const shell = story.exec({ pid: 20, binary: "/bin/bash", parent: sshd });
    const events = late ? [...story.events].reverse() : story.events;
    const book = bookOf(events);
    assert.equal(book.get(fork.execId)?.entry.execId, shell.execId);
    assert.equal(book.get(shell.execId)?.before?.execId, fork.execId);
  }
});

test("a fork has the arguments of the program it runs", () => {
  const story = createStory();
  const shell = story.exec({ pid: 10, binary: "/bin/bash", arguments: "-c x" });
  const fork = { ...story.fork(shell, { pid: 11 }), arguments: "" };
  story.open(fork, "/a");
  const events = story.events.map((event) =>
    "process" in event && event.process?.pid === 11 ? { ...event, parent: shell } : event,
  );
  assert.equal(bookOf(events).get(fork.execId)?.arguments, "-c x");
});

test("a program without links is fileless, a runtime from an open file is not", () => {
  const story = createStory();
  const links = { setuid: -1, setgid: -1, privilegesChanged: [], links: 0 };
  const memory = story.exec({ pid: 9, binary: "/proc/self/fd/3" });
  const { first } = startContainer(story, { pid: 100, binary: "/app/main" });
  const events = story.events.map((event) =>
    event.type === "exec" && event.process?.binary === "/proc/self/exe"
      ? { ...event, process: { ...event.process, binaryProperties: links } }
      : event,
  );
  const book = bookOf(events);
  assert.equal(book.get(memory.execId)?.fileless, true);
  assert.equal(book.get(first.execId)?.fileless, false);
  const runtimes = [...book.subjects.values()].filter(({ binary }) => binary === "/proc/self/exe");
  assert.ok(runtimes.length > 0);
  for (const one of runtimes)
    assert.deepEqual([one.fileless, one.roles.has("runtime")], [false, true]);
});

test("whoever is above is found, also across those that were forgotten", () => {
  const story = createStory();
  const cron = story.exec({ ...before, pid: 10, binary: "/usr/sbin/cron" });
  const shell = story.exec({ pid: 20, binary: "/bin/sh", parent: cron });
  const middle = story.exec({ pid: 21, binary: "/bin/dash", parent: shell });
  story.exit(middle);
  const tool = story.exec({ pid: 22, binary: "/usr/bin/id", parent: middle });
  story.nowUs += 700_000_000;
  story.open(tool, "/a");
  story.nowUs += 60_000_000;
  story.open(tool, "/b");
  const book = bookOf(story.events);
  const [last, root] = [book.get(tool.execId), book.get(shell.execId)];
  assert.equal(book.get(middle.execId), undefined);
  assert.ok(last !== undefined && root !== undefined);
  assert.equal(last.entry, root);
  assert.ok(book.descends(last, root));
  assert.ok(!book.descends(root, last));
});

test("parents in a circle, or without an id, end every walk", () => {
  const story = createStory();
  const a = story.process({ pid: 10, binary: "/bin/a" });
  const b = story.process({ pid: 11, binary: "/bin/b", parent: a });
  story.open({ ...a, parentExecId: b.execId }, "/x");
  story.open({ ...b, parentExecId: a.execId }, "/x");
  story.open({ ...a, execId: "", parentExecId: "" }, "/x");
  const book = bookOf(story.events);
  const [one, other] = [book.get(a.execId), book.get(b.execId)];
  assert.ok(one !== undefined && other !== undefined);
  assert.ok(book.descends(one, other) && book.descends(other, one));
});

test("law: no stream makes the book greater than its bound", () => {
  const one = fc.record({ pid: fc.nat(400), above: fc.nat(400), what: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(one, { minLength: 50, maxLength: 300 }), (choices) => {
      const story = createStory();
      const seen: Process[] = [];
      for (const { pid, above, what } of choices) {
        const parent = seen[above % Math.max(1, seen.length)];
        if (what === 0 && parent !== undefined) story.exit(parent);
        else if (what === 1 && parent !== undefined) story.open(parent, "/x");
        else seen.push(story.exec({ pid, binary: `/bin/${pid % 9}`, parent }));
      }
      assert.ok(bookOf(story.events, 32).subjects.size <= 32 + 66);
    }),
    { numRuns: 60 },
  );
});

test("however deep a chain is, looking for its root ends", () => {
  let last = new SubjectRecord("0", "n", 1000);
  for (let depth = 1; depth < 1000; depth++) {
    const child = new SubjectRecord(String(depth), "n", 1000 + depth);
    child.parent = last;
    child.binary = `/bin/${depth}`;
    last = child;
  }
  settleEntry(last, 1);
  assert.equal(last.entryKind, "unknown");
  assert.notEqual(last.entry, last);
});

test("those who wait for a parent are given once, and not those who found one", () => {
  const links = new SubjectLinks();
  const [a, b] = [new SubjectRecord("a", "n", 1), new SubjectRecord("b", "n", 2)];
  for (const one of [a, b]) {
    one.parentExecId = "p";
    links.awaitParent(one);
    links.awaitParent(one);
  }
  b.parent = a;
  assert.deepEqual(links.takeChildren("p"), [a]);
  assert.deepEqual(links.takeChildren("p"), []);
});

test("whoever is forgotten, or awaits another parent, waits no more", () => {
  const links = new SubjectLinks();
  const [a, b] = [new SubjectRecord("a", "n", 1), new SubjectRecord("b", "n", 2)];
  for (const one of [a, b]) {
    one.parentExecId = "p";
    links.awaitParent(one);
  }
  links.forget(a);
  assert.deepEqual(links.takeChildren("p"), [b]);
  links.awaitParent(a);
  a.parentExecId = "q";
  links.awaitParent(a);
  assert.deepEqual([links.takeChildren("p"), links.takeChildren("q")], [[], [a]]);
});

/** How often all processes are looked at. */
function countSweeps(events: Iterable<Event>): number {
  let count = 0;
  const counting: Detector<unknown> = {
    ...{ name: "counting", listings: [], start: () => undefined, step: () => undefined },
    remembered: () => {
      count += 1;
    },
  };
  const folds = [createDetection({ detectors: [counting] })];
  const observer = createObserver({ folds, emit: () => undefined });
  for (const event of events) observer.observe(event);
  return count;
}

test("nodes whose clocks are hours apart do not make each event a sweep", () => {
  const [story, other] = [createStory(), createStory("node-2")];
  const a = story.exec({ pid: 10, binary: "/usr/sbin/a" });
  other.nowUs -= 7_200_000_000;
  const b = other.exec({ pid: 10, binary: "/usr/sbin/b", node: "node-2" });
  for (let at = 0; at < 500; at++) {
    story.open(a, `/tmp/${at}`);
    other.open(b, `/tmp/${at}`);
  }
  const beside = other.events;
  const both = story.events.flatMap((event, at) => [event, beside[at] ?? assert.fail()]);
  const count = countSweeps(both);
  assert.ok(count < 10, `${count} sweeps of all processes in a second of two nodes`);
});

test("after a clock was set back for good processes are soon forgotten again", () => {
  const story = createStory();
  const process = story.exec({ pid: 10, binary: "/usr/sbin/a" });
  story.open(process, "/tmp");
  const before = countSweeps(story.events);
  story.nowUs -= 7_200_000_000;
  for (let at = 0; at < 5000; at++) {
    story.nowUs += 20_000;
    story.open(process, "/tmp");
  }
  const count = countSweeps(story.events) - before;
  assert.ok(count >= 1 && count <= 4, `${count} sweeps in a minute and a half`);
});

test("one that the tree let go of and knows again is not forgotten before the tree does", () => {
  const store = new SubjectStore({ onForget: () => undefined });
  const story = createStory();
  const tool = story.exec({ pid: 10, binary: "/usr/sbin/a" });
  story.nowUs += 1_000_000_000;
  story.open(tool, "/a");
  story.exit(tool);
  const tree = createProcessTree();
  const [exec, open, exit] = story.events as ProcessEvent[];
  assert.ok(exec !== undefined && open !== undefined && exit !== undefined);
  const live = tree.place(exec, exec.timeUs, () => undefined) ?? assert.fail();
  store.take(exec, live, exec.timeUs);
  // There was no room in the tree; with its next event it is there again.
  store.retire(live);
  for (const event of [open, exit]) store.take(event, live, event.timeUs);
  const nobody = { isSpoken: () => false, remembered: () => undefined };
  store.sweep(exit.timeUs + 1_000_000, nobody);
  assert.ok(store.get(tool.execId) !== undefined, "late events are still its");
  live.exitUs = exit.timeUs;
  store.retire(live);
  store.sweep(exit.timeUs + 60_000_000, nobody);
  assert.equal(store.get(tool.execId), undefined);
});

test("the containers known longest go first, and a bare pod is its own workload", () => {
  const story = createStory();
  const { first } = startContainer(story, { pid: 100, binary: "/app/main" });
  const pod = first.pod ?? assert.fail();
  const starts = new ContainerStarts();
  const workload = starts.workloadOf("c", { ...pod, workload: "", workloadKind: "" }, "k");
  assert.deepEqual([workload.kind, workload.name, workload.cluster], ["Pod", "pod", "k"]);
  assert.equal(starts.workloadOf("c", pod, "k"), workload);
  for (let at = 0; at < 20_000; at++) starts.workloadOf(`c${at}`, pod, "");
  assert.ok(starts.dump().workloads.length <= 16_384);
  starts.release(() => true);
  assert.deepEqual(starts.dump(), { starts: [], workloads: [] });
  const book = bookOf(story.events);
  const since = book.containerSince(first.containerId);
  assert.equal(since?.fromStart, true);
});
