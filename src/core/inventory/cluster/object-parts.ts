/**
 * Holds how the parts that many objects share are read: names, labels, selectors, ports, addresses.
 * In: parsed JSON of one object. Out: bounded values; the first fault with its path.
 * Must never throw.
 */
import { cutText, textLengthMax } from "../../event/bounds.ts";
import { plainAddress } from "../../event/ip-address.ts";
import type { Faults, JsonObject } from "../json-value.ts";
import {
  nameKind,
  readNumber,
  readObject,
  readObjects,
  readText,
  readTexts,
} from "../json-value.ts";
import type {
  Labels,
  ObjectName,
  Requirement,
  Selector,
  TransportProtocol,
} from "./cluster-objects.ts";
import { objectLimits } from "./cluster-objects.ts";

export function readMetadata(object: JsonObject, faults: Faults): JsonObject {
  return readObject(object, "metadata", faults) ?? {};
}

/** Undefined for an object without a name: nothing can refer to it. */
export function readObjectName(object: JsonObject, faults: Faults): ObjectName | undefined {
  const metadata = readMetadata(object, faults);
  const name = readText(metadata, "name", faults);
  return name === "" ? undefined : { namespace: readText(metadata, "namespace", faults), name };
}

/** A list or map cut to a bound; that it was is a fault. */
export function boundList<Value>(
  list: readonly Value[],
  countMax: number,
  key: string,
  faults: Faults,
): readonly Value[] {
  if (list.length <= countMax) return list;
  faults.first ??= `${key}: more than ${countMax} entries, the rest was left out`;
  return list.slice(0, countMax);
}

/** Objects of a list, bounded. */
export function readParts(record: JsonObject, key: string, faults: Faults): readonly JsonObject[] {
  return boundList(readObjects(record, key, faults), objectLimits.list, key, faults);
}

/** Texts of a list, bounded. */
export function readNames(record: JsonObject, key: string, faults: Faults): readonly string[] {
  return boundList(readTexts(record, key, faults), objectLimits.list, key, faults);
}

/** **Shape**: at most 512; values that are no text are left out. */
export function readLabels(record: JsonObject, key: string, faults: Faults): Labels {
  const given = readObject(record, key, faults);
  const labels = new Map<string, string>();
  if (given === undefined) return labels;
  for (const [name, value] of boundList(Object.entries(given), objectLimits.labels, key, faults)) {
    if (typeof value === "string") {
      labels.set(cutText(name, textLengthMax.name), cutText(value, textLengthMax.name));
    } else {
      faults.first ??= `${key}: expected text for every label, found ${nameKind(value)}`;
    }
  }
  return labels;
}

/** What `matchLabels` asks. */
export function requireLabels(labels: Labels): Selector {
  return [...labels].map(([key, value]) => ({ key, operator: "In" as const, values: [value] }));
}

const operators: readonly string[] = ["In", "NotIn", "Exists", "DoesNotExist"];

/** A label selector: `matchLabels` and `matchExpressions`. */
export function readSelector(selector: JsonObject, faults: Faults): Selector {
  const labels = requireLabels(readLabels(selector, "matchLabels", faults));
  const expressions = readParts(selector, "matchExpressions", faults).map((one): Requirement => {
    const operator = readText(one, "operator", faults);
    return {
      key: readText(one, "key", faults),
      operator: isOperator(operator) ? operator : "unknown",
      values: readNames(one, "values", faults),
    };
  });
  return [...labels, ...expressions];
}

function isOperator(text: string): text is Requirement["operator"] {
  return operators.includes(text);
}

/** TCP when absent; undefined for what is none of the three. */
export function readProtocol(record: JsonObject, faults: Faults): TransportProtocol | undefined {
  const text = readText(record, "protocol", faults).toLowerCase();
  if (text === "" || text === "tcp") return "tcp";
  return text === "udp" || text === "sctp" ? text : undefined;
}

/** 0 for what is no port. */
export function readPortNumber(record: JsonObject, key: string, faults: Faults): number {
  const port = readNumber(record, key, faults) ?? 0;
  return Number.isInteger(port) && port > 0 && port <= 65_535 ? port : 0;
}

/** A port by number or name; decimal text is a number; 0 when absent. */
export function readPort(record: JsonObject, key: string, faults: Faults): number | string {
  const value = record[key];
  if (typeof value !== "string") return readPortNumber(record, key, faults);
  if (/^\d{1,5}$/.test(value)) return Number(value) <= 65_535 ? Number(value) : 0;
  return value === "" ? 0 : cutText(value, textLengthMax.name);
}

/** Each address once, in one spelling; what is none is left out. */
export function addressesOf(texts: readonly string[]): readonly string[] {
  const addresses = new Set(texts.map(plainAddress));
  addresses.delete("");
  return [...addresses].slice(0, objectLimits.addresses);
}

/** The texts of one field of a list of objects, `[{ip: …}]`. */
export function readFieldTexts(
  record: JsonObject,
  list: string,
  field: string,
  faults: Faults,
): readonly string[] {
  return readParts(record, list, faults).map((one) => readText(one, field, faults));
}
