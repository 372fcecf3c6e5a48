/**
 * Holds what must be watched so that acts of a kind are seen at all.
 * In: kinds of acts. Out: sensors, shipped policies that have them, and whether rules about these
 * kinds can be evaluated. Must never promise what no event carries.
 */
import type { Sensor } from "../fact.ts";
import type { ActKind } from "./act.ts";
import type { Evaluable } from "./rule.ts";

interface ActSensor {
  /** Undefined: told without any policy. */
  readonly sensor: Sensor | undefined;
  /** Purposes of shipped policies that show such acts; none: only a policy of one's own does. */
  readonly policies: readonly string[];
}

const always: ActSensor = { sensor: undefined, policies: [] };
const network = (...policies: readonly string[]): ActSensor => ({ sensor: "network", policies });
const write = (...policies: readonly string[]): ActSensor => ({ sensor: "write", policies });
const other = (...policies: readonly string[]): ActSensor => ({ sensor: "other", policies });

/** **Source**: hooks of `policies/`; a test of `operations/detect` holds the names to them. */
export const actSensors: Readonly<Record<ActKind, ActSensor>> = {
  exec: always,
  exit: always,
  connect: network("tcp-connections", "udp"),
  accept: network("tcp-accepts"),
  listen: network(),
  bind: network("udp"),
  send: network("tcp-sent", "udp"),
  receive: network("tcp-received"),
  close: network(),
  read: { sensor: "open", policies: ["credentials", "file-use"] },
  write: write("file-writes"),
  delete: write("path-changes"),
  rename: write("path-links"),
  link: write("path-links"),
  mode: write("path-changes"),
  truncate: write("path-changes"),
  attribute: write("file-capabilities"),
  mount: other("namespaces"),
  map: { sensor: "mmap", policies: ["loader", "code-mappings"] },
  namespace: other("namespaces"),
  identity: other("privileges"),
  capability: other("privileges"),
  trace: other("kernel-changes"),
  module: other("kernel-changes"),
  program: other("kernel-changes"),
  "memory-file": other("memory-files"),
  "unix-connect": other("runtime-sockets"),
  call: other(),
};

export const actKinds: readonly ActKind[] = Object.keys(actSensors) as ActKind[];

/** Whether acts of some of these kinds can be had. **Shape**: `kinds` are alternatives. */
export function evaluableByKinds(kinds: Iterable<ActKind>): Evaluable {
  const sensors = new Set<Sensor>();
  const policies = new Set<string>();
  const watched: ActKind[] = [];
  for (const kind of kinds) {
    const needed = actSensors[kind];
    if (needed.sensor === undefined) return { state: "yes" };
    watched.push(kind);
    sensors.add(needed.sensor);
    for (const policy of needed.policies) policies.add(policy);
  }
  if (watched.length === 0) return { state: "never", why: "no event here is of this kind" };
  const shown = watched.slice(0, 4).join(", ");
  const why =
    policies.size === 0
      ? `needs a policy of your own that shows ${shown}`
      : `needs events of a policy that shows ${shown}`;
  return { state: "with-policy", sensors: [...sensors], policies: [...policies].sort(), why };
}
