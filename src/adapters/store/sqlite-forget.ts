/**
 * Holds how old facts leave the database.
 * In: a time. Out: how many rows left, by kind. Few containers at a time, each whole or not at all,
 * so that new batches are not kept waiting.
 */
import { setImmediate } from "node:timers/promises";
import type { LossFact } from "../../core/observe/fact.ts";
import { isForgettable, sessionKinds, widenLosses } from "./forget-rules.ts";
import type { Session } from "./session.ts";

const containersPerTransaction = 50;

const allContainers = "SELECT DISTINCT container FROM fact";
const isOpen = "SELECT 1 FROM open_fact WHERE container = ? LIMIT 1";
const containerSeen = `
SELECT max(last_seen_us) AS seen FROM fact WHERE container = ? AND kind = 'container'`;
const anySeen = "SELECT max(last_seen_us) AS seen FROM fact WHERE container = ?";
const countKinds = `
SELECT kind, count(*) AS rows FROM fact WHERE container = ? GROUP BY kind`;
const dropContainer = "DELETE FROM fact WHERE container = ?";
const oldSessions = `
DELETE FROM fact WHERE container = ? AND kind = ? AND last_seen_us < ?`;
const oldLosses = `
SELECT rowid AS number, writer, body FROM fact WHERE kind = 'loss' AND last_seen_us < ?
ORDER BY writer`;
const replaceLoss = "UPDATE fact SET last_seen_us = ?, body = ? WHERE rowid = ?";
const dropLoss = "DELETE FROM fact WHERE rowid = ?";

type Counts = Record<string, number>;

export async function forgetFacts(session: Session, beforeUs: number): Promise<Counts> {
  const counts: Counts = {};
  const add = (kind: string, rows: number): void => {
    counts[kind] = (counts[kind] ?? 0) + rows;
  };
  const all = session
    .read(() => session.prepare(allContainers).all())
    .map(({ container }) => String(container));
  const names = all.filter(isForgettable);
  for (const host of all.filter((name) => !isForgettable(name))) {
    for (const kind of sessionKinds) {
      const dropped = session.write(() => session.prepare(oldSessions).run(host, kind, beforeUs));
      if (dropped.changes > 0) add(kind, Number(dropped.changes));
    }
  }
  for (let at = 0; at < names.length; at += containersPerTransaction) {
    const some = names.slice(at, at + containersPerTransaction);
    const dropped = session.write(() => some.flatMap((name) => dropOld(session, name, beforeUs)));
    for (const { kind, rows } of dropped) add(kind, rows);
    await setImmediate();
  }
  const widened = session.write(() => widenOldLosses(session, beforeUs));
  if (widened > 0) add("loss", widened);
  await session.shrink();
  return counts;
}

/** Looked at inside of the transaction: a container may have come back since. */
function dropOld(
  session: Session,
  container: string,
  beforeUs: number,
): readonly { kind: string; rows: number }[] {
  if (session.prepare(isOpen).get(container) !== undefined) return [];
  const seen =
    session.prepare(containerSeen).get(container)?.["seen"] ??
    session.prepare(anySeen).get(container)?.["seen"];
  if (Number(seen) >= beforeUs) return [];
  const kinds = session.prepare(countKinds).all(container);
  session.prepare(dropContainer).run(container);
  return kinds.map(({ kind, rows }) => ({ kind: String(kind), rows: Number(rows) }));
}

function widenOldLosses(session: Session, beforeUs: number): number {
  const byWriter = new Map<number, Map<LossFact, number>>();
  for (const { number, writer, body } of session.prepare(oldLosses).all(beforeUs)) {
    const rows = byWriter.get(Number(writer)) ?? new Map<LossFact, number>();
    byWriter.set(Number(writer), rows.set(session.decode<LossFact>(body), Number(number)));
  }
  let droppedCount = 0;
  for (const rows of byWriter.values()) {
    for (const { first, dropped, wide } of widenLosses([...rows.keys()], beforeUs)) {
      for (const loss of dropped) session.prepare(dropLoss).run(rows.get(loss) ?? -1);
      const body = JSON.stringify(wide);
      session.prepare(replaceLoss).run(wide.untilUs, body, rows.get(first) ?? -1);
      droppedCount += dropped.length;
    }
  }
  return droppedCount;
}
