/**
 * Holds what policy files state of each sensor of each policy: its selectors put together.
 * In: scopes. Out: one entry a policy and sensor, as coverage facts carry it.
 * Must never widen: where selectors differ in what narrows them, only the free ones count.
 */
import type { Sensor } from "./fact.ts";
import { limitsOfWatch } from "./network-watch.ts";
import { namespaceLimit, type PolicyScope } from "./tracing-policy.ts";

export interface StatedSensor {
  readonly policy: string;
  readonly sensor: Sensor;
  readonly pathPrefixes: readonly string[];
  readonly limits: readonly string[];
}

const patternCountMax = 20_000;

/**
 * **Order**: of first scope. An exception of one selector counts for all of the policy: what it
 * takes away may be watched by another, and is not claimed.
 */
export function collectStated(scopes: readonly PolicyScope[]): readonly StatedSensor[] {
  const groups = Map.groupBy(scopes, ({ sensor, policy }) => `${sensor} ${policy}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    if (first.sensor === "network") return [networkOf(group, first)];
    const free = group.filter((scope) => scope.limits.length === 0 && scope.namespace === "");
    const counted = free.length > 0 ? free : group;
    const paths = [...new Set(counted.flatMap((scope) => scope.paths))];
    const limits = counted.flatMap(limitsOf);
    const { policy, sensor } = first;
    const pathPrefixes = withExceptionsFirst(paths).slice(0, patternCountMax);
    return [{ policy, sensor, pathPrefixes, limits: [...new Set(limits)] }];
  });
}

/** Its hooks tell different things: each doing of a socket is watched, or not, by itself. */
function networkOf(group: readonly PolicyScope[], { policy, sensor }: PolicyScope): StatedSensor {
  const hooks = group.map((scope) => ({ doings: scope.doings, limits: limitsOf(scope) }));
  return { policy, sensor, pathPrefixes: [], limits: limitsOfWatch(hooks) };
}

function limitsOf(scope: PolicyScope): readonly string[] {
  return scope.namespace === "" ? scope.limits : [namespaceLimit(scope.namespace), ...scope.limits];
}

/** So that a cut list never loses an exception. */
function withExceptionsFirst(paths: readonly string[]): readonly string[] {
  const isException = (path: string): boolean => path.startsWith("!");
  const exceptions = paths.filter(isException);
  return exceptions.length === 0 ? paths : [...exceptions, ...paths.filter((p) => !isException(p))];
}
