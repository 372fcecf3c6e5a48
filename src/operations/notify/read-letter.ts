/**
 * Holds reading a dead letter back: a file that a person may have edited, or of another version.
 * In: a value of any shape. Out: the letter, or undefined when it is none.
 */
import * as z from "zod";
import { levels } from "../../core/observe/detect/rule.ts";
import type { DeadLetter } from "../../ports/dead-letters.ts";

const texts = z.array(z.string());
const number = z.number();
const level = z.enum(levels);
const workload = z.looseObject({
  ...{ cluster: z.string(), namespace: z.string(), kind: z.string() },
  ...{ name: z.string(), container: z.string() },
});
const objects = z.array(z.looseObject({}));

/** Strict where a receiver's writer looks; the rest is carried along. */
export const incidentShape = z.looseObject({
  ...{ id: z.string().min(1).max(1000), state: z.enum(["open", "updated", "closed"]) },
  acknowledgement: z.looseObject({ by: z.string(), text: z.string(), timeUs: number }).optional(),
  ...{ severity: level, score: number, confidence: z.enum(["high", "medium", "low"]) },
  ...{ headline: z.string(), story: texts, doubts: texts, gaps: texts, omitted: texts },
  ...{ firstSeenUs: number, lastSeenUs: number, node: z.string(), containers: texts },
  ...{ workloads: z.array(workload), images: texts, entries: texts, families: texts },
  ...{ techniques: texts, tactics: texts, matrix: texts, authors: texts },
  ...{ signals: objects, timeline: objects, reach: objects, possibleCauses: objects },
  ...{ scoreParts: objects, related: objects },
  processes: z.array(
    z.looseObject({ binary: z.string(), arguments: z.string(), pid: number, signals: texts }),
  ),
  artefacts: z.array(z.looseObject({ type: z.string(), value: z.string() })),
  firstAccess: z.looseObject({ how: z.string(), text: z.string(), confidence: z.string() }),
  actions: z.array(z.looseObject({ phase: z.string(), text: z.string(), command: z.string() })),
});

const letter = z.looseObject({
  ...{ timeUs: number, route: z.string(), reason: z.string(), tryCount: number },
  notice: z.looseObject({
    kind: z.enum(["open", "update", "acknowledge", "resolve", "test"]),
    ...{ incident: incidentShape, news: texts, thread: z.string(), cluster: z.string() },
  }),
});

export function readLetter(value: unknown): DeadLetter | undefined {
  const result = letter.safeParse(value);
  return result.success ? (result.data as unknown as DeadLetter) : undefined;
}
