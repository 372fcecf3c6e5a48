/**
 * Holds the writing of Prometheus' text format.
 * In: samples. Out: the page. Label values are from outside: escaped, capped, as many as given.
 * **Source**: Prometheus docs, Exposition formats, text-based format 0.0.4.
 */
export interface Metric {
  /** Without the prefix `waggle_`. */
  readonly name: string;
  readonly kind: "counter" | "gauge";
  readonly help: string;
  readonly samples: readonly MetricSample[];
}

export interface MetricSample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** **Unit**: UTF-16 code units; paths are not longer. */
const labelLengthMax = 4096;

/** Of series that are called alike once labels are capped the first is told: twice is refused. */
export function renderMetrics(metrics: readonly Metric[]): string {
  const lines = metrics.flatMap(({ name, kind, help, samples }) => [
    `# HELP waggle_${name} ${help}`,
    `# TYPE waggle_${name} ${kind}`,
    ...renderSamples(name, samples),
  ]);
  return `${lines.join("\n")}\n`;
}

function renderSamples(name: string, samples: readonly MetricSample[]): readonly string[] {
  const series = new Map<string, number>();
  for (const { labels = {}, value } of samples) {
    const text = `waggle_${name}${labelText(labels)}`;
    if (!series.has(text)) series.set(text, value);
  }
  return Array.from(series, ([text, value]) => `${text} ${value}`);
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeLabel(value: string): string {
  return value
    .slice(0, labelLengthMax)
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n");
}
