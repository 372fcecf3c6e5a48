/**
 * Holds what the ledger writes and drops where only some containers were looked at.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FileUseFact, FlowFact, LossFact } from "../../core/observe/fact.ts";
import { factKey } from "../../core/observe/fact-key.ts";
import { changesOf } from "../../testing/ledger-changes.ts";
import { sampleCitation } from "../../testing/sample-incident.ts";
import { OpenLedger } from "./open-ledger.ts";

function loss(container: string): LossFact {
  const about = { kind: "loss", node: "n", reason: "eviction", detail: "" } as const;
  return { ...about, container, sinceUs: 1, untilUs: 2, count: 1 };
}

test("only facts of covered containers, and of none, can be dropped", () => {
  const ledger = new OpenLedger(["of a run before"]);
  const all = [loss("a"), loss("b"), loss("")];
  ledger.note({ open: all, dropped: [], gone: [] }, 0);
  const some = { everything: false, containers: new Set(["a"]), isPartial: false };
  assert.deepEqual(changesOf(ledger, [], { ...some, nowMs: 0 }), {
    open: [],
    pieces: [],
    dropped: [factKey(loss("a")), factKey(loss(""))],
    gone: [loss("a"), loss("")],
  });
  const whole = changesOf(ledger, [], { nowMs: 0, ...some, containers: undefined });
  assert.equal(whole.dropped.length, 4);
});

const use: FileUseFact = {
  ...{ kind: "file-use", container: "a", path: "/bin/x", how: "read", actor: "service" },
  ...{ origin: "service", actorReason: "", count: 7, firstSeenUs: 10, lastSeenUs: 20 },
  ...{ binaries: ["/bin/b"], sensors: ["open"], afterWrite: false, citations: [] },
};
const partial = { everything: false, containers: new Set(["a"]), isPartial: true };

test("of a file a partial look adds what is new, and drops and counts nothing", () => {
  const ledger = new OpenLedger([]);
  const open = [use, { ...use, path: "/other" }, loss("a")];
  ledger.note({ open, dropped: [], gone: [] }, 0);
  const piece = { ...use, count: 1, firstSeenUs: 30, lastSeenUs: 40 };
  const nothing = { open: [], pieces: [], dropped: [], gone: [] };
  assert.deepEqual(changesOf(ledger, [piece], { ...partial, nowMs: 90_000 }), nothing);
  const news = { ...piece, binaries: ["/bin/a"] };
  assert.deepEqual(changesOf(ledger, [news], { ...partial, nowMs: 1 }), {
    ...nothing,
    pieces: [news],
  });
  const first = { ...piece, path: "/first" };
  assert.deepEqual(changesOf(ledger, [first], { ...partial, nowMs: 1 }).open, [first]);
});

test("of the rest a partial look tells all", () => {
  const ledger = new OpenLedger([]);
  const port = { kind: "listen", container: "a", protocol: "tcp", address: "", port: 1 } as const;
  const seen = { firstSeenUs: 1, lastSeenUs: 2, binaries: [], citations: [] };
  ledger.note({ open: [{ ...port, ...seen }], dropped: [], gone: [] }, 0);
  assert.equal(changesOf(ledger, [], { ...partial, nowMs: 1 }).dropped.length, 1);
});

test("counters are written less and less often, at last each half hour; signs each minute", () => {
  const signs = new OpenLedger([]);
  const counters = new OpenLedger([]);
  const writtenAt = { sign: [] as number[], counter: [] as number[] };
  for (let minute = 0; minute <= 100; minute += 1) {
    const about = { ...partial, isPartial: false };
    const atMs = minute * 60_000;
    const sign = changesOf(signs, [{ ...loss("a"), untilUs: minute }], { ...about, nowMs: atMs });
    const counter = changesOf(counters, [{ ...use, count: 1 + minute }], { ...about, nowMs: atMs });
    signs.note(sign, atMs);
    counters.note(counter, atMs);
    if (sign.open.length > 0) writtenAt.sign.push(minute);
    if (counter.open.length > 0) writtenAt.counter.push(minute);
  }
  assert.equal(writtenAt.sign.length, 101);
  assert.deepEqual(writtenAt.counter, [0, 8, 24, 56, 88]);
});

test("further proofs are no news, the first one is", () => {
  const ledger = new OpenLedger([]);
  const whole = { ...partial, isPartial: false };
  const proof = sampleCitation("p", 5);
  ledger.note({ open: [use], dropped: [], gone: [] }, 0);
  const proven = { ...use, citations: [proof] };
  assert.deepEqual(changesOf(ledger, [proven], { ...whole, nowMs: 1 }).open, [proven]);
  ledger.note({ open: [proven], dropped: [], gone: [] }, 1);
  const more = { ...use, citations: [proof, sampleCitation("p", 6)] };
  assert.deepEqual(changesOf(ledger, [more], { ...whole, nowMs: 1 }).open, []);
});

const flow: FlowFact = {
  ...{ kind: "flow", container: "a", direction: "outbound", protocol: "tcp", port: 443 },
  ...{ peer: "192.0.2.1", actor: "service", localAddresses: [], binaries: [], hostNames: [] },
  ...{ connectionCount: 0, failedCount: 0, sentBytes: 10, receivedBytes: 10 },
  ...{ sendsSeen: true, receivesSeen: true, firstSeenUs: 10, lastSeenUs: 20, citations: [] },
};

test("a connection is no news of a flow met in the midst of one, but where all had failed", () => {
  const whole = { ...partial, isPartial: false, nowMs: 1 };
  const openAfter = (before: FlowFact, after: FlowFact) => {
    const ledger = new OpenLedger([]);
    ledger.note({ open: [before], dropped: [], gone: [] }, 0);
    return changesOf(ledger, [after], whole).open;
  };
  const connected = { ...flow, connectionCount: 1 };
  assert.deepEqual(openAfter(flow, connected), []);
  assert.deepEqual(openAfter(flow, { ...connected, failedCount: 1 }).length, 1);
  const refused = { ...flow, failedCount: 2, sentBytes: 0, receivedBytes: 0 };
  const answered = { ...refused, connectionCount: 1 };
  assert.deepEqual(openAfter(refused, answered), [answered]);
  assert.deepEqual(openAfter({ ...flow, sentBytes: 0 }, connected), [connected]);
});
