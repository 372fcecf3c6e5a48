/**
 * Runs detection over a run as the product does: the same folds, the same judge.
 * In: events, detectors. Out: signals with the time at which each was first told, incidents.
 */
import type { Event } from "../../src/core/event/event.ts";
import { createClusterView } from "../../src/core/judge/cluster/create-cluster-view.ts";
import { createListenerBook } from "../../src/core/judge/incident/create-listener-book.ts";
import type { Incident } from "../../src/core/judge/incident/incident.ts";
import { judgeIncidents } from "../../src/core/judge/incident/judge-incidents.ts";
import { createContainers } from "../../src/core/observe/container.ts";
import { createCoverage } from "../../src/core/observe/coverage.ts";
import { createDetection } from "../../src/core/observe/detect/detection.ts";
import type { Detector, Hit } from "../../src/core/observe/detect/detector.ts";
import { FactSet } from "../../src/core/observe/fact-set.ts";
import { createFlows } from "../../src/core/observe/flow.ts";
import { createObserver } from "../../src/engine/observe-events.ts";
import { ProcessTable } from "./process-table.ts";
import type { Detected } from "./score-detection.ts";

export interface DetectedRun extends Detected {
  readonly table: ProcessTable;
  /** **Unit**: microseconds. */
  readonly firstUs: number;
  readonly lastUs: number;
  readonly eventCount: number;
}

export interface RunDetection {
  take(event: Event): void;
  finish(): DetectedRun;
}

/** Give it each event, then `finish`. */
export function createRunDetection(detectors: readonly Detector<unknown>[]): RunDetection {
  const facts = new FactSet();
  const table = new ProcessTable();
  const told = new Map<string, number>();
  const timed = detectors.map((detector) => withTimes(detector, told));
  const observer = createObserver({
    folds: [
      createContainers(),
      createFlows(),
      createCoverage({ policies: [] }),
      createDetection({ detectors: timed }),
    ],
    emit: (fact) => facts.add(fact),
  });
  let firstUs = Infinity;
  let lastUs = 0;
  let eventCount = 0;
  return {
    take(event) {
      eventCount += 1;
      // What ran before is told with the time of its birth: the recording begins later.
      if (event.timeUs > 0 && event.type !== "exec") firstUs = Math.min(firstUs, event.timeUs);
      lastUs = Math.max(lastUs, event.timeUs);
      table.take(event);
      observer.observe(event);
    },
    finish() {
      observer.finish();
      const incidents = judge(facts);
      const signals = facts.detected.flatMap((key) => facts.signals(key));
      return {
        signals: signals.map((signal) => ({
          signal,
          toldUs: told.get(keyOf(signal.rule, signal.process)) ?? signal.firstSeenUs,
        })),
        ...{ incidents, table, firstUs, lastUs, eventCount },
      };
    },
  };
}

/** Notes when a rule first spoke of a process; changes nothing. */
function withTimes(detector: Detector<unknown>, told: Map<string, number>): Detector<unknown> {
  const note = (hit: Hit, nowUs: number) => {
    const key = keyOf(hit.rule.id, hit.subject.execId);
    if (!told.has(key)) told.set(key, nowUs);
  };
  return {
    ...detector,
    step(state, act, context) {
      detector.step(state, act, {
        nowUs: context.nowUs,
        book: context.book,
        hit: (hit) => {
          note(hit, Math.max(context.nowUs, act.timeUs));
          context.hit(hit);
        },
      });
    },
    tick(state, context) {
      detector.tick?.(state, {
        nowUs: context.nowUs,
        book: context.book,
        hit: (hit) => {
          note(hit, context.nowUs);
          context.hit(hit);
        },
      });
    },
  };
}

function keyOf(rule: string, process: string): string {
  return `${rule}\u0000${process}`;
}

function judge(facts: FactSet): readonly Incident[] {
  const ofAll = <T>(list: (key: string) => readonly T[]) => facts.detected.flatMap(list);
  return judgeIncidents({
    signals: ofAll((key) => facts.signals(key)),
    processes: ofAll((key) => facts.processes(key)),
    steps: ofAll((key) => facts.steps(key)),
    containers: [...facts.containers],
    coverage: facts.coverage,
    losses: facts.losses,
    flows: [],
    findings: [],
    contexts: [],
    listenersAt: createListenerBook(facts, createClusterView()),
    previous: [],
    nowUs: 0,
  });
}
