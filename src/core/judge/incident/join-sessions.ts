/**
 * Holds how sessions become groups: whatever a cause ties together is one incident.
 * In: sessions that are an incident each. Out: groups of sessions with the links that made them.
 * Must give the same groups for the same facts in any order.
 */
import { compareText } from "../../event/compare-text.ts";
import { findCommandLinks } from "./find-command-links.ts";
import { findContactLinks } from "./find-contact-links.ts";
import { findEscapeLinks } from "./find-escape-links.ts";
import { findFileLinks } from "./find-file-links.ts";
import {
  findBesideLinks,
  findLineageLinks,
  findServiceLinks,
  findSignalLinks,
} from "./find-kin-links.ts";
import { findPlantLinks } from "./find-plant-links.ts";
import type { JoinLink, JoinScene } from "./join-link.ts";
import type { Session } from "./session.ts";

export interface SessionGroup {
  /** **Order**: by first act. */
  readonly sessions: readonly Session[];
  /** Why they are one, in order of finding; at most `linkCountMax`. */
  readonly links: readonly JoinLink[];
}

const linkCountMax = 16;
const finders = [
  findServiceLinks,
  findFileLinks,
  findCommandLinks,
  findPlantLinks,
  findEscapeLinks,
  findContactLinks,
  findSignalLinks,
  findLineageLinks,
  findBesideLinks,
];

/** **Order**: by first act. **Cost**: near linear in sessions and links. */
export function joinSessions(scene: JoinScene): readonly SessionGroup[] {
  const parents = new Map<string, string>();
  const used: JoinLink[] = [];
  for (const link of finders.flatMap((find) => find(scene))) {
    if (unite(parents, link.from, link.to)) used.push(link);
  }
  const linksOf = Map.groupBy(used, ({ from }) => rootOf(parents, from));
  const groups = Map.groupBy(scene.sessions, ({ entry }) => rootOf(parents, entry));
  return [...groups].map(([root, sessions]) => ({
    sessions,
    links: (linksOf.get(root) ?? []).slice(0, linkCountMax),
  }));
}

/** True when they were apart before. The smaller name stands for both: no order decides. */
function unite(parents: Map<string, string>, a: string, b: string): boolean {
  const [first = "", second = ""] = [rootOf(parents, a), rootOf(parents, b)].sort(compareText);
  if (first === second) return false;
  parents.set(second, first);
  return true;
}

function rootOf(parents: Map<string, string>, entry: string): string {
  let root = entry;
  for (let above = parents.get(root); above !== undefined; above = parents.get(root)) root = above;
  // What was passed on the way points at the root from now on: chains stay short.
  let at = entry;
  while (at !== root) {
    const above = parents.get(at) ?? root;
    parents.set(at, root);
    at = above;
  }
  return root;
}
