/**
 * Holds how values that are too many for one policy are dealt out to several.
 * In: values, the size of each. Out: lists, each within the limit.
 * Must never move many values when one comes or goes: each policy that changes is loaded anew.
 */
import { fingerprint } from "../judge/fingerprint.ts";

export interface SplitOptions<Value> {
  /** **Unit**: bytes. */
  readonly sizeOf: (value: Value) => number;
  readonly textBytesMax: number;
}

/** A part is filled to this much on average: its neighbours by hash are fuller. */
const fillShare = 0.75;
/** **Unit**: bytes of a policy beside its values. */
const frameBytes = 2000;

/**
 * By a hash of each value, so that one more value changes one part, unless one more part is needed.
 * **Errors**: none; a value that is larger than a part is alone in one.
 */
export function splitValues<Value extends { readonly value: string }>(
  values: readonly Value[],
  { sizeOf, textBytesMax }: SplitOptions<Value>,
): readonly (readonly Value[])[] {
  if (values.length === 0) return [];
  const room = Math.max(1, textBytesMax - frameBytes);
  const total = values.reduce((sum, value) => sum + sizeOf(value), 0);
  if (total <= room) return [values];
  const isFull = (part: readonly Value[]) =>
    part.length > 1 && part.reduce((sum, value) => sum + sizeOf(value), 0) > room;
  for (let count = Math.ceil(total / (room * fillShare)); count < values.length; count += 1) {
    const parts = deal(values, count);
    if (!parts.some(isFull)) return parts;
  }
  return values.map((value) => [value]);
}

function deal<Value extends { readonly value: string }>(
  values: readonly Value[],
  count: number,
): readonly (readonly Value[])[] {
  const parts = Array.from({ length: count }, (): Value[] => []);
  for (const value of values) {
    const hash = Number.parseInt(fingerprint([value.value]).slice(0, 8), 16);
    parts[hash % count]?.push(value);
  }
  return parts.filter((part) => part.length > 0);
}
