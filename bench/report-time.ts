/**
 * Times one report from start to text, and the part after the last byte of the events.
 * In: the arguments of `waggle report` (long options with values). Out: one line of JSON.
 */
import { renderText } from "../src/core/report/render-text.ts";
import { report } from "../src/operations/report.ts";
import { createEmbedded } from "../src/presets/embedded.ts";

const keys: Readonly<Record<string, string>> = {
  "--events": "events",
  "--sbom": "sbom",
  "--vulns": "vulns",
  "--k8s": "k8s",
  "--containers": "containers",
  "--policies": "policies",
  "--tetragon-metrics": "tetragonMetrics",
};

const input: Record<string, string[]> = {};
const args = process.argv.slice(3);
for (let at = 0; at < args.length; at += 2) {
  const key = keys[args[at] ?? ""];
  if (key === undefined) throw new Error(`not understood: ${args[at]}`);
  input[key] = [...(input[key] ?? []), args[at + 1] ?? ""];
}

const now = () => Number(process.hrtime.bigint()) / 1e9;
const started = now();
let lastByte = started;
const embedded = await createEmbedded(new URL("../", import.meta.url), "0.0.0");
const { report: made } = await report.run(report.input.parse(input) as never, {
  ...embedded,
  now: undefined,
  settings: { file: "", config: {} },
  signal: new AbortController().signal,
  onReload: () => {},
  onProgress: ({ stage }) => {
    if (stage === "events") lastByte = now();
  },
});
renderText(made, { width: 100, color: false, top: 10 });
const ended = now();
process.stdout.write(
  `${JSON.stringify({ totalSeconds: ended - started, afterLastByteSeconds: ended - lastByte })}\n`,
);
