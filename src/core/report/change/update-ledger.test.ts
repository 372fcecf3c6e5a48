/** Tests of the ledger: states, proofs, causes; and its laws over random histories. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { sampleDecision, sampleWaiver } from "../../../testing/sample-documents.ts";
import { sampleEdge, sampleWorkloadEnd } from "../../../testing/sample-edges.ts";
import {
  type ShopContainer,
  shopNowUs,
  shopReport,
  shopStandings,
} from "../../../testing/sample-history.ts";
import { sampleEvidence, sampleUsage, sampleWorkload } from "../../../testing/sample-judgement.ts";
import type { TrackedFinding } from "../../judge/change/finding-change.ts";
import { isTransition } from "../../judge/change/finding-transitions.ts";
import type { Finding } from "../../judge/verdict.ts";
import type { Report } from "../report.ts";
import type { LedgerInput } from "./ledger.ts";
import { updateLedger } from "./update-ledger.ts";

const web = (id: string, image: ShopContainer["image"] = 1, given: Partial<ShopContainer> = {}) =>
  ({ id, workload: "web", image, ...given }) as const;
const api = (id: string, image: ShopContainer["image"] = 1, given: Partial<ShopContainer> = {}) =>
  ({ id, workload: "api", image, ...given }) as const;

type Change = (finding: Finding) => Finding;
interface Step {
  readonly containers: readonly ShopContainer[];
  readonly retracted?: boolean;
  readonly change?: Change;
  readonly report?: (made: Report) => Report;
  readonly input?: Partial<LedgerInput>;
}

/** Plays reports one after the other; tells of each what was written down of `web`. */
function play(...steps: readonly Step[]) {
  let tracked: readonly TrackedFinding[] = [];
  let previous: Report | undefined;
  const told: string[][] = [];
  const because: string[] = [];
  const all = [];
  for (const [index, step] of steps.entries()) {
    const { containers, report: turn = (made: Report) => made, ...options } = step;
    const report = turn(shopReport(containers, options));
    const standings = shopStandings(containers);
    const nowUs = shopNowUs + index * 60e6;
    const made = updateLedger({
      ...{ tracked, previous, report, nowUs, standings, decisions: [] },
      ...step.input,
    });
    const ofWeb = new Set(
      made.findings.filter(({ workload }) => workload.startsWith("shop/web")).map(({ id }) => id),
    );
    const lines = made.changes.filter(({ finding }) => ofWeb.has(finding));
    told.push(lines.map(({ from, to, cause }) => `${from}→${to} ${cause}`));
    because.push(lines.map((one) => one.because).join(" | "));
    all.push(made);
    tracked = made.findings;
    previous = report;
  }
  return { told, last: told.at(-1), because: because.at(-1) ?? "", all, tracked };
}

const still = { containers: [web("a"), api("b")] };

test("the first report is one cause for all, and no alarm", () => {
  const { told, all } = play(still, still, still);
  assert.deepEqual(told, [["→new first-report"], [], []]);
  assert.deepEqual(new Set(all[0]?.changes.map(({ cause }) => cause)), new Set(["first-report"]));
  assert.deepEqual(
    all.map(({ findings }) => findings[0]?.state),
    ["new", "open", "open"],
  );
});

test("a finding of a workload that came is new because of the workload", () => {
  const { last, because } = play({ containers: [api("b")] }, still);
  assert.deepEqual(last, ["→new workload-new"]);
  assert.match(because, /not seen before: libssl 1\.1\.1k-1 \(of openssl\)/);
});

test("a finding that other data brought, or a first scan, is new because of that", () => {
  assert.deepEqual(play({ ...still, retracted: true }, still).last, [
    "→new vulnerability-data-changed",
  ]);
  const unscanned = { containers: [web("a", 1, { isScanned: false }), api("b")] };
  assert.deepEqual(play(unscanned, still).last, ["→new not-scanned"]);
});

test("an image that brings the package makes it new; one that unmended it, regressed", () => {
  const mended = { containers: [web("c", 2), api("b")] };
  assert.deepEqual(play(mended, { containers: [web("d", 3), api("b")] }).last, [
    "→new image-changed",
  ]);
  const { told, because } = play(still, mended, mended, { containers: [web("d", 3), api("b")] });
  assert.deepEqual(told.slice(1), [
    ["new→fixed image-changed"],
    [],
    ["fixed→regressed image-changed"],
  ]);
  assert.match(because, /back with registry\.example\/shop\/front:3: libssl 1\.1\.1k-1/);
});

