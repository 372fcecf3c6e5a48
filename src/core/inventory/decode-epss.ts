/**
 * Holds the decoding of FIRST's EPSS scores, CSV.
 * In: chunks of bytes, the CVEs to keep. Out: their scores and the date, or why the file was
 * refused. Reads the published form (a comment with model and date, then `cve,epss,percentile`) and
 * one with a column `date`. Must never hold more than a line of what is not wanted.
 * **Source**: FIRST, https://www.first.org/epss/data_stats.
 */
import { cutText, textLengthMax } from "../event/bounds.ts";
import type { ProblemLog } from "../event/problem.ts";
import type { EnrichmentDocument } from "./decode-kev.ts";
import { chooseEpss } from "./enrichment.ts";
import type { Epss } from "./image.ts";

/** **Unit**: code units. Lines are some fifty long. */
const lineLengthMax = 4096;
/** **Unit**: lines before the names of the columns. */
const headLineCountMax = 20;

/** **Cost**: one pass; memory of what is kept. */
export async function readEpss(
  chunks: AsyncIterable<Uint8Array>,
  input: string,
  options: { readonly wanted: ReadonlySet<string>; readonly problems: ProblemLog },
): Promise<EnrichmentDocument<Epss>> {
  const reader = new EpssReader(options.wanted);
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const text = rest + decoder.decode(chunk, { stream: true });
    const end = text.lastIndexOf("\n");
    if (end >= 0) for (const line of text.slice(0, end).split("\n")) reader.add(line);
    rest = text.slice(end + 1);
    if (rest.length > lineLengthMax || reader.isRefused) break;
  }
  reader.add(rest + decoder.decode());
  const { bad } = reader;
  if (bad.count > 0 && reader.count > 0) {
    options.problems.add({
      code: "line-not-epss",
      weight: "unreadable",
      message: "Lines without a CVE and a probability between 0 and 1 were left out.",
      place: { input, offset: -1, line: bad.line },
      count: bad.count,
    });
  }
  return reader.finish(input);
}

interface Columns {
  readonly cve: number;
  readonly epss: number;
  readonly percentile: number;
  readonly date: number;
}

class EpssReader {
  count = 0;
  isRefused = false;
  bad = { count: 0, line: 0 };
  private readonly wanted: ReadonlySet<string>;
  private readonly entries = new Map<string, Epss>();
  private columns: Columns | undefined;
  private lineCount = 0;
  private model = "";
  private date = "";

  constructor(wanted: ReadonlySet<string>) {
    this.wanted = wanted;
  }

  add(given: string): void {
    this.lineCount += 1;
    const line = given.endsWith("\r") ? given.slice(0, -1) : given;
    if (line === "" || this.isRefused) return;
    if (this.columns !== undefined) {
      this.addScore(line, this.columns);
    } else if (line.startsWith("#") || line.startsWith("\uFEFF#")) {
      this.readComment(cutText(line, textLengthMax.name));
    } else {
      this.columns = readColumns(line.replace(/^\uFEFF/, ""));
      this.isRefused = this.columns === undefined || this.lineCount > headLineCountMax;
    }
  }

  /** `#model_version:v2025.03.14,score_date:2026-03-28T00:00:00+0000` */
  private readComment(line: string): void {
    this.model = /model_version:\s*([^,\s]+)/.exec(line)?.[1] ?? this.model;
    this.date = /score_date:\s*(\d{4}-\d\d-\d\d)/.exec(line)?.[1] ?? this.date;
  }

  private addScore(line: string, columns: Columns): void {
    const cells = line.split(",");
    const cve = cellOf(cells, columns.cve).toUpperCase();
    const scoreText = cellOf(cells, columns.epss);
    const score = scoreText === "" ? Number.NaN : Number(scoreText);
    if (!cve.startsWith("CVE-") || !(score >= 0 && score <= 1)) {
      if (this.bad.count === 0) this.bad.line = this.lineCount;
      this.bad.count += 1;
      return;
    }
    this.count += 1;
    const day = /^\d{4}-\d\d-\d\d/.exec(cellOf(cells, columns.date))?.[0] ?? "";
    if (columns.date >= 0 && day > this.date) this.date = cutText(day, 10);
    if (!this.wanted.has(cve)) return;
    const share = Number(cellOf(cells, columns.percentile));
    const percentile = share >= 0 && share <= 1 ? share : 0;
    const entry = { score, percentile, date: cutText(day === "" ? this.date : day, 10) };
    const best = chooseEpss(this.entries.get(cve), entry);
    if (best !== undefined) this.entries.set(cve, best);
  }

  finish(input: string): EnrichmentDocument<Epss> {
    if (this.columns === undefined || this.isRefused || this.count === 0) {
      const message =
        `${input}: not EPSS scores: expected the columns cve, epss and percentile; give the CSV ` +
        "file that FIRST publishes (epss_scores-DATE.csv.gz).";
      return { kind: "refused", message };
    }
    const { entries, count, date, model } = this;
    return { kind: "read", entries, count, date, version: model };
  }
}

function readColumns(line: string): Columns | undefined {
  if (line.length > lineLengthMax) return undefined;
  const names = line.split(",").map((name) => unquote(name).toLowerCase());
  const [cve, epss] = [names.indexOf("cve"), names.indexOf("epss")];
  if (cve < 0 || epss < 0) return undefined;
  return { cve, epss, percentile: names.indexOf("percentile"), date: names.indexOf("date") };
}

function cellOf(cells: readonly string[], index: number): string {
  return index < 0 ? "" : unquote(cells[index] ?? "");
}

function unquote(cell: string): string {
  const text = cell.trim();
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}
