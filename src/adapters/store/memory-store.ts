/**
 * Holds the store in memory: the reference that says what every other store must do.
 * In: batches and records. Out: the same again until the process ends. Must never be the store of a
 * daemon: it grows without a bound and survives nothing.
 */
import type { ScanRecord, Store } from "../../ports/store.ts";
import { MemoryFacts } from "./memory-facts.ts";
import { MemoryHistory } from "./memory-history.ts";
import { MemoryNotes } from "./memory-notes.ts";

export function createMemoryStore(): Store {
  const facts = new MemoryFacts();
  const history = new MemoryHistory();
  const notes = new MemoryNotes();
  const scans = new Map<string, ScanRecord>();
  const settings = new Map<string, string>();
  return {
    facts,
    history,
    notes,
    scans: {
      put: async (record) => void scans.set(record.image, structuredClone(record)),
      all: async () => [...scans.values()],
      drop: async (image) => void scans.delete(image),
    },
    settings: {
      get: async (key) => settings.get(key),
      set: async (key, value) => void settings.set(key, value),
    },
    size: async () => ({
      sizeBytes: 0,
      rowCounts: {
        ...facts.counts(),
        ...history.counts(),
        note: (await notes.all()).length,
        scan: scans.size,
        setting: settings.size,
      },
    }),
    close: async () => undefined,
  };
}