test("fixed says which package, from which version to which, and of which layer", () => {
  const based = (made: Report): Report => ({
    ...made,
    actions: made.actions.map((one) => ({ ...one, findings: made.findings.map(({ id }) => id) })),
  });
  const { because, all } = play(
    { ...still, report: based },
    { containers: [web("c", 2), api("b")] },
  );
  assert.match(
    because,
    /^libssl 1\.1\.1k-1 → 1\.1\.1n-0, of the base image; shop\/web runs registry.*front:2$/,
  );
  const change = all[1]?.changes[0];
  assert.deepEqual(
    [change?.before, change?.after],
    [{ version: "1.1.1k-1" }, { version: "1.1.1n-0" }],
  );
  const bare = { ...still, report: (made: Report): Report => ({ ...made, actions: [] }) };
  const { because: unsure } = play(bare, { ...bare, containers: [web("c", 2), api("b")] });
  assert.match(unsure, /layer unknown/);
});

test("as long as an old container runs it is fixed in the image only, and names the pods", () => {
  const rolling = { containers: [web("a"), web("b"), web("c", 2), api("d")] };
  const done = {
    containers: [
      web("a", 1, { standing: "ended" }),
      web("b", 1, { standing: "ended" }),
      web("c", 2),
      api("d"),
    ],
  };
  const { told, all } = play(still, rolling, rolling, done, done);
  assert.deepEqual(told.slice(1), [
    ["new→fixed-in-image image-changed"],
    [],
    ["fixed-in-image→fixed image-changed"],
    [],
  ]);
  const line = all[1]?.changes[0]?.because ?? "";
  assert.match(line, /^fixed in image \S+front:2 \(with 1\.1\.1n-0\), still running in 2 pods: /);
  assert.match(line, /web-pod-a, web-pod-b/);
});

test("a roll-out that is taken back is open again, not regressed", () => {
  const rolling = { containers: [web("a"), web("c", 2)] };
  const back = { containers: [web("a"), web("c", 2, { standing: "ended" })] };
  assert.deepEqual(play(still, rolling, back).last, ["fixed-in-image→open image-changed"]);
});

test("nothing is fixed by an image that nobody scanned, or whose packages nobody read", () => {
  const unscanned = { containers: [web("c", 2, { isScanned: false }), api("b")] };
  assert.deepEqual(play(still, unscanned).last, ["new→stale not-scanned"]);
  const empty = (made: Report): Report => ({ ...made, packages: [] });
  const mended = { containers: [web("c", 2), api("b")] };
  assert.deepEqual(play(still, { ...mended, report: empty }).last, ["new→stale not-scanned"]);
  const rolling = { containers: [web("a"), web("c", 2, { isScanned: false }), api("b")] };
  assert.deepEqual(play(still, rolling).last, []);
  assert.deepEqual(play(still, unscanned, mended).last, ["stale→fixed image-changed"]);
});

test("a match that is gone for the same version is retracted, and open when it is back", () => {
  const { told, because } = play(still, { ...still, retracted: true }, still);
  assert.deepEqual(told.slice(1), [
    ["new→retracted vulnerability-data-changed"],
    ["retracted→open vulnerability-data-changed"],
  ]);
  assert.match(because, /lists it again/);
});

test("a workload is gone when all its containers ended, and stale when nobody saw that", () => {
  const ended = { containers: [web("a", 1, { standing: "ended" }), api("b")] };
  assert.deepEqual(play(still, ended, still).told.slice(1), [
    ["new→gone workload-gone"],
    ["gone→open workload-new"],
  ]);
  const alone = { containers: [api("b")] };
  assert.deepEqual(play(still, alone, still).told.slice(1), [
    ["new→stale sensor-gap"],
    ["stale→open not-scanned"],
  ]);
  const standings = shopStandings(ended.containers);
  assert.deepEqual(play(still, { ...alone, input: { standings } }).last, [
    "new→gone workload-gone",
  ]);
  const blind = { containers: [web("c", 2, { standing: "unknown" }), api("b")] };
  assert.deepEqual(play(still, blind).last, ["new→stale sensor-gap"]);
});

