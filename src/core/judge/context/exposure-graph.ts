/**
 * Holds how far the internet gets from workload to workload, along connections that were seen.
 * In: places, links, which places it reaches directly, what passes requests on. Out: for each place
 * the shortest way to it.
 * Must never go on through a node: its kubelet calls every pod.
 */

import type { Link, Place, Scene } from "./context-scene.ts";
import { hasRole, isForwardingProgram } from "./judge-roles.ts";
import { storePorts } from "./role-rules.ts";
import { isOwnDoing } from "./role-signals.ts";
import type { RoleVerdict } from "./workload-context.ts";

export interface Step {
  readonly place: Place;
  readonly hopCount: number;
  /** The link into it, and the step before; undefined where it is reached directly. */
  readonly link: Link | undefined;
  readonly before: Step | undefined;
}

export type Steps = ReadonlyMap<Place, Step>;

/** Breadth first: the shortest way. **Order**: of places and links. **Cost**: linear in links. */
export function walk(
  starts: readonly Place[],
  scene: Scene,
  follows: (link: Link) => boolean,
): Steps {
  const steps = new Map<Place, Step>();
  let front: Step[] = [];
  for (const place of starts) {
    const step = { place, hopCount: 0, link: undefined, before: undefined };
    if (!steps.has(place)) front.push(step);
    steps.set(place, step);
  }
  while (front.length > 0) {
    const next: Step[] = [];
    for (const before of front) {
      for (const link of scene.linksOutOf(before.place)) {
        const { to } = link;
        if (to === undefined || steps.has(to) || !follows(link)) continue;
        const step = { place: to, hopCount: before.hopCount + 1, link, before };
        steps.set(to, step);
        next.push(step);
      }
    }
    front = next;
  }
  return steps;
}

/** A connection of one workload's own processes to another. */
export function isStep(link: Link): boolean {
  const { edge, from, to } = link;
  if (from === undefined || to === undefined || from === to) return false;
  if (edge.connectionCount === 0 || !edge.directionKnown || !isOwnDoing(link)) return false;
  return !from.isHost || edge.binaries.some(isForwardingProgram);
}

export type RolesOf = (place: Place) => readonly RoleVerdict[];

/**
 * Whether what somebody sends to the first arrives at the second: a proxy hands on all, a web
 * server requests to other servers, not what it asks a database.
 */
export function passesOn(link: Link, rolesOf: RolesOf): boolean {
  if (!isStep(link) || link.from === undefined) return false;
  if (link.from.isHost) return true;
  const roles = rolesOf(link.from);
  if (hasRole(roles, "proxy") && !hasRole(roles, "web-server")) return true;
  if (!hasRole(roles, "web-server") && !hasRole(roles, "proxy")) return false;
  return !storePorts.has(link.edge.port);
}

/** The same where nothing is known of the first: not watched, and no role to go by. */
export function mayPassOn(link: Link, rolesOf: RolesOf): boolean {
  if (passesOn(link, rolesOf)) return true;
  if (!isStep(link) || link.from === undefined || link.from.containers.length > 0) return false;
  const roles = rolesOf(link.from);
  return roles.length === 0 || roles.some(({ role }) => role === "proxy" || role === "web-server");
}
