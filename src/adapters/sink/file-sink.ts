/**
 * Holds the sinks that write files: one file that always holds the latest report, or a directory
 * with each report and the latest.
 * In: deliveries. Out: files, each whole or as it was; the format goes by the name's end.
 * Must never fill a disk: a directory keeps the last reports only.
 */
import { randomBytes } from "node:crypto";
import { open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { renderHtml } from "../../core/report/html/render-html.ts";
import { renderJson } from "../../core/report/render-json.ts";
import { renderMarkdown } from "../../core/report/render-markdown.ts";
import { renderText } from "../../core/report/render-text.ts";
import type { Report } from "../../core/report/report.ts";
import type { Delivery, Sink } from "../../ports/sink.ts";
import { WaggleError } from "../../ports/waggle-error.ts";

type Render = (report: Report) => Iterable<string>;

const renderings: Readonly<Record<string, Render>> = {
  json: (report) => renderJson(report),
  md: (report) => [renderMarkdown(report, { top: 0 })],
  html: (report) => [renderHtml(report, { compress: deflate })],
  txt: (report) => [`${renderText(report, { width: 100, color: false, top: 0 })}\n`],
};

/** What a name may end in. */
export const fileFormats: readonly string[] = Object.keys(renderings);

/** Without a header: that of gzip names the operating system. */
function deflate(text: string): string {
  return deflateRawSync(text).toString("base64");
}

/** The latest report, over the one before. **Shape**: the name ends in one of `fileFormats`. */
export function createFileSink(name: string): Sink {
  return {
    name,
    deliver: ({ report }) => telling(name, () => replace(name, report)),
  };
}

/** Reports that a directory keeps. */
const keptCountMax = 100;

const latestNames = ["latest.json", "latest.md", "latest.html"];

/** Makes a directory and what lacks above it; throws at once where none can be made. */
export type MakeDirectory = (path: string, mode: number) => void;

/** Reports may be read by whom the user's umask lets. */
const directoryMode = 0o777;

/** `<id>.json` of each of the last reports, sorted by time; the latest in three formats. */
export function createDirectorySink(name: string, makeDirectory: MakeDirectory): Sink {
  return {
    name,
    deliver: (delivery) =>
      telling(name, async () => {
        makeDirectory(name, directoryMode);
        await fill(name, delivery);
      }),
  };
}

async function fill(folder: string, { id, report }: Delivery): Promise<void> {
  await replace(join(folder, `${id.replace(/[^\w.-]/g, "_")}.json`), report);
  for (const latest of latestNames) await replace(join(folder, latest), report);
  const kept = (await readdir(folder)).filter((one) => reportName.test(one)).sort();
  const old = kept.slice(0, Math.max(0, kept.length - keptCountMax));
  for (const one of old) await rm(join(folder, one), { force: true });
}

/** Only what this sink wrote is ever removed. */
const reportName = /^\d{8}T\d{12}Z-[0-9a-f]{8}\.json$/;

async function replace(name: string, report: Report): Promise<void> {
  const render = renderings[name.slice(name.lastIndexOf(".") + 1)];
  if (render === undefined) throw new Error("the name of a file was checked when it was opened");
  const mark = randomBytes(4).toString("hex");
  const temporary = join(dirname(name), `.${basename(name).slice(0, 60)}.${mark}.tmp`);
  try {
    const handle = await open(temporary, "wx");
    try {
      for (const piece of render(report)) await handle.write(piece);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, name);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function telling(name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "") throw error;
    const message = `No report could be written to ${JSON.stringify(name)} (${code}).`;
    throw new WaggleError("delivery-failed", message, { cause: error, retryable: true });
  }
}