test("a job of a schedule is there between its runs", () => {
  const run = { containers: [web("a", 1, { kind: "CronJob" })] };
  const between = { containers: [web("a", 1, { kind: "CronJob", standing: "ended" })] };
  assert.deepEqual(play(run, between, run).told.slice(1), [[], []]);
  const mended = {
    containers: [
      web("a", 1, { kind: "CronJob", standing: "ended" }),
      web("b", 2, { kind: "CronJob", standing: "ended" }),
    ],
  };
  assert.deepEqual(play(run, mended).last, ["new→fixed image-changed"]);
});

test("a second image that has it too is no second alarm later", () => {
  const both = { containers: [web("a"), web("c", 3)] };
  const after = { containers: [web("a", 1, { standing: "ended" }), web("c", 3)] };
  const { told } = play(still, both, after);
  assert.deepEqual(told[1], ["→new image-changed"]);
  assert.equal(told[2]?.length, 1);
  assert.match(told[2]?.[0] ?? "", /→gone image-changed/);
});

test("an id that became another is retracted under the old one and says where it goes on", () => {
  const renamed: Change = (one) => ({
    ...one,
    id: `${one.id}-renamed`,
    vulnerability: { ...one.vulnerability, id: "CVE-2030-1", aliases: [one.vulnerability.id] },
  });
  const { last, because } = play(still, { ...still, change: renamed });
  assert.deepEqual(last?.toSorted(), [
    "new→retracted vulnerability-data-changed",
    "→new vulnerability-data-changed",
  ]);
  assert.match(because, /known as CVE-2030-1 now/);
});

