/**
 * Holds the check of incidents that a workflow hands to a step.
 * In: values of any shape. Out: incidents. A record of a run may have been edited by a person, and
 * a workflow may hand on anything.
 */
import * as z from "zod";
import type { Incident } from "../../core/judge/incident/incident.ts";
import { incidentShape } from "../notify/read-letter.ts";

const number = z.number();
const citation = z.looseObject({
  ...{ input: number, offset: number, timeUs: number, execId: z.string() },
});
const cited = { citations: z.array(citation) };

/** Beside what receivers of notices read, what a classification reads. */
const shape = incidentShape.extend({
  signals: z.array(
    z.looseObject({
      ...{ ...cited, process: z.string(), title: z.string(), level: z.string() },
      ...{ because: z.array(z.string()), firstSeenUs: number, techniques: z.array(z.string()) },
    }),
  ),
  processes: z.array(
    z.looseObject({
      ...{ process: z.string(), binary: z.string(), arguments: z.string(), pid: number },
      ...{ entry: z.string(), signals: z.array(z.string()) },
    }),
  ),
  possibleCauses: z.array(
    z.looseObject({
      ...{ vulnerability: z.string(), packageName: z.string(), packageVersion: z.string() },
      why: z.string(),
    }),
  ),
  firstAccess: z.looseObject({
    ...{ ...cited, how: z.string(), text: z.string(), confidence: z.string() },
  }),
  actions: z.array(
    z.looseObject({
      ...{ ...cited, phase: z.string(), text: z.string(), because: z.string() },
      command: z.string(),
    }),
  ),
});

/** A list of them, as `with` of a step takes it. */
export const incidentList = z.array(shape).max(1000) as unknown as z.ZodType<readonly Incident[]>;
