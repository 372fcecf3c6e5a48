/**
 * Holds facts of each writer in two layers, in SQLite.
 * In: batches in the order of their writer. Out: all facts, what each writer was at. A batch is one
 * transaction: facts, what is dropped, positions and checkpoint.
 */
import { hash } from "node:crypto";
import type { SQLOutputValue } from "node:sqlite";
import type { Fact } from "../../core/observe/fact.ts";
import { containerOfFact, factKey, lastSeenOf } from "../../core/observe/fact-key.ts";
import { mergeFact } from "../../core/observe/merge-fact.ts";
import type { Checkpoint, FactBatch, FactStore, WriterState } from "../../ports/store.ts";
import { isNewBatch } from "./check-sequence.ts";
import { decodeState, encodeState, StateCopy } from "./encode-state.ts";
import { hashFacts } from "./hash-facts.ts";
import { type Listing, type Session, toColumn } from "./session.ts";
import { forgetFacts } from "./sqlite-forget.ts";
import type { KeptBlocks } from "./state-blocks.ts";

const readWriter = "SELECT number, sequence, positions FROM writer WHERE name = ?";
const writeWriter = `
INSERT INTO writer (name, sequence, time_us, positions) VALUES (?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE SET
  sequence = excluded.sequence, time_us = excluded.time_us, positions = excluded.positions
RETURNING number`;
const readCheckpoint = `
SELECT version, time_us AS timeUs, positions FROM checkpoint WHERE writer = ?`;
const writeCheckpoint = `
INSERT OR REPLACE INTO checkpoint (writer, version, time_us, positions) VALUES (?, ?, ?, ?)`;
const dropParts = "DELETE FROM checkpoint_part WHERE writer = ?";
const writePart = "INSERT INTO checkpoint_part (writer, number, bytes) VALUES (?, ?, ?)";
const readPart = "SELECT bytes FROM checkpoint_part WHERE writer = ? AND number = ?";
const readFact = "SELECT body FROM fact WHERE container = ? AND key = ? AND writer = ?";
const writeFact = `
INSERT INTO fact (container, key, writer, kind, last_seen_us, body) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (container, key, writer) DO UPDATE SET
  last_seen_us = excluded.last_seen_us, body = excluded.body`;
const writeOpen = `
INSERT INTO open_fact (writer, key, container, body) VALUES (?, ?, ?, ?)
ON CONFLICT (writer, key) DO UPDATE SET body = excluded.body`;
const dropOpen = "DELETE FROM open_fact WHERE writer = ? AND key = ?";
const readOpen = "SELECT body FROM open_fact WHERE writer = ? AND key = ?";
const settledFacts: Listing = { table: "fact", key: "rowid", first: 0 };
const openFacts: Listing = { table: "open_fact", key: "rowid", first: 0 };

export class SqliteFacts implements FactStore {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  copyState(state: unknown): StateCopy {
    return new StateCopy(state);
  }

  async commit(batch: FactBatch): Promise<void> {
    const { session } = this;
    const { checkpoint } = batch;
    const state = checkpoint && encodeState(checkpoint.state);
    session.write(() => {
      const name = toColumn(batch.writer);
      const last = Number(session.prepare(readWriter).get(name)?.["sequence"] ?? 0);
      if (!isNewBatch(last, batch)) return;
      const { sequence, timeUs } = batch;
      const positions = JSON.stringify(batch.positions);
      const row = session.prepare(writeWriter).get(name, sequence, timeUs, positions);
      const writer = Number(row?.["number"]);
      this.settle(writer, batch.settled);
      for (const key of batch.dropped) session.prepare(dropOpen).run(writer, digest(key));
      for (const fact of batch.open) {
        const container = toColumn(containerOfFact(fact));
        const body = JSON.stringify(fact);
        session.prepare(writeOpen).run(writer, digest(factKey(fact)), container, body);
      }
      if (checkpoint !== undefined && state !== undefined) this.put(writer, checkpoint, state);
    });
    // Not before: a batch that was refused may come again.
    state?.release();
  }

