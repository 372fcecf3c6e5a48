/**
 * Holds what tracing policies watch: per hook and selector the sensor it feeds, its paths and what
 * narrows it.
 * In: parsed YAML documents, in any shape. Out: scopes that can be asked about a path.
 * Must never throw, and never claim a path that the policy does not report.
 */
import { textLengthMax } from "../event/bounds.ts";
import type { HookEvent } from "../event/event.ts";
import type { ProblemLog } from "../event/problem.ts";
import type { Sensor } from "./fact.ts";
import { hookKind } from "./file-access.ts";
import { networkHook } from "./network-hooks.ts";
import { doingsOfHook, type NetworkDoing } from "./network-watch.ts";
import { createPathScope } from "./path-scope.ts";
import {
  type HookArguments,
  readSelector,
  type SelectorScope,
  sensorsOfKind,
  type WatchKind,
} from "./policy-selector.ts";
import { own, type Shape, ShapeReader } from "./policy-shape.ts";

/**
 * One selector of one hook. A path that any scope of a policy watches without limits is watched.
 * **Source**: Tetragon's `TracingPolicySpec`: selectors are alternatives, the filters of one must
 * all hold.
 */
export interface PolicyScope {
  readonly policy: string;
  readonly input: string;
  readonly hook: string;
  readonly sensor: Sensor;
  /** The Kubernetes namespace of a namespaced policy; "" when it holds everywhere. */
  readonly namespace: string;
  /** **Shape**: patterns of `path-scope.ts`. */
  readonly paths: readonly string[];
  /** What narrows it, as short phrases; empty when nothing does. */
  readonly limits: readonly string[];
  /** Of sensor `network`: what it tells of sockets; empty for other sensors. */
  readonly doings: readonly NetworkDoing[];
}

/**
 * Would this use of `path` in a container of that Kubernetes namespace give an event? "unsure":
 * only under the conditions of `limits`. **Cost**: linear in the patterns; for many paths build
 * one `createPathScope`.
 */
export function watches(
  scope: PolicyScope,
  path: string,
  namespace: string,
): "yes" | "no" | "unsure" {
  if (scope.namespace !== "" && scope.namespace !== namespace) return "no";
  if (!createPathScope(scope.paths).holds(path)) return "no";
  return scope.limits.length === 0 ? "yes" : "unsure";
}

export const namespaceLimitPrefix = "only pods of namespace ";

/** What a namespaced policy says of itself in `limits` of coverage. */
export function namespaceLimit(namespace: string): string {
  return namespaceLimitPrefix + namespace;
}

/**
 * Scopes of a policy, of each policy of a list, or none for other documents.
 * **Errors**: none; what cannot be read becomes a problem.
 */
export function readTracingPolicy(
  document: unknown,
  input: string,
  problems: ProblemLog,
): readonly PolicyScope[] {
  const reader = new ShapeReader(input, problems);
  if (Array.isArray(document)) return readItems(document, input, reader);
  const policy = reader.object(document, "the document");
  if (policy === undefined) return [];
  const kind = reader.text(own(policy, "kind"), "kind") ?? "";
  if (kind.endsWith("List")) return readItems(own(policy, "items"), input, reader);
  if (kind !== "TracingPolicy" && kind !== "TracingPolicyNamespaced") {
    const what = kind === "" ? "without a kind" : `of kind ${kind.slice(0, 60)}`;
    reader.note("not-a-policy", `A document ${what} among the policies was left out.`);
    return [];
  }
  return readPolicy(policy, input, reader);
}

function readItems(value: unknown, input: string, reader: ShapeReader): readonly PolicyScope[] {
  return reader.objects(value, "a list of policies").flatMap((policy) => {
    const kind = own(policy, "kind");
    const isPolicy = kind === undefined || /^TracingPolicy(?:Namespaced)?$/.test(String(kind));
    return isPolicy ? readPolicy(policy, input, reader) : [];
  });
}

interface PolicyParts {
  readonly policy: string;
  readonly namespace: string;
  readonly input: string;
  /** Narrows all its hooks. */
  readonly limits: readonly string[];
  readonly spec: Shape;
  readonly reader: ShapeReader;
}

