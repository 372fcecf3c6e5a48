/**
 * Holds what was told to whom over restarts: in memory, or in a file of the state directory.
 * In: a key of route and incident. Out: what was told. The oldest make room.
 */
import { ProblemLog } from "../../core/event/problem.ts";
import type { Files } from "../../ports/files.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { readText } from "../read-text.ts";
import type { ToldNotice } from "./told-notices.ts";

export interface NoticeMemory {
  load(id: string): Promise<ToldNotice | undefined>;
  /** **Errors**: throws `WaggleError`; what was told is remembered until the end nevertheless. */
  save(id: string, told: ToldNotice): Promise<void>;
}

/** **Unit**: entries. */
const entryCountMax = 5000;
/** **Unit**: bytes of the file. */
const sizeBytesMax = 64 * 1024 * 1024;
const version = 1;

/** Forgets all when the process ends: for dry runs and tests. */
export function createNoticeMemory(): NoticeMemory {
  const entries = new Map<string, ToldNotice>();
  return {
    load: async (id) => entries.get(id),
    save: async (id, told) => {
      entries.set(id, told);
      trim(entries);
    },
  };
}

/** Those told longest ago go first. */
function trim(entries: Map<string, ToldNotice>): void {
  if (entries.size <= entryCountMax) return;
  const byAge = [...entries].sort(([, one], [, other]) => one.timeUs - other.timeUs);
  for (const [id] of byAge.slice(0, entries.size - entryCountMax)) entries.delete(id);
}

/**
 * A file that is not there is empty; one that is none of ours is taken for empty too, and
 * `onDamage` is told: to tell twice is better than never.
 */
export async function openNoticeMemory(
  files: Files,
  file: string,
  onDamage: (why: string) => void,
): Promise<NoticeMemory> {
  const entries = await readEntries(files, file, onDamage);
  let turn: Promise<void> = Promise.resolve();
  const write = async (): Promise<void> => {
    // A process beside (`notify resend`) may have written since.
    for (const [id, told] of await readEntries(files, file, onDamage)) {
      const own = entries.get(id);
      if (own === undefined || own.timeUs < told.timeUs) entries.set(id, told);
    }
    trim(entries);
    await files.writeWhole(file, [JSON.stringify({ version, told: [...entries] }), "\n"]);
  };
  return {
    load: async (id) => entries.get(id),
    save: (id, told) => {
      entries.set(id, told);
      const done = turn.then(write);
      turn = done.catch(() => undefined);
      return done;
    },
  };
}

async function readEntries(
  files: Files,
  file: string,
  onDamage: (why: string) => void,
): Promise<Map<string, ToldNotice>> {
  try {
    const { text } = await readText(files, file, { sizeBytesMax, problems: new ProblemLog() });
    return parse(text, onDamage);
  } catch (error) {
    if (error instanceof WaggleError && error.code === "file-not-found") return new Map();
    throw error;
  }
}

function parse(text: string, onDamage: (why: string) => void): Map<string, ToldNotice> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    onDamage("it is no JSON");
    return new Map();
  }
  if (typeof value !== "object" || value === null || !("told" in value)) {
    onDamage("it is none of waggle");
    return new Map();
  }
  const list = Array.isArray(value.told) ? (value.told as readonly unknown[]) : [];
  const entries = list.filter(isEntry);
  if (entries.length < list.length) onDamage("parts of it are not understood");
  return new Map(entries);
}

function isEntry(value: unknown): value is [string, ToldNotice] {
  if (!Array.isArray(value) || typeof value[0] !== "string") return false;
  const told: unknown = value[1];
  if (typeof told !== "object" || told === null) return false;
  const one = told as Partial<Record<keyof ToldNotice, unknown>>;
  const texts = [one.kind, one.severity, one.thread].every((part) => typeof part === "string");
  const times = [one.timeUs, one.lastSeenUs, one.score].every((part) => typeof part === "number");
  return texts && times && Array.isArray(one.tactics) && Array.isArray(one.news);
}
