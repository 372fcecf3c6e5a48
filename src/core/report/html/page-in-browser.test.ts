/**
 * Holds what a page does in a real browser: loads nothing, leads from numbers to what they count,
 * works by keyboard, on a phone, on paper, for those who see no picture, and keeps hostile text
 * text.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { browserMissing, openPage, startBrowser } from "../../../testing/browser.ts";
import { hostileTexts, sampleHostileReport } from "../../../testing/sample-hostile-report.ts";
import { sampleJudgement, sampleReport } from "../../../testing/sample-judgement.ts";
import { sampleLargeReport } from "../../../testing/sample-large-report.ts";
import type { Report } from "../report.ts";
import { makeVisible } from "../safe-text.ts";
import { renderHtml } from "./render-html.ts";

const skip = browserMissing;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const report = sampleLargeReport({ findingCount: 400, workloadCount: 24 });
const state: { folder: string; browser?: Browser } = { folder: "" };

before(async () => {
  if (skip !== false) return;
  state.folder = mkdtempSync(join(tmpdir(), "waggle-page-"));
  state.browser = await startBrowser();
});

after(async () => {
  await state.browser?.close();
  if (state.folder !== "") rmSync(state.folder, { recursive: true, force: true });
});

async function open(one: Report, options: BrowserContextOptions & { readonly hash?: string } = {}) {
  assert.ok(state.browser);
  const path = join(state.folder, "report.html");
  const compress = (text: string) => deflateRawSync(text).toString("base64");
  writeFileSync(path, renderHtml(one, { compress }));
  return await openPage(state.browser, path, options);
}

const statusOf = (page: Page) => page.locator("#finding-list p[role=status]").innerText();

async function findProblems(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  return await page.evaluate(async () => {
    // What axe leaves on the window.
    const { axe: checker } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await checker.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`);
  });
}

test("the page asks for nothing, complains of nothing, and its policy holds", {
  skip,
}, async () => {
  const { page, requests, complaints } = await open(report);
  assert.deepEqual(requests, []);
  assert.deepEqual(complaints, []);
  const outcome = await page.evaluate(async () => {
    const script = Object.assign(document.createElement("script"), {
      textContent: "document.title = 'owned'",
    });
    document.body.append(script);
    const answer = await fetch("https://example.com/").then(
      () => "fetched",
      () => "refused",
    );
    return `${document.title} ${answer}`;
  });
  assert.match(outcome, /^waggle: .* refused$/);
  assert.ok(complaints.some((text) => /Content Security Policy/.test(text)));
  assert.deepEqual(requests, []);
});

test("each number leads to the list that it counts", { skip }, async () => {
  const { page } = await open(report);
  const links = page.locator(
    ".ledger a, .funnel a, .todo a[href^='#findings?action'], #unknown > p a",
  );
  const count = await links.count();
  assert.ok(count > 25, `${count} links`);
  for (let index = 0; index < count; index += 1) {
    const link = links.nth(index);
    const number = /[\d,]+/.exec(await link.innerText())?.[0] ?? "";
    const label = await link.evaluate((one) => one.closest("td")?.dataset["label"] ?? "findings");
    await link.click();
    const noun = label.slice(0, 6);
    const status = await statusOf(page);
    const pattern = new RegExp(`(^| )${number} ${noun}`);
    assert.match(status, pattern, `${await link.getAttribute("href")}: ${status}`);
  }
});

test("a finding opens its row of the table, its proofs and the raw event", { skip }, async () => {
  const proved = report.findings.find(({ usage }) => usage.evidence.length > 0);
  const [proof] = (proved?.usage.evidence ?? []).map((id) => report.evidence[id]);
  assert.ok(proved && proof);
  const { page } = await open(report, { hash: `#findings?open=f:${proved.id}` });
  const drawer = page.locator("dialog[open]");
  const text = await drawer.innerText();
  assert.ok(text.includes(proved.vulnerability.id) && text.includes(proved.decision.row));
  assert.match(text, /automatable\s+yes \(assumed\)\s+nothing told it/);
  assert.equal(await drawer.locator("svg.timeline circle").count(), 2);
  await drawer.locator(`a[data-open='e:${proof.id}']`).click();
  const told = await drawer.innerText();
  for (const part of [proof.execId, proof.path, String(proof.offset), proof.input]) {
    assert.ok(told.includes(part), part);
  }
  assert.ok(told.includes(`gzip -dc '${proof.input}' | tail -c +${proof.offset + 1} | head -n 1`));
  await page.goBack();
  await page.waitForFunction(
    (id) => document.querySelector("#drawer-title")?.textContent?.includes(id),
    proved.vulnerability.id,
  );
});

test("everything is reached by the keyboard, and the focus comes back", { skip }, async () => {
  const { page } = await open(report);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.className), "skip");
  const link = page.locator(".todo h2 a").first();
  await link.focus();
  await page.keyboard.press("Enter");
  assert.ok(await page.locator("dialog[open]").isVisible());
  assert.equal(await page.evaluate(() => document.activeElement?.id), "drawer-title");
  for (let step = 0; step < 60; step += 1) await page.keyboard.press("Tab");
  const stays = await page.evaluate(() => {
    const active = document.activeElement;
    return active === document.body || active?.closest("dialog") !== null;
  });
  assert.ok(stays, "a modal keeps the focus");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  assert.equal(await link.evaluate((one) => one === document.activeElement), true);
  await page.locator("#map-view g.node").nth(1).focus();
  await page.keyboard.press("Enter");
  assert.ok(await page.locator("dialog[open]").isVisible());
  await page.keyboard.press("Escape");
  const sorter = page.locator(".findings th button").nth(2);
  await sorter.focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.locator(".findings th").nth(2).getAttribute("aria-sort"), "ascending");
  assert.match(page.url(), /sort=vulnerability/);
});

test("filters are in the address, and the address brings them back", { skip }, async () => {
  const { page } = await open(report);
  await page.locator("#finding-list input[type=search]").fill("openssl");
  await page.locator("#finding-list select").nth(1).selectOption("in-use");
  assert.match(page.url(), /#findings\?q=openssl&use=in-use$/);
  const status = await statusOf(page);
  const other = await open(report, { hash: new URL(page.url()).hash });
  assert.equal(await statusOf(other.page), status);
  assert.equal(
    await other.page.locator("#finding-list input[type=search]").inputValue(),
    "openssl",
  );
  await other.page.getByRole("button", { name: "Clear filters" }).click();
  assert.match(await statusOf(other.page), /^400 findings/);
});

test("the next page of a long list shows others", { skip }, async () => {
  const { page } = await open(report);
  const first = page.locator(".findings tbody tr td").first();
  assert.equal(await first.innerText(), "1");
  await page.locator("#finding-list").getByRole("button", { name: "Next" }).click();
  assert.equal(await first.innerText(), "51");
});

test("the map marks the path of the action that was asked for, and unfolds", { skip }, async () => {
  const large = sampleLargeReport({ findingCount: 600, workloadCount: 200 });
  const { page } = await open(large);
  const folded = page.locator("#map-view g.node.folded");
  const before = await folded.count();
  assert.ok(before > 0);
  await folded.first().focus();
  await page.keyboard.press("Enter");
  assert.equal(await folded.count(), before - 1);
  await page.locator(".todo a[href^='#map']").first().click();
  const marked = await page.locator("#map-view path.on-path").count();
  assert.ok(marked > 0 && marked < (await page.locator("#map-view path.edge").count()));
  await page.locator("#map-view details summary").click();
  const rows = page.locator("#map-view details tbody tr");
  await rows.first().waitFor();
  assert.equal(await rows.count(), 50);
});

test("hostile text is text everywhere, and any address is taken", { skip }, async () => {
  const hashes = ["", "#findings?open=f:__proto__", "#<img src=x>", "#findings?stage=constructor"];
  for (const hash of hashes) {
    const { page, requests, complaints } = await open(sampleHostileReport(), { hash });
    if (await page.locator("dialog[open]").isVisible()) await page.keyboard.press("Escape");
    const links = await page.locator("main a[data-open]:visible").all();
    for (const link of links.filter((_, index) => index % 9 === 0).slice(0, 12)) {
      await link.click();
      await page.keyboard.press("Escape");
      if (hash !== "") break;
    }
    const found = await page.evaluate(() => ({
      scripts: document.scripts.length,
      images: document.querySelectorAll("img, iframe, object, embed, [onerror], [onload]").length,
      links: [...document.querySelectorAll("a")].filter(
        (one) => !one.getAttribute("href")?.startsWith("#"),
      ).length,
      text: document.body.innerText,
    }));
    assert.deepEqual([found.scripts, found.images, found.links], [2, 0, 0]);
    assert.deepEqual([requests, complaints], [[], []]);
    assert.ok(found.text.includes(makeVisible(hostileTexts[0] ?? "")));
    assert.doesNotMatch(found.text, /[\u202e\u2066\u200b]/);
    await page.context().close();
  }
});

test("light, dark and the switch between them", { skip }, async () => {
  const paper = (page: Page) =>
    page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const { page: light } = await open(report, { colorScheme: "light" });
  const { page: dark } = await open(report, { colorScheme: "dark" });
  assert.equal(await paper(light), "rgb(255, 255, 255)");
  const darkPaper = await paper(dark);
  assert.notEqual(darkPaper, "rgb(255, 255, 255)");
  await light.getByRole("button", { name: "Switch to dark colours" }).click();
  assert.equal(await paper(light), darkPaper);
  await light.emulateMedia({ media: "print" });
  assert.equal(await paper(light), "rgb(255, 255, 255)", "paper is white");
  assert.equal(await light.locator(".filters").first().isVisible(), false);
  assert.ok((await light.pdf({ format: "A4" })).length > 10_000);
});

test("on a phone nothing is wider than the screen", { skip }, async () => {
  const cases = [report, sampleHostileReport()];
  for (const one of cases) {
    const { page } = await open(one, { viewport: { width: 360, height: 740 } });
    const extra = () =>
      page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
    assert.equal(await extra(), 0);
    await page.locator(".todo h2 a").first().click();
    const inside = await page
      .locator("dialog")
      .evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
    assert.equal(inside, 0);
    await page.context().close();
  }
});

test("axe finds nothing to complain of, light, dark, with a finding open", { skip }, async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    const { page } = await open(report, { colorScheme });
    assert.deepEqual(await findProblems(page), []);
    await page.locator(".todo h2 a").first().click();
    assert.deepEqual(await findProblems(page), []);
    await page.keyboard.press("Escape");
    await page.context().close();
  }
});

test("without a script the first screen, the funnel and the problems are there", {
  skip,
}, async () => {
  const { page } = await open(report, { javaScriptEnabled: false });
  assert.match(await page.locator("h1").innerText(), /^Do \d+ things now$/);
  assert.equal(await page.locator(".todo > li").count(), 10);
  assert.ok(await page.locator(".funnel").isVisible());
  assert.match(await page.locator("main").innerText(), /container-without-sbom/);
});

test("reports of nothing, of scans alone, and without flows look like what they are", {
  skip,
}, async () => {
  const empty = sampleReport(sampleJudgement([]));
  const window = { from: null, to: null, seconds: 0, eventCount: 0 };
  const scanned: Report = {
    ...report,
    window,
    coverage: [],
    workloads: [],
    flows: [],
    evidence: {},
  };
  for (const one of [empty, scanned, { ...report, flows: [] }, { ...report, workloads: [] }]) {
    const { page, complaints } = await open(one);
    assert.deepEqual(complaints, []);
    assert.equal(await page.locator("#script-state").isVisible(), false);
    assert.doesNotMatch(await page.locator("main").innerText(), /undefined|NaN|\[object/);
    await page.context().close();
  }
});

test("ten thousand findings open, and how long it takes is told", { skip }, async (context) => {
  const large = sampleLargeReport({ findingCount: 10_000, workloadCount: 500 });
  const { page, complaints } = await open(large);
  assert.deepEqual(complaints, []);
  assert.match(await statusOf(page), /^10,000 findings/);
  const ms = await page.evaluate(() => Math.round(performance.now()));
  context.diagnostic(`10,000 findings were on the page ${ms} ms after it was asked for`);
});
