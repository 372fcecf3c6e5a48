/**
 * Holds the classification by rules: what an incident, its history and its connections say.
 * In: outputs of sensors. Out: KAI's fields, each with the events it stands on.
 * Must give the same for the same input; confidence comes from rules and coverage alone.
 */
import { formatTime } from "../../core/event/format-time.ts";
import type { Incident } from "../../core/judge/incident/incident.ts";
import { commandOf } from "../../core/judge/incident/name-process.ts";
import { levelRank } from "../../core/judge/incident/weigh-signals.ts";
import { phases, phaseTitles, sayPlace } from "../../core/report/incident/describe-incident.ts";
import { formatBytes } from "../../core/report/render-flows.ts";
import { formatCount, plural } from "../../core/report/text-layout.ts";
import { citeEvent, type EventCitation } from "./cite-event.ts";
import type {
  Classification,
  ClassifyOutput,
  EvidenceItem,
  RecommendedAction,
} from "./classification.ts";
import type { ConnectionsOutput } from "./sense-connections.ts";
import type { HistoryOutput } from "./sense-history.ts";
import type { IncidentsSeen } from "./sense-incidents.ts";

/** What a judge is given, whoever it is. */
export interface ClassifyMaterial {
  readonly seen: Pick<
    IncidentsSeen,
    | "incidents"
    | "inputNames"
    | "eventCount"
    | "signalCount"
    | "waitingRuleCount"
    | "gaps"
    | "from"
    | "to"
  >;
  readonly history: Pick<HistoryOutput, "lines" | "omittedCount"> | null;
  readonly connections: Pick<ConnectionsOutput, "processes"> | null;
}

const itemCountMax = 20;
const titleCountMax = 3;
const peerCountMax = 10;

export function judgeClassification(material: ClassifyMaterial): ClassifyOutput {
  const incidents = material.seen.incidents.map((one) => classify(one, material));
  const [worst] = incidents;
  return worst === undefined
    ? { ...judgeNothing(material), verdict: "no-incident", by: "rules", incidents }
    : { ...worst, verdict: "incident", by: "rules", incidents };
}

function classify(incident: Incident, material: ClassifyMaterial): Classification {
  const { inputNames } = material.seen;
  const cite = (one: Parameters<typeof citeEvent>[0]) => citeEvent(one, inputNames);
  const all = [
    ...tellSignals(incident, cite),
    ...tellConnections(incident, material),
    ...tellHistory(incident, material),
  ];
  const evidence = all
    .filter(({ citations }) => citations.length > 0)
    .sort((a, b) => compareTimes(a.time, b.time));
  const entry = incident.firstAccess.citations.map(cite);
  const first = evidence[0]?.citations ?? [];
  const actions = listActions(incident, cite);
  const urgent = firstOfPhases(actions);
  return {
    incident: incident.id,
    severity: incident.severity,
    headline: incident.headline,
    first_seen: formatTime(incident.firstSeenUs),
    last_seen: formatTime(incident.lastSeenUs),
    story: incident.story,
    root_cause: tellCause(incident),
    affected_component: sayPlace(incident),
    evidence,
    recommended_action: tellActions(urgent),
    confidence: incident.confidence,
    doubts: incident.doubts,
    actions,
    citations: {
      root_cause: entry.length > 0 ? entry : first,
      affected_component: first,
      recommended_action:
        urgent.length === 0 ? first : urgent.flatMap(({ citations }) => citations.slice(0, 1)),
    },
    not_seen: [...incident.gaps, ...incident.omitted],
    uncitedCount: all.length - evidence.length + (incident.actions.length - actions.length),
  };
}

function compareTimes(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return a < b ? -1 : 1;
}

/** What to do first of each kind: to stop it alone is not enough. */
function firstOfPhases(actions: readonly RecommendedAction[]): readonly RecommendedAction[] {
  return phases.flatMap((phase) => actions.find((one) => one.phase === phase) ?? []);
}

function tellActions(urgent: readonly RecommendedAction[]): string {
  const told = urgent.map(({ phase, text, because }) => {
    return `${phaseTitles[phase]}: ${text}, because ${because}.`;
  });
  return told.join(" ") || "Look at the evidence: no rule names an action.";
}

function tellCause({ headline, firstAccess, possibleCauses }: Incident): string {
  const causes = possibleCauses
    .slice(0, 3)
    .map(
      ({ vulnerability, packageName, packageVersion, why }) =>
        `${vulnerability} in ${packageName} ${packageVersion} may explain the entry: ${why}.`,
    );
  return [firstAccess.text, ...causes, `What followed: ${headline}.`].join(" ");
}

type Cite = (citation: Parameters<typeof citeEvent>[0]) => EventCitation;

/** One item an event, however many rules matched it; of many the gravest. */
function tellSignals(incident: Incident, cite: Cite): readonly EvidenceItem[] {
  const known = new Map(incident.processes.map((process) => [process.process, process]));
  const groups = Map.groupBy(incident.signals, ({ process, citations: [first] }) =>
    first === undefined ? "" : `${process} ${first.input} ${first.offset}`,
  );
  const uncited = (groups.get("") ?? []).map((one): readonly Signal[] => [one]);
  groups.delete("");
  return [...groups.values(), ...uncited]
    .map((same) => same.toSorted((a, b) => levelRank(b.level) - levelRank(a.level)))
    .sort(([a], [b]) => rankOf(b) - rankOf(a))
    .slice(0, itemCountMax)
    .flatMap((same) => tellEvent(same, known, cite));
}

