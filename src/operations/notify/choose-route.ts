/**
 * Holds which route hears of which incident.
 * In: a route's filters, an incident, the roles of workloads. Out: yes or no.
 */
import type { Incident } from "../../core/judge/incident/incident.ts";
import { type Level, levels } from "../../core/observe/detect/rule.ts";
import type { Workload } from "../../core/observe/fact.ts";
import type { NotifyRoute } from "./route-schema.ts";

export type RouteFilter = Pick<
  NotifyRoute,
  "minSeverity" | "namespaces" | "workloads" | "roles" | "families"
>;

export type RolesOf = (workload: Workload) => readonly string[];

const severityDefault: Level = "medium";

/** All filters hold; of a list one member is enough. */
export function hears(route: RouteFilter, incident: Incident, rolesOf: RolesOf): boolean {
  const { namespaces, workloads, roles, families, minSeverity = severityDefault } = route;
  const { workloads: places } = incident;
  return (
    isAtLeast(incident.severity, minSeverity) &&
    fits(namespaces, (wanted) => places.some(({ namespace }) => matches(wanted, namespace))) &&
    fits(workloads, (wanted) =>
      places.some(({ namespace, name }) => matches(wanted, `${namespace}/${name}`)),
    ) &&
    fits(roles, (wanted) => places.some((place) => rolesOf(place).includes(wanted))) &&
    fits(families, (wanted) => incident.families.includes(wanted))
  );
}

export function isAtLeast(one: Level, other: Level): boolean {
  return levels.indexOf(one) >= levels.indexOf(other);
}

function fits<Value>(
  wanted: readonly Value[] | undefined,
  has: (value: Value) => boolean,
): boolean {
  return wanted === undefined || wanted.some(has);
}

/**
 * `*` stands for any text. **Cost**: pattern × text: no regular expression is made of what people
 * write.
 */
function matches(pattern: string, text: string): boolean {
  const [start = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return pattern === text;
  if (!text.startsWith(start)) return false;
  let at = start.length;
  const end = rest.pop() ?? "";
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - end.length >= at && text.endsWith(end);
}
