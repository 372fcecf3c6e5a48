/**
 * Holds the two ways in which Tetragon holds a document against the shape of a policy: as Go's
 * strict decoder does, which ends at the first fault, and as the resource definition does.
 * In: plain data, a shape. Out: faults in the words of either.
 */
import { isPlain, type Plain } from "./policy-fields.ts";
import type { IntegerKind, Shape } from "./policy-schema.ts";

const faultCountMax = 50;

/** The innermost Go type and the way to it, as Go's decoder tells a place. */
interface GoPlace {
  readonly go: string;
  readonly path: string;
}

/** What Go's decoder would stumble over first. **Order**: keys are sorted by then. */
export function findMismatch(
  value: unknown,
  shape: Shape,
  place: GoPlace = { go: "", path: "" },
): string | undefined {
  if (value === null || value === undefined) return undefined;
  const isFit =
    shape.kind === "list"
      ? Array.isArray(value)
      : shape.kind === "struct" || shape.kind === "map"
        ? isPlain(value)
        : shape.kind === "text"
          ? typeof value !== "object"
          : shape.kind === "bool"
            ? typeof value === "boolean"
            : fitsInteger(value, shape.go);
  if (!isFit) {
    const told = shape.kind === "int" && typeof value === "number" ? ` ${value}` : "";
    const field = `${place.go}.${place.path}`;
    const type = goType(shape);
    return `cannot unmarshal ${goKind(value)}${told} into Go struct field ${field} of type ${type}`;
  }
  if (shape.kind === "list")
    return firstOf(value as unknown[], (one) => findMismatch(one, shape.of, place));
  if (shape.kind !== "struct" && shape.kind !== "map") return undefined;
  return firstOf(Object.keys(value as Plain).sort(), (key) => {
    const inner = shape.kind === "map" ? shape.of : own(shape.fields, key);
    if (inner === undefined) return `unknown field "${key}"`;
    const path = place.path === "" ? key : `${place.path}.${key}`;
    const go = shape.kind === "struct" ? shape.go : place.go;
    return findMismatch((value as Plain)[key], inner, { go, path });
  });
}

function firstOf<Item>(
  items: readonly Item[],
  find: (item: Item) => string | undefined,
): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

const integerRanges: Readonly<Record<IntegerKind, readonly [number, number]>> = {
  int32: [-0x80000000, 0x7fffffff],
  uint32: [0, 0xffffffff],
  uint64: [0, 2 ** 64],
};

function fitsInteger(value: unknown, go: IntegerKind): boolean {
  const [least, most] = integerRanges[go];
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}

export function goKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value;
}

function goType(shape: Shape): string {
  switch (shape.kind) {
    case "text":
      return "string";
    case "int":
      return shape.go;
    case "list":
      return `[]${goType(shape.of)}`;
    case "map":
      return `map[string]${goType(shape.of)}`;
    case "struct":
      return `v1alpha1.${shape.go}`;
    default:
      return "bool";
  }
}

/** What the resource definition forbids: absent keys, wrong words, lists that are too long. */
export function findFaults(value: unknown, shape: Shape, path: string, faults: string[]): void {
  if (faults.length >= faultCountMax || value === undefined) return;
  const wanted = openApiType(shape);
  const given = openApiKind(value);
  if (given !== wanted && !(given === "integer" && wanted === "number")) {
    faults.push(`${path} in body must be of type ${wanted}: "${given}"`);
  } else if (shape.kind === "text") {
    if (shape.oneOf.length === 0 || shape.oneOf.includes(value as string)) return;
    faults.push(`${path} in body should be one of [${shape.oneOf.join(" ")}]`);
  } else if (shape.kind === "list") {
    const items = value as readonly unknown[];
    if (items.length > shape.countMax) {
      faults.push(`${path} in body should have at most ${shape.countMax} items`);
    }
    items.forEach((item, index) => {
      findFaults(item, shape.of, `${path}[${index}]`, faults);
    });
  } else if (shape.kind === "map") {
    for (const [key, item] of Object.entries(value as Plain)) {
      findFaults(item, shape.of, `${path}.${key}`, faults);
    }
  } else if (shape.kind === "struct" && shape.go !== "ObjectMeta") {
    // The definition says nothing of metadata: Kubernetes' own rules hold there.
    for (const key of shape.required) {
      // The type of an argument has a default.
      const isAbsent = (value as Plain)[key] === undefined && key !== "type";
      if (isAbsent) faults.push(`${path}.${key} in body is required`);
    }
    for (const [key, inner] of Object.entries(shape.fields)) {
      findFaults((value as Plain)[key], inner, path === "" ? key : `${path}.${key}`, faults);
    }
  }
}

function openApiType(shape: Shape): string {
  const names = { text: "string", bool: "boolean", int: "integer", list: "array" } as const;
  return shape.kind === "struct" || shape.kind === "map" ? "object" : names[shape.kind];
}

function openApiKind(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function own<Value>(object: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
