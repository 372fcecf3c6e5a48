/**
 * Holds what the sensors of one run look at: incidents, acts, a report; each is read once, when a
 * step first asks for it.
 * In: sources of a report, rules. Out: answers that all steps of the run share.
 * Must never read a recording twice for two sensors: it may be a pipe.
 */
import { ProblemLog } from "../../core/event/problem.ts";
import { type ActLine, recordActs } from "../../core/observe/detect/record-acts.ts";
import type { ContainerFact } from "../../core/observe/fact.ts";
import type { Report } from "../../core/report/report.ts";
import { detectPast } from "../detect/detect-past.ts";
import { loadDetection } from "../detect/load-detection.ts";
import { type ObservedIncidents, observeDetected } from "../detect/observe-incidents.ts";
import { makeReport } from "../make-report.ts";
import type { OperationContext } from "../operation.ts";
import type { SourceInput } from "../sources.ts";
import { readTimeBound, resolveTimeBound } from "../time-range.ts";

/** What processes did, act by act. */
export interface SeenActs {
  /** **Order**: by time. */
  readonly lines: readonly ActLine[];
  /** Older ones that found no place. */
  readonly omittedCount: number;
  readonly containers: readonly ContainerFact[];
  /** At the index that citations carry. */
  readonly inputNames: readonly string[];
  /** **Unit**: microseconds; 0 unknown. */
  readonly fromUs: number;
  readonly toUs: number;
  readonly eventCount: number;
}

export interface Sight {
  /** Where nobody says since when: "" is all of a recording, `1h` that of an archive. */
  readonly sinceDefault: string;
  incidents(): Promise<ObservedIncidents>;
  /** From `since` on: an ISO time, a duration before the last event, "" for the default. */
  acts(since: string): Promise<SeenActs>;
  report(): Promise<Report>;
}

export interface SightRequest {
  readonly sources: SourceInput;
  readonly rules: readonly string[];
  /** Whether any step will ask for acts: only then a recording is read with them. */
  readonly recordsActs: boolean;
}

const lineCountMax = 200_000;
const archiveSince = "1h";

/** **Cost**: nothing before the first question. */
export function openSight(request: SightRequest, context: OperationContext): Sight {
  const recorder = recordActs({ wants: () => true, lineCountMax, keeps: "latest" });
  const isLive = isState(request, context);
  const sinceDefault = isLive ? archiveSince : "";
  const seen = remember(async () => {
    const { sources, rules } = request;
    const detection = await loadDetection({ directories: rules }, context);
    const beside = request.recordsActs && !isLive ? [recorder.detector] : [];
    const detectors = [...detection.detectors, ...beside];
    return observeDetected({ sources, detection: { ...detection, detectors } }, context);
  });
  const archived = new Map<string, () => Promise<SeenActs>>();
  return {
    sinceDefault,
    incidents: seen,
    acts: async (given) => {
      const since = given || sinceDefault;
      if (!isLive) return within(describeSeen(await seen(), recorder.record()), since);
      const read = archived.get(since) ?? remember(() => readArchive(since, request, context));
      archived.set(since, read);
      return read();
    },
    report: remember(() => makeReport(request.sources, context)),
  };
}

/** The same answer for all; after a failure the next one asks anew. */
function remember<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let answer: Promise<Value> | undefined;
  return async () => {
    answer ??= ask();
    try {
      return await answer;
    } catch (error) {
      answer = undefined;
      throw error;
    }
  };
}

function isState({ sources }: SightRequest, { settings }: OperationContext): boolean {
  return (
    sources.state !== undefined || (sources.events === undefined && "state" in settings.config)
  );
}

type Recorded = ReturnType<ReturnType<typeof recordActs>["record"]>;

function describeSeen({ judged }: ObservedIncidents, { lines, omittedCount }: Recorded): SeenActs {
  const { facts, inputNames, window } = judged;
  return { lines, omittedCount, containers: [...facts.containers], inputNames, ...window };
}

/** **Errors**: throws `usage` for what is no time. */
export function earliestUs(since: string, endUs: number): number {
  return since === "" ? 0 : resolveTimeBound(readTimeBound(since, "since"), endUs);
}

function within(seen: SeenActs, since: string): SeenActs {
  const fromUs = earliestUs(since, seen.toUs);
  if (fromUs <= seen.fromUs) return seen;
  return { ...seen, fromUs, lines: seen.lines.filter(({ lastUs }) => lastUs >= fromUs) };
}

async function readArchive(
  since: string,
  { sources }: SightRequest,
  context: OperationContext,
): Promise<SeenActs> {
  const recorder = recordActs({ wants: () => true, lineCountMax, keeps: "latest" });
  const request = { where: { state: sources.state, since }, detectors: [recorder.detector] };
  const { facts, past } = await detectPast(request, context, new ProblemLog());
  return { ...recorder.record(), ...past, containers: [...facts.containers] };
}
