/**
 * Holds where an incident took place, and what could be reached from there.
 * In: a case. Out: nodes, containers, workloads, images, flows; each within its bound.
 */
import { compareText } from "../../event/compare-text.ts";
import { formatTime } from "../../event/format-time.ts";
import type { FlowEdge } from "../flows/flow-edge.ts";
import { workloadKey } from "../workload-key.ts";
import type { Incident } from "./incident.ts";
import { type IncidentCase, tellLeft } from "./incident-case.ts";

const entryCountMax = 256;
const containerCountMax = 64;
const reachCountMax = 50;

type Places = Pick<
  Incident,
  "node" | "containers" | "workloads" | "images" | "entries" | "reach" | "omitted"
>;

export function listPlaces(given: IncidentCase): Places {
  const { sessions, group, containerKeys, workloads } = given;
  const flows = flowsOf(given);
  return {
    node: sessions[0]?.node ?? "",
    containers: containerKeys.slice(0, containerCountMax),
    workloads: workloads.slice(0, containerCountMax),
    images: imagesOf(given),
    entries: group.sessions.map(({ entry }) => entry).slice(0, entryCountMax),
    reach: flows.slice(0, reachCountMax),
    omitted: [
      ...tellLeft(containerKeys.length, containerCountMax, "containers"),
      ...tellLeft(flows.length, reachCountMax, "flows"),
    ],
  };
}

function imagesOf({ containers, processes }: IncidentCase): readonly string[] {
  const named = containers.map(({ imageName, imageId }) => imageName || imageId).filter(Boolean);
  const told = named.length > 0 ? named : processes.map(({ image }) => image).filter(Boolean);
  return [...new Set(told)].sort(compareText);
}

/** What its workloads talked to while it went on, other workloads first. */
function flowsOf({ input, workloads, ...given }: IncidentCase): readonly FlowEdge[] {
  const keys = new Set(workloads.map(workloadKey));
  const since = formatTime(given.firstSeenUs) ?? "";
  const until = formatTime(given.lastSeenUs) ?? "";
  return input.flows
    .filter(
      ({ from, firstSeen, lastSeen }) =>
        from.workload !== null &&
        keys.has(workloadKey(from.workload)) &&
        (lastSeen === null || lastSeen >= since) &&
        (firstSeen === null || firstSeen <= until),
    )
    .sort((a, b) => Number(b.to.workload !== null) - Number(a.to.workload !== null));
}