  async writer(name: string): Promise<WriterState> {
    const { session } = this;
    return session.readTogether(() => {
      const row = session.prepare(readWriter).get(toColumn(name));
      if (row === undefined) return { sequence: 0, positions: {}, checkpoint: undefined };
      return {
        sequence: Number(row["sequence"]),
        positions: session.decode(row["positions"]),
        checkpoint: this.checkpointOf(Number(row["number"])),
      };
    });
  }

  async *facts(): AsyncIterable<Fact> {
    for await (const page of this.session.stream<Fact>([settledFacts, openFacts])) yield* page;
  }

  async *openFacts(writer: string, keys?: readonly string[]): AsyncIterable<Fact> {
    const { session } = this;
    const number = session.read(
      () => session.prepare(readWriter).get(toColumn(writer))?.["number"],
    );
    if (number === undefined) return;
    if (keys === undefined) {
      // With "+" by place: found by their writer, all would be sorted anew for each page.
      const own = { ...openFacts, where: `+writer = ${Number(number)}` };
      for await (const page of session.stream<Fact>([own])) yield* page;
      return;
    }
    yield* session.read(() =>
      keys.flatMap((key) => {
        const row = session.prepare(readOpen).get(number, digest(key));
        return row === undefined ? [] : [decodeFact(session, row)];
      }),
    );
  }

  async adopt(writer: string): Promise<void> {
    const { session } = this;
    session.write(() => {
      const number = session.prepare(readWriter).get(toColumn(writer))?.["number"];
      if (number === undefined) return;
      const open = session.prepare("SELECT body FROM open_fact WHERE writer = ?");
      for (const row of open.all(number)) this.settle(Number(number), [decodeFact(session, row)]);
      session.prepare("DELETE FROM open_fact WHERE writer = ?").run(number);
    });
  }

  async forget(beforeUs: number): Promise<Readonly<Record<string, number>>> {
    return await forgetFacts(this.session, beforeUs);
  }

  async hash(): Promise<string> {
    return await hashFacts(this.facts());
  }

  private settle(writer: number, facts: readonly Fact[]): void {
    const { session } = this;
    for (const fact of facts) {
      const key = digest(factKey(fact));
      const container = toColumn(containerOfFact(fact));
      const known = session.prepare(readFact).get(container, key, writer);
      const merged = known === undefined ? fact : mergeFact(decodeFact(session, known), fact);
      const body = JSON.stringify(merged);
      // What was said before needs no page of the log.
      if (body === known?.["body"]) continue;
      const { kind } = merged;
      session.prepare(writeFact).run(container, key, writer, kind, lastSeenOf(merged), body);
    }
  }

  private put(writer: number, checkpoint: Checkpoint, state: KeptBlocks): void {
    const { session } = this;
    const { version, timeUs } = checkpoint;
    const positions = JSON.stringify(checkpoint.positions);
    session.prepare(writeCheckpoint).run(writer, version, timeUs, positions);
    session.prepare(dropParts).run(writer);
    const write = session.prepare(writePart);
    for (const [at, part] of state.parts.entries()) write.run(writer, at + 1, part);
    // The small one last: a statement keeps a copy of what was bound to it.
    write.run(writer, 0, state.head);
  }

  /** One that cannot be read is none: reading goes on without. */
  private checkpointOf(writer: number): Checkpoint | undefined {
    const row = this.session.prepare(readCheckpoint).get(writer);
    if (row === undefined) return undefined;
    const part = this.session.prepare(readPart);
    const restored = decodeState((number) => {
      const bytes = part.get(writer, number)?.["bytes"];
      return bytes instanceof Uint8Array ? bytes : undefined;
    });
    if (restored === undefined) return undefined;
    return {
      version: Number(row["version"]),
      timeUs: Number(row["timeUs"]),
      positions: this.session.decode(row["positions"]),
      state: restored.state,
    };
  }
}

function decodeFact(session: Session, row: Record<string, SQLOutputValue>): Fact {
  return session.decode(row["body"]);
}

/** **Unit**: 16 bytes. By code units: UTF-8 would make one of two keys with lone surrogates. */
function digest(key: string): Uint8Array {
  return hash("sha256", Buffer.from(key, "utf16le"), "buffer").subarray(0, 16);
}
