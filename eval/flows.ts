/**
 * Measures flows: edges beside those that the recordings are known to have, listening ports beside
 * what the kernel said at the end, bytes at both ends of an edge, records beside events.
 * In: a recording. Out: lines of Markdown. Must never look at the product's own output for truth.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createNodeFiles } from "../src/adapters/files/node-files.ts";
import type { Event } from "../src/core/event/event.ts";
import { ProblemLog } from "../src/core/event/problem.ts";
import type { FlowEdge, FlowEnd } from "../src/core/judge/flows/flow-edge.ts";
import { createContainers } from "../src/core/observe/container.ts";
import type { FlowFact } from "../src/core/observe/fact.ts";
import { FactSet } from "../src/core/observe/fact-set.ts";
import { createFlows } from "../src/core/observe/flow.ts";
import { tellsOfSocket } from "../src/core/observe/socket-event.ts";
import { createObserver } from "../src/engine/observe-events.ts";
import { readEvents } from "../src/engine/read-events.ts";
import { readJson } from "./read-bytes.ts";
import type { Recording } from "./recordings.ts";
import { readTable } from "./truth.ts";

const truthFile = join(import.meta.dirname, "truth", "flows.tsv");

interface KnownFlow {
  readonly key: string;
  readonly when: string;
  readonly kind: string;
}

function readKnown(): readonly KnownFlow[] {
  return readTable(readFileSync(truthFile, "utf8")).map((row) => {
    const cell = (name: string) => row.get(name) ?? "";
    const key = `${cell("from")} → ${cell("to")}:${cell("port")}`;
    return { key, when: cell("when"), kind: cell("kind") };
  });
}

/** As the table calls it. */
function nameOf({ kind, workload, name }: FlowEnd): string {
  if (workload !== null) return workload.name;
  return kind === "internet" ? "outside" : kind === "private" ? name : kind;
}

/** Edges of a report beside those that are known; what only its first minutes had may be missing. */
export function compareEdges(
  edges: readonly FlowEdge[],
  containers: ReadonlySet<string>,
  hasLazyPhase: boolean,
): readonly string[] {
  const known = readKnown().filter(({ key }) => isAmong(key, containers));
  const keyOf = ({ from, to, port }: FlowEdge) => `${nameOf(from)} → ${nameOf(to)}:${port}`;
  const found = new Set(edges.map(keyOf));
  const meant = known.filter(
    ({ kind, when }) => kind === "service" && (when === "main" || hasLazyPhase),
  );
  const missing = meant.filter(({ key }) => !found.has(key));
  const explained = new Set(known.map(({ key }) => key));
  const extra = [...found].filter((key) => !explained.has(key)).sort();
  const others = known.filter(({ kind, key }) => kind !== "service" && found.has(key)).length;
  const reversed = edges.filter(({ directionKnown }) => !directionKnown).length;
  return [
    `Edges: ${meant.length - missing.length} of ${meant.length} that are meant, ` +
      `${others} more of probes and of the recorder, ${extra.length} that nobody explains.`,
    `Direction unknown: ${reversed}.`,
    ...missing.map(({ key }) => `- missing: ${key}`),
    ...extra.map((key) => `- not explained: ${key}`),
  ];
}

const noContainers = ["outside", "metadata", "node", "loopback"];

/** Both ends are in the recording, or no containers at all. */
function isAmong(key: string, containers: ReadonlySet<string>): boolean {
  const ends = key.replace(/:\d+$/, "").split(" → ");
  return ends.every((end) => containers.has(end) || noContainers.includes(end));
}

export interface FlowRun {
  readonly facts: FactSet;
  readonly networkEventCount: number;
  readonly firstUs: number;
  readonly lastUs: number;
}

/** The fold alone, on events between two times. **Unit**: microseconds. */
export async function foldFlows(file: string, fromUs = 0, toUs = Infinity): Promise<FlowRun> {
  const facts = new FactSet();
  const observer = createObserver({
    folds: [createContainers(), createFlows()],
    emit: (fact) => facts.add(fact),
  });
  let networkEventCount = 0;
  let firstUs = Infinity;
  let lastUs = 0;
  const onEvent = (event: Event): void => {
    if (event.timeUs > 0 && (event.timeUs < fromUs || event.timeUs > toUs)) return;
    if ("hook" in event && tellsOfSocket(event)) {
      networkEventCount += 1;
      firstUs = Math.min(firstUs, event.timeUs);
      lastUs = Math.max(lastUs, event.timeUs);
    }
    observer.observe(event);
  };
  const files = createNodeFiles();
  await readEvents({ files, names: [file], problems: new ProblemLog(), onEvent });
  observer.finish();
  return { facts, networkEventCount, firstUs, lastUs };
}