function readPolicy(document: Shape, input: string, reader: ShapeReader): readonly PolicyScope[] {
  const metadata = reader.object(own(document, "metadata"), "metadata");
  const spec = reader.object(own(document, "spec"), "spec");
  const name = reader.text(own(metadata, "name"), "its name") ?? "";
  if (spec === undefined || name === "") {
    reader.note("policy-incomplete", "A tracing policy has no name or no spec and was left out.");
    return [];
  }
  const isNamespaced = own(document, "kind") === "TracingPolicyNamespaced";
  const namespace = reader.text(own(metadata, "namespace"), "its namespace") ?? "default";
  const parts: PolicyParts = {
    policy: name.slice(0, textLengthMax.name),
    namespace: isNamespaced ? namespace : "",
    input,
    limits: readPodLimits(spec, reader),
    spec,
    reader,
  };
  return [
    ...(own(spec, "loader") === true ? [scopeOf(parts, "loader", "loader", loaderScope)] : []),
    ...readHooks(parts),
  ];
}

const loaderScope = { paths: [""], limits: [], doings: [] };

function scopeOf(
  { policy, namespace, input, limits }: PolicyParts,
  hook: string,
  sensor: Sensor,
  scope: Pick<PolicyScope, "paths" | "limits" | "doings">,
): PolicyScope {
  const all = [...limits, ...scope.limits];
  const { paths, doings } = scope;
  return { policy, namespace, input, hook, sensor, paths, limits: all, doings };
}

function readPodLimits(spec: Shape, reader: ShapeReader): readonly string[] {
  const before = reader.leftOutCount;
  const limits: string[] = [];
  for (const [key, phrase] of selectorsOfPods) {
    const selector = reader.object(own(spec, key), key);
    const selects = selector !== undefined && Object.keys(selector).length > 0;
    if (selects || (key === "hostSelector" && selector !== undefined)) limits.push(phrase);
  }
  return [...limits, ...unreadable(reader, before)];
}

/** A filter that cannot be read may narrow in any way. */
function unreadable(reader: ShapeReader, before: number): readonly string[] {
  return reader.leftOutCount > before ? ["parts of it could not be read"] : [];
}

const selectorsOfPods: readonly (readonly [string, string])[] = [
  ["podSelector", "only pods with certain labels"],
  ["containerSelector", "only certain containers"],
  ["nodeSelector", "only certain nodes"],
  ["hostSelector", "only processes of the host"],
];

/** Key in the spec, key of the hook's name. */
const hookLists: readonly (readonly [string, string])[] = [
  ["kprobes", "call"],
  ["fentries", "call"],
  ["lsmhooks", "hook"],
  ["tracepoints", "event"],
  ["uprobes", "path"],
  ["usdts", "path"],
];

function readHooks(parts: PolicyParts): readonly PolicyScope[] {
  const { spec, reader } = parts;
  return hookLists.flatMap(([list, key]) =>
    reader.objects(own(spec, list), list).flatMap((hook) => {
      const name = reader.text(own(hook, key), `${key} of ${list}`) ?? "";
      const type = typesOfLists.get(list) ?? "kprobe";
      return expandLists(name, spec, reader).flatMap((call) =>
        readHook({
          parts,
          hook,
          call,
          kind: watchKind(type, call),
          isLsm: list === "lsmhooks",
        }),
      );
    }),
  );
}

const typesOfLists: ReadonlyMap<string, HookEvent["type"]> = new Map([
  ["uprobes", "uprobe"],
  ["usdts", "usdt"],
]);

/** What the kernel reads for itself: modules, firmware, policies. */
const kernelReads = /kernel_(?:post_)?read_file$/;

/**
 * What a hook would show of any program's files or sockets. Functions of programs show nothing,
 * whatever they are called, and neither does what the kernel reads for itself.
 */
export function watchKind(type: HookEvent["type"], hook: string): WatchKind {
  if (type === "uprobe" || type === "usdt") return "none";
  const kind = hookKind(hook);
  if (kind === "none") return networkHook(hook) === undefined ? "none" : "network";
  return kind === "read" && kernelReads.test(hook) ? "none" : kind;
}

/** Sensors that a hook of that kind may feed. */
export function sensorsOfWatch(kind: WatchKind): readonly Sensor[] {
  return sensorsOfKind[kind];
}

