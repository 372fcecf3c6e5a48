/** Holds what the fold of detection tells of sessions, and what it keeps to itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createObserver } from "../../../engine/observe-events.ts";
import {
  containerA,
  createStory,
  type Story,
  startContainer,
} from "../../../testing/event-story.ts";
import { addSocketHook } from "../../../testing/flow-events.ts";
import { choices, livelyEvents } from "../../../testing/lively-events.ts";
import { sampleDetector, sampleHit, sampleRule } from "../../../testing/sample-detector.ts";
import type { Event, Process } from "../../event/event.ts";
import { canaryArgument } from "../../respond/canary-mark.ts";
import { createCanaryWatch } from "../../respond/watch-canaries.ts";
import { hostKey } from "../container-key.ts";
import { FactSet } from "../fact-set.ts";
import { ancestorsOf } from "./detect-facts.ts";
import { createAct, createDetection } from "./detection.ts";
import { DetectionState } from "./detection-state.ts";
import type { Detector } from "./detector.ts";
import { dumpDetection, loadDetection } from "./dump-detection.ts";
import { SessionBuffer } from "./session-buffer.ts";
import { signalBounds } from "./signal-book.ts";
import { SubjectRecord } from "./subject-record.ts";

function detect(events: Iterable<Event>, detector: Detector<unknown>, subjectCountMax?: number) {
  const facts = new FactSet();
  const bounds = subjectCountMax === undefined ? {} : { subjectCountMax };
  const folds = [createDetection({ detectors: [detector], ...bounds })];
  const observer = createObserver({ folds, emit: (fact) => facts.add(fact) });
  for (const event of events) observer.observe(event);
  observer.finish();
  return facts;
}

const host = hostKey("node-1");
/** A rule for deleting, which says nothing of the acts around it. */
const onDelete = sampleDetector(["delete"]);

function erase(story: Story, process: Process, path: string): void {
  const file = { kind: "file" as const, label: "", path, flags: "", permission: "-rw-r--r--" };
  story.hook(process, "security_path_unlink", { arguments: [file] });
}

function sessionStory() {
  const story = createStory();
  const cron = story.exec({ pid: 10, binary: "/usr/sbin/cron" });
  const shell = story.exec({ pid: 20, binary: "/bin/sh", arguments: "-c x", parent: cron });
  const tool = story.exec({ pid: 21, binary: "/usr/bin/curl", parent: shell });
  return { story, cron, shell, tool };
}

test("a session without signals tells nothing", () => {
  const { story, tool } = sessionStory();
  story.open(tool, "/etc/shadow");
  assert.deepEqual([...detect(story.events, onDelete).all()], []);
});

test("what our own canary is known to do is no signal; a copy of it, or more, is", () => {
  const token = "abcdefgh12345678";
  const directory = `/tmp/waggle-${token}`;
  const about = { binary: "/usr/bin/node", arguments: canaryArgument(token) };
  const signalsOf = (act: (story: Story, canary: Process, copy: Process) => void): number => {
    const story = createStory();
    const canary = story.exec({ pid: 30, ...about });
    const copy = story.exec({ pid: 31, ...about });
    act(story, canary, copy);
    const watch = createCanaryWatch();
    watch.expect({ token, programPath: "/usr/bin/node", directory });
    const facts = new FactSet();
    const folds = [createDetection({ detectors: [onDelete], isOwnAct: watch.isOwnAct })];
    const observer = createObserver({ folds, emit: (fact) => facts.add(fact) });
    for (const event of story.events) observer.observe(event);
    observer.finish();
    return facts.signals(host).length;
  };
  const file = `${directory}/waggle-canary`;
  assert.equal(
    signalsOf((story, canary) => erase(story, canary, file)),
    0,
  );
  assert.equal(
    signalsOf((story, canary) => erase(story, canary, "/var/log/a")),
    1,
  );
  assert.equal(
    signalsOf((story, _, copy) => erase(story, copy, file)),
    1,
  );
});

test("the first signal tells all of its session, also what came before, and who is above", () => {
  const { story, cron, shell, tool } = sessionStory();
  story.open(tool, "/etc/shadow");
  story.open(tool, "/usr/lib/x/libc.so.6");
  erase(story, shell, "/var/log/a");
  story.exit(tool);
  const facts = detect(story.events, onDelete);
  const [signal] = facts.signals(host);
  assert.ok(signal !== undefined);
  assert.deepEqual(
    [signal.process, signal.entry, signal.host, signal.entryKind, signal.count],
    [shell.execId, shell.execId, cron.execId, "scheduled", 1],
  );
  const processes = facts.processes(host).map(({ binary, entry, exitStatus }) => {
    return [binary, entry === shell.execId, exitStatus];
  });
  assert.deepEqual(processes.sort(), [
    ["/bin/sh", true, ""],
    ["/usr/bin/curl", true, "0"],
    ["/usr/sbin/cron", false, ""],
  ]);
  const steps = facts.steps(host).map(({ what, subject, process }) => [what, subject, process]);
  assert.deepEqual(steps.sort(), [
    ["delete", "/var/log/a", shell.execId],
    ["read", "/etc/shadow", tool.execId],
  ]);
});

