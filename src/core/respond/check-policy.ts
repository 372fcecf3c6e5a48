/**
 * Holds Tetragon's limits of a policy, as far as they can be checked without a kernel.
 * In: a policy. Out: what breaks a limit, in words; nothing for a policy that can be loaded.
 * Must never pass what a server refuses. **Source**: Tetragon v1.7.0, `pkg/selectors`,
 * `pkg/sensors/tracing`, CRD `tracingpolicies`.
 */
import { byteLength, isTakenByServer } from "./byte-length.ts";
import type { ArgumentFilter, PolicyDocument, PolicyHook } from "./policy-document.ts";

/** **Unit**: bytes of UTF-8, but for counts. Of kernels from 5.11 on. */
export const policyLimits = {
  selectorCountMax: 5,
  filterCountMax: 5,
  argumentCountMax: 5,
  /** Lists of one kind (and, for `Equal`, of one size class) in one program of the kernel. */
  listCountMax: 8,
  numberCountMax: 4,
  equalBytesMax: 4096,
  prefixBytesMax: 256,
  postfixBytesMax: 127,
  binaryBytesMax: 255,
  messageBytesMax: 256,
  tagCountMax: 16,
  nameBytesMax: 253,
  /** `kubectl apply` keeps a copy of the object in an annotation; all of them have 262,144. */
  textBytesMax: 200_000,
} as const;

const limits = policyLimits;

/** **Order**: by hook. Empty for a policy within all limits. */
export function checkPolicy({ name, spec }: PolicyDocument): readonly string[] {
  const broken: string[] = [];
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name) || name.length > limits.nameBytesMax) {
    broken.push("its name is no DNS subdomain");
  }
  if (spec.loader !== true && spec.hooks.length === 0) broken.push("it watches nothing");
  const calls = spec.hooks.map(({ call }) => call);
  if (new Set(calls).size < calls.length) broken.push("it hooks one function twice");
  return [...broken, ...spec.hooks.flatMap(checkHook)];
}

function checkHook(hook: PolicyHook): readonly string[] {
  const { call, args, message = "", tags = [], selectors = [] } = hook;
  const broken: string[] = [];
  const expect = (holds: boolean, what: string): void => {
    if (!holds) broken.push(`${call}: ${what}`);
  };
  expect(args.length <= limits.argumentCountMax, "too many arguments");
  expect(new Set(args.map(({ index }) => index)).size === args.length, "an argument twice");
  expect(byteLength(message) <= limits.messageBytesMax, "its message is too long");
  expect(tags.length <= limits.tagCountMax, "too many tags");
  expect(
    tags.every((tag) => tag.length >= 2 && tag.length <= 128),
    "a tag too short or long",
  );
  expect(selectors.length <= limits.selectorCountMax, "too many selectors");
  const lists = new Map<string, number>();
  for (const { matchArgs = [], matchBinaries = [] } of selectors) {
    expect(matchArgs.length <= limits.filterCountMax, "too many filters");
    const binaries = matchBinaries.flatMap(({ values }) => values);
    expect(
      binaries.every((path) => byteLength(path) <= limits.binaryBytesMax),
      "a program's path too long",
    );
    for (const filter of matchArgs) {
      const type = args.find(({ index }) => index === filter.index)?.type;
      expect(type !== undefined, `a filter on argument ${filter.index}, which is not read`);
      for (const what of checkFilter(filter, numberTypes.has(type ?? ""))) expect(false, what);
      lists.set(filter.operator, (lists.get(filter.operator) ?? 0) + 1);
    }
  }
  expect(
    [...lists.values()].every((count) => count <= limits.listCountMax),
    "too many lists",
  );
  return broken;
}

const numberTypes: ReadonlySet<string> = new Set([
  "bpf_cmd",
  "int",
  "size_t",
  "uint16",
  "uint32",
  "uint64",
]);

const lengthMax: Readonly<Record<string, number>> = {
  Equal: limits.equalBytesMax,
  Prefix: limits.prefixBytesMax,
  Postfix: limits.postfixBytesMax,
};

function checkFilter({ operator, values }: ArgumentFilter, isNumber: boolean): readonly string[] {
  if (values.length === 0) return ["a filter without values"];
  if (isNumber || operator === "Mask") {
    return values.length > limits.numberCountMax ? ["too many numbers"] : [];
  }
  const broken: string[] = [];
  if (new Set(values).size < values.length) broken.push("a value twice");
  for (const value of values) {
    if (value === "" || value.includes("\0")) broken.push("a value that no path has");
    if (!isTakenByServer(value)) broken.push("a character that servers refuse");
    if (byteLength(value) > (lengthMax[operator] ?? limits.prefixBytesMax)) {
      broken.push(`a value of ${operator} too long`);
    }
  }
  return broken;
}
