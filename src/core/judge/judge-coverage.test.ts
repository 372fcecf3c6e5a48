/** Tests when an absence means something: each rule of the grade, one by one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  minuteUs,
  sampleContainer,
  sampleContainerFact,
  sampleCoverage,
  sampleLoss,
  sampleStartUs,
} from "../../testing/sample-facts.ts";
import type { CoverageFact, LossFact } from "../observe/fact.ts";
import { namespaceLimit } from "../observe/tracing-policy.ts";
import { type CodeFile, createContainerCoverage } from "./judge-coverage.ts";

interface Setting {
  readonly container?: Parameters<typeof sampleContainerFact>[0];
  readonly coverage?: readonly CoverageFact[];
  readonly losses?: readonly LossFact[];
  readonly minutes?: number;
}

const exec = sampleCoverage({ sensor: "exec", policy: "" });
const loader = sampleCoverage({ sensor: "loader", policy: "" });
const wide = sampleCoverage({ pathPrefixes: ["/usr", "/app"] });

function cover({ container, coverage, losses, minutes }: Setting) {
  return createContainerCoverage({
    container: sampleContainerFact(container),
    coverage: coverage ?? [exec, wide],
    losses: losses ?? [],
    minimumWindowUs: (minutes ?? 5) * minuteUs,
  });
}

const library: CodeFile = { path: "/usr/lib/libz.so.1", kind: "elf" };
const program: CodeFile = { path: "/usr/bin/tool", kind: "elf" };
const script: CodeFile = { path: "/app/main.py", kind: "interpreted" };
const archive: CodeFile = { path: "/app/app.jar", kind: "archive" };

function grade(setting: Setting, ...files: readonly CodeFile[]): string {
  return cover(setting).grade(files).grade;
}

function reasons(setting: Setting, ...files: readonly CodeFile[]): string {
  return cover(setting).grade(files).reasons.join("; ");
}

test("files below stated paths, watched from the start and long enough, are well covered", () => {
  assert.deepEqual(cover({}).grade([library, program, script, archive]), {
    grade: "good",
    reasons: [],
  });
});

test("without files there is nothing to see", () => {
  assert.equal(grade({}), "none");
  assert.match(reasons({}), /no file/);
});

test("a file outside of every watched path is not covered", () => {
  const outside: CodeFile = { path: "/var/www/html/x.php", kind: "interpreted" };
  assert.equal(grade({}, outside), "none");
  assert.match(reasons({}, outside), /outside.*\/var\/www/);
});

test("one file of several that cannot be seen makes it partial", () => {
  const outside: CodeFile = { path: "/lib/libz.so.1", kind: "elf" };
  assert.equal(grade({}, library, outside), "partial");
  assert.match(reasons({}, library, outside), /1 of its 2 files.*\/lib\/libz/);
});

test("without a sensor for files only programs are seen", () => {
  const onlyExec = { coverage: [exec] };
  assert.equal(grade(onlyExec, program), "good");
  assert.equal(grade(onlyExec, { path: "/app/server", kind: "elf" }), "good");
  assert.equal(grade(onlyExec, library), "none");
  assert.equal(grade(onlyExec, script), "none");
  assert.equal(grade(onlyExec, { path: "/usr/bin/script", kind: "interpreted" }), "partial");
  assert.match(reasons(onlyExec, script), /no sensor for opened files/);
});

test("that an interpreter ran a script is not named by the script's start", () => {
  for (const name of ["python3.11", "bash", "busybox", "perl5.36.0", "env", "node"]) {
    const file: CodeFile = { path: `/usr/bin/${name}`, kind: "elf" };
    assert.equal(grade({ coverage: [exec] }, file), "partial", name);
    assert.equal(grade({}, file), "good", `${name} with opened files`);
  }
});

test("the loader alone is never good", () => {
  const setting = { coverage: [exec, loader] };
  assert.equal(grade(setting, library), "partial");
  assert.match(reasons(setting, library), /build id/);
  assert.equal(grade(setting, script), "none");
});

test("mappings of code show machine code and nothing else", () => {
  const setting = { coverage: [exec, sampleCoverage({ sensor: "mmap" })] };
  assert.equal(grade(setting, library), "good");
  assert.equal(grade(setting, script), "none");
  assert.equal(grade(setting, archive), "none");
});

test("inferred paths are never good", () => {
  const setting = { coverage: [exec, sampleCoverage({ basis: "inferred" })] };
  assert.equal(grade(setting, library), "partial");
  assert.match(reasons(setting, library), /inferred.*policy file/);
});

test("a narrowed policy is not good, unless a free one watches the same", () => {
  const narrow = sampleCoverage({ policy: "narrow", limits: ["only programs In /bin/cat"] });
  assert.equal(grade({ coverage: [exec, narrow] }, library), "partial");
  assert.match(reasons({ coverage: [exec, narrow] }, library), /narrow is narrowed: only programs/);
  assert.equal(grade({ coverage: [exec, narrow, wide] }, library), "good");
});

test("a namespaced policy covers its namespace and no other", () => {
  const of = (namespace: string) => ({
    coverage: [exec, sampleCoverage({ limits: [namespaceLimit(namespace)] })],
  });
  assert.equal(grade(of("shop"), script), "good");
  assert.equal(grade(of("web"), script), "none");
});

test("a policy that gave no event may not have been active", () => {
  const idle = sampleCoverage({ eventCount: 0, sinceUs: 0, untilUs: 0 });
  assert.equal(grade({ coverage: [exec, idle] }, library), "partial");
});

test("a policy first seen after the container's start may have been loaded late", () => {
  const later = (seconds: number) =>
    sampleCoverage({ sinceUs: sampleStartUs + seconds * 1_000_000 });
  assert.equal(grade({ coverage: [exec, later(1)] }, library), "good", "its own first file");
  assert.equal(grade({ coverage: [exec, later(30)] }, library), "partial");
});

test("a container that was there before the sensors is at most partial", () => {
  const late = { container: { fromStart: false } };
  assert.equal(grade(late, library), "partial");
  assert.match(reasons(late, library), /before the sensors/);
  assert.equal(grade(late, { path: "/x.py", kind: "interpreted" }), "none");
});

test("a listing of running processes covers what was loaded then, and says so", () => {
  const dumped = { container: { fromStart: false, dumped: true }, coverage: [exec] };
  assert.equal(grade(dumped, library), "partial");
  assert.equal(grade(dumped, archive), "partial");
  assert.equal(grade(dumped, script), "none");
  assert.match(reasons(dumped, library), /listing/);
});

test("losses weaken what they concern", () => {
  const weakened: readonly Partial<LossFact>[] = [
    {},
    { node: "" },
    { container: sampleContainer },
    { reason: "restart", count: 0 },
    { reason: "gap", count: 0 },
    { reason: "throttle" },
    { reason: "rate-limit" },
    { reason: "cut-file", count: 0 },
    { reason: "eviction" },
    { reason: "something-new" },
    { sinceUs: 0, untilUs: 0 },
    { reason: "missed-probes-of-files" },
    { reason: "absence-of-files" },
  ];
  for (const loss of weakened) {
    const setting = { losses: [sampleLoss(loss)] };
    assert.equal(grade(setting, library), "partial", JSON.stringify(loss));
    assert.equal(cover(setting).losses.length, 1);
    assert.notEqual(reasons(setting, library), "");
  }
});

test("losses of other nodes, containers, times, policies and rights do not", () => {
  const harmless: readonly Partial<LossFact>[] = [
    { node: "node-2" },
    { container: "d".repeat(31) },
    { sinceUs: sampleStartUs - 9 * minuteUs, untilUs: sampleStartUs - minuteUs },
    { sinceUs: sampleStartUs + 90 * minuteUs, untilUs: sampleStartUs + 91 * minuteUs },
    { reason: "missed-probes-of-tcp" },
    { reason: "privilege-eviction" },
    { reason: "write-eviction" },
    { reason: "detect-eviction" },
  ];
  for (const loss of harmless) {
    const setting = { losses: [sampleLoss(loss)] };
    assert.equal(grade(setting, library), "good", JSON.stringify(loss));
    assert.equal(cover(setting).losses.length, 0);
  }
});

test("a loss of one policy does not weaken what another watches too", () => {
  const coverage = [exec, wide, sampleCoverage({ policy: "other" })];
  const losses = [sampleLoss({ reason: "missed-probes-of-files" })];
  assert.equal(grade({ coverage, losses }, library), "good");
});

test("a file that is cut where the events end took nothing from what came before", () => {
  const endUs = sampleStartUs + 60 * minuteUs;
  const cut = sampleLoss({ reason: "cut-file", sinceUs: endUs, untilUs: endUs });
  assert.equal(grade({ losses: [cut] }, library), "good");
  assert.equal(cover({ losses: [cut] }).losses.length, 1, "but it is shown");
});

test("watching must last, unless the container's whole life was seen", () => {
  assert.equal(grade({ minutes: 120 }, library), "partial");
  assert.match(reasons({ minutes: 120 }, library), /60 min of at least 2 h/);
  assert.equal(grade({ minutes: 120, container: { ended: true } }, library), "good");
  assert.equal(grade({ minutes: 120, container: { ended: true, fromStart: false } }), "none");
});

test("a quiet container is watched as long as its node gives events", () => {
  const quiet = { container: { lastSeenUs: sampleStartUs + minuteUs } };
  assert.equal(grade({ ...quiet, minutes: 30 }, library), "good");
});

test("sensors of other nodes do not count", () => {
  const elsewhere = [exec, wide].map((fact) => ({ ...fact, node: "node-2" }));
  assert.equal(grade({ coverage: elsewhere }, library), "none");
  assert.deepEqual(cover({ coverage: elsewhere }).sensors, []);
  assert.equal(grade({ coverage: elsewhere, container: { node: "" } }, library), "good");
});

test("more losses and fewer sensors never raise a grade", () => {
  const rank = { none: 0, partial: 1, good: 2 } as const;
  const sensors = [
    exec,
    loader,
    wide,
    sampleCoverage({ sensor: "mmap", policy: "m", pathPrefixes: ["/usr/lib"] }),
    sampleCoverage({ policy: "i", basis: "inferred", pathPrefixes: ["/opt/"] }),
  ];
  const files = [library, program, script, archive, { path: "/opt/x", kind: "data" } as const];
  fc.assert(
    fc.property(
      fc.subarray(sensors),
      fc.subarray(sensors),
      fc.subarray(files),
      fc.boolean(),
      (some, others, chosen, isLossy) => {
        const more = sensors.filter((one) => some.includes(one) || others.includes(one));
        const few = cover({ coverage: some, losses: isLossy ? [sampleLoss()] : [] });
        const full = cover({ coverage: more });
        assert.ok(rank[few.grade(chosen).grade] <= rank[full.grade(chosen).grade]);
      },
    ),
  );
});
