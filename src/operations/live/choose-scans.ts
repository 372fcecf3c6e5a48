/**
 * Holds what is to be scanned now, and what must wait.
 * In: the images that run, what was tried before, the time, the version of the vulnerability data.
 * Out: tasks in order. Must never let a name that is no image reference reach a tool.
 */
import type { TimeUs } from "../../core/event/event.ts";
import { digestOf } from "../../core/judge/image-reference.ts";
import type { CoverageSummary } from "../../core/judge/verdict.ts";
import { isHostKey } from "../../core/observe/container-key.ts";
import { type ImageSource, imageSources } from "../../ports/scanner.ts";
import type { ScanRecord } from "../../ports/store.ts";
import { WaggleError } from "../../ports/waggle-error.ts";

/** An image that a container was seen to run. */
export interface ImageInUse {
  /** As telemetry names it: hostile. */
  readonly reference: string;
  /** `sha256:…`; "" unknown. */
  readonly digest: string;
  /** Inputs that a report joined to it; "" none. */
  readonly sbom: string;
  readonly scan: string;
}

/** **Order**: as given, each image once; of its containers the one that lacks most counts. */
export function listImagesInUse(
  coverage: readonly Pick<CoverageSummary, "containerId" | "image" | "sbom" | "scan">[],
): readonly ImageInUse[] {
  const images = new Map<string, ImageInUse>();
  for (const { containerId, image, sbom, scan } of coverage) {
    const one = { reference: image.reference, digest: image.digest, sbom, scan };
    const key = imageKey(one);
    if (key === "" || isHostKey(containerId)) continue;
    const known = images.get(key);
    images.set(key, {
      ...one,
      sbom: known === undefined || known.sbom !== "" ? sbom : "",
      scan: known === undefined || known.scan !== "" ? scan : "",
    });
  }
  return [...images.values()];
}

/** Digest where known, else the reference; "" when nothing is known. */
export function imageKey({ reference, digest }: Pick<ImageInUse, "reference" | "digest">): string {
  return digest === "" ? reference : digest;
}

export interface ScanTask {
  /** `scan`: SBOM and match; `match`: of the SBOM that is there; `refuse`: no image reference. */
  readonly kind: "scan" | "match" | "refuse";
  readonly image: ImageInUse;
  /** "" for `scan`. */
  readonly sbomFile: string;
  /** What was tried before; undefined: nothing. */
  readonly record: ScanRecord | undefined;
}

export interface ScanChoice {
  /** **Order**: what was never tried first, then by the time of the last try. */
  readonly due: readonly ScanTask[];
  /** Images that failed and wait for their time. */
  readonly waitingCount: number;
  /** Images beyond the bound. */
  readonly leftOutCount: number;
}

export interface ScanQuestion {
  readonly images: readonly ImageInUse[];
  readonly records: readonly ScanRecord[];
  readonly nowUs: TimeUs;
  /** "" unknown: then nothing is matched again. */
  readonly dataVersion: string;
}

const imageCountMax = 10_000;
const minuteUs = 60_000_000;
const backOffUs = { first: 10 * minuteUs, most: 24 * 60 * minuteUs } as const;

/** **Cost**: linear in images and records. */
export function chooseScans({ images, records, nowUs, dataVersion }: ScanQuestion): ScanChoice {
  const find = findRecord(records);
  const due: ScanTask[] = [];
  let waitingCount = 0;
  for (const image of images.slice(0, imageCountMax)) {
    const record = find(image);
    const task = chooseTask(image, record, dataVersion);
    if (task === undefined) continue;
    if (isTooSoon(record, nowUs)) waitingCount += 1;
    else due.push(task);
  }
  const triedUs = ({ record }: ScanTask) => (record?.attemptCount ? record.timeUs : 0);
  due.sort((a, b) => triedUs(a) - triedUs(b));
  return { due, waitingCount, leftOutCount: Math.max(0, images.length - imageCountMax) };
}

/**
 * An image whose digest was learned from its SBOM is known by the reference it had before. Another
 * image that took over the tag has no such SBOM.
 */
function findRecord(records: readonly ScanRecord[]): (image: ImageInUse) => ScanRecord | undefined {
  const byImage = new Map(records.map((record) => [record.image, record]));
  return (image) => {
    const exact = byImage.get(imageKey(image));
    const named = byImage.get(image.reference);
    const isSame = image.sbom !== "" || named?.sbomFile === "";
    return exact ?? (isSame ? named : undefined);
  };
}

