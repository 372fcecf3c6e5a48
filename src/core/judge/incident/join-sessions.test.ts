/** Holds the causes that tie sessions, each alone, and what must not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleContainerFact } from "../../../testing/sample-facts.ts";
import {
  dataContainer,
  incidentWorkload,
  sampleInput,
  sampleProcess,
  sampleSignal,
  sampleStep,
  webContainer,
  webShellFacts,
} from "../../../testing/sample-incident.ts";
import { FactSet } from "../../observe/fact-set.ts";
import { createClusterView } from "../cluster/create-cluster-view.ts";
import { buildIncident } from "./build-incident.ts";
import { createListenerBook } from "./create-listener-book.ts";
import { findContactLinks } from "./find-contact-links.ts";
import { findFileLinks } from "./find-file-links.ts";
import { findBesideLinks, findLineageLinks, findServiceLinks } from "./find-kin-links.ts";
import { gatherFloods } from "./gather-floods.ts";
import { buildCase, tellLeft } from "./incident-case.ts";
import type { IncidentInput } from "./incident-input.ts";
import type { JoinScene } from "./join-link.ts";
import { joinSessions } from "./join-sessions.ts";
import { ancestorsOf, gatherSessions } from "./session.ts";
import { isTainted } from "./taint.ts";

function sceneOf(given: Partial<IncidentInput>): JoinScene {
  const input = sampleInput(given);
  const { sessions, processes } = gatherSessions(input);
  const owner = (process: string) =>
    sessions.find((session) => session.processes.some((one) => one.process === process));
  return { sessions, processes, sessionOf: owner, listenersAt: input.listenersAt };
}

const pairs = (links: readonly { readonly from: string; readonly to: string }[]) =>
  links.map(({ from, to }) => `${from}-${to}`);

const at = (name: string, second: number) => ({ process: name, entry: name, second });

test("each cause gives its link, and only its own", () => {
  const scene = sceneOf(webShellFacts());
  assert.deepEqual(pairs(findServiceLinks(scene)), ["sh-1-sh-2"]);
  assert.deepEqual(pairs(findBesideLinks(scene)), ["sh-1-sh-2"], "they also follow at once");
  assert.deepEqual(pairs(findFileLinks(scene)), []);
  assert.deepEqual(pairs(findContactLinks(scene)), []);
  assert.deepEqual(pairs(findLineageLinks(scene)), []);
});

test("files that everybody writes tie nothing", () => {
  for (const path of ["/dev/null", "/var/log/app.log", "/proc/self/oom_adj"]) {
    const step = sampleStep(at("a", 1), { what: "write", subject: path });
    const use = sampleProcess(at("b", 2), { arguments: path });
    const signals = [sampleSignal(at("a", 1)), sampleSignal(at("b", 2))];
    assert.deepEqual(
      pairs(findFileLinks(sceneOf({ signals, steps: [step], processes: [use] }))),
      [],
    );
  }
});

test("groups carry the links that made them, each once", () => {
  const [group, ...rest] = joinSessions(sceneOf(webShellFacts()));
  assert.equal(rest.length, 0);
  assert.deepEqual(pairs(group?.links ?? []), ["sh-1-sh-2"]);
});

test("of what runs all the time only deeds after a signal and below it are tainted", () => {
  const standing = { entryKind: "startup", host: "" } as const;
  const scene = sceneOf({
    signals: [sampleSignal({ process: "bad", entry: "init", second: 100 }, standing)],
    processes: [
      sampleProcess(at("init", 0), { parent: "" }),
      sampleProcess({ process: "bad", entry: "init", second: 90 }, { parent: "init" }),
      sampleProcess({ process: "below", entry: "init", second: 101 }, { parent: "bad" }),
      sampleProcess({ process: "other", entry: "init", second: 101 }, { parent: "init" }),
    ],
  });
  const [session] = scene.sessions;
  assert.ok(session !== undefined);
  const later = session.fromUs + 5_000_000;
  const isBad = (process: string, timeUs = later) =>
    isTainted(session, process, timeUs, scene.processes);
  assert.deepEqual(
    ["bad", "below", "other", "init"].map((one) => isBad(one)),
    [true, true, false, false],
  );
  assert.equal(isBad("bad", session.fromUs - 60_000_000), false);
  assert.deepEqual(
    session.processes.map(({ process }) => process),
    ["init", "bad", "below"],
    "the rest is not the session's story",
  );
});

test("ancestors end on circles", () => {
  const loop = new Map([
    ["a", sampleProcess(at("a", 0), { parent: "b" })],
    ["b", sampleProcess(at("b", 0), { parent: "a" })],
  ]);
  assert.deepEqual(ancestorsOf("a", loop), ["a", "b"]);
});

test("who listens is told by own addresses and ports; loopback leads nowhere", () => {
  const facts = new FactSet();
  const flow = {
    kind: "flow",
    direction: "inbound",
    protocol: "tcp",
    peer: "10.0.0.9",
    actor: "service",
    connectionCount: 1,
    failedCount: 0,
    sentBytes: 0,
    receivedBytes: 0,
    sendsSeen: false,
    receivesSeen: false,
    firstSeenUs: 1,
    lastSeenUs: 1,
    binaries: [],
    hostNames: [],
    citations: [],
  } as const;
  for (const [container, port] of [
    [webContainer, 80],
    [dataContainer, 5432],
  ] as const) {
    facts.add(sampleContainerFact({ container, pod: "p" }));
    facts.add({ ...flow, container, port, localAddresses: ["10.0.0.5", "127.0.0.1"] });
    const listen = { kind: "listen", protocol: "tcp", address: "0.0.0.0" } as const;
    const times = { firstSeenUs: 1, lastSeenUs: 1, binaries: [], citations: [] };
    facts.add({ ...listen, ...times, container, port });
  }
  const listenersAt = createListenerBook(facts, createClusterView());
  assert.deepEqual(listenersAt("10.0.0.5", 5432), [dataContainer]);
  assert.deepEqual(listenersAt("10.0.0.5", 22), [webContainer, dataContainer]);
  assert.deepEqual(listenersAt("127.0.0.1", 5432), []);
  assert.deepEqual(listenersAt("10.9.9.9", 5432), []);
});

test("a case is bounded, and an incident says what was left out", () => {
  const signals = Array.from({ length: 300 }, (_, index) =>
    sampleSignal(at(`p${index}`, index), { host: "h", workload: incidentWorkload("web") }),
  );
  const scene = sceneOf({ signals });
  const [group] = gatherFloods(joinSessions(scene));
  assert.ok(group !== undefined);
  const input = sampleInput({ signals });
  const parts = { input, processes: scene.processes, containerOf: new Map(), visitors: new Map() };
  const given = buildCase(group, parts);
  assert.equal(given.sessions.length, 256);
  assert.equal(given.signals.length, 300, "all count for the score");
  const incident = buildIncident(given);
  assert.equal(incident.signals.length, 200);
  assert.match(incident.omitted.join(" "), /44 of 300 sessions .* 100 of 300 signals/);
  assert.deepEqual(tellLeft(3, 3, "x"), []);
});
