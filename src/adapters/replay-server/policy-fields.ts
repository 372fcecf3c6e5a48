/**
 * Holds the reading of single fields of a policy that was parsed.
 * In: plain data whose kinds were checked before. Out: lists and text, empty where there is none.
 */
export type Plain = Readonly<Record<string, unknown>>;

export function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

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
