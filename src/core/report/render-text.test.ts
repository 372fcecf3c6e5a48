/** Holds what a person must find in the text report. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleJudgement, sampleReport } from "../../testing/sample-judgement.ts";
import { shopReport } from "../../testing/sample-shop.ts";
import { renderText } from "./render-text.ts";
import type { Report } from "./report.ts";
import { widthOf } from "./text-layout.ts";

const hostileName = "\x1b[2J\u202eevil\nname".repeat(40);

function withHostileNames(report: Report): Report {
  const spoil = (key: string, value: unknown) =>
    ["name", "path", "binary", "because", "reference", "message", "version"].includes(key)
      ? hostileName
      : value;
  return JSON.parse(JSON.stringify(report, spoil));
}

const render = (report: Report, width = 100, color = false) =>
  renderText(report, { width, color, top: 10 }).toString();

test("it says what to do, where, against what, why, and shows the proof", () => {
  const text = render(shopReport);
  for (const part of [
    /openssl 1\.1\.1k-1 → 1\.1\.1n-0/,
    /shop\/web/,
    /CVE-2022-0778 \(KEV, ransomware, Critical 9\.1, EPSS 87 %\)/,
    /in use \(mapped\)/,
    /mapped as code by \/usr\/sbin\/nginx/,
    /runs as root/,
    /10:00:01 mapped \/usr\/lib\/libssl\.so\.1\.1 by \/usr\/bin\/sampled/,
    /waggle explain CVE-2022-0778/,
  ]) {
    assert.match(text, part);
  }
});

test("it says what was not seen", () => {
  const text = render(shopReport);
  assert.match(text, /Use unknown for 1 package: the container ran before the sensors/);
  assert.match(text, /1 in use, 1 not observed, 1 unknown/);
});

test("no line is wider than the screen, at any width and with any names", () => {
  for (const width of [60, 80, 100, 140]) {
    for (const report of [shopReport, withHostileNames(shopReport)]) {
      for (const line of render(report, width).split("\n")) {
        assert.ok(widthOf(line) <= width, `${width}: ${widthOf(line)}: ${line}`);
      }
    }
  }
});

test("hostile names reach the terminal neither with nor without colour", () => {
  const text = render(withHostileNames(shopReport), 100, true);
  const ours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");
  assert.doesNotMatch(text.replace(ours, ""), /[^\P{Cc}\n]|\p{Cf}/u);
});

test("without colour nothing but text is printed", () => {
  assert.doesNotMatch(render(shopReport), /[^\P{Cc}\n]/u);
});

test("problems with the input are shown, notices are not", () => {
  const problem = { count: 3, first: { input: "a.jsonl", offset: 1, line: 2 } };
  const problems = [
    { ...problem, code: "cut-file", weight: "lost" as const, message: "the file ends early" },
    { ...problem, code: "fine", weight: "notice" as const, message: "nothing to see" },
  ];
  const text = render({ ...shopReport, problems });
  assert.match(text, /a\.jsonl: the file ends early \(first of 3\)/);
  assert.doesNotMatch(text, /nothing to see/);
});

test("an empty report says that nothing was seen", () => {
  const text = render(sampleReport(sampleJudgement([])));
  assert.match(text, /No findings: no scan was given/);
  assert.match(text, /No container was seen/);
  assert.doesNotMatch(text, /waggle explain/, "there is nothing to explain");
});

/** The first upgrade also of a second workload, which does not use it. */
function withIdleTwin(report: Report): Report {
  const [action] = report.actions;
  const [finding] = report.findings;
  assert.ok(action !== undefined && finding !== undefined);
  const workload = { ...finding.workload, name: "idle", container: "idle" };
  const usage = { ...finding.usage, state: "not-observed" as const, evidence: [] };
  const twin = { ...finding, id: "ffff", workload, usage, inUse: false };
  const image = { reference: "registry.example/idle:1", digest: "" };
  const other = { ...action, id: "other", image, workloads: [workload], findings: ["ffff"] };
  return {
    ...report,
    findings: [...report.findings, { ...twin, image }],
    actions: [action, other, ...report.actions.slice(1)],
  };
}

test("the same upgrade of several images is one entry", () => {
  const text = render(withIdleTwin(shopReport));
  assert.match(text, /in 2 images/);
  assert.equal(text.match(/openssl 1\.1\.1k-1 →/g)?.length, 1);
});

test("by workload each is a block of its own, and what is asked for by action is not", () => {
  const options = { width: 100, color: false, top: 10 };
  const text = renderText(shopReport, { ...options, groupBy: "workload" }).toString();
  assert.match(text, /WHAT TO DO, BY WORKLOAD/);
  assert.doesNotMatch(text, /WHAT TO DO FIRST/);
  assert.equal(
    renderText(shopReport, { ...options, groupBy: "action" }).toString(),
    render(shopReport),
  );
});

test("where workloads differ, it says which of them use it and whose rights are told", () => {
  const text = render(withIdleTwin(shopReport), 140);
  assert.match(text, /used in shop\/web; not observed in shop\/idle/);
  assert.match(text, /shop\/web is privileged: runs as root/);
  assert.doesNotMatch(render(shopReport), /used in|shop\/web is privileged/);
});

test("a known exploited one beyond the list is named, used or not, with a fix or without", () => {
  const [finding, ...others] = shopReport.findings;
  const [action, ...actions] = shopReport.actions;
  assert.ok(finding !== undefined && action !== undefined);
  const decision = { ...finding.decision, name: "scheduled" as const };
  const idle = { ...finding, inUse: false, decision };
  const findings = [...others, idle];
  const last = { ...shopReport, findings, actions: [...actions, action] };
  const short = renderText(last, { width: 100, color: false, top: 1 }).toString();
  assert.match(short, /ALSO TO ACT ON NOW, KNOWN EXPLOITED[^\n]*\n *2 {2}openssl .*CVE-2022-0778/);
  const unfixed = { ...last, findings: [...others, { ...idle, fixable: false }], actions };
  assert.match(render(unfixed), /1 finding has no fix, known to be exploited among them: libssl/);
});

test("narrow screens wrap what to do instead of cutting it", () => {
  const [action, ...rest] = shopReport.actions;
  assert.ok(action !== undefined);
  const from = ["v0.0.0-20210226172049-e18ecbb05110"];
  const text = render({ ...shopReport, actions: [{ ...action, from }, ...rest] }, 60);
  assert.match(text.replace(/\s+/g, " "), /e18ecbb05110 → 1\.1\.1n-0 \(deb\)/);
});
