/**
 * Holds the compiler of policies: from open questions the smallest set that can still decide them.
 * In: questions, limits. Out: policies, what each question adds, and what was left out and why.
 * Must never ask for more than the limits, and never for anything but a report.
 */
import { byteLength } from "./byte-length.ts";
import { canaryEnding } from "./canary-mark.ts";
import { chooseValues, type WatchedHook, type WatchedValue } from "./choose-values.ts";
import { valueMemory } from "./estimate-memory.ts";
import type { LeftOut, OpenQuestion } from "./open-question.ts";
import {
  type ArgumentFilter,
  createPolicy,
  type PolicyDocument,
  type PolicyHook,
  type PolicySelector,
} from "./policy-document.ts";
import { quoteYaml } from "./render-policy.ts";
import { splitValues } from "./split-values.ts";

export interface CompileLimits {
  /** **Unit**: bytes of kernel memory for the values of all compiled policies of a node. */
  readonly kernelBytesMax: number;
  /** **Unit**: bytes of text of one policy. */
  readonly textBytesMax: number;
  /** Policies of one hook. */
  readonly policyCountMax: number;
  /** **Unit**: bytes of an exact path: kernels before 5.11 take 510, before 5.4 144. */
  readonly pathBytesMax: number;
}

export const defaultCompileLimits: CompileLimits = {
  kernelBytesMax: 8_000_000,
  textBytesMax: 180_000,
  policyCountMax: 6,
  pathBytesMax: 4096,
};

/** What one question adds to the policies. */
export interface WatchedQuestion {
  readonly question: OpenQuestion;
  /** Values that were not asked for by a more urgent one. */
  readonly valueCount: number;
}

export interface CompiledPolicies {
  /** **Order**: files before mappings. The same questions give the same policies. */
  readonly policies: readonly PolicyDocument[];
  /** **Order**: of the questions. */
  readonly watched: readonly WatchedQuestion[];
  readonly leftOut: readonly LeftOut[];
}

/** **Order** of `questions`: most urgent first: what no longer fits is the least urgent. */
export function compilePolicies(
  questions: readonly OpenQuestion[],
  limits: CompileLimits = defaultCompileLimits,
): CompiledPolicies {
  const chosen = new Map<string, WatchedValue>();
  const watched: WatchedQuestion[] = [];
  const leftOut: LeftOut[] = [];
  const budget = new Budget(limits);
  for (const question of questions) {
    const { values, refused } = chooseValues(question, limits.pathBytesMax);
    for (const { why, paths } of refused) leftOut.push(notWatched(question, why, paths));
    const added = values.filter((value) => !chosen.has(keyOf(value)));
    if (!budget.take(added)) {
      const paths = question.files.map(({ path }) => path);
      leftOut.push(notWatched(question, "the limits of policies are reached", paths));
      continue;
    }
    for (const value of added) chosen.set(keyOf(value), value);
    if (values.length > 0) watched.push({ question, valueCount: added.length });
  }
  const policies = (["files", "mappings"] as const).flatMap((hook) =>
    policiesOf(
      hook,
      withoutCovered([...chosen.values()].filter((one) => one.hook === hook)),
      limits,
    ),
  );
  return { policies, watched, leftOut };
}

function keyOf({ hook, operator, value }: WatchedValue): string {
  return `${hook} ${operator} ${value}`;
}

function notWatched(question: OpenQuestion, why: string, paths: readonly string[]): LeftOut {
  const { package: name, version, image } = question;
  return {
    ...{ package: name, version, image, why },
    fileCount: paths.length,
    example: paths.reduce((a, b) => (b < a ? b : a), paths[0] ?? ""),
  };
}

/** **Unit**: bytes of a line beside its value: indent, dash, end. */
const lineFrameBytes = 12;

/** What is left of kernel memory and text. */
class Budget {
  private kernelBytes: number;
  private readonly textBytes: Record<WatchedHook, number>;

