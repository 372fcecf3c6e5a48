/**
 * Holds how a policy is written: as the YAML that Tetragon and Kubernetes take.
 * In: a policy. Out: text, the same for the same policy.
 * Must never let a value end its quotes: paths may hold anything but NUL.
 */
import type { PolicyDocument, PolicyHook, PolicySelector } from "./policy-document.ts";

type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain };

/** `comment` is text of ours, a line each; it is no part of the policy. */
export function renderPolicy(policy: PolicyDocument, comment: readonly string[] = []): string {
  const header = comment.map((line) => (line === "" ? "#" : `# ${line}`));
  return [...header, ...writeRecord(policyObject(policy), ""), ""].join("\n");
}

/** The policy as the server's schema has it. */
export function policyObject({ name, spec }: PolicyDocument): { readonly [key: string]: Plain } {
  const kprobes = spec.hooks.map(hookObject);
  return {
    apiVersion: "cilium.io/v1alpha1",
    kind: "TracingPolicy",
    metadata: { name, labels: { "app.kubernetes.io/managed-by": "waggle" } },
    spec: {
      ...(spec.loader === true ? { loader: true } : {}),
      // With kprobe_multi the filters of all hooks of a policy share their maps.
      ...(kprobes.length > 0 ? { options: [{ name: "disable-kprobe-multi", value: "1" }] } : {}),
      ...(kprobes.length > 0 ? { kprobes } : {}),
    },
  };
}

function hookObject(hook: PolicyHook): { readonly [key: string]: Plain } {
  const { call, syscall, message, tags, args, returnType, selectors, mayBeMissing } = hook;
  return {
    call,
    syscall,
    ...(message === undefined ? {} : { message }),
    ...(tags === undefined ? {} : { tags }),
    ...(mayBeMissing === true ? { ignore: { callNotFound: true } } : {}),
    args: args.map((one) => ({ ...one })),
    ...(returnType === undefined ? {} : { return: true }),
    ...(returnType === undefined ? {} : { returnArg: { index: 0, type: returnType } }),
    ...(selectors === undefined ? {} : { selectors: selectors.map(selectorObject) }),
  };
}

function selectorObject(selector: PolicySelector): { readonly [key: string]: Plain } {
  const { matchArgs, matchBinaries, matchActions } = selector;
  return {
    ...(matchArgs === undefined ? {} : { matchArgs: matchArgs.map((one) => ({ ...one })) }),
    ...(matchBinaries === undefined
      ? {}
      : { matchBinaries: matchBinaries.map((one) => ({ ...one })) }),
    ...(matchActions === undefined
      ? {}
      : { matchActions: matchActions.map(({ action }) => ({ action })) }),
  };
}

function writeRecord(record: { readonly [key: string]: Plain }, indent: string): string[] {
  return Object.entries(record).flatMap(([key, value]) => {
    if (Array.isArray(value)) {
      return [`${indent}${key}:`, ...value.flatMap((item) => writeItem(item, indent))];
    }
    if (typeof value === "object") {
      const inner = value as { readonly [key: string]: Plain };
      return [`${indent}${key}:`, ...writeRecord(inner, `${indent}  `)];
    }
    return [`${indent}${key}: ${writeScalar(value)}`];
  });
}

function writeItem(item: Plain, indent: string): string[] {
  if (typeof item !== "object") return [`${indent}- ${writeScalar(item)}`];
  const lines = writeRecord(item as { readonly [key: string]: Plain }, `${indent}  `);
  return lines.map((line, at) => (at === 0 ? `${indent}- ${line.slice(indent.length + 2)}` : line));
}

function writeScalar(value: string | number | boolean): string {
  return typeof value === "string" ? quoteYaml(value) : String(value);
}

/** What YAML or a reader may take for something else. */
const unsafe = /["\\]|[^ -~\u{a1}-\u{ac}\u{ae}-\u{ff}\u{370}-\u{3ff}\u{400}-\u{4ff}]/gu;

/**
 * A double-quoted scalar. **Source**: YAML 1.2.2 §5.7: escapes that every parser knows, so that
 * no character is left to how a parser folds lines or decodes.
 */
export function quoteYaml(text: string): string {
  return `"${text.replace(unsafe, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  if (character === '"' || character === "\\") return `\\${character}`;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
