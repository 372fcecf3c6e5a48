/** Holds what must be true of a page before any browser sees it. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { hostileTexts, sampleHostileReport } from "../../../testing/sample-hostile-report.ts";
import { sampleJudgement, sampleReport } from "../../../testing/sample-judgement.ts";
import { sampleLargeReport } from "../../../testing/sample-large-report.ts";
import { renderHtml } from "./render-html.ts";

const compress = (text: string) => deflateRawSync(text, { level: 6 }).toString("base64");
const render = (report: Parameters<typeof renderHtml>[0]) => renderHtml(report, { compress });

test("ten thousand findings in five hundred workloads are less than a megabyte", () => {
  const report = sampleLargeReport({ findingCount: 10_000, workloadCount: 500 });
  const sizeBytes = Buffer.byteLength(render(report));
  assert.ok(sizeBytes < 1_000_000, `${sizeBytes} bytes`);
});

test("the same report gives the same page", () => {
  const sample = { findingCount: 50, workloadCount: 10 };
  assert.equal(render(sampleLargeReport(sample)), render(sampleLargeReport(sample)));
});

test("the policy of the page allows its own script and style alone", () => {
  const page = render(sampleLargeReport({ findingCount: 10, workloadCount: 3 }));
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "";
  const plain = policy.replaceAll("&#39;", "'");
  assert.match(plain, /^default-src 'none'; script-src 'sha256-\S+'; style-src 'sha256-\S+';/);
  for (const [tag, directive] of [
    ['<script type="module">', "script-src"],
    ["<style>", "style-src"],
  ] as const) {
    const start = page.indexOf(tag) + tag.length;
    const text = page.slice(start, page.indexOf(`</${tag.slice(1, 6)}`, start));
    const hash = createHash("sha256").update(text).digest("base64");
    assert.ok(plain.includes(`${directive} 'sha256-${hash}'`), directive);
  }
  assert.doesNotMatch(page, /\sstyle="|\son[a-z]+="/, "no inline styles or handlers");
  assert.doesNotMatch(page.replace("http-equiv", ""), /(?:src|href)="(?!#|data:,)/);
});

test("the script makes no markup of text", () => {
  const page = render(sampleLargeReport({ findingCount: 1, workloadCount: 1 }));
  const script = page.slice(page.indexOf('<script type="module">'));
  assert.doesNotMatch(script, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser/);
  assert.doesNotMatch(script, /\beval\b|new Function|\bfetch\(|XMLHttpRequest|WebSocket|import\(/);
});

test("hostile text is in the page as text only", () => {
  const page = render(sampleHostileReport());
  const before = page.slice(0, page.indexOf('id="data"'));
  assert.equal(page.match(/<script/g)?.length, 2);
  assert.equal(page.match(/<\/script/g)?.length, 2);
  assert.doesNotMatch(page, /<img|<svg\/|<!--/);
  assert.doesNotMatch(before, /[\u202e\u2066\u200b\u2028]/);
  assert.doesNotMatch(before, /x{700}/, "long text is cut");
  assert.ok(before.includes("&lt;script&gt;alert(1)"), "and it is there");
  assert.ok(hostileTexts.length > 5);
});

test("the data of the page is base64 of what was packed", () => {
  const page = render(sampleHostileReport());
  const data = /id="data">([^<]*)<\/script>/.exec(page)?.[1] ?? "";
  assert.match(data, /^[A-Za-z0-9+/]+={0,2}$/);
  assert.equal(JSON.parse(inflateRawSync(Buffer.from(data, "base64")).toString()).n, 1);
  assert.throws(() => renderHtml(sampleHostileReport(), { compress: () => "</script>" }));
});

test("without a script the page says what to do, its proof, the funnel and problems", () => {
  const report = sampleLargeReport({ findingCount: 300, workloadCount: 20 });
  const page = render(report);
  const body = page.slice(page.indexOf("<main>"), page.indexOf('id="data"'));
  const now = report.actions.filter(({ decision }) => decision === "act-now").length;
  assert.ok(now > 1 && body.includes(`Do ${now} things now`));
  for (const { title } of report.actions.slice(0, 10)) assert.ok(body.includes(title), title);
  assert.match(body, /events\/tetragon\.log\.gz at byte \d+/);
  assert.match(body, /… and in use/);
  assert.match(body, /container-without-sbom/);
  assert.match(body, /policy denies flow/);
});

test("a report without anything says so, and blames nobody", () => {
  const empty = sampleReport(sampleJudgement([]));
  const page = render(empty);
  assert.match(page, /Nothing to judge: no scan with matches was given/);
  assert.match(page, /who reaches what is unknown,\s+which is not the same as nobody/);
  const scan = { role: "vulnerabilities", format: "grype", sizeBytes: 1, details: {} };
  const scanned = { ...empty, inputs: [{ ...scan, name: "s.json", count: 0 }] };
  assert.match(render(scanned), /Nothing to judge/);
});

test("without events the page says that use and reach are unknown", () => {
  const report = sampleLargeReport({ findingCount: 20, workloadCount: 4 });
  const window = { from: null, to: null, seconds: 0, eventCount: 0 };
  const page = render({ ...report, window, coverage: [], workloads: [], flows: [] });
  assert.match(page, /without any kernel event: whether something is used or reached is unknown/);
  assert.match(page, /No container was seen in the events: all use is unknown/);
});
