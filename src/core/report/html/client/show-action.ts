/**
 * Holds what the drawer says of an action, and of a contradiction.
 * In: one of them. Out: elements.
 */
import { commandLine } from "./copy-command.ts";
import { upgradeCommand } from "./make-commands.ts";
import { type Child, make } from "./make-element.ts";
import { countLink, decisionChip, type PageContextData, workloadLink } from "./page-context.ts";
import type { PageAction, PageContradiction } from "./page-data.ts";
import { writeState } from "./page-state.ts";
import { evidenceTable, factList } from "./show-evidence.ts";
import { findingLinks, textList } from "./show-finding.ts";
import { pathLine } from "./show-path.ts";

/** **Shape**: at most four ways and twenty findings; the number of all leads to the list. */
export function showAction(action: PageAction, context: PageContextData): readonly Child[] {
  const { data } = context;
  const removed = action.findings
    .flatMap((index) => data.findings[index] ?? [])
    .sort((a, b) => a.rank - b.rank);
  const paths = action.workloads.flatMap((one) => data.workloads[one]?.context?.paths[0] ?? []);
  const map = writeState({ section: "map", values: new Map([["path", action.id]]) });
  const days = action.deadlineDays;
  return [
    make(
      "p",
      { class: "marks" },
      decisionChip(action.decision),
      days === null ? " with the next upgrade" : ` within ${days} days`,
    ),
    textList(action.because),
    factList([
      ["package", action.package],
      ["from", action.from.join(", ")],
      ["to", action.to],
      ["at least", action.atLeast === action.to ? "" : action.atLeast],
      ["layer", action.layer],
      ["image", action.image],
      ["findings", countLink(removed.length, { action: action.id })],
    ]),
    commandLine(upgradeCommand(action.type, action.package, action.to), "upgrade the package"),
    make("h3", {}, "Where"),
    make("ul", {}, ...action.workloads.map((one) => make("li", {}, workloadLink(context, one)))),
    paths.length === 0 ? null : make("h3", {}, "How it is reached"),
    ...paths.slice(0, 4).map((path) => pathLine(path, context)),
    paths.length === 0 ? null : make("p", {}, make("a", { href: map }, "Show on the map")),
    make("h3", {}, "What it is about"),
    findingLinks(removed, 20),
  ];
}

/** What objects declare beside what was seen. */
export function showContradiction(
  one: PageContradiction,
  context: PageContextData,
): readonly Child[] {
  return [
    factList([
      ["workload", workloadLink(context, one.workload)],
      ["declared", one.declared],
      ["seen", one.observed],
      ["meaning", one.meaning],
    ]),
    make("h3", {}, "Proofs"),
    evidenceTable(one.evidence, context),
  ];
}
