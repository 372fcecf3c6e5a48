/**
 * Holds the counting of recorded events that a policy of ours would have given: what it costs.
 * In: lines of a recording, policies. Out: counts. Events of hooks that were not recorded are not
 * guessed.
 */
import type {
  ArgumentFilter,
  PolicyDocument,
  PolicyHook,
} from "../core/respond/policy-document.ts";

type Shape = Readonly<Record<string, unknown>>;

export interface EventCounts {
  readonly byPurpose: ReadonlyMap<string, number>;
  /** **Unit**: seconds from the first event to the last. */
  readonly seconds: number;
}

export function countPolicyEvents(
  lines: Iterable<string>,
  policies: readonly PolicyDocument[],
): EventCounts {
  const byPurpose = new Map<string, number>(policies.map(({ purpose }) => [purpose, 0]));
  const times: number[] = [];
  // Two recorded policies of one hook report one call twice, under two names.
  const seen = new Set<string>();
  for (const line of lines) {
    const event = JSON.parse(line) as Shape;
    if (typeof event["time"] === "string") times.push(Date.parse(event["time"]));
    const calls = callOf(event);
    if (calls === undefined || seen.has(keyOf(event, calls))) continue;
    seen.add(keyOf(event, calls));
    for (const { purpose, spec } of policies) {
      const hits =
        calls.name === "loader"
          ? spec.loader === true
          : spec.hooks.some((hook) => passes(hook, calls));
      if (hits) byPurpose.set(purpose, (byPurpose.get(purpose) ?? 0) + 1);
    }
  }
  const span = times.reduce((a, b) => Math.max(a, b), 0) - times.reduce((a, b) => Math.min(a, b));
  return { byPurpose, seconds: span / 1000 };
}

interface Call {
  readonly name: string;
  readonly binary: string;
  readonly args: readonly Shape[];
}

function callOf(event: Shape): Call | undefined {
  if (event["process_loader"] !== undefined) return { name: "loader", binary: "", args: [] };
  const probe = event["process_kprobe"] as Shape | undefined;
  if (probe === undefined) return undefined;
  const name = String(probe["function_name"]).replace(/^__x64_/, "");
  const binary = String((probe["process"] as Shape | undefined)?.["binary"] ?? "");
  return { name, binary, args: (probe["args"] ?? []) as readonly Shape[] };
}

let loaderCount = 0;

function keyOf(event: Shape, { name, args }: Call): string {
  if (name === "loader") return `loader ${loaderCount++}`;
  const process = (event["process_kprobe"] as Shape)["process"] as Shape | undefined;
  return [String(event["time"]), name, process?.["tid"], JSON.stringify(args)].join(" ");
}

function passes(hook: PolicyHook, { name, binary, args }: Call): boolean {
  if (hook.call !== name) return false;
  const { selectors } = hook;
  if (selectors === undefined) return true;
  return selectors.some(({ matchArgs = [], matchBinaries = [] }) => {
    const isOwn = matchBinaries.some(({ values }) => values.includes(binary));
    return !isOwn && matchArgs.every((filter) => holds(filter, hook, args));
  });
}

/** Arguments come in the order in which the policy lists them, whatever their index. */
function holds(filter: ArgumentFilter, hook: PolicyHook, args: readonly Shape[]): boolean {
  const at = hook.args.findIndex(({ index }) => index === filter.index);
  const value = plainValue(args[at] ?? {});
  if (value === undefined) return false;
  const { operator, values } = filter;
  if (operator === "Mask") return values.some((mask) => (Number(mask) & Number(value)) !== 0);
  if (operator === "Family") return values.includes(value);
  if (operator === "Prefix") return values.some((prefix) => value.startsWith(prefix));
  if (operator === "Postfix") return values.some((ending) => value.endsWith(ending));
  return values.includes(value);
}

function plainValue(argument: Shape): string | undefined {
  for (const [kind, value] of Object.entries(argument)) {
    if (kind === "label") continue;
    if (typeof value !== "object" || value === null) return String(value);
    const inner = value as Shape;
    return String(inner["path"] ?? inner["family"] ?? "");
  }
  return undefined;
}