  constructor({ kernelBytesMax, textBytesMax, policyCountMax }: CompileLimits) {
    this.kernelBytes = kernelBytesMax;
    // Values are dealt out to policies by their hash, and not evenly.
    const each = (textBytesMax * policyCountMax) / 2;
    this.textBytes = { files: each, mappings: each };
  }

  /** All of them or none. */
  take(values: readonly WatchedValue[]): boolean {
    let kernel = 0;
    const text: Record<WatchedHook, number> = { files: 0, mappings: 0 };
    for (const { hook, operator, value } of values) {
      kernel += valueMemory(operator, value);
      text[hook] += textBytesOf(value);
    }
    const { files, mappings } = this.textBytes;
    if (kernel > this.kernelBytes || text.files > files || text.mappings > mappings) return false;
    this.kernelBytes -= kernel;
    this.textBytes.files -= text.files;
    this.textBytes.mappings -= text.mappings;
    return true;
  }
}

/** **Unit**: bytes that the value takes when it is written. */
function textBytesOf(value: string): number {
  return byteLength(quoteYaml(value)) + lineFrameBytes;
}

/** Drops what a prefix among them covers. */
function withoutCovered(values: readonly WatchedValue[]): readonly WatchedValue[] {
  const prefixes = new Set(values.flatMap((one) => (one.operator === "Prefix" ? one.value : [])));
  const lengths = [...new Set([...prefixes].map(({ length }) => length))];
  return values.filter(({ operator, value }) => {
    const shorter = lengths.filter((length) =>
      operator === "Prefix" ? length < value.length : length <= value.length,
    );
    return !shorter.some((length) => prefixes.has(value.slice(0, length)));
  });
}

function policiesOf(
  hook: WatchedHook,
  values: readonly WatchedValue[],
  { textBytesMax }: CompileLimits,
): readonly PolicyDocument[] {
  const parts = splitValues(values, { sizeOf: ({ value }) => textBytesOf(value), textBytesMax });
  return parts.map((part, at) => {
    const purpose = parts.length === 1 ? hook : `${hook}-${at + 1}`;
    return createPolicy(purpose, { hooks: [hook === "files" ? fileHook(part) : mapHook(part)] });
  });
}

const tags = ["waggle.use"];
const file = { index: 0, type: "file" } as const;

/** A canary's file is watched too: by it a sensor that fell silent is noticed. */
function fileHook(values: readonly WatchedValue[]): PolicyHook {
  const canary: ArgumentFilter = { index: 0, operator: "Postfix", values: [canaryEnding] };
  const filters = [...filtersOf(values), canary];
  const selectors = filters.map((one): PolicySelector => selectorOf([one]));
  return { call: "security_file_open", syscall: false, tags, args: [file], selectors };
}

/** Mappings of data prove nothing: only those that may be executed (PROT_EXEC, 4). */
function mapHook(values: readonly WatchedValue[]): PolicyHook {
  const code: ArgumentFilter = { index: 1, operator: "Mask", values: ["4"] };
  const selectors = filtersOf(values).map((one): PolicySelector => selectorOf([one, code]));
  const args = [
    file,
    { index: 1, type: "uint32", label: "prot" },
    { index: 2, type: "uint32", label: "flags" },
  ] as const;
  return { call: "security_mmap_file", syscall: false, tags, args, selectors };
}

function selectorOf(matchArgs: readonly ArgumentFilter[]): PolicySelector {
  return { matchArgs, matchActions: [{ action: "Post" }] };
}

function filtersOf(values: readonly WatchedValue[]): readonly ArgumentFilter[] {
  return (["Equal", "Prefix"] as const).flatMap((operator) => {
    const texts = values.flatMap((one) => (one.operator === operator ? one.value : [])).sort();
    return texts.length === 0 ? [] : [{ index: 0, operator, values: texts }];
  });
}
