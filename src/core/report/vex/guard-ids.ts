/**
 * Holds which ids a VEX statement may answer to.
 * In: statements. Out: the same, where one that hides a vulnerability answers to no id by which
 * another vulnerability of the same package is found, and speaks of one version only.
 * Scanners look statements up by any id and take the first: an advisory that names two CVEs would
 * let the one that a person signed away hide the other.
 */
import { parsePurl } from "../../inventory/purl.ts";
import type { VexStatement } from "./vex-statement.ts";

/** **Order**: as given. */
export function guardIds(statements: readonly VexStatement[]): readonly VexStatement[] {
  const open = new Map<string, Set<string>>();
  for (const statement of statements.filter((one) => !isHiding(one))) {
    const ids = open.get(keyOf(statement)) ?? new Set<string>();
    for (const id of [statement.lead.vulnerability.id, ...statement.aliases]) ids.add(id);
    open.set(keyOf(statement), ids);
  }
  return statements.map((statement) => {
    // A match without a purl is looked up by its image alone: any of its statements would hide it.
    const keys = [keyOf(statement), nameless(statement)];
    return guard(statement, new Set(keys.flatMap((key) => [...(open.get(key) ?? [])])));
  });
}

function isHiding({ status }: VexStatement): boolean {
  return status !== "affected" && status !== "under_investigation";
}

/** Without qualifiers: a purl that has fewer stands for one that has more. */
function keyOf({ product, package: one }: VexStatement): string {
  return JSON.stringify([product, one.purl.split("?")[0]]);
}

function nameless({ product }: VexStatement): string {
  return JSON.stringify([product, ""]);
}

function guard(statement: VexStatement, open: ReadonlySet<string>): VexStatement {
  if (!isHiding(statement)) return statement;
  const { lead, aliases, package: one } = statement;
  if (one.purl !== "" && (parsePurl(one.purl)?.version ?? "") === "") {
    return reopen(statement, "without a version the statement would speak of all versions");
  }
  if (open.has(lead.vulnerability.id)) {
    return reopen(statement, "another open match goes by this id, and would be hidden with it");
  }
  return { ...statement, aliases: aliases.filter((id) => !open.has(id)) };
}

function reopen(statement: VexStatement, why: string): VexStatement {
  const notes = `Not stated as signed: ${why}. ${statement.notes}`;
  const status = statement.isUsed ? "affected" : "under_investigation";
  return { ...statement, status, justification: null, notes, waiver: null };
}
