/**
 * Holds a live observation as tests need it: what it handed on, what it knows, and its taking up by
 * another one.
 * In: signals. Out: events as short lines, facts in canonical form.
 */
import v8 from "node:v8";
import type { Event } from "../core/event/event.ts";
import { ProblemLog } from "../core/event/problem.ts";
import type { Fact, LossFact } from "../core/observe/fact.ts";
import { FactSet } from "../core/observe/fact-set.ts";
import type { ProcessTreeOptions } from "../core/observe/process-tree.ts";
import { type LiveDump, LiveObservation, type LiveOptions } from "../engine/live-observation.ts";
import { createFolds } from "../operations/create-folds.ts";
import type { SourceSignal } from "../ports/event-source.ts";

export interface Kept {
  readonly source: string;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export class LiveLab {
  readonly handed: string[] = [];
  /** As an archive would have them. */
  readonly records: Kept[] = [];
  readonly problems = new ProblemLog();
  observation: LiveObservation;
  private readonly tree: ProcessTreeOptions;
  private readonly settled: Fact[] = [];

  constructor(tree: ProcessTreeOptions = {}) {
    this.tree = tree;
    this.observation = new LiveObservation(this.options());
  }

  take(signal: SourceSignal, name = "follow:a"): void {
    this.observation.take(name, signal);
  }

  /** Puts away what is known, and goes on with another observation that reads it. */
  restart(asBytes: boolean, change: (dump: LiveDump) => void = () => {}): void {
    this.settled.push(...this.observation.takeSettled());
    const dump = this.observation.dump();
    const copy = asBytes ? v8.deserialize(v8.serialize(dump)) : structuredClone(dump);
    change(copy);
    this.observation = new LiveObservation(this.options(), copy);
  }

  facts(): FactSet {
    this.settled.push(...this.observation.takeSettled());
    const facts = new FactSet();
    for (const fact of [...this.settled, ...this.observation.openFacts()]) facts.add(fact);
    return facts;
  }

  losses(reason: string): readonly LossFact[] {
    return [...this.facts().losses].filter((loss) => loss.reason === reason);
  }

  options(): LiveOptions {
    return {
      createFolds: () => createFolds([]),
      tree: this.tree,
      problems: this.problems,
      onRecord: (source, event, { bytes, start, end, offset }) => {
        this.handed.push(shortOf(event));
        this.records.push({ source, offset, bytes: bytes.slice(start, end) });
      },
    };
  }
}

export function shortOf({ type, timeUs, offset }: Event): string {
  return `${type} ${timeUs} @${offset}`;
}
