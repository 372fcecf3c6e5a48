/**
 * Counts facts that a daemon writes, by kind: loaded into its process before it starts, because the
 * daemon itself tells only how many there are.
 * In: what is bound to statements of SQLite, which the shipped bundle has from Node as this does.
 * Out: after each batch a small file, named by the environment and the process, for what the daemon
 * starts inherits the environment. Changes no statement.
 */
import { writeFileSync } from "node:fs";
import { type SQLInputValue, StatementSync } from "node:sqlite";

export interface Writes {
  /** How many facts of each kind. */
  readonly byKind: Readonly<Record<string, number>>;
  readonly commits: number;
}

const file = `${process.env["WAGGLE_BENCH_WRITES"]}.${process.pid}`;
const byKind: Record<string, number> = {};
let commits = 0;
/** Of the transaction that is open. */
const kinds: string[] = [];
let isBatch = false;
/** Values by position, as waggle binds them. */
type Bound = (this: StatementSync, ...values: SQLInputValue[]) => unknown;
const statements = StatementSync.prototype as unknown as { run: Bound; get: Bound };
const { run, get } = statements;

/** Its last value is the fact as JSON. */
const factStatement = /^\s*INSERT INTO (?:open_)?fact\b/;
const batchStatement = /^\s*INSERT INTO writer\b/;
const kindField = /^\{"kind":"([\w-]+)"/;

/** What matters of a statement: asked once, for each answer is a text of its own. */
type Role = "fact" | "batch" | "COMMIT" | "ROLLBACK" | "other";
const roles = new WeakMap<StatementSync, Role>();

function roleOf(statement: StatementSync): Role {
  const known = roles.get(statement);
  if (known !== undefined) return known;
  const role = readRole(statement.sourceSQL);
  roles.set(statement, role);
  return role;
}

function readRole(sql: string): Role {
  if (factStatement.test(sql)) return "fact";
  if (batchStatement.test(sql)) return "batch";
  return sql === "COMMIT" || sql === "ROLLBACK" ? sql : "other";
}

statements.run = function countingRun(...values) {
  const result = run.apply(this, values);
  const role = roleOf(this);
  if (role === "fact") kinds.push(kindField.exec(String(values.at(-1)))?.[1] ?? "unnamed");
  else if (role === "COMMIT" || role === "ROLLBACK") endTransaction(role === "COMMIT");
  return result;
};

statements.get = function countingGet(...values) {
  if (roleOf(this) === "batch") isBatch = true;
  return get.apply(this, values);
};

function endTransaction(isWritten: boolean): void {
  if (isBatch && isWritten) {
    for (const kind of kinds) byKind[kind] = (byKind[kind] ?? 0) + 1;
    commits += 1;
    writeFileSync(file, JSON.stringify({ byKind, commits } satisfies Writes));
  }
  kinds.length = 0;
  isBatch = false;
}