test("each part that changes has its cause, and says by what", () => {
  const idle: Change = (one) => ({ ...one, usage: sampleUsage("not-observed"), inUse: false });
  const unsure: Change = (one) => ({ ...one, usage: sampleUsage("unknown") });
  const lost: Change = (one) => ({
    ...one,
    usage: sampleUsage("unknown", { coverageReasons: ["7 events were lost"] }),
  });
  const exploited: Change = (one) => ({
    ...one,
    decision: sampleDecision("act-now", {
      inputs: [{ name: "kev", value: "yes", basis: "in the catalogue since May", assumed: false }],
    }),
  });
  const root: Change = (one) => ({
    ...one,
    privileged: true,
    privileges: [
      { privilege: "capability", detail: "CAP_SYS_ADMIN", source: "seen", evidence: ["e9"] },
    ],
  });
  const because = "incident i1 (high) is open in the workload";
  const attacked: Change = (one) => ({
    ...one,
    decision: sampleDecision("soon", {
      modifiers: [{ name: "incident", effect: "raises", because }],
    }),
  });
  const exposed: Change = (one) => ({ ...one, exposure: { ...one.exposure, exposed: "yes" } });
  const cases: readonly (readonly [Change | undefined, Change | undefined, string, RegExp])[] = [
    [idle, undefined, "first-use", /sample says in-use/],
    [undefined, idle, "use-no-longer-seen", /not now/],
    [undefined, lost, "sensor-gap", /was in use, unknown now: 7 events were lost/],
    [undefined, exposed, "exposure-changed", /./],
    [undefined, root, "privilege-changed", /capability CAP_SYS_ADMIN \(seen\)/],
    [
      undefined,
      exploited,
      "decision-changed",
      /kev was no, is yes now: in the catalogue since May/,
    ],
    [undefined, attacked, "incident", /^under attack: incident i1 \(high\) is open/],
    [attacked, undefined, "incident", /^no open incident raises it any more \(incident i1/],
    [undefined, (one) => root(attacked(one)), "incident", /under attack: .*CAP_SYS_ADMIN/],
    [
      undefined,
      (one) => ({ ...one, vulnerability: { ...one.vulnerability, severity: "Low" } }),
      "vulnerability-data-changed",
      /severity/,
    ],
    [
      undefined,
      (one) => ({ ...one, decision: sampleDecision("scheduled") }),
      "decision-changed",
      /rules differ/,
    ],
  ];
  for (const [before, after, cause, why] of cases) {
    const steps = [before, after].map((change) => ({ ...still, ...(change ? { change } : {}) }));
    const told = play(...steps);
    assert.deepEqual(told.last, [`new→changed ${cause}`]);
    assert.match(told.because, why);
  }
  assert.deepEqual(play({ ...still, change: unsure }, { ...still, change: idle }).last, []);
});

test("a first use names the process, and whose doing it was", () => {
  const idle: Change = (one) => ({ ...one, usage: sampleUsage("unknown") });
  const used: Change = (one) => ({
    ...one,
    usage: sampleUsage("in-use", { evidence: ["e2", "e1"] }),
  });
  const evidence = {
    e1: sampleEvidence({ id: "e1" }),
    e2: sampleEvidence({ id: "e2", time: null, binary: "/late" }),
  };
  const proven = (made: Report): Report => ({ ...made, evidence });
  const { because, all } = play(
    { ...still, change: idle },
    { ...still, change: used, report: proven },
  );
  assert.match(
    because,
    /10:00:01\.0+Z: \/usr\/bin\/sampled \(service\) mapped \/usr\/lib\/libsample/,
  );
  assert.deepEqual(all[1]?.changes[0]?.evidence, ["e2", "e1"]);
});

test("a new exposure names the peers that came", () => {
  const exposed: Change = (one) => ({ ...one, exposure: { ...one.exposure, exposed: "yes" } });
  const to = sampleWorkloadEnd(sampleWorkload("web"));
  const peer = { ...to, kind: "internet", workload: null, name: "203.0.113.9" } as const;
  const edge = sampleEdge({ id: "f9", from: peer, to, port: 8080, evidence: ["e7"] });
  const reached = (made: Report): Report => ({ ...made, flows: [...made.flows, edge] });
  const { because, all } = play(still, { ...still, change: exposed, report: reached });
  assert.match(because, /new: 203\.0\.113\.9 to port 8080$/);
  const ofWeb = all[1]?.changes.find((one) => one.because.includes("203"));
  assert.deepEqual(ofWeb?.evidence, ["e7"]);
});

test("what a person signed is suppressed until its end, and the end is told", () => {
  const signed: Change = (one) => ({ ...one, waiver: sampleWaiver({ until: "2026-03-01" }) });
  const longer: Change = (one) => ({ ...one, waiver: sampleWaiver({ until: "2026-04-01" }) });
  const by = { ...sampleWaiver({ until: "2026-03-01" }), package: "", workload: "", image: "" };
  const decision = { ...by, vulnerability: "cve-2022-0778", endUs: 1 };
  const told = play(
    still,
    { ...still, change: signed },
    { ...still, change: signed },
    { ...still, change: longer },
  );
  assert.deepEqual(told.told.slice(1), [
    ["new→suppressed person-decided"],
    [],
    ["suppressed→suppressed person-decided"],
  ]);
  assert.equal(told.tracked[0]?.suppressedUntil, "2026-04-01");
  const start = [still, { ...still, change: signed }];
  assert.deepEqual(play(...start, { ...still, input: { decisions: [decision] } }).last, [
    "suppressed→open decision-expired",
  ]);
  assert.deepEqual(play(...start, still).last, ["suppressed→open person-decided"]);
  const mended = { containers: [web("c", 2), api("b")] };
  assert.deepEqual(play(...start, mended).last, ["suppressed→fixed image-changed"]);
});

test("a scan of long ago makes a finding stale, a new one open", () => {
  const image = `sha256:${"1".repeat(64)}`;
  const old = {
    scanTimes: new Map([[image, shopNowUs - 9 * 86_400e6]]),
    scanAgeUsMax: 7 * 86_400e6,
  };
  const { told, because } = play(still, { ...still, input: old }, { ...still, input: old }, still);
  assert.deepEqual(told.slice(1), [["new→stale not-scanned"], [], ["stale→open not-scanned"]]);
  assert.match(because, /looked at again/);
});

test("what only containers that ended have is tracked, and gone from the start", () => {
  const { told } = play(
    { containers: [api("b")] },
    {
      containers: [web("a", 1, { standing: "ended" }), api("b")],
    },
  );
  assert.deepEqual(told[1], ["→gone workload-gone"]);
});

const anyContainer = fc.record({
  id: fc.constantFrom("a", "b", "c", "d"),
  workload: fc.constantFrom("web" as const, "api" as const),
  image: fc.constantFrom(1 as const, 2 as const, 3 as const),
  standing: fc.constantFrom(
    "running" as const,
    "running" as const,
    "ended" as const,
    "unknown" as const,
  ),
  isScanned: fc.boolean(),
});
const anyContainers = fc.uniqueArray(anyContainer, { selector: ({ id }) => id, maxLength: 4 });
const anyChange: fc.Arbitrary<Change> = fc
  .record({
    usage: fc.constantFrom("in-use" as const, "not-observed" as const, "unknown" as const),
    exposed: fc.constantFrom("yes" as const, "no" as const, "unknown" as const),
    privileged: fc.boolean(),
    until: fc.constantFrom("", "2026-03-01", "2026-04-01"),
    decision: fc.constantFrom("act-now" as const, "soon" as const),
  })
  .map(({ usage, exposed, privileged, until, decision }) => (one) => ({
    ...one,
    usage: sampleUsage(usage),
    exposure: { ...one.exposure, exposed },
    privileged,
    waiver: until === "" ? null : sampleWaiver({ until }),
    decision: sampleDecision(decision),
  }));
const anySteps = fc.array(
  fc.record({ containers: anyContainers, retracted: fc.boolean(), change: anyChange }),
  { minLength: 1, maxLength: 6 },
);

test("law: any history keeps to the table, tracks all, and the same report changes nothing", () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      const twice = steps.flatMap((step) => [step, step]);
      const { all } = play(...twice);
      for (const [index, { changes, findings }] of all.entries()) {
        if (index % 2 === 1) assert.deepEqual(changes, []);
        assert.ok(changes.every(({ from, to }) => isTransition(from, to)));
        const step = twice[index];
        const report = shopReport(step?.containers ?? [], step);
        const tracked = new Set(findings.map(({ id }) => id));
        assert.ok(report.findings.every(({ id }) => tracked.has(id)));
        assert.equal(tracked.size, findings.length);
      }
    }),
    { numRuns: 150 },
  );
});

