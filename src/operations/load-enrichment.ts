/**
 * Holds loading of catalogues that enrich scans: CISA's KEV and FIRST's EPSS.
 * In: names of files, decoded scans. Out: scans with what they lacked, summaries, and how old each
 * catalogue is beside the events. Must never take a file of another kind for an empty catalogue.
 */
import type { ProblemLog } from "../core/event/problem.ts";
import { readEpss } from "../core/inventory/decode-epss.ts";
import { type EnrichmentDocument, readKev } from "../core/inventory/decode-kev.ts";
import {
  chooseEpss,
  enrichScans,
  joinKnownExploited,
  namedCves,
} from "../core/inventory/enrichment.ts";
import type { Epss, KnownExploited, Scan } from "../core/inventory/image.ts";
import type { InputSummary } from "../core/report/report.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { type Inventory, loadInventory } from "./load-inventory.ts";
import type { OperationContext } from "./operation.ts";
import { listFiles, noteTruncation } from "./read-text.ts";

export interface EnrichmentNames {
  readonly kev: readonly string[];
  readonly epss: readonly string[];
}

export interface Enrichment {
  readonly scans: readonly Scan[];
  readonly inputs: readonly InputSummary[];
}

/** SBOMs and scans, with what the catalogues add. **Errors**: as of both. */
export async function loadEnrichedInventory(
  names: Parameters<typeof loadInventory>[0] & EnrichmentNames,
  context: OperationContext,
  problems: ProblemLog,
): Promise<Inventory> {
  const inventory = await loadInventory(names, context, problems);
  const { scans, inputs } = await loadEnrichment(names, inventory.scans, { context, problems });
  return { ...inventory, scans, inputs: [...inventory.inputs, ...inputs] };
}

/** **Errors**: throws `input-unsupported` for a file of another kind, and file errors. */
export async function loadEnrichment(
  names: EnrichmentNames,
  scans: readonly Scan[],
  { context, problems }: { readonly context: OperationContext; readonly problems: ProblemLog },
): Promise<Enrichment> {
  if (names.kev.length + names.epss.length === 0) return { scans, inputs: [] };
  const wanted = namedCves(scans);
  const loader = { context, problems, wanted };
  const kev = await loadAll<KnownExploited>(
    { role: "kev", format: "json", names: names.kev, read: readKev, join: joinKnownExploited },
    loader,
  );
  const epss = await loadAll<Epss>(
    {
      role: "epss",
      format: "csv",
      names: names.epss,
      read: readEpss,
      join: (a, b) => chooseEpss(a, b) ?? a,
    },
    loader,
  );
  const enriched = enrichScans(scans, { kev: kev.entries, epss: epss.entries });
  const counted = (inputs: readonly InputSummary[], filled: number) =>
    inputs.map((input) => ({ ...input, details: { ...input.details, filled } }));
  return {
    scans: enriched.scans,
    inputs: [
      ...counted(kev.inputs, enriched.kevCount),
      ...counted(epss.inputs, enriched.epssCount),
    ],
  };
}

interface Catalogue<Entry> {
  readonly role: string;
  readonly format: string;
  readonly names: readonly string[];
  readonly read: (
    chunks: AsyncIterable<Uint8Array>,
    input: string,
    options: { readonly wanted: ReadonlySet<string>; readonly problems: ProblemLog },
  ) => Promise<EnrichmentDocument<Entry>>;
  readonly join: (a: Entry, b: Entry) => Entry;
}

interface Loader {
  readonly context: OperationContext;
  readonly problems: ProblemLog;
  readonly wanted: ReadonlySet<string>;
}

async function loadAll<Entry>(
  { role, format, names, read, join }: Catalogue<Entry>,
  { context, problems, wanted }: Loader,
): Promise<{
  readonly entries: ReadonlyMap<string, Entry>;
  readonly inputs: readonly InputSummary[];
}> {
  const entries = new Map<string, Entry>();
  const inputs: InputSummary[] = [];
  for (const { name, sizeBytes } of await listFiles(context.files, names)) {
    const file = await context.files.open(name);
    const document = await read(file.chunks, name, { wanted, problems });
    noteTruncation(file, problems);
    if (document.kind === "refused") throw new WaggleError("input-unsupported", document.message);
    for (const [cve, entry] of document.entries) {
      const known = entries.get(cve);
      entries.set(cve, known === undefined ? entry : join(known, entry));
    }
    const details: Record<string, string | number> = { date: document.date };
    if (document.version !== "") details["version"] = document.version;
    if (file.compression !== "plain") details["compression"] = file.compression;
    inputs.push({ name, role, format, sizeBytes, count: document.count, details });
  }
  return { entries, inputs };
}

const dayUs = 86_400e6;
/** **Unit**: days. The catalogue grows every week, scores change every day. */
const ageDaysMax: Readonly<Record<string, number>> = { kev: 30, epss: 7 };

/**
 * Tells of catalogues that are older than the events. **Unit**: microseconds, the end of the
 * events; 0 unknown, then nothing is told: there is no clock to ask.
 */
export function noteStaleCatalogues(
  inputs: readonly InputSummary[],
  untilUs: number,
  problems: ProblemLog,
): void {
  for (const { name, role, details } of inputs) {
    const most = ageDaysMax[role];
    const day = Date.parse(String(details["date"] ?? "")) * 1000;
    if (most === undefined || untilUs <= 0 || Number.isNaN(day)) continue;
    const age = Math.floor((untilUs - day) / dayUs);
    if (age <= most) continue;
    const what = role === "kev" ? "The catalogue of known exploited vulnerabilities" : "EPSS";
    const missing = role === "kev" ? "later entries are missing" : "scores may have changed";
    problems.add({
      code: "enrichment-stale",
      weight: "notice",
      message:
        `${what} is of ${String(details["date"])}, ${age} days before the events end: ` +
        `${missing}; fetch it again.`,
      place: { input: name, offset: -1, line: 0 },
    });
  }
}
