/**
 * Holds the inputs of a workflow: what it declares, and what whoever runs it says.
 * In: declarations, words such as `since=1h`. Out: values of the declared types; null where nobody
 * says anything.
 */
import { isLevel, levels } from "../../core/observe/detect/rule.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { nearestName } from "../nearest-name.ts";
import { readDuration } from "../time-range.ts";
import type { Workflow, WorkflowProblem } from "./workflow.ts";
import type { InputDeclaration } from "./workflow-schema.ts";

export type InputValue = string | number | boolean | readonly string[] | null;
export type InputValues = Readonly<Record<string, InputValue>>;

/** **Errors**: values: defaults that do not fit. */
export function checkInputs(
  inputs: Readonly<Record<string, InputDeclaration>>,
): readonly WorkflowProblem[] {
  return Object.entries(inputs).flatMap(([name, declared]) => {
    if (declared.default === undefined) return [];
    const result = readValue(declared, declared.default);
    if (!("trouble" in result)) return [];
    return [{ path: ["inputs", name, "default"], message: result.trouble }];
  });
}

/** **Errors**: throws `usage` for a word that is not `key=value`. */
export function splitWords(words: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf("=");
      if (at > 0) return [word.slice(0, at), word.slice(at + 1)];
      throw new WaggleError("usage", `--input takes key=value, not ${JSON.stringify(word)}.`);
    }),
  );
}

/**
 * Every declared input, each of its type. Takes words, and data of a program.
 * **Errors**: throws `usage` that names the input.
 */
export function readInputs(
  { name: workflow, inputs }: Pick<Workflow, "name" | "inputs">,
  given: Readonly<Record<string, unknown>>,
): InputValues {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(inputs, name));
  if (unknown !== undefined) throw unknownInput(workflow, unknown, Object.keys(inputs));
  return Object.fromEntries(
    Object.entries(inputs).map(([name, declared]) => {
      const value = (Object.hasOwn(given, name) ? given[name] : undefined) ?? declared.default;
      if (value === undefined) {
        if (declared.required !== true) return [name, null];
        throw new WaggleError("usage", `${workflow} needs --input ${name}=…`);
      }
      const result = readValue(declared, value);
      if ("value" in result) return [name, result.value];
      throw new WaggleError("usage", `${workflow}: input ${name}: ${result.trouble}.`);
    }),
  );
}

function unknownInput(workflow: string, name: string, names: readonly string[]): WaggleError {
  const near = nearestName(name, names);
  const hint =
    near !== undefined
      ? `did you mean ${near}?`
      : names.length === 0
        ? "it takes none."
        : `it takes ${names.join(", ")}.`;
  const quoted = JSON.stringify(name);
  return new WaggleError("usage", `${workflow} has no input ${quoted}: ${hint}`);
}

type ReadValue = { readonly value: InputValue } | { readonly trouble: string };

const textLengthMax = 10_000;

function readValue({ type = "text", choices }: InputDeclaration, given: unknown): ReadValue {
  const read = readers[type](given);
  if ("trouble" in read || choices === undefined) return read;
  const values = Array.isArray(read.value) ? read.value : [String(read.value)];
  const odd = values.find((one) => !choices.includes(one));
  return odd === undefined ? read : { trouble: `expected one of ${choices.join(", ")}` };
}

const readers: Readonly<
  Record<NonNullable<InputDeclaration["type"]>, (given: unknown) => ReadValue>
> = {
  text: (given) => readText(given, () => true, "expected a text"),
  duration: (given) =>
    readText(given, (text) => readDuration(text) !== undefined, "expected a duration such as 1h"),
  severity: (given) => readText(given, isLevel, `expected one of ${levels.join(", ")}`),
  number: (given) => {
    const number = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
    return typeof number === "number" && Number.isFinite(number)
      ? { value: number }
      : { trouble: "expected a number" };
  },
  boolean: (given) => {
    if (typeof given === "boolean") return { value: given };
    return given === "true" || given === "false"
      ? { value: given === "true" }
      : { trouble: "expected true or false" };
  },
  list: (given) => {
    if (isText(given)) return { value: given === "" ? [] : given.split(",") };
    const isList = Array.isArray(given) && given.length <= 1000 && given.every(isText);
    return isList ? { value: given as readonly string[] } : { trouble: "expected a list of texts" };
  },
};

function readText(given: unknown, fits: (text: string) => boolean, trouble: string): ReadValue {
  return isText(given) && fits(given) ? { value: given } : { trouble };
}

/** No program can be given a word with a NUL in it. */
function isText(given: unknown): given is string {
  return typeof given === "string" && given.length <= textLengthMax && !given.includes("\0");
}
