/**
 * Holds the table that decides when to act, as data.
 * In: four answers. Out: one of 16 rows. Every row is that of CISA's BOD 26-04; what waggle adds to
 * it are the modifiers in `decide-finding.ts`, and never another row.
 * **Source**: CISA Binding Operational Directive 26-04; CERT/CC SSVC,
 * `data/csv/cisa/cisa_bod_26_04_1_0_0.csv`.
 */
import type { DecisionName } from "./decision.ts";

export interface DecisionKey {
  /** In CISA's catalogue of known exploited vulnerabilities. */
  readonly kev: boolean;
  /** Whoever is on the internet can send it data. */
  readonly exposed: boolean;
  readonly automatable: boolean;
  readonly impact: "partial" | "total";
}

export interface DecisionRow extends DecisionKey {
  readonly decision: DecisionName;
  /** The table also asks to look whether it was exploited already. */
  readonly forensics: boolean;
}

/** **Unit**: days from when it became known; null: with the next upgrade of the system. */
export const deadlineDays: Readonly<Record<DecisionName, number | null>> = {
  "act-now": 3,
  soon: 14,
  scheduled: 60,
  "next-upgrade": null,
};

function row(answers: string, decision: DecisionName, forensics = false): DecisionRow {
  const [kev, exposed, automatable, total] = [...answers].map((letter) => letter === "Y");
  return {
    kev: kev === true,
    exposed: exposed === true,
    automatable: automatable === true,
    impact: total === true ? "total" : "partial",
    decision,
    forensics,
  };
}

/** **Order**: that of the source. Letters: known exploited, exposed, automatable, total impact. */
export const decisionTable: readonly DecisionRow[] = [
  row("NNNN", "next-upgrade"),
  row("NNNY", "next-upgrade"),
  row("NYNN", "scheduled"),
  row("NNYN", "scheduled"),
  row("NNYY", "scheduled"),
  row("NYYN", "soon"),
  row("NYNY", "soon"),
  row("NYYY", "act-now"),
  row("YNNN", "soon"),
  row("YYNN", "soon"),
  row("YNYN", "soon"),
  row("YNNY", "soon"),
  row("YYYN", "act-now"),
  row("YYNY", "act-now", true),
  row("YNYY", "act-now", true),
  row("YYYY", "act-now", true),
];

/** Name of a row, as findings carry it. */
export function nameRow({ kev, exposed, automatable, impact }: DecisionKey): string {
  const word = (answer: boolean) => (answer ? "yes" : "no");
  return (
    `kev=${word(kev)} exposed=${word(exposed)} ` +
    `automatable=${word(automatable)} impact=${impact}`
  );
}

const rowsByName = new Map(decisionTable.map((one) => [nameRow(one), one]));

export function findRow(key: DecisionKey): DecisionRow {
  const found = rowsByName.get(nameRow(key));
  if (found === undefined) throw new Error("the table has a row for each of the 16 keys");
  return found;
}
