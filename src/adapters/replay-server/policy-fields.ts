/**
 * Holds the reading of single fields of a policy that was parsed.
 * In: plain data whose kinds were checked before. Out: lists and text, empty where there is none.
 */
import { isWireObject, type WireObject } from "../../core/event/wire-value.ts";

/** A mapping of YAML is read as an object of the wire is. */
export type Plain = WireObject;
export const isPlain = isWireObject;

export function listAt(object: Plain, key: string): readonly Plain[] {
  const list = object[key];
  return Array.isArray(list) ? list.filter(isPlain) : [];
}

export function textsAt(object: Plain, key: string): readonly string[] {
  const list = object[key];
  return Array.isArray(list) ? list.map(String) : [];
}

export function textAt(object: Plain, key: string): string {
  const value = object[key];
  return typeof value === "string" ? value : "";
}

export function typeOf(argument: Plain): string {
  const type = textAt(argument, "type");
  return type === "" ? "auto" : type;
}
