/**
 * Holds which statements about the rights of a container count: what was seen and what is declared.
 * In: its join, facts. Out: privilege facts, each statement once.
 */
import { declaredPrivileges } from "../observe/declared-privileges.ts";
import type { PrivilegeFact } from "../observe/fact.ts";
import type { FactSet } from "../observe/fact-set.ts";
import type { ImageJoin } from "./join-images.ts";

/** Seen ones, and what the container's object or listing declares. */
export function gatherPrivileges(join: ImageJoin, facts: FactSet): readonly PrivilegeFact[] {
  const seen = facts.privileges(join.container.container);
  if (join.identity === undefined) return seen;
  const keyOf = ({ privilege, detail, source }: PrivilegeFact) =>
    `${source}/${privilege}/${detail}`;
  const known = new Set(seen.map(keyOf));
  const { container } = join.container;
  const declared = declaredPrivileges(join.identity).map((fact) => ({ ...fact, container }));
  return [...seen, ...declared.filter((fact) => !known.has(keyOf(fact)))];
}
