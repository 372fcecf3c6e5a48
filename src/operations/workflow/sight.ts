/**
 * Holds what the sensors of one run look at: incidents, acts, a report; each is read once, when a
 * step first asks for it.
 * In: sources of a report, rules. Out: answers that all steps of the run share.
 * Must never read a recording twice for two sensors: it may be a pipe.
 */
import { ProblemLog } from "../../core/event/problem.ts";
import { createContainers } from "../../core/observe/container.ts";
import { createDetection } from "../../core/observe/detect/detection.ts";
import { type ActLine, recordActs } from "../../core/observe/detect/record-acts.ts";
import type { ContainerFact } from "../../core/observe/fact.ts";
import { FactSet } from "../../core/observe/fact-set.ts";
import type { Report } from "../../core/report/report.ts";
import { createObserver } from "../../engine/observe-events.ts";
import { type ObservedIncidents, observeIncidents } from "../detect/observe-incidents.ts";
import { resolvePast } from "../detect/past-fields.ts";
import { readPast } from "../detect/read-past.ts";
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
  incidents(): Promise<ObservedIncidents>;
  /**
   * From `since` on, an ISO time or a duration before the last event; "" is all of a recording, and
   * the last hour of an archive.
   */
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
  const seen = remember(() =>
    observeIncidents(
      {
        sources: request.sources,
        rules: request.rules,
        beside: request.recordsActs && !isLive ? [recorder.detector] : [],
      },
      context,
    ),
  );
  const archived = new Map<string, () => Promise<SeenActs>>();
  return {
    incidents: seen,
    acts: async (since) => {
      if (!isLive) return within(describeSeen(await seen(), recorder.record()), since);
      const asked = since === "" ? archiveSince : since;
      const read = archived.get(asked) ?? remember(() => readArchive(asked, request, context));
      archived.set(asked, read);
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
  const facts = new FactSet();
  const observer = createObserver({
    folds: [createContainers(), createDetection({ detectors: [recorder.detector] })],
    emit: (fact) => facts.add(fact),
  });
  const where = resolvePast({ state: sources.state, since }, context.settings);
  const past = await readPast({ ...where, onEvent: observer.observe }, context, new ProblemLog());
  observer.finish();
  return { ...recorder.record(), ...past, containers: [...facts.containers] };
}