/** Under which its record and documents are kept: those of a learned digest stay as they were. */
export function recordKey({ image, record }: Pick<ScanTask, "image" | "record">): string {
  return record !== undefined && record.sbomFile !== "" ? record.image : imageKey(image);
}

function chooseTask(
  image: ImageInUse,
  record: ScanRecord | undefined,
  dataVersion: string,
): ScanTask | undefined {
  const hasSbom = record !== undefined && record.sbomFile !== "";
  const again = { image, record, sbomFile: record?.sbomFile ?? "" };
  if (record?.state === "made" && hasSbom) {
    const isOld = dataVersion !== "" && record.dataVersion !== dataVersion;
    return isOld ? { ...again, kind: "match" } : undefined;
  }
  const isTried = record?.state === "failed" || record?.state === "waiting";
  if (isTried && hasSbom) return { ...again, kind: "match" };
  if (image.scan !== "" && image.sbom !== "") return undefined;
  // Grype reads plain JSON alone.
  const isGiven = image.sbom.endsWith(".json");
  if (isGiven) return { kind: "match", image, record, sbomFile: image.sbom };
  const kind = isImageReference(image.reference) ? "scan" : "refuse";
  if (kind === "refuse" && record?.state === "failed") return undefined;
  return { kind, image, record, sbomFile: "" };
}

/** A clock that went back must not make anything wait for years. */
function isTooSoon(record: ScanRecord | undefined, nowUs: TimeUs): boolean {
  if (record === undefined || record.attemptCount === 0) return false;
  if (record.state !== "failed" || record.timeUs > nowUs) return false;
  const doublings = Math.min(record.attemptCount - 1, 10);
  return nowUs - record.timeUs < Math.min(backOffUs.most, backOffUs.first * 2 ** doublings);
}

const referenceLengthMax = 400;
const name = "[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?";
const host = String.raw`(?:${name}|\[[0-9a-fA-F:]+\])(?::\d{1,5})?`;
const part = `[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`;
const referencePattern = new RegExp(
  String.raw`^(?:${host}/)?${part}(?:/${part})*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$`,
);

/** **Source**: the grammar of distribution/reference, without digests other than SHA-256. */
export function isImageReference(text: string): boolean {
  return text.length <= referenceLengthMax && referencePattern.test(text);
}

export interface ScanTarget {
  readonly target: string;
  readonly imageSource: ImageSource;
}

/**
 * What to try in turn. By its digest an image is found whatever its tag means by now; a runtime may
 * know it by its tag alone, and its document then says what it was.
 */
export function listTargets(
  { reference, digest }: Pick<ImageInUse, "reference" | "digest">,
  sources: readonly ImageSource[],
): readonly ScanTarget[] {
  if (!isImageReference(reference)) return [];
  const isBareId = /^sha256:/.test(reference);
  const pinned = isBareId || digest === "" ? "" : `${withoutTag(reference)}@${digest}`;
  const isPinned = isImageReference(pinned);
  return sources.flatMap((imageSource): ScanTarget[] => {
    if (imageSource === "registry") {
      if (isBareId) return [];
      return [{ imageSource, target: isPinned ? pinned : reference }];
    }
    const names = new Set(isPinned ? [pinned, reference] : [reference]);
    return [...names].map((target) => ({ imageSource, target }));
  });
}

/**
 * Sources of the setting `scan-source`, by commas; "": all that fetch nothing.
 * **Errors**: throws `usage`.
 */
export function readScanSources(text: string): readonly ImageSource[] {
  const names = text.split(",").map((name) => name.trim());
  if (text.trim() === "") return imageSources.filter((source) => source !== "registry");
  const sources = names.flatMap((name) => imageSources.filter((source) => source === name));
  if (sources.length === names.length) return [...new Set(sources)];
  const known = imageSources.join(", ");
  throw new WaggleError("usage", `scan-source takes ${known}, not ${JSON.stringify(text)}.`);
}

function withoutTag(reference: string): string {
  const name = digestOf(reference) === "" ? reference : reference.replace(/@.*$/, "");
  return name.replace(/:\w[\w.-]*$/, "");
}
