/** Tests of `summarize-waivers.ts`, and that every page for people shows what people signed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { shopReport } from "../../testing/sample-shop.ts";
import type { Waiver } from "../judge/waive/waiver.ts";
import { explain } from "./explain-finding.ts";
import { renderExplanation } from "./render-explanation.ts";
import { renderMarkdown } from "./render-markdown.ts";
import { renderText } from "./render-text.ts";
import { summarizeWaivers } from "./summarize-waivers.ts";

const waiver: Waiver = {
  status: "not_affected",
  justification: "vulnerable_code_not_present",
  reason: "built without it\u202e\u001b[31m",
  by: "Kim",
  until: "2026-12-31",
};
const signed = {
  ...shopReport,
  findings: shopReport.findings.map((one, at) => ({ ...one, waiver: at === 0 ? waiver : null })),
};

test("a decision is one sentence with who, why and until when; without one nothing is said", () => {
  assert.deepEqual(summarizeWaivers(shopReport), []);
  const [sentence = "", ...rest] = summarizeWaivers(signed);
  assert.deepEqual(rest, []);
  assert.match(sentence, /^CVE-2022-0778 in shop\/web \(#1\): not affected \(vulnerable code not/);
  assert.match(sentence, /by Kim until 2026-12-31: built without it/);
});

test("text, Markdown and explanation show it with nothing unseen in it", () => {
  const view = { width: 120, color: false, top: 0 };
  const pages = [
    renderText(signed, view).toString(),
    renderMarkdown(signed, view),
    renderExplanation(explain(signed, "CVE-2022-0778"), view).toString(),
  ];
  for (const page of pages) {
    assert.match(page, /by Kim until 2026-12-31/);
    assert.ok(!/[\u202e\u001b]/.test(page));
  }
  assert.ok(!renderText(shopReport, view).toString().includes("SIGNED"));
});