test("a signal of no weight tells of itself alone", () => {
  const { story, shell } = sessionStory();
  erase(story, shell, "/a");
  const facts = detect(
    story.events,
    sampleDetector(["delete"], () => true, "informational"),
  );
  assert.equal(facts.signals(host).length, 1);
  assert.equal(facts.processes(host).length, 0);
});

test("repeats count up, an event that comes twice does not, the earliest are cited", () => {
  const { story, shell } = sessionStory();
  for (let at = 0; at < 10; at++) erase(story, shell, "/a");
  const last = story.events.at(-1);
  const first = story.events.find((event) => "hook" in event);
  assert.ok(last !== undefined && first !== undefined);
  const [signal] = detect([...story.events, first], onDelete).signals(host);
  assert.equal(signal?.count, 10);
  assert.deepEqual([signal.firstSeenUs, signal.lastSeenUs], [first.timeUs, last.timeUs]);
  assert.equal(signal.citations.length, 3);
  assert.equal(signal.citations[0]?.timeUs, first.timeUs);
});

test("bytes are told with the connection, also of the shell that a fork became", () => {
  const story = createStory();
  const bash = story.exec({ pid: 10, binary: "/bin/bash" });
  const fork = story.fork(bash, { pid: 11 });
  const socket = { destinationAddress: "192.0.2.1", destinationPort: 4444 };
  addSocketHook(story, fork, "tcp_connect", { socket });
  const shell = story.exec({ pid: 11, binary: "/bin/bash", arguments: "-i", parent: bash });
  addSocketHook(story, shell, "tcp_sendmsg", { socket, size: 30 });
  erase(story, shell, "/a");
  const step = detect(story.events, onDelete)
    .steps(host)
    .find(({ what }) => what === "connect");
  assert.deepEqual([step?.subject, step?.sentBytes], ["192.0.2.1:4444", 30]);
});

test("what the runtime does before the container's program is nobody's act", () => {
  const story = createStory();
  const { first, initFork } = startContainer(story, { pid: 100, binary: "/app/main" });
  assert.notEqual(initFork.execId, first.execId);
  const facts = detect(story.events, sampleDetector(["read", "map"]));
  assert.deepEqual(facts.signals(containerA), []);
});

test("a flood of one rule in one container is told as a flood", () => {
  const story = createStory();
  const server = story.exec({ pid: 10, binary: "/usr/sbin/nginx" });
  const more = 25;
  for (let at = 0; at < signalBounds.perHour + more; at++) {
    erase(story, story.exec({ pid: 100 + at, binary: "/bin/x", parent: server }), "/a");
  }
  const facts = detect(story.events, onDelete);
  const signals = facts.signals(host);
  assert.equal(signals.length, signalBounds.perHour);
  assert.equal(
    signals.reduce((sum, { count }) => sum + count, 0),
    signalBounds.perHour + more,
  );
  const [loss] = facts.losses.filter(({ reason }) => reason === "detect-flood");
  assert.equal(loss?.count, more);
});

test("a session beyond its bounds keeps the earliest and tells how much it left out", () => {
  const { story, shell } = sessionStory();
  for (let at = 0; at < 400; at++) {
    story.open(story.exec({ pid: 1000 + at, binary: "/bin/x", parent: shell }), `/data/${at}`);
  }
  erase(story, shell, "/a");
  const facts = detect(story.events, onDelete);
  const members = facts.processes(host).filter(({ entry }) => entry === shell.execId);
  assert.equal(members.length, 256);
  assert.equal(facts.steps(host).length, 256);
  const lost = facts.losses.filter(({ reason }) => reason === "detect-eviction");
  assert.ok((lost[0]?.count ?? 0) >= 146);
});

test("processes that had to go early are told when their session is spoken of", () => {
  const { story, shell } = sessionStory();
  erase(story, shell, "/a");
  const first = story.exec({ pid: 500, binary: "/bin/early", parent: shell });
  story.exit(first);
  for (let at = 0; at < 100; at++) {
    story.exit(story.exec({ pid: 1000 + at, binary: "/bin/x", parent: shell }));
  }
  const facts = detect(story.events, onDelete, 32);
  assert.ok(facts.processes(host).some(({ process }) => process === first.execId));
  assert.ok(facts.losses.some(({ reason }) => reason === "detect-eviction"));
});

/** Its tool was spoken of, ended, and is forgotten. */
function forgottenStory() {
  const stage = sessionStory();
  const { story, shell, tool } = stage;
  erase(story, tool, "/a");
  story.exit(tool);
  story.nowUs += 700_000_000;
  story.open(shell, "/b");
  story.nowUs += 100_000_000;
  return stage;
}

