/**
 * Holds when scans of images that run no more are removed.
 * In: the images that run, the records. Out: how many are gone, files and all. Keeps since when an
 * image was missing in the store, so that a daemon that restarts often still removes.
 * Must never remove a file that is not the daemon's own.
 */
import * as z from "zod";
import type { TimeUs } from "../../core/event/event.ts";
import type { Files } from "../../ports/files.ts";
import type { ScanRecord, Store } from "../../ports/store.ts";
import { stateFiles } from "../state-sources.ts";
import { type ImageInUse, imageKey } from "./choose-scans.ts";

export interface ForgetQuestion {
  readonly store: Pick<Store, "scans" | "settings">;
  readonly files: Files;
  readonly state: string;
  readonly images: readonly ImageInUse[];
  readonly nowUs: TimeUs;
  readonly retentionUs: number;
}

const setting = "scans-unused-since";
const unusedSchema = z.record(z.string(), z.number());

/** **Errors**: throws `file-not-written`, and what the store throws. */
export async function forgetScans(question: ForgetQuestion): Promise<number> {
  const { store, images, nowUs, retentionUs } = question;
  const used = new Set(images.flatMap((image) => [imageKey(image), image.reference]));
  const records = await store.scans.all();
  const unused = records.filter((record) => !used.has(record.image));
  const text = await store.settings.get(setting);
  const before = new Map(Object.entries(readUnused(text)));
  const since = new Map<string, TimeUs>();
  let forgotten = 0;
  for (const record of unused) {
    const sinceUs = Math.min(before.get(record.image) ?? nowUs, nowUs);
    if (nowUs - sinceUs < retentionUs) {
      since.set(record.image, sinceUs);
      continue;
    }
    await remove(record, question);
    forgotten += 1;
  }
  const now = JSON.stringify(Object.fromEntries(since));
  if (now !== (text ?? "{}")) await store.settings.set(setting, now);
  return forgotten;
}

/** The record goes last: what was interrupted is done again. */
async function remove(
  { image, sbomFile, vulnerabilitiesFile }: ScanRecord,
  { store, files, state }: ForgetQuestion,
): Promise<void> {
  const own = new RegExp(`^${stateFiles.scans}/[\\w.-]+\\.json$`);
  for (const file of [sbomFile, vulnerabilitiesFile]) {
    if (own.test(file)) await files.remove(`${state}/${file}`);
  }
  await store.scans.drop(image);
}

/** What cannot be read is as if nothing was unused before: files stay longer. */
function readUnused(text: string | undefined): Readonly<Record<string, number>> {
  if (text === undefined) return {};
  const result = unusedSchema.safeParse(JSON.parse(text));
  return result.success ? result.data : {};
}
