/**
 * Holds the part of a daemon that keeps scans of running images current.
 * In: which images run, the scanner, the store. Out: documents in the state directory, and a record
 * of each image: made, failed and why, or waiting. One scan at a time. Must never end for a scan
 * that fails, and never call an image clean that was not scanned.
 */
import type { TimeUs } from "../../core/event/event.ts";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ScanRecord, Store } from "../../ports/store.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import {
  attemptScan,
  documentsOf,
  isOwnDocument,
  listDocuments,
  type NamedTask,
  type ScanTools,
} from "./attempt-scan.ts";
import { chooseScans, type ImageInUse, recordKey, type ScanTask } from "./choose-scans.ts";
import type { DaemonHealth } from "./daemon-health.ts";
import { forgetScans } from "./forget-scans.ts";

export interface ScanParts extends Omit<ScanTools, "timeoutMs"> {
  readonly store: Pick<Store, "scans" | "settings">;
  readonly clock: Clock;
  readonly health: DaemonHealth;
  /** **Unit**: microseconds; 0: nothing is removed. */
  readonly retentionUs: number;
  /** All that run or ran within the retention; undefined: not known yet. */
  images(): Promise<readonly ImageInUse[] | undefined>;
  /** Documents of an image are new: a report may say something else now. */
  onScanned(reference: string): void;
}

/** **Unit**: milliseconds. */
const waits = { look: 30_000, withoutTools: 10 * 60_000, timeout: 15 * 60_000 } as const;
const dataAgeUsMax = 10 * 60_000_000;
const errorLengthMax = 600;
const part = "scans";

/** Ends when the signal is given. **Errors**: throws defects only. */
export async function scanImages(parts: ScanParts): Promise<void> {
  const duty = new ScanDuty(parts);
  while (!parts.signal.aborted) {
    const waitMs = await duty.onceOrTell();
    if (waitMs > 0) await parts.clock.wait(waitMs, parts.signal);
  }
}

class ScanDuty {
  private readonly parts: ScanParts;
  private dataVersion = "";
  private dataAskedUs: TimeUs | undefined;
  private toldMissing = false;

  constructor(parts: ScanParts) {
    this.parts = parts;
  }

  async onceOrTell(): Promise<number> {
    const { health, clock, log } = this.parts;
    try {
      return await this.once();
    } catch (error) {
      if (!(error instanceof WaggleError)) throw error;
      if (health.note(part, false, error.message, clock.nowUs())) {
        log.warn("Scans cannot be kept; tried again.", { why: error.message });
      }
      return waits.look;
    }
  }

  /** One image at most. **Unit**: milliseconds until the next look. */
  private async once(): Promise<number> {
    const { store, clock, health } = this.parts;
    const images = await this.parts.images();
    if (images === undefined) return waits.look;
    await this.forget(images);
    const records = await this.withFilesThere(await store.scans.all());
    await this.askData(records);
    const nowUs = clock.nowUs();
    const { dataVersion } = this;
    const { due, waitingCount, leftOutCount } = chooseScans({
      images,
      records,
      nowUs,
      dataVersion,
    });
    health.set("scan-queue", due.length + waitingCount + leftOutCount);
    for (const { image, record, kind } of due) {
      if (record !== undefined || kind === "refuse") continue;
      await this.put({ image, record }, { state: "waiting" });
    }
    const [task] = due;
    if (task === undefined) return waits.look;
    return this.attempt(task);
  }

  private async attempt(task: ScanTask): Promise<number> {
    const { image, record } = task;
    try {
      const made = await attemptScan(task, { ...this.parts, timeoutMs: waits.timeout });
      await this.put(task, { state: "made", ...made, dataVersion: this.dataVersion });
      this.tellTools(true, "");
      this.parts.log.info("An image was scanned.", { image: image.reference, how: task.kind });
      this.parts.onScanned(image.reference);
      return 0;
    } catch (error) {
      if (!(error instanceof WaggleError)) throw error;
      if (this.parts.signal.aborted) return 0;
      if (error.code === "tool-missing") {
        this.tellTools(false, error.message);
        return waits.withoutTools;
      }
      const why = makeVisible(error.message.replace(/\s+/g, " "), errorLengthMax);
      const attemptCount = (record?.attemptCount ?? 0) + 1;
      const kept = await this.keptFiles(task);
      await this.put(task, { state: "failed", ...kept, error: why, attemptCount });
      this.parts.log.warn("An image could not be scanned.", {
        ...{ image: image.reference, why, attempts: attemptCount },
      });
      if (attemptCount === 1) this.parts.onScanned(image.reference);
      return 0;
    }
  }

  /** An SBOM without its match is worth keeping, and so is an old match. */
  private async keptFiles(task: ScanTask) {
    const { record, kind, sbomFile } = task;
    const names = documentsOf(task);
    const made =
      kind === "scan" && (await listDocuments(this.parts)).has(names.sbomFile)
        ? names.sbomFile
        : "";
    const vulnerabilitiesFile = record?.vulnerabilitiesFile ?? "";
    const dataVersion = record?.dataVersion ?? "";
    return { sbomFile: sbomFile === "" ? made : sbomFile, vulnerabilitiesFile, dataVersion };
  }

  private async put(task: NamedTask, what: Partial<ScanRecord>): Promise<void> {
    const { image, record } = task;
    const key = recordKey(task);
    const { scans } = this.parts.store;
    await scans.put({
      ...{ image: key, reference: image.reference, state: "waiting", attemptCount: 0, error: "" },
      ...{ timeUs: this.parts.clock.nowUs(), sbomFile: "", vulnerabilitiesFile: "" },
      ...{ dataVersion: "" },
      ...what,
    });
    if (record !== undefined && record.image !== key) await scans.drop(record.image);
  }

  private tellTools(ok: boolean, why: string): void {
    const { health, clock, log } = this.parts;
    health.note(part, ok, why, clock.nowUs());
    if (!ok && !this.toldMissing) log.warn("Images are not scanned: a tool is missing.", { why });
    this.toldMissing = !ok;
  }

  private async askData(records: readonly ScanRecord[]): Promise<void> {
    const nowUs = this.parts.clock.nowUs();
    const since = this.dataAskedUs === undefined ? undefined : nowUs - this.dataAskedUs;
    const isFresh = since !== undefined && since >= 0 && since < dataAgeUsMax;
    if (isFresh || (records.length === 0 && this.dataAskedUs !== undefined)) return;
    this.dataVersion = await this.parts.scanner.dataVersion();
    this.dataAskedUs = nowUs;
  }

  /** A record whose documents somebody took away is as one without. */
  private async withFilesThere(records: readonly ScanRecord[]): Promise<readonly ScanRecord[]> {
    if (records.length === 0) return records;
    const there = await listDocuments(this.parts);
    const kept = (name: string) => (isOwnDocument(name) && !there.has(name) ? "" : name);
    return records.map((record) => {
      const vulnerabilitiesFile = kept(record.vulnerabilitiesFile);
      const sbomFile = kept(record.sbomFile);
      const isMatchLost = record.state === "made" && vulnerabilitiesFile === "";
      const state = isMatchLost ? "waiting" : record.state;
      return { ...record, state, sbomFile, vulnerabilitiesFile };
    });
  }

  private async forget(images: readonly ImageInUse[]): Promise<void> {
    const { retentionUs, log } = this.parts;
    if (retentionUs === 0) return;
    const nowUs = this.parts.clock.nowUs();
    const forgotten = await forgetScans({ ...this.parts, images, nowUs, retentionUs });
    if (forgotten > 0) log.info("Scans of images that run no more were removed.", { forgotten });
  }
}
