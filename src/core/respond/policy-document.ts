/**
 * Holds what a tracing policy of ours is: hooks, what of them is reported, and its name.
 * In: nothing. Out: types, and how names are made and known again.
 * Must never be able to say anything that stops, kills or changes: the only action is `Post`.
 */
import { fingerprint } from "../judge/fingerprint.ts";

/** **Source**: argument types of Tetragon's `TracingPolicySpec`; those that we use. */
export type PolicyArgumentType =
  | "bpf_cmd"
  | "cap_effective"
  | "cap_inheritable"
  | "cap_permitted"
  | "cred"
  | "dentry"
  | "file"
  | "int"
  | "module"
  | "nop"
  | "path"
  | "size_t"
  | "sock"
  | "sockaddr"
  | "sockaddr_un"
  | "string"
  | "uint16"
  | "uint32"
  | "uint64";

export interface PolicyArgument {
  readonly index: number;
  readonly type: PolicyArgumentType;
  readonly label?: string;
}

export type PathOperator = "Equal" | "Prefix" | "Postfix";

/** `Mask` and `Equal` of numbers take decimal texts. */
export interface ArgumentFilter {
  readonly index: number;
  readonly operator: PathOperator | "Mask" | "Family";
  readonly values: readonly string[];
}

/** The one thing that a policy of ours does with what it sees. */
export interface PostAction {
  readonly action: "Post";
}

/** Filters of one selector must all hold; selectors are alternatives. */
export interface PolicySelector {
  readonly matchArgs?: readonly ArgumentFilter[];
  readonly matchBinaries?: readonly [
    { readonly operator: "NotIn"; readonly values: readonly string[] },
  ];
  readonly matchActions?: readonly [PostAction];
}

export interface PolicyHook {
  readonly call: string;
  /** Always written: servers take it for true when it is not there. */
  readonly syscall: boolean;
  readonly message?: string;
  readonly tags?: readonly string[];
  /** The result is reported too. A probe of the return may fall silent: one such hook a policy. */
  readonly returnType?: PolicyArgumentType;
  readonly args: readonly PolicyArgument[];
  readonly selectors?: readonly PolicySelector[];
  /** Kernels without this function still take the rest. */
  readonly mayBeMissing?: boolean;
}

export interface PolicySpec {
  readonly loader?: true;
  readonly hooks: readonly PolicyHook[];
}

export interface PolicyDocument {
  /** `policyName` of its purpose and spec. */
  readonly name: string;
  readonly purpose: string;
  readonly spec: PolicySpec;
}

/** Same purpose and spec, same name: what is loaded already needs no change. */
export function createPolicy(purpose: string, spec: PolicySpec): PolicyDocument {
  const generation = fingerprint([JSON.stringify(spec)]).slice(0, 8);
  return { name: `waggle-${purpose}-g${generation}`, purpose, spec };
}

const ownName = /^waggle-([a-z][a-z0-9-]{0,80})-g[0-9a-f]{8}$/;

/**
 * The purpose of a policy of ours; undefined for everybody else's, whatever it is called.
 * **Shape**: `waggle-<purpose>-g<8 hex digits>`.
 */
export function purposeOfName(name: string): string | undefined {
  return ownName.exec(name)?.[1];
}

const compiledPurpose = /^(?:files|mappings)(?:-\d+)?$/;

/** True for policies that were compiled from what is open: they come and go with the questions. */
export function isCompiledName(name: string): boolean {
  return compiledPurpose.test(purposeOfName(name) ?? "");
}