/** `list:NAME` stands for the calls of a list of the policy. */
function expandLists(name: string, spec: Shape, reader: ShapeReader): readonly string[] {
  if (!name.startsWith("list:")) return [name];
  const wanted = name.slice("list:".length);
  return reader
    .objects(own(spec, "lists"), "lists")
    .filter((list) => own(list, "name") === wanted)
    .flatMap((list) => reader.texts(own(list, "values"), "the values of a list"));
}

interface HookParts {
  readonly parts: PolicyParts;
  readonly hook: Shape;
  readonly call: string;
  readonly kind: WatchKind;
  readonly isLsm: boolean;
}

function readHook({ parts, hook, call, kind, isLsm }: HookParts): readonly PolicyScope[] {
  const { reader } = parts;
  const before = reader.leftOutCount;
  const given = readArguments(hook, reader);
  const pathIndex = given.find(({ type }) => pathTypes.test(type))?.index ?? -1;
  const hasMask = given.some(({ index }) => index === 1);
  const tellsUse = pathIndex >= 0 && (kind !== "permission" || hasMask);
  const tellsSocket = given.some(({ type }) => socketTypes.test(type));
  const told = tellsSocket && (kind === "none" || kind === "network") ? "network" : "none";
  const about: HookArguments = { kind: tellsUse ? kind : told, isLsm, pathIndex };
  const hasNumber = hasMask || (isLsm && given.some(({ index }) => index === 2));
  const selectors = reader
    .objects(own(hook, "selectors"), "selectors")
    .map((selector) => readSelector(selector, about, reader));
  const everything = { sensors: sensorsOfKind[about.kind], paths: [""], limits: [] };
  const posting = selectors.length === 0 ? [everything] : applyDrops(selectors);
  const narrowed = [...limitsOfHook(about.kind, hasNumber), ...unreadable(reader, before)];
  const doings = about.kind === "network" ? doingsOfHook(call, returnsResult(hook)) : [];
  const scopes = posting.flatMap(({ sensors, paths, limits }) =>
    sensors.map((sensor) => {
      const shown = sensor === "other" || sensor === "network" ? [] : paths;
      return scopeOf(parts, call, sensor, {
        paths: shown,
        limits: [...narrowed, ...limits],
        doings,
      });
    }),
  );
  // A hook that only gives other kinds of access (mappings of data) is active all the same.
  return scopes.length > 0 ? scopes : [scopeOf(parts, call, "other", nothingTold)];
}

const nothingTold = { paths: [], limits: [], doings: [] };
const socketTypes = /^(?:sock|socket|skb|sockaddr)$/;

/** Whether the policy asks for the result of the call. */
function returnsResult(hook: Shape): boolean {
  return own(hook, "return") === true || own(hook, "returnArg") !== undefined;
}

function limitsOfHook(kind: WatchKind, hasNumber: boolean): readonly string[] {
  if (kind === "open-call") return ["sees paths as the program wrote them"];
  if (kind === "read") return ["sees only some ways of reading"];
  return kind === "map" && !hasNumber ? ["does not tell mappings of code from others"] : [];
}

const pathTypes = /^(?:file|path|filename|string|fd|dentry|kiocb|linux_binprm|data_loc)$/;

function readArguments(
  hook: Shape,
  reader: ShapeReader,
): readonly { readonly index: number; readonly type: string }[] {
  return reader.objects(own(hook, "args"), "args").map((argument) => ({
    type: reader.text(own(argument, "type"), "the type of an argument") ?? "",
    index: Number(reader.text(own(argument, "index"), "the index of an argument") ?? "0"),
  }));
}

/** The first selector that matches decides: one that drops takes its paths from all after it. */
function applyDrops(selectors: readonly SelectorScope[]): readonly Omit<SelectorScope, "drops">[] {
  const posting: Omit<SelectorScope, "drops">[] = [];
  const dropped: string[] = [];
  const limits: string[] = [];
  for (const selector of selectors) {
    if (!selector.drops) {
      const paths = [...selector.paths, ...dropped];
      posting.push({ ...selector, paths, limits: [...selector.limits, ...limits] });
    } else if (selector.limits.length === 0) {
      dropped.push(
        ...selector.paths.filter((path) => !path.startsWith("!")).map((path) => `!${path}`),
      );
    } else {
      limits.push("without events that NoPost takes away");
    }
  }
  return posting;
}
