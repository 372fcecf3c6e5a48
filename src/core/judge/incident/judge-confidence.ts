/**
 * Holds how sure an incident is, by its rules and by what could be seen; and what was not seen.
 * In: a case. Out: a grade with its doubts, and gaps in words.
 * Must never come from a model, nor be higher than the sight allows.
 */
import { isHostKey } from "../../observe/container-key.ts";
import type { LossFact, Sensor } from "../../observe/fact.ts";
import type { FirstAccess, Incident } from "./incident.ts";
import type { IncidentCase } from "./incident-case.ts";
import { footholdOf } from "./persistence-table.ts";
import { quoteCommand } from "./quote-command.ts";
import { isStrong, levelRank } from "./weigh-signals.ts";

const minuteUs = 60_000_000;
const gapCountMax = 12;

type Confidence = Pick<Incident, "confidence" | "doubts">;

/** `high`: two families, or a rule of level high, and nothing that speaks against full sight. */
export function judgeConfidence(given: IncidentCase, access: FirstAccess): Confidence {
  const strong = given.signals.filter(isStrong);
  const whole = strong.filter(({ incomplete }) => !incomplete);
  const families = new Set(whole.map(({ family }) => family)).size;
  const isGrave = whole.some(({ level }) => levelRank(level) >= levelRank("high"));
  const doubts = [
    ...(families >= 2 || isGrave ? [] : ["One kind of rule alone speaks for it."]),
    ...(whole.length === strong.length
      ? []
      : [`${strong.length - whole.length} of ${strong.length} matches rest on incomplete data.`]),
    ...(strong.length === 0 ? ["Only weak signals speak for it, although of many kinds."] : []),
    ...(given.group.flood === undefined
      ? []
      : ["The same rules matched in many places: it may be a rule that is too wide."]),
    ...(access.confidence === "unknown" ? ["How it began was not seen."] : []),
    ...(!lossesOf(given).some(isDoubt)
      ? []
      : ["Events may have been lost in its time (see gaps)."]),
  ];
  if (doubts.length === 0) return { confidence: "high", doubts };
  const isSure = families >= 2 && isGrave;
  if (isSure && doubts.length === 1) return { confidence: "high", doubts };
  const isWeak = whole.length === 0 || given.group.flood !== undefined || doubts.length > 2;
  return { confidence: isWeak ? "low" : "medium", doubts };
}

/** What may be missing: lost events, sensors that were not there, containers seen too late. */
export function listGaps(given: IncidentCase): readonly string[] {
  const gaps = [
    ...lossesOf(given).map(describeLoss),
    ...missingSensors(given),
    ...lateContainers(given),
    ...unreadFiles(given),
  ];
  return [...new Set(gaps)].slice(0, gapCountMax);
}

/** Losses in its time or just before, of its containers or of the whole node. */
function lossesOf(given: IncidentCase): readonly LossFact[] {
  const { input, containerKeys, sessions, firstSeenUs, lastSeenUs } = given;
  const nodes = new Set(sessions.map(({ node }) => node));
  return input.losses.filter(
    ({ node, container, sinceUs, untilUs }) =>
      (container === "" ? nodes.has(node) : containerKeys.includes(container)) &&
      sinceUs <= lastSeenUs + minuteUs &&
      untilUs >= firstSeenUs - minuteUs,
  );
}

/** What detection let go of at a bound speaks of one session; on a host of any of hundreds. */
function isDoubt({ reason, container }: Pick<LossFact, "reason" | "container">): boolean {
  return reason !== "detect-eviction" || !(container === "" || isHostKey(container));
}

function describeLoss({ reason, count, detail, node, container }: LossFact): string {
  if (reason === "detect-eviction" && count > 0) {
    const whose = isDoubt({ reason, container })
      ? "of this container"
      : "of this session or others";
    const what = `Of ${count} events on ${quoteCommand(node)}, ${whose},`;
    return `${what} only what rules matched was kept (${quoteCommand(detail)}).`;
  }
  const lost = count > 0 ? `${count} events were lost` : "Events may have been lost";
  const told = detail === "" ? "" : `: ${quoteCommand(detail)}`;
  return `${lost} on ${quoteCommand(node)} (${quoteCommand(reason)})${told}.`;
}

const needed: readonly (readonly [Sensor, string])[] = [
  ["network", "connections"],
  ["write", "which files were written"],
  ["open", "which files were read"],
];

function missingSensors({ input, sessions, firstSeenUs, lastSeenUs }: IncidentCase): string[] {
  return [...new Set(sessions.map(({ node }) => node))].slice(0, 4).flatMap((node) => {
    const there = input.coverage.filter(
      (one) => one.node === node && one.sinceUs <= lastSeenUs && one.untilUs >= firstSeenUs,
    );
    return needed
      .filter(([sensor]) => !there.some((one) => one.sensor === sensor))
      .map(([sensor, what]) => `No ${sensor} sensor told of ${what} on ${quoteCommand(node)}.`);
  });
}

function lateContainers({ containers }: IncidentCase): readonly string[] {
  return containers
    .filter(({ fromStart, dumped }) => !fromStart && !dumped)
    .slice(0, 4)
    .map(({ pod, containerName, container }) => {
      const name = quoteCommand(pod || containerName || container.slice(0, 12));
      return `Container ${name} was not watched from its start: what it ran before is not known.`;
    });
}

/** An event says that a file was written, never what: who must know looks into the file. */
function unreadFiles({ steps }: IncidentCase): readonly string[] {
  const written = steps.some(({ what, subject }) => {
    return (what === "write" || what === "rename") && footholdOf(subject) !== undefined;
  });
  return written ? ["What was written into files: events tell that it was, not what."] : [];
}
