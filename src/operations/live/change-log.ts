/**
 * Holds when policies of a server were changed, so that there are never more changes an hour than
 * allowed, over restarts too.
 * In: a store of settings, or none. Out: times. Must never forget a change of the last hour.
 */
import type { TimeUs } from "../../core/event/event.ts";
import type { SettingStore } from "../../ports/store.ts";

export interface ChangeLog {
  /** Of the last hour and later. */
  recent(address: string, nowUs: TimeUs): Promise<readonly TimeUs[]>;
  /** Before the change is made: a crash in between counts it, and does no harm. */
  note(address: string, nowUs: TimeUs): Promise<void>;
}

const hourUs = 3_600_000_000;

/** Without a store a change is remembered as long as the program runs. */
export function createChangeLog(settings: SettingStore | undefined): ChangeLog {
  const memory = new Map<string, string>();
  const read = async (key: string): Promise<string | undefined> =>
    settings === undefined ? memory.get(key) : settings.get(key);
  const recent: ChangeLog["recent"] = async (address, nowUs) =>
    readTimes(await read(keyOf(address))).filter((timeUs) => timeUs > nowUs - hourUs);
  return {
    recent,
    note: async (address, nowUs) => {
      const key = keyOf(address);
      const text = JSON.stringify({ changesUs: [...(await recent(address, nowUs)), nowUs] });
      if (settings === undefined) memory.set(key, text);
      else await settings.set(key, text);
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