type Signal = Incident["signals"][number];

function rankOf(signal: Signal | undefined): number {
  return signal === undefined ? -1 : levelRank(signal.level);
}

function tellEvent(
  same: readonly Signal[],
  known: ReadonlyMap<string, Incident["processes"][number]>,
  cite: Cite,
): readonly EvidenceItem[] {
  const [gravest] = same;
  if (gravest === undefined) return [];
  const process = known.get(gravest.process);
  const titles = [...new Set(same.map(({ title }) => title))];
  const left = titles.length - titleCountMax;
  const more = left > 0 ? `; and ${plural(left, "more rule")}` : "";
  return [
    {
      time: formatTime(gravest.firstSeenUs),
      text: `${titles.slice(0, titleCountMax).join("; ")}${more}`,
      command: process === undefined ? "" : commandOf(process),
      pid: process?.pid ?? 0,
      level: gravest.level,
      techniques: [...new Set(same.flatMap(({ techniques }) => techniques))].toSorted(),
      citations: gravest.citations.map(cite),
    },
  ];
}

/** Of its own sessions: a runtime, or a script above, did many other things. */
function ownProcesses({ processes, entries }: Incident): ReadonlySet<string> {
  const own = new Set(entries.filter((entry) => entry !== ""));
  return new Set(processes.flatMap(({ process, entry }) => (own.has(entry) ? [process] : [])));
}

/** Whom its processes talked to, and how much. */
function tellConnections(
  incident: Incident,
  { connections }: ClassifyMaterial,
): readonly EvidenceItem[] {
  const own = ownProcesses(incident);
  const talkers = connections?.processes.filter(({ execId }) => own.has(execId)) ?? [];
  return talkers
    .flatMap((process) => process.peers.map((peer) => ({ process, peer })))
    .filter(({ peer }) => peer.direction === "outbound" && !/^(127\.|::1$)/.test(peer.address))
    .slice(0, peerCountMax)
    .map(({ process, peer }) => {
      const failed = peer.failedCount > 0 ? `, ${formatCount(peer.failedCount)} failed` : "";
      const many = plural(peer.connectionCount, "connection");
      return {
        time: peer.firstSeen,
        text:
          `${process.binary} talked to ${peer.address}, port ${peer.port}: ${many}${failed}, ` +
          `${formatBytes(peer.sentBytes)} sent, ${formatBytes(peer.receivedBytes)} received`,
        command: process.binary,
        pid: process.pid,
        level: "",
        techniques: [],
        citations: [peer.citation],
      };
    });
}

/** How much its processes did in all: where to look on. */
function tellHistory(incident: Incident, { history }: ClassifyMaterial): readonly EvidenceItem[] {
  const own = ownProcesses(incident);
  const lines = history?.lines.filter(({ execId }) => own.has(execId)) ?? [];
  const [first] = lines;
  const last = lines.at(-1);
  if (first === undefined || last === undefined) return [];
  const kinds = [...Map.groupBy(lines, ({ kind }) => kind)]
    .map(([kind, some]) => `${some.length} ${kind}`)
    .slice(0, 8);
  return [
    {
      time: first.time,
      text:
        `In all, its processes are seen to do ${plural(lines.length, "act")}: ` +
        `${kinds.join(", ")}; the first and the last are cited`,
      command: "",
      pid: 0,
      level: "",
      techniques: [],
      citations: first === last ? [first.citation] : [first.citation, last.citation],
    },
  ];
}

function listActions({ actions }: Incident, cite: Cite): readonly RecommendedAction[] {
  return phases.flatMap((phase) =>
    actions
      .filter((one) => one.phase === phase && one.citations.length > 0)
      .map(({ text, because, command, citations }) => ({
        ...{ phase, text, because, command },
        citations: citations.map(cite),
      })),
  );
}

/** Silence is worth as much as what could be seen. */
function judgeNothing({ seen }: ClassifyMaterial): Classification {
  const { eventCount, signalCount, waitingRuleCount, gaps, from, to } = seen;
  const doubts = [
    ...(eventCount === 0 ? ["no event was seen"] : []),
    ...gaps,
    ...(waitingRuleCount > 0
      ? [`${plural(waitingRuleCount, "rule")} may have seen nothing: a policy must feed them`]
      : []),
  ];
  const isBlind = eventCount === 0 || gaps.length > 0;
  const none: readonly EventCitation[] = [];
  return {
    incident: "",
    severity: "",
    headline: "No incident",
    first_seen: null,
    last_seen: null,
    story: [],
    root_cause:
      `No incident in ${plural(eventCount, "event")} from ${from ?? "unknown"} to ` +
      `${to ?? "unknown"}; ${plural(signalCount, "signal")}, too little for one.`,
    affected_component: "none",
    evidence: [],
    recommended_action: "Nothing is to be done.",
    confidence: isBlind ? "low" : doubts.length > 0 ? "medium" : "high",
    doubts,
    actions: [],
    citations: { root_cause: none, affected_component: none, recommended_action: none },
    not_seen: gaps,
    uncitedCount: 0,
  };
}
