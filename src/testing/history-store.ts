/**
 * Holds a store in memory with what history needs of one, for tests of operations over it.
 * In: nothing. Out: a `Store` without facts and settings, and a context in which it is `state`.
 */
import assert from "node:assert/strict";
import { createMemoryFiles } from "../adapters/files/memory-files.ts";
import type { FindingChange, TrackedFinding } from "../core/judge/change/finding-change.ts";
import type { OperationContext } from "../operations/operation.ts";
import type { FoundNote, Note, ScanRecord, Store, StoredReport } from "../ports/store.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { noOutside, stillContext } from "./still-context.ts";

export function createHistoryStore(): Pick<Store, "history" | "notes" | "scans"> {
  const reports: StoredReport[] = [];
  const lines: FindingChange[] = [];
  const findings = new Map<string, TrackedFinding>();
  const notes = new Map<string, Note>();
  const scans: ScanRecord[] = [];
  const latest = () => reports.toSorted((a, b) => b.timeUs - a.timeUs);
  return {
    history: {
      record: async (batch) => {
        if (reports.some(({ id }) => id === batch.report.id)) return;
        reports.push(batch.report);
        lines.push(...batch.changes);
        for (const one of batch.findings) findings.set(one.id, one);
      },
      findings: async function* () {
        yield* [...findings.values()];
      },
      changes: async ({ sinceUs = 0, finding, countMax }) =>
        lines
          .filter((one) => one.timeUs >= sinceUs && (finding ?? one.finding) === one.finding)
          .slice(-countMax),
      reports: async (countMax) =>
        latest()
          .slice(0, countMax)
          .map(({ body, ...entry }) => ({ ...entry, sizeBytes: body.length })),
      reportAt: async (timeUs) => latest().find((one) => one.timeUs <= timeUs),
      forgetReports: async () => assert.fail("nothing is forgotten"),
    },
    notes: {
      add: async (note) => {
        if (!notes.has(note.id)) notes.set(note.id, note);
      },
      revoke: async (id, revokedUs) => {
        const note = notes.get(id);
        if (note === undefined || note.revokedUs > 0) return false;
        notes.set(id, { ...note, revokedUs });
        return true;
      },
      all: async () => [...notes.values()],
      find: async (keys, words, countMax) =>
        [...notes.values()]
          .filter(({ revokedUs }) => revokedUs === 0)
          .map((note) => matchNote(note, keys, words))
          .filter(({ matched }) => matched.length > 0)
          .slice(0, countMax),
    },
    scans: {
      put: async (record) => void scans.push(record),
      all: async () => scans,
      drop: async () => assert.fail("nothing is dropped"),
    },
  };
}

function matchNote(note: Note, keys: readonly string[], words: string): FoundNote {
  const equal = keys.filter((key) => note.about.includes(key));
  const said = words.split(" ").filter((word) => note.text.includes(word));
  return { note, matched: equal.length > 0 ? equal : said };
}

/** `state.locked`: a daemon holds the directory; `state.opened` counts what is not closed. */
export function historyContext(
  store: ReturnType<typeof createHistoryStore>,
  state: { locked: boolean; opened: number; readonly stored: Map<string, Uint8Array> },
  now = "2026-01-02T00:00:00.000Z",
): OperationContext {
  const refuse = (): never => assert.fail("only history is asked for");
  const openStore = async (directory: string, mode: "read" | "write"): Promise<Store> => {
    assert.equal(directory, "state");
    if (mode === "write" && state.locked) throw new WaggleError("state-locked", "locked");
    state.opened += 1;
    return {
      ...store,
      facts: {
        commit: refuse,
        writer: refuse,
        facts: refuse,
        openKeys: refuse,
        adopt: refuse,
        forget: refuse,
        hash: refuse,
      },
      settings: { get: refuse, set: refuse },
      size: refuse,
      close: async () => {
        state.opened -= 1;
      },
    };
  };
  return {
    files: createMemoryFiles(state.stored),
    scanner: { scan: refuse, match: refuse, dataVersion: refuse },
    now,
    settings: { file: "", config: {} },
    onProgress: () => {},
    ...stillContext,
    outside: { ...noOutside, state: { ...noOutside.state, store: openStore } },
  };
}
