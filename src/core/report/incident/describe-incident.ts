/**
 * Holds what several renderings of an incident say in the same words.
 * In: an incident. Out: plain text, untrusted: each rendering makes it safe in its own way.
 */

import type { TimeUs } from "../../event/event.ts";
import { formatTime } from "../../event/format-time.ts";
import type { Incident, IncidentAction, IncidentProcess } from "../../judge/incident/incident.ts";
import { commandOf } from "../../judge/incident/name-process.ts";
import { judgeSeverity } from "../../judge/incident/weigh-signals.ts";
import { nameWorkload } from "../../judge/name-workload.ts";
import { plural } from "../text-layout.ts";

/** **Order**: what to do first. */
export const phases: readonly IncidentAction["phase"][] = [
  "contain",
  "preserve",
  "eradicate",
  "recover",
];

export const phaseTitles: Readonly<Record<IncidentAction["phase"], string>> = {
  contain: "Contain",
  preserve: "Preserve evidence",
  eradicate: "Eradicate",
  recover: "Recover",
};

/** `2026-11-22 14:47:54 UTC`; "unknown" for no time. */
export function sayTime(timeUs: TimeUs): string {
  const text = formatTime(timeUs);
  return text === null ? "unknown" : `${text.slice(0, 10)} ${text.slice(11, 19)} UTC`;
}

/** `2026-11-22 14:47:54–14:47:59 UTC (5 s)`. */
export function saySpan({ firstSeenUs, lastSeenUs }: Incident): string {
  const first = sayTime(firstSeenUs).replace(" UTC", "");
  const last = sayTime(lastSeenUs);
  const until = first.slice(0, 10) === last.slice(0, 10) ? last.slice(11) : last;
  return `${first}–${until} (${sayDuration(lastSeenUs - firstSeenUs)})`;
}

function sayDuration(us: number): string {
  const seconds = Math.max(0, Math.round(us / 1e6));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3600)} h`
    : `${Math.round(seconds / 86_400)} d`;
}

/** `open`; `updated, acknowledged by ann 2026-11-22 15:02:11 UTC: on it`. */
export function sayState({ state, acknowledgement }: Incident): string {
  if (acknowledgement === undefined) return state;
  const { by, text, timeUs } = acknowledgement;
  return `${state}, acknowledged by ${by} ${sayTime(timeUs)}: ${text}`;
}

/** Where it happened: workloads, node, image. */
export function sayPlace({ workloads, node, images, containers }: Incident): string {
  const names = workloads.map((one) =>
    one.kind === "Host" ? `host ${one.name}` : nameWorkload(one),
  );
  const shown = names.slice(0, 3).join(", ");
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  const count = containers.length > 1 ? ` (${plural(containers.length, "container")})` : "";
  const image = images.length === 0 ? "" : `, image ${images.slice(0, 2).join(", ")}`;
  return `${shown}${more}${count} on node ${node}${image}`;
}

/** `50 (signals of miner) + 25 (…), × 1.4 (3 tactics) = 105`. */
export function sayScore({ scoreParts, score }: Incident): string {
  const added = scoreParts.filter(({ kind }) => kind === "add");
  const factors = scoreParts.filter(({ kind }) => kind === "times");
  const sum = added.map(({ value, label }) => `${value} (${label})`).join(" + ");
  const times = factors.map(({ value, label }) => ` × ${value} (${label})`).join("");
  const whole = factors.length > 0 && added.length > 1 ? `(${sum})` : sum;
  return `${whole}${times} = ${score}`;
}

/** Why it is as severe as it is; of the signals that are shown. */
export function saySeverity({ signals, score, severity }: Incident): string {
  const judged = judgeSeverity(signals, score);
  return judged.level === severity ? `${severity}: ${judged.because}` : severity;
}

/** One line of a tree: command, pid, uid. */
export function sayProcess(process: IncidentProcess): string {
  const uid = process.uid < 0 ? "" : `, uid ${process.uid}`;
  const end = process.exitUs === 0 ? "" : ", ended";
  return `${commandOf(process)} (pid ${process.pid}${uid}${end})`;
}

/** One line for each vulnerability that may explain the entry. */
export function sayCauses({ possibleCauses }: Incident): readonly string[] {
  return possibleCauses.map(
    ({ vulnerability, packageName, packageVersion, why, decision }) =>
      `${vulnerability} in ${packageName} ${packageVersion}: ${why}; ${decision}`,
  );
}