test("law: the order of a report, of what is tracked and of standings never shows", () => {
  fc.assert(
    fc.property(anyContainers, anyContainers, anyChange, (before, after, change) => {
      const first = shopReport(before);
      const second = shopReport(after, { change });
      const standings = shopStandings(after);
      const start = { previous: undefined, tracked: [], decisions: [], nowUs: shopNowUs };
      const { findings } = updateLedger({ ...start, report: first, standings: [] });
      const input = { previous: first, report: second, nowUs: shopNowUs + 1, decisions: [] };
      const turned: Report = {
        ...second,
        findings: second.findings.toReversed(),
        packages: second.packages.toReversed(),
        coverage: second.coverage.toReversed(),
        actions: second.actions.toReversed(),
        upgrades: second.upgrades.toReversed(),
      };
      assert.deepEqual(
        updateLedger({ ...input, tracked: findings, standings }),
        updateLedger({
          ...input,
          report: turned,
          tracked: findings.toReversed(),
          standings: standings.toReversed(),
        }),
      );
    }),
    { numRuns: 400 },
  );
});

test("law: where any image is not scanned or not watched, nothing of its workload is fixed", () => {
  fc.assert(
    fc.property(anySteps, anyContainers, (steps, containers) => {
      const last = containers.map((one, index) =>
        index % 2 === 0 ? { ...one, isScanned: false } : { ...one, standing: "unknown" as const },
      );
      const { all } = play(...steps, { containers: last, retracted: false });
      const blind = new Set(last.map(({ workload }) => `shop/${workload}/${workload}`));
      const { changes = [], findings = [] } = all.at(-1) ?? {};
      const places = new Map(findings.map((one) => [one.id, one.workload]));
      const fixed = changes.filter(({ to }) => to === "fixed").map(({ finding }) => finding);
      const unproven = fixed.filter((id) => {
        const place = places.get(id) ?? "";
        const living = last.filter(
          (one) => one.standing !== "ended" && `shop/${one.workload}/${one.workload}` === place,
        );
        return !blind.has(place) || living.length === 0 || living.some((one) => !one.isScanned);
      });
      assert.deepEqual(unproven, []);
    }),
    { numRuns: 150 },
  );
});
