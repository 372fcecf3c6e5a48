/**
 * Holds the browser that tests look at pages with.
 * In: `CHROMIUM`, or where Debian puts it. Out: a Chromium with a fresh profile, and a page that
 * notes every request, message and error.
 * A machine without one skips these tests and says so; with `WAGGLE_NEED_BROWSER` (as in CI) it
 * fails, so that they are never left out unseen.
 */
import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const program = process.env["CHROMIUM"] ?? places.find((path) => existsSync(path)) ?? "";
const isNeeded = (process.env["WAGGLE_NEED_BROWSER"] ?? "") !== "";

/** For `test(name, { skip }, …)`: the reason, or false. */
export const browserMissing: string | false =
  program !== "" || isNeeded
    ? false
    : "no Chromium here: install Debian's `chromium`, or name one in CHROMIUM";

export async function startBrowser(): Promise<Browser> {
  if (program === "") {
    throw new Error("WAGGLE_NEED_BROWSER is set and there is no Chromium; CHROMIUM names one");
  }
  return await chromium.launch({
    executablePath: program,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export interface WatchedPage {
  readonly page: Page;
  /** What it asked for, beside itself and data addresses. */
  readonly requests: readonly string[];
  /** Messages of the console, errors, dialogs. */
  readonly complaints: readonly string[];
}

export async function openPage(
  browser: Browser,
  path: string,
  options: BrowserContextOptions & { readonly hash?: string } = {},
): Promise<WatchedPage> {
  const { hash = "", ...rest } = options;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...rest });
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`file://${path}`) && !url.startsWith("data:")) requests.push(url);
  });
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch((error: unknown) => complaints.push(String(error)));
  });
  await page.goto(`file://${path}${hash}`);
  if (rest.javaScriptEnabled !== false) await page.waitForSelector("html[data-ready]");
  return { page, requests, complaints };
}
