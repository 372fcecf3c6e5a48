/**
 * Holds reading of the Prometheus text format: names, labels, values.
 * In: the text of a scrape, possibly with the head of an HTTP answer. Out: one sample a line.
 * Must never throw, and never keep more than it gives.
 * **Source**: prometheus.io, "Exposition formats", text format 0.0.4.
 */

export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** **Unit**: samples; a scrape of Tetragon has some thousands. */
const sampleCountMax = 200_000;
const lineLengthMax = 16_384;

/** Calls `use` for every readable sample; other lines are passed over. */
export function readSamples(text: string, use: (sample: Sample) => void): void {
  let start = 0;
  let sampleCount = 0;
  while (start < text.length && sampleCount < sampleCountMax) {
    const end = text.indexOf("\n", start);
    const stop = end < 0 ? text.length : end;
    if (stop - start <= lineLengthMax) {
      const sample = readSample(text.slice(start, stop));
      if (sample !== undefined) {
        sampleCount += 1;
        use(sample);
      }
    }
    start = stop + 1;
  }
}

function readSample(line: string): Sample | undefined {
  const name = /^\s*([A-Za-z_:][\w:]*)/.exec(line);
  if (name?.[1] === undefined) return undefined;
  const labels = new Map<string, string>();
  const afterName = name[0].length;
  const at = line[afterName] === "{" ? readLabels(line, afterName + 1, labels) : afterName;
  const value = /^\s+(\S+)(?:\s+-?\d+)?\s*$/.exec(at < 0 ? "" : line.slice(at))?.[1];
  if (value === undefined) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? { name: name[1], labels, value: number } : undefined;
}

/** Index after the closing brace; -1 when there is none. */
function readLabels(line: string, from: number, labels: Map<string, string>): number {
  const label = /\s*([A-Za-z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?\s*/y;
  label.lastIndex = from;
  let end = from;
  for (let match = label.exec(line); match !== null; match = label.exec(line)) {
    labels.set(match[1] ?? "", readEscapes(match[2] ?? ""));
    end = label.lastIndex;
  }
  return line[end] === "}" ? end + 1 : -1;
}

function readEscapes(text: string): string {
  return text.replace(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
}

/** **Unit**: microseconds; 0 when the text has no `Date:` line of HTTP. */
export function readHttpDate(text: string): number {
  const date = /^date:[ \t]*([^\r\n]{1,64})/im.exec(text.slice(0, 4096))?.[1];
  const timeMs = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isFinite(timeMs) && timeMs > 0 ? timeMs * 1000 : 0;
}
