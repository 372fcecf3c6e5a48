/**
 * Holds which arrays of numbers a state may have, and their numbers in what is written.
 * In: an array, or a number and bytes. Out: the other.
 */

/** **Order**: the place is what is written; never changed, only added to. */
const viewTypes = [
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;

export type View = InstanceType<(typeof viewTypes)[number]>;

/** **Errors**: throws for another view, such as a `DataView`. */
export function typeOfView(view: View): number {
  const type = viewTypes.findIndex((one) => view instanceof one);
  if (type < 0) throw new TypeError("a state holds no such view of a buffer");
  return type;
}

/** Over all of the buffer. **Errors**: throws for a number or a length that is none. */
export function readView(type: number, buffer: ArrayBuffer): View {
  const one = viewTypes[type];
  if (one === undefined) throw new RangeError("there is no such view");
  return new one(buffer);
}
