/**
 * Holds the way from the state of a daemon to facts: what a report stands on when it reads no
 * events itself.
 * In: a state directory, policies and metrics that are given beside it. Out: the facts, what was
 * read to get them, and what the daemon gathered beside them. Must never write, and never wait for
 * the daemon.
 */
import * as z from "zod";
import type { ProblemLog } from "../core/event/problem.ts";
import type { SignedDecision } from "../core/judge/waive/waiver.ts";
import type { Emit } from "../core/observe/fact.ts";
import { FactSet } from "../core/observe/fact-set.ts";
import { CoverageRestater } from "../core/observe/restate-coverage.ts";
import { collectStated } from "../core/observe/stated-sensors.ts";
import type { InputSummary } from "../core/report/report.ts";
import type { Store } from "../ports/store.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { addStateLosses } from "./add-losses.ts";
import type { ClusterDocuments } from "./load-cluster.ts";
import type { OperationContext } from "./operation.ts";

/** Under which setting the daemon keeps what it read. */
export const recordingSetting = "recording";

const problemSchema = z.object({
  code: z.string(),
  weight: z.enum(["lost", "unreadable", "doubtful", "notice"]),
  count: z.number(),
  first: z.object({ input: z.string(), offset: z.number(), line: z.number() }),
  message: z.string(),
});

const recordingSchema = z.object({
  fromUs: z.number(),
  toUs: z.number(),
  eventCount: z.number(),
  /** What was odd in the streams. */
  problems: z.array(problemSchema),
  inputs: z.array(
    z.object({
      name: z.string(),
      role: z.string(),
      format: z.string(),
      sizeBytes: z.number(),
      count: z.number(),
      details: z.record(z.string(), z.union([z.string(), z.number()])),
    }),
  ),
});

/** The daemon writes it, reports read it. */
export type KeptRecording = z.infer<typeof recordingSchema>;

/** What was read, in all. */
export interface ObservedRecording {
  /** **Unit**: microseconds; 0 when there is no event with a time. */
  readonly fromUs: number;
  readonly toUs: number;
  readonly eventCount: number;
  /** **Order**: by the index that events carry. */
  readonly inputs: readonly InputSummary[];
}

export interface Observation {
  readonly facts: FactSet;
  readonly recording: ObservedRecording;
  /** What people signed by `waggle accept`, revoked ones left out. */
  readonly decisions: readonly SignedDecision[];
}

/** What is given beside a state and says what could be seen, and what was lost. */
export type SightDocuments = Pick<ClusterDocuments, "policies" | "metrics">;

const noDocuments: SightDocuments = { policies: [], metrics: [] };

/**
 * With policies and metrics that the daemon was not told of, as a report on its events would take
 * them. **Errors**: throws what opening a store throws. **Cost**: linear in facts, not in events.
 */
export async function observeState(
  directory: string,
  context: OperationContext,
  problems: ProblemLog,
  { policies, metrics }: SightDocuments = noDocuments,
): Promise<Observation> {
  const store = await context.outside.state.store(directory, "read");
  try {
    const observation = await readState(store, directory, policies);
    const { facts, recording } = observation;
    for (const { first, ...problem } of recording.problems)
      problems.add({ ...problem, place: first });
    addStateLosses({ facts, recording, metrics }, problems);
    return observation;
  } finally {
    await store.close();
  }
}

async function readState(store: Store, directory: string, policies: SightDocuments["policies"]) {
  const facts = new FactSet();
  await readFacts(store, policies, facts.add.bind(facts));
  const text = await store.settings.get(recordingSetting);
  const notes = await store.notes.all();
  const decisions = notes.flatMap(({ decision, revokedUs }) =>
    decision === undefined || revokedUs > 0 ? [] : [decision],
  );
  return { facts, recording: readRecordingSetting(text, directory), decisions };
}

async function readFacts(
  store: Store,
  policies: SightDocuments["policies"],
  emit: Emit,
): Promise<void> {
  const restater = new CoverageRestater(collectStated(policies), emit);
  for await (const fact of store.facts.facts()) {
    if (fact.kind === "coverage") restater.take(fact);
    else emit(fact);
  }
  restater.end();
}

/** **Errors**: throws `state-damaged`: the text is the daemon's own. */
function readRecordingSetting(text: string | undefined, directory: string): KeptRecording {
  if (text === undefined) {
    return { fromUs: 0, toUs: 0, eventCount: 0, inputs: [], problems: [] };
  }
  const result = recordingSchema.safeParse(JSON.parse(text));
  if (result.success) return result.data;
  throw new WaggleError("state-damaged", `${directory}: what it says of its sources is not whole.`);
}
