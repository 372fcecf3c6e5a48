/**
 * Holds when policies of a server were changed, so that there are never more changes an hour than
 * allowed, over restarts too; and how often it failed to load one.
 * In: a store of settings, or none. Out: times. Must never forget a change of the last hour.
 */
import * as z from "zod";
import type { TimeUs } from "../../core/event/event.ts";
import type { LoadTries } from "../../core/respond/retry-load.ts";
import type { SettingStore } from "../../ports/store.ts";

export interface ChangeLog {
  /** Of the last hour and later. */
  recent(address: string, nowUs: TimeUs): Promise<readonly TimeUs[]>;
  /** Before the change is made: a crash in between counts it, and does no harm. */
  note(address: string, nowUs: TimeUs): Promise<void>;
  /** By name of the policy. */
  tries(address: string): Promise<ReadonlyMap<string, LoadTries>>;
  /** All there are now; **Shape**: at most `triedCountMax`, the latest. */
  setTries(address: string, tries: ReadonlyMap<string, LoadTries>): Promise<void>;
}

const hourUs = 3_600_000_000;
const triedCountMax = 1000;

/** Without a store a change is remembered as long as the program runs. */
export function createChangeLog(settings: SettingStore | undefined): ChangeLog {
  const memory = new Map<string, string>();
  const read = async (key: string): Promise<string | undefined> =>
    settings === undefined ? memory.get(key) : settings.get(key);
  const write = async (key: string, text: string): Promise<void> => {
    if (settings === undefined) memory.set(key, text);
    else await settings.set(key, text);
  };
  const recent: ChangeLog["recent"] = async (address, nowUs) =>
    readTimes(await read(keyOf(address))).filter((timeUs) => timeUs > nowUs - hourUs);
  return {
    recent,
    note: async (address, nowUs) => {
      const changesUs = [...(await recent(address, nowUs)), nowUs];
      await write(keyOf(address), JSON.stringify({ changesUs }));
    },
    tries: async (address) => readTries(await read(triesKeyOf(address))),
    setTries: async (address, tries) => {
      const latest = [...tries].sort(([, a], [, b]) => b.lastUs - a.lastUs);
      const kept = Object.fromEntries(latest.slice(0, triedCountMax));
      await write(triesKeyOf(address), JSON.stringify(kept));
    },
  };
}

function keyOf(address: string): string {
  return `policy-changes ${address}`;
}

/** What is not as it was written is taken for nothing: then too many changes are possible once. */
function readTimes(text: string | undefined): readonly TimeUs[] {
  if (text === undefined) return [];
  try {
    const { changesUs } = JSON.parse(text) as { changesUs?: unknown };
    return Array.isArray(changesUs)
      ? changesUs.filter((timeUs): timeUs is number => typeof timeUs === "number")
      : [];
  } catch {
    return [];
  }
}

function triesKeyOf(address: string): string {
  return `policy-tries ${address}`;
}

const triesSchema = z.record(z.string(), z.object({ count: z.number(), lastUs: z.number() }));

/** What is not as it was written is taken for nothing: then one is tried too early, once. */
function readTries(text: string | undefined): ReadonlyMap<string, LoadTries> {
  if (text === undefined) return new Map();
  try {
    return new Map(Object.entries(triesSchema.parse(JSON.parse(text))));
  } catch {
    return new Map();
  }
}
