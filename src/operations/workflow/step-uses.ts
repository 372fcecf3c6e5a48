/**
 * Holds the table of what steps may use.
 * In: nothing. Out: uses by name. A new one is one file and one line here.
 */

import { WaggleError } from "../../ports/waggle-error.ts";
import { alert } from "./act-alert.ts";
import { makeDocument } from "./act-report.ts";
import { classifyIncidents } from "./classify-incidents.ts";
import { senseConnections } from "./sense-connections.ts";
import { senseFindings, sensePlan } from "./sense-findings.ts";
import { senseHistory } from "./sense-history.ts";
import { senseIncidents } from "./sense-incidents.ts";
import type { BoundUse, StepUse } from "./step-use.ts";
import { writeContent } from "./write-file.ts";

/** **Order**: as lists show them. */
export const stepUses: readonly BoundUse[] = [
  bindUse(senseIncidents),
  bindUse(senseHistory),
  bindUse(senseConnections),
  bindUse(senseFindings),
  bindUse(sensePlan),
  bindUse(classifyIncidents),
  bindUse(alert),
  bindUse(makeDocument),
  bindUse(writeContent),
];

/** Hides the types of a use: what it is given is checked, null stands for left out. */
export function bindUse<With, Output>(use: StepUse<With, Output>): BoundUse {
  const { input } = use;
  return {
    ...use,
    run: async (values, world) => {
      const given = Object.entries(values).filter(([, value]) => value !== null);
      const result = input.safeParse(Object.fromEntries(given));
      if (result.success) return use.run(result.data as With, world);
      const [issue] = result.error.issues;
      const key = ["with", ...(issue?.path ?? [])].map(String).join(".");
      throw new WaggleError("usage", `${key}: ${issue?.message ?? "not as expected"}.`);
    },
    describe: (output) => use.describe(output as Output),
  };
}
