/**
 * Holds telling falcosidekick, and whatever else reads alerts as Falco writes them.
 * In: notices. Out: one alert each.
 * **Source**: falcosidekick, `types.FalcoPayload` and its main handler (an empty output is
 * refused); priorities of Falco's rule language.
 */
import type { Level } from "../../core/observe/detect/rule.ts";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { Notice, Notifier, NotifierTarget } from "../../ports/notifier.ts";
import { noticeId } from "./notice-id.ts";
import type { NotifierOptions } from "./notifier-options.ts";
import { tellPlace, tellSome, tellTime, tellTitle } from "./tell-incident.ts";
import { createSignedPost } from "./webhook.ts";

const priorities: Readonly<Record<Level, string>> = {
  informational: "Informational",
  low: "Notice",
  medium: "Warning",
  high: "Error",
  critical: "Critical",
};

export function createFalcosidekick(target: NotifierTarget, options: NotifierOptions): Notifier {
  return createSignedPost(target, options, (notice) => JSON.stringify(buildAlert(notice, options)));
}

function buildAlert(notice: Notice, { nowMs }: NotifierOptions): object {
  const { incident, kind } = notice;
  const time = tellTime(incident.lastSeenUs);
  const story = tellSome(incident.story, { count: 6, length: 400 }).join(" ");
  const output = `${tellTitle(notice, 300)} | ${tellPlace(notice)} | ${story}`;
  return {
    uuid: uuidOf(notice),
    output: makeVisible(output, 3000),
    priority:
      kind === "resolve" || kind === "test" ? "Informational" : priorities[incident.severity],
    rule: `waggle incident: ${incident.families[0] ?? "mixed"}`,
    time: time === "unknown" ? new Date(nowMs()).toISOString() : time,
    output_fields: buildFields(notice),
    source: "waggle",
    tags: [...incident.families, ...tellSome(incident.techniques, { count: 20, length: 40 })],
    hostname: makeVisible(incident.node, 255) || "unknown",
  };
}

/** Values are texts and numbers: outputs make labels of them. */
function buildFields({ incident, kind, cluster }: Notice): Readonly<Record<string, unknown>> {
  const [workload] = incident.workloads;
  const process = incident.processes.find(({ signals }) => signals.length > 0);
  const text = (value: string | undefined) => makeVisible(value ?? "", 400);
  const all = {
    "waggle.incident": text(incident.id),
    "waggle.notice": kind,
    "waggle.severity": incident.severity,
    "waggle.score": incident.score,
    "waggle.confidence": incident.confidence,
    "waggle.acknowledged_by": text(incident.acknowledgement?.by),
    "waggle.cluster": text(cluster),
    "waggle.workload": text(workload?.name),
    "k8s.ns.name": text(workload?.namespace),
    "container.name": text(workload?.container),
    "container.id": text(incident.containers[0]).slice(0, 12),
    "container.image.repository": text(incident.images[0]),
    "proc.name": text(process?.binary.split("/").at(-1)),
    "proc.exepath": text(process?.binary),
    "proc.cmdline": text(process === undefined ? "" : `${process.binary} ${process.arguments}`),
    "proc.pid": process?.pid ?? "",
    "user.uid": process?.uid ?? "",
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
}

/** Form of a UUID (RFC 9562, version 8: of one's own making), the same for each try. */
function uuidOf(notice: Notice): string {
  const hex = noticeId(notice);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join("-");
}
