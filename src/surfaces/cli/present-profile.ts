/**
 * Holds how the command line shows profiles of workloads.
 * In: the output of the operation `profile`. Out: text, YAML or JSON.
 */
import { formatTime } from "../../core/event/format-time.ts";
import type {
  ObservedProfile,
  ObservedValue,
  ProfileDifference,
} from "../../core/observe/profile/build-profiles.ts";
import { type ProfilePlace, profileDimensions } from "../../core/observe/profile/profile-fact.ts";
import type { ProfileValue } from "../../core/observe/profile/read-values.ts";
import { renderJson } from "../../core/report/render-json.ts";
import {
  createPaint,
  joinTerminal,
  type Paint,
  type TerminalText,
  terminal,
} from "../../core/report/safe-text.ts";
import { formatCount, plural } from "../../core/report/text-layout.ts";
import type { ProfileOutput } from "../../operations/profile.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation, View } from "./presentation.ts";
import { sourceMetavars } from "./source-metavars.ts";
import { textTable } from "./text-table.ts";

export const profilePresentation: Presentation<ProfileOutput> = {
  positionals: [
    { key: "action", metavar: "list|show|export|freeze|diff", required: true },
    { key: "workload", metavar: "workload", required: false },
  ],
  metavars: { ...sourceMetavars, state: "directory", rules: "directory" },
  examples: [
    { line: "waggle profile list --state /var/lib/waggle", says: "What is known of whom" },
    {
      line: "waggle profile export shop/api --state /var/lib/waggle -o api.yaml",
      says: "To be reviewed and edited",
    },
    {
      line: "waggle profile freeze --profiles api.yaml -o profiles/api.yaml",
      says: "What deviates from it is told from now on",
    },
    {
      line: "waggle profile diff --profiles profiles --state /var/lib/waggle",
      says: "What workloads do beside their profiles",
    },
  ],
  formats: ["text", "json"],
  hasTop: true,
  hasConfig: true,
  hasTime: false,
  show: (output, view) => ({
    document: documentOf(output, view),
    notices: output.problems.map(({ message }) => terminal`${message}`).slice(0, 20),
    exitStatus: exitStatus.done,
  }),
};

function documentOf(output: ProfileOutput, view: View): ReturnType<typeof renderJson> | string {
  if (view.format === "json") return renderJson(output);
  if (output.document !== "") return output.document;
  return `${render(output, view)}`;
}

function render({ action, profiles, differences }: ProfileOutput, view: View): TerminalText {
  const paint = createPaint(view.color);
  if (action === "diff") return renderDifferences(differences, paint, view);
  if (profiles.length === 0) return terminal`Nothing was learned: no session was over and quiet.`;
  if (action === "list") return renderList(profiles, paint, view);
  return joinTerminal(
    profiles.map((one) => renderOne(one, paint, view)),
    terminal`\n\n`,
  );
}

function renderList(profiles: readonly ObservedProfile[], paint: Paint, view: View): TerminalText {
  const shown = view.top > 0 ? profiles.slice(0, view.top) : profiles;
  const rows = shown.map((one) => [
    nameOf(one.place),
    one.place.kind,
    one.values.length,
    one.dayCount,
    one.runCount,
    short(one.lastSeenUs),
  ]);
  const columns = [
    { align: "left", widthMax: 48 },
    { align: "left", widthMax: 12 },
    { align: "right", widthMax: 6 },
    { align: "right", widthMax: 4 },
    { align: "right", widthMax: 4 },
    { align: "left", widthMax: 0 },
  ] as const;
  const heads = ["WORKLOAD", "KIND", "VALUES", "DAYS", "RUNS", "LAST SEEN"];
  const [head, ...body] = textTable(columns, [heads, ...rows], view.width);
  return joinTerminal([paint("bold", head ?? terminal``), ...body]);
}

function renderOne(profile: ObservedProfile, paint: Paint, view: View): TerminalText {
  const { place, values, dayCount, runCount, firstSeenUs, lastSeenUs } = profile;
  const span = `${short(firstSeenUs)} to ${short(lastSeenUs)} UTC`;
  const counts = `${plural(dayCount, "day")}, ${plural(runCount, "run")}`;
  const parts = profileDimensions.flatMap((dimension) => {
    const own = values.filter((value) => value.dimension === dimension);
    if (own.length === 0) return [];
    return [terminal`  ${paint("dim", dimension)}`, ...linesOf(own, "    ", view)];
  });
  return joinTerminal([
    terminal`${paint("bold", nameOf(place))}  ${place.kind}  ${span}, ${counts}`,
    ...parts,
  ]);
}

/** Of one dimension or all. */
function linesOf(
  values: readonly (ProfileValue | ObservedValue)[],
  indent: string,
  view: View,
): readonly TerminalText[] {
  const shown = view.top > 0 ? values.slice(0, view.top) : values;
  const rows = shown.map((value) => [
    "count" in value ? formatCount(value.count) : "",
    value.value,
  ]);
  const columns = [
    { align: "right", widthMax: 9 },
    { align: "left", widthMax: 0 },
  ] as const;
  const rest = values.length - shown.length;
  return [
    ...textTable(columns, rows, view.width - indent.length).map(
      (line) => terminal`${indent}${line}`,
    ),
    ...(rest > 0 ? [terminal`${indent}and ${rest} more`] : []),
  ];
}

function renderDifferences(
  differences: readonly ProfileDifference[],
  paint: Paint,
  view: View,
): TerminalText {
  if (differences.length === 0) return terminal`All that was seen is in the profiles.`;
  const parts = differences.map(({ place, hasProfile, added, unseen }) => {
    const told = (values: readonly ProfileValue[]) =>
      values.map((one) => ({ ...one, value: `${one.dimension} ${one.value}` }));
    const state = hasProfile ? "" : "  has no profile";
    return joinTerminal([
      terminal`${paint("bold", nameOf(place))}${state}`,
      ...(added.length > 0 ? [terminal`  seen, and not in the profile`] : []),
      ...linesOf(told(added), "    ", view),
      ...(unseen.length > 0 ? [terminal`  in the profile, and not seen`] : []),
      ...linesOf(told(unseen), "    ", view),
    ]);
  });
  return joinTerminal(parts, terminal`\n\n`);
}

function nameOf({ namespace, name, container }: ProfilePlace): string {
  const owner = namespace === "" ? name : `${namespace}/${name}`;
  return container === "" || container === name ? owner : `${owner}/${container}`;
}

function short(timeUs: number): string {
  return (formatTime(timeUs) ?? "unknown").slice(0, 16).replace("T", " ");
}