function flowsOf(facts: FactSet): readonly FlowFact[] {
  return facts.networked.flatMap((container) => facts.flows(container));
}

interface TruthDocument {
  readonly listen?: readonly { readonly port: number }[];
}

/** Listening ports beside the kernel's own list at the end of the run. */
export async function comparePorts(recording: Recording, { facts }: FlowRun): Promise<string> {
  const folder = join(recording.folder, "truth");
  const table = readTable(readFileSync(join(recording.folder, "containers.tsv"), "utf8"));
  let wanted = 0;
  let found = 0;
  const extra: string[] = [];
  for (const row of table) {
    const name = row.get("name") ?? "";
    const file = join(folder, `${name}.json.xz`);
    if (!existsSync(file)) continue;
    const truth = (await readJson(file)) as TruthDocument;
    const ports = new Set((truth.listen ?? []).map(({ port }) => port));
    const seen = facts.listens((row.get("container_id") ?? "").slice(0, 31));
    const told = new Set(seen.filter(({ protocol }) => protocol === "tcp").map(({ port }) => port));
    wanted += ports.size;
    found += [...ports].filter((port) => told.has(port)).length;
    extra.push(...[...told].filter((port) => !ports.has(port)).map((port) => `${name}:${port}`));
  }
  const more = extra.length === 0 ? "none beside them" : `also ${extra.join(", ")}`;
  return `Listening ports: ${found} of ${wanted}, ${more}.`;
}

/** Bytes that one end sent and the other received, where both were watched. */
export function compareBytes(edges: readonly FlowEdge[], { facts }: FlowRun): readonly string[] {
  const both = edges.filter(({ seenBy }) => seenBy.length === 2).length;
  const flows = flowsOf(facts);
  const views = new Map<string, FlowFact[]>();
  const note = (key: string, fact: FlowFact) => {
    const known = views.get(key);
    if (known === undefined) views.set(key, [fact]);
    else known.push(fact);
  };
  // Told by addresses alone, so that it does not rest on how ends are named.
  for (const fact of flows) {
    const [local = ""] = fact.localAddresses;
    if (fact.direction === "outbound") note(`${local} ${fact.peer} ${fact.port}`, fact);
    if (fact.direction === "inbound") note(`${fact.peer} ${local} ${fact.port}`, fact);
  }
  let pairs = 0;
  let sums = 0;
  const unequal: string[] = [];
  for (const [key, facts] of views) {
    const sum = (direction: string, field: "sentBytes" | "receivedBytes") =>
      facts.filter((one) => one.direction === direction).reduce((all, one) => all + one[field], 0);
    if (new Set(facts.map(({ direction }) => direction)).size < 2) continue;
    pairs += 1;
    const [sent, received] = [sum("outbound", "sentBytes"), sum("inbound", "receivedBytes")];
    const [answered, read] = [sum("inbound", "sentBytes"), sum("outbound", "receivedBytes")];
    sums += sent + answered;
    if (sent !== received || answered !== read) {
      unequal.push(
        `- ${key}: sent ${sent}, received ${received}; answered ${answered}, read ${read}`,
      );
    }
  }
  return [
    `Bytes: ${both} edges were watched at both ends. Of ${pairs} pairs of addresses, with ${sums} bytes,`,
    `${pairs - unequal.length} have sent and received equal at both ends.`,
    ...unequal.slice(0, 12),
  ];
}

/** The protobuf stream of the same time must give the same facts. */
export async function compareEncodings(folder: string): Promise<string> {
  const [json, protobuf] = [join(folder, "events.jsonl.xz"), join(folder, "events.pb.xz")];
  if (!existsSync(protobuf)) return "";
  const [a, b] = [await foldFlows(json), await foldFlows(protobuf)];
  const from = Math.max(a.firstUs, b.firstUs);
  const to = Math.min(a.lastUs, b.lastUs);
  const texts = [await foldFlows(json, from, to), await foldFlows(protobuf, from, to)].map(
    ({ facts }) => JSON.stringify(withoutPlaces(facts)),
  );
  const verdict = texts[0] === texts[1] ? "the same flows and ports" : "other flows: a mistake";
  return `JSON and protobuf of the same time give ${verdict}.`;
}

function withoutPlaces(facts: FactSet): unknown {
  const about = ({ citations: _, ...rest }: { readonly citations: readonly unknown[] }) => rest;
  return facts.networked.map((container) => [
    container,
    facts.flows(container).map(about),
    facts.listens(container).map(about),
  ]);
}

/** Every recording below the folder, with truth or without: how many records stay of its events. */
export function allRecordings(): readonly string[] {
  const folder = process.env["WAGGLE_RECORDINGS"] ?? "";
  if (folder === "") return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "events.jsonl.xz")))
    .map((name) => join(folder, name));
}
