/**
 * Judges and renders many findings in many workloads, and says how long each took: run in a
 * process of its own, so that it starts as a command does, with nothing compiled.
 * In: a format of a report; scans, whose matches are used again and again. Out: one line of JSON.
 * What is judged (decisions, ranks, the plan, the funnel) is timed apart from what is rendered.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { ProblemLog } from "../src/core/event/problem.ts";
import type { Match } from "../src/core/inventory/image.ts";
import { readInventory } from "../src/core/inventory/read-document.ts";
import { judgeFindings } from "../src/core/judge/judge-findings.ts";
import type { JudgedImage, JudgedPackage } from "../src/core/judge/judged-image.ts";
import type { Evidence, Usage, UsageState } from "../src/core/judge/verdict.ts";
import { noDetection } from "../src/core/report/incident-summary.ts";
import { reportSchemaVersion } from "../src/core/report/report.ts";
import { renderReport } from "../src/surfaces/cli/report-formats.ts";
import { sampleEvidence, sampleSettings, sampleUsage } from "../src/testing/sample-judgement.ts";
import { samplePlaces } from "../src/testing/sample-large-places.ts";

const findingCount = 10_000;
const workloadCount = 500;
const each = findingCount / workloadCount;
const states: readonly UsageState[] = ["in-use", "not-observed", "not-observed", "unknown"];

const [format = "", ...scans] = process.argv.slice(2);
const evidence: Record<string, Evidence> = {};

/** Matches of a scan, one for each vulnerability of a source package: each is a finding. */
async function readMatches(file: string): Promise<readonly Match[]> {
  async function* bytes() {
    yield gunzipSync(readFileSync(file));
  }
  const document = await readInventory(bytes(), file, new ProblemLog());
  if (document.kind !== "scan") throw new Error(`${file} is no scan`);
  const known = new Map<string, Match>();
  for (const match of document.scan.matches) {
    const key = `${sourceOf(match)} ${match.vulnerability.canonicalId}`;
    if (!known.has(key)) known.set(key, match);
  }
  return [...known.values()];
}

function sourceOf({ upstreams, packageName }: Match): string {
  const [source = ""] = upstreams;
  return source === "" ? packageName : source;
}

function useOf(index: number, path: string): Usage {
  const state = states[index % states.length] ?? "unknown";
  if (state !== "in-use") return sampleUsage(state);
  const ids = [0, 1, 2].map((one) => `e${index}-${one}`);
  for (const id of ids) evidence[id] = sampleEvidence({ id, path, offset: index });
  return sampleUsage(state, { evidence: ids });
}

function judgedPackage(match: Match, index: number): JudgedPackage {
  const { artifactId: id, packageName: name, packageVersion: version, purl, locations } = match;
  const location = locations[0]?.path ?? "";
  return {
    ref: { id, name, version, type: match.packageType, purl, location },
    source: sourceOf(match),
    usage: useOf(index, location),
    isBlank: false,
    layer: locations[0]?.layer ?? "",
  };
}

/** Each workload has an image of its own, and other findings than the one before. */
function imagesOf(
  lists: readonly (readonly Match[])[],
  places: ReturnType<typeof samplePlaces>,
): readonly JudgedImage[] {
  return places.contexts.map((context, number): JudgedImage => {
    const list = lists[number % lists.length] ?? [];
    const at = (number * 13) % Math.max(1, list.length - each);
    const matches = list.slice(at, at + each);
    const byId = new Map<string, JudgedPackage>();
    matches.forEach((match, index) => {
      if (byId.has(match.artifactId)) return;
      byId.set(match.artifactId, judgedPackage(match, number * each + index));
    });
    const { workload } = context;
    const layers = [...new Set(matches.flatMap(({ locations }) => locations[0]?.layer ?? ""))];
    return {
      image: { reference: `registry.example/${workload.namespace}/${workload.name}:1`, digest: "" },
      workload,
      packages: [...byId.values()],
      matches,
      privileges: [],
      privileged: number % 9 === 0,
      observedUs: 86_400e6,
      context,
      origin: { layers, baseName: "", release: "debian 11", isEndOfLife: false },
      missing: "",
    };
  });
}

const now = () => Number(process.hrtime.bigint()) / 1e9;
const lists = await Promise.all(scans.map(readMatches));
const places = samplePlaces(workloadCount);
const images = imagesOf(lists, places);
const packages = images.flatMap(({ image, workload, packages: list }) =>
  list.map(({ ref, usage }) => ({ image, workload, package: ref, usage })),
);
for (const flow of places.flows) {
  for (const id of flow.evidence) evidence[id] = places.proofOf(id, flow);
}

const started = now();
const judged = judgeFindings(images, sampleSettings);
const judgedAt = now();
const { from, to } = places.window;
const made = {
  schemaVersion: reportSchemaVersion,
  generatedAt: null,
  window: { from, to, seconds: 86_400, eventCount: 1_000_000 },
  inputs: [],
  coverage: places.coverage,
  ...judged,
  packages,
  workloads: places.contexts,
  flows: places.flows,
  contradictions: [],
  incidents: [],
  detection: noDetection,
  evidence,
  problems: [],
};
const view = { format, width: 100, color: false, top: 10, groupBy: "action" } as const;
const shown = renderReport(made, view as unknown as Parameters<typeof renderReport>[1]);
let sizeBytes = 0;
const { document } = shown;
const pieces = typeof document === "object" && Symbol.iterator in document ? document : [document];
for (const piece of pieces) sizeBytes += Buffer.byteLength(String(piece));
const renderedAt = now();
process.stdout.write(
  `${JSON.stringify({
    findings: judged.findings.length,
    workloads: images.length,
    actions: judged.actions.length,
    judgeSeconds: judgedAt - started,
    renderSeconds: renderedAt - judgedAt,
    sizeBytes,
  })}\n`,
);
