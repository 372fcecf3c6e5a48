/**
 * Holds the bound of what any receiver is sent: an incident whose texts and lists are cut.
 * In: a notice of any size. Out: one of the same shape whose JSON is not longer than asked; what
 * was cut stands in `omitted`.
 */
import { cutText } from "../../core/event/bounds.ts";
import type { Notice } from "../../ports/notifier.ts";

interface Bounds {
  readonly textLength: number;
  readonly listLength: number;
}

/** Tried in turn until it fits. */
const steps: readonly Bounds[] = [
  { textLength: 4096, listLength: 500 },
  { textLength: 1024, listLength: 100 },
  { textLength: 256, listLength: 30 },
  { textLength: 128, listLength: 8 },
  { textLength: 64, listLength: 2 },
];

/** **Unit**: UTF-16 code units of JSON. */
const lengthMaxDefault = 1024 * 1024;

export function boundNotice(notice: Notice, lengthMax: number = lengthMaxDefault): Notice {
  let bounded = notice;
  for (const bounds of steps) {
    bounded = cut(notice, bounds);
    if (JSON.stringify(bounded).length <= lengthMax) return bounded;
  }
  return bounded;
}

function cut(notice: Notice, bounds: Bounds): Notice {
  const count = { texts: 0, items: 0 };
  const visit = (value: unknown): unknown => {
    if (typeof value === "string") {
      if (value.length <= bounds.textLength) return value;
      count.texts += 1;
      return `${cutText(value, bounds.textLength - 1)}…`;
    }
    if (Array.isArray(value)) {
      count.items += Math.max(0, value.length - bounds.listLength);
      return value.slice(0, bounds.listLength).map(visit);
    }
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, visit(one)]));
  };
  const { incident } = notice;
  const small = visit(incident) as Notice["incident"];
  const news = visit(notice.news) as readonly string[];
  if (count.texts + count.items === 0) return notice;
  const what = `${count.texts} texts were shortened and ${count.items} items left out to send it`;
  // A thread is what a receiver gave: cut, it would be another one.
  return { ...notice, news, incident: { ...small, omitted: [...small.omitted, what] } };
}