test("a session goes on to be told of after the process that was spoken of is forgotten", () => {
  const { story, shell, tool } = forgottenStory();
  const late = story.exec({ pid: 30, binary: "/usr/bin/id", parent: shell });
  story.open(late, "/etc/shadow");
  const facts = detect(story.events, onDelete);
  assert.equal(facts.signals(host).length, 1);
  assert.ok(facts.steps(host).some(({ subject }) => subject === "/etc/shadow"));
  assert.ok(facts.processes(host).some(({ process }) => process === tool.execId));
});

test("a window that ends between events gives a signal, and cites its process", () => {
  const { story, shell } = sessionStory();
  const waiting: Detector<unknown> = {
    name: "waiting",
    listings: [],
    start: () => ({ execId: "" }),
    step(state, act) {
      if (act.kind === "exec") (state as { execId: string }).execId = act.subject.execId;
    },
    tick(_state, { book, hit }) {
      const subject = book.get(shell.execId);
      if (subject === undefined) return;
      const rule = sampleRule("quiet");
      hit({ rule, subject, others: [], because: [], indicators: [], incomplete: false });
    },
  };
  story.nowUs += 2_000_000;
  story.open(shell, "/a");
  const [signal] = detect(story.events, waiting).signals(host);
  assert.equal(signal?.citations[0]?.execId, shell.execId);
});

test("a process that was forgotten and comes back counts what came before and after", () => {
  const { story, tool } = forgottenStory();
  erase(story, tool, "/c");
  const [signal] = detect(story.events, onDelete).signals(host);
  assert.equal(signal?.process, tool.execId);
  assert.deepEqual([signal?.count, signal?.citations.length], [2, 2]);
});

test("law: repeating events changes no signal, and every signal cites what it is about", () => {
  fc.assert(
    fc.property(choices, (made) => {
      const events = livelyEvents(made);
      const rule = sampleRule("any");
      const all: Detector<unknown> = {
        name: "all",
        listings: [],
        start: () => ({}),
        step: (_state, act, { hit }) => {
          if (act.subject.pid % 5 === 0) hit(sampleHit(act, rule));
        },
      };
      const facts = detect(events, all);
      for (const container of facts.detected) {
        for (const signal of facts.signals(container)) {
          assert.ok(signal.citations.length > 0 && signal.count >= signal.citations.length);
          assert.ok(signal.others.length <= 8 && signal.because.length <= 4);
        }
      }
      assert.equal(detect(events, all).canonical(), facts.canonical());
    }),
    { numRuns: 40 },
  );
});

test("law: signals of acts are the same in any order within half a minute", () => {
  const delays = fc.array(fc.nat(30_000_000), { minLength: 30, maxLength: 30 });
  fc.assert(
    fc.property(delays, (late) => {
      const { story, shell, tool } = sessionStory();
      for (let at = 0; at < 20; at++) {
        story.nowUs += 1_000_000;
        const child = story.exec({
          pid: 100 + at,
          binary: "/bin/x",
          parent: at % 2 ? shell : tool,
        });
        story.open(child, `/data/${at % 7}`);
        erase(story, child, "/a");
        if (at % 3 === 0) story.exit(child);
      }
      const order = story.events
        .map((event, at) => ({ event, atUs: event.timeUs + (late[at % late.length] ?? 0) }))
        .sort((a, b) => a.atUs - b.atUs)
        .map(({ event }) => event);
      assert.equal(detect(order, onDelete).canonical(), detect(story.events, onDelete).canonical());
    }),
    { numRuns: 50 },
  );
});

test("one process keeps so many steps, the latest; those that go are handed out", () => {
  const dropped: string[] = [];
  const buffer = new SessionBuffer({ onDrop: (_subject, { subject }) => dropped.push(subject) });
  const subject = new SubjectRecord("a", "n", 1);
  for (let at = 0; at < 100; at++) {
    buffer.note(
      { ...createAct(), kind: "write", path: `/data/${at}`, subject, timeUs: at },
      subject,
    );
  }
  assert.equal(subject.steps?.length, 64);
  assert.deepEqual(dropped.slice(0, 2), ["/data/0", "/data/1"]);
  assert.equal(subject.missingCount, 36);
});

test("not more than six are told of above a session", () => {
  let above: SubjectRecord | undefined;
  for (let pid = 1; pid < 20; pid++) {
    const one = new SubjectRecord(String(pid), "n", pid);
    one.parent = above;
    above = one;
  }
  const entry = new SubjectRecord("entry", "n", 30);
  entry.host = above;
  assert.deepEqual(
    ancestorsOf(entry).map(({ pid }) => pid),
    [19, 18, 17, 16, 15, 14],
  );
});

test("a state that is put away empty comes back empty, with detectors that are new to it", () => {
  const options = { detectors: [onDelete] };
  const data = dumpDetection(new DetectionState(), { detectors: [] });
  const state = loadDetection(structuredClone(data), options);
  assert.deepEqual(state.detectors.get("sample"), { count: 0 });
  assert.equal(state.book.subjects.size, 0);
});
