/**
 * Counts facts that a daemon hands to its store, by kind: loaded into its process before it starts,
 * because the daemon itself tells only how many there are.
 * In: commits. Out: after each one a small file, named by the environment and the process, for what
 * the daemon starts inherits the environment. Changes no commit.
 */
import { writeFileSync } from "node:fs";
import { SqliteFacts } from "../../src/adapters/store/sqlite-facts.ts";

export interface Writes {
  /** How many facts of each kind. */
  readonly byKind: Readonly<Record<string, number>>;
  readonly commits: number;
}

const file = `${process.env["WAGGLE_BENCH_WRITES"]}.${process.pid}`;
const byKind: Record<string, number> = {};
let commits = 0;
const { commit } = SqliteFacts.prototype;

SqliteFacts.prototype.commit = async function countingCommit(batch) {
  await commit.call(this, batch);
  for (const { kind } of [...batch.settled, ...batch.open]) byKind[kind] = (byKind[kind] ?? 0) + 1;
  commits += 1;
  writeFileSync(file, JSON.stringify({ byKind, commits } satisfies Writes));
};
