/**
 * Holds the list of actions by workload or by image, for a terminal.
 * In: actions as viewed, what to group by. Out: a block a group, the most urgent first.
 */
import { decisionNames } from "../judge/decide/decision.ts";
import { nameWorkload } from "../judge/name-workload.ts";
import type { Finding } from "../judge/verdict.ts";
import { workloadKey } from "../judge/workload-key.ts";
import type { ActionView } from "./action-view.ts";
import type { Page } from "./page.ts";
import { markExposure, renderBrief } from "./render-action.ts";
import { type TerminalText, terminal } from "./safe-text.ts";
import { fit, plural } from "./text-layout.ts";

export const groupings = ["action", "workload", "image"] as const;
export type GroupBy = (typeof groupings)[number];

export interface ActionGroup {
  readonly name: string;
  /** **Order**: by rank. */
  readonly findings: readonly Finding[];
  /** Each with its place in the whole plan, from 1. */
  readonly actions: readonly { readonly view: ActionView; readonly position: number }[];
}

/** **Order**: by the rank of the first finding. Every finding is in one group. */
export function groupActions(
  findings: readonly Finding[],
  views: readonly ActionView[],
  by: Exclude<GroupBy, "action">,
): readonly ActionGroup[] {
  const keyOf = ({ workload, image }: Finding) =>
    by === "workload" ? workloadKey(workload) : image.digest || image.reference;
  const groups = Map.groupBy(findings, keyOf);
  const actionsOf = new Map<string, ActionGroup["actions"][number][]>();
  for (const [index, view] of views.entries()) {
    for (const key of new Set(view.findings.map(keyOf))) {
      const list = actionsOf.get(key) ?? [];
      list.push({ view, position: index + 1 });
      actionsOf.set(key, list);
    }
  }
  return [...groups].map(([key, own]) => ({
    name: nameGroup(own[0], by),
    findings: own,
    actions: actionsOf.get(key) ?? [],
  }));
}

function nameGroup(first: Finding | undefined, by: GroupBy): string {
  if (first === undefined) return "";
  return by === "workload"
    ? nameWorkload(first.workload)
    : first.image.reference || first.image.digest;
}

/** `3 act now, 12 soon`. */
export function countDecisions(findings: readonly Finding[]): string {
  const counts = decisionNames.flatMap((name) => {
    const count = findings.filter(({ decision }) => decision.name === name).length;
    return count === 0 ? [] : [`${count} ${name.replaceAll("-", " ")}`];
  });
  return counts.join(", ");
}

const actionCountMax = 6;

export interface GroupOptions {
  readonly views: readonly ActionView[];
  readonly by: Exclude<GroupBy, "action">;
  readonly top: number;
}

/** One block a group: its name, what is known of it, and its first actions. */
export function renderGroups(
  page: Page,
  { views, by, top }: GroupOptions,
): readonly (readonly TerminalText[])[] {
  const { paint, report, width } = page;
  const groups = groupActions(report.findings, views, by);
  if (groups.length === 0) return [[paint("bold", "WHAT TO DO"), terminal`  No findings.`]];
  const note = `${Math.min(top, groups.length)} of ${plural(groups.length, by)}`;
  const heading = [
    terminal`${paint("bold", `WHAT TO DO, BY ${by.toUpperCase()}`)}  ${paint("dim", note)}`,
  ];
  const blocks = groups.slice(0, top).map(({ name, findings, actions }) => {
    const [first] = findings;
    const place = by === "workload" && first !== undefined ? ` · ${markExposure(first).text}` : "";
    const left = actions.length - actionCountMax;
    return [
      paint("bold", fit(name, width)),
      paint("dim", fit(`${countDecisions(findings)}${place}`, width)),
      ...actions.slice(0, actionCountMax).map((one) => renderBrief(page, one.view, one.position)),
      ...(left > 0 ? [paint("dim", `    and ${plural(left, "more action")}`)] : []),
    ];
  });
  const rest = groups.length - blocks.length;
  const more =
    rest > 0 ? [[paint("dim", `${plural(rest, `more ${by}`)}: --top ${groups.length}`)]] : [];
  return [heading, ...blocks, ...more];
}
