/**
 * Holds the visit of each server: what it has loaded, and what is done there.
 * In: addresses, a task. Out: one result a server; one that cannot be reached stops no other.
 */
import { isOurs } from "../../core/respond/plan-policies.ts";
import type { Outside } from "../../ports/outside.ts";
import type { Store } from "../../ports/store.ts";
import type {
  LoadedPolicy,
  TetragonAddress,
  TetragonControl,
} from "../../ports/tetragon-control.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { applyPolicies, type StepResult } from "./apply-policies.ts";
import { type ChangeLog, createChangeLog } from "./change-log.ts";
import type { WantedPolicy } from "./want-policies.ts";

export interface NodeTask {
  readonly kind: "look" | "change";
  readonly wanted: readonly WantedPolicy[];
  readonly changesPerHour: number;
  readonly isAnew: boolean;
  readonly isApplied: boolean;
  readonly state: string | undefined;
  /** The state is held by who started this. */
  readonly isBeside: boolean;
}

export interface NodePolicies {
  readonly address: string;
  /** "" unknown. */
  readonly node: string;
  readonly version: string;
  /** As listed after all that was done. */
  readonly loaded: readonly (LoadedPolicy & { readonly isOurs: boolean })[];
  readonly steps: readonly StepResult[];
  readonly foreignCount: number;
  /** Why it could not be asked; "" else. */
  readonly trouble: string;
}

/** **Order**: of addresses; one after the other, so that a bad policy reaches one node first. */
export async function visitNodes(
  addresses: readonly TetragonAddress[],
  task: NodeTask,
  outside: Outside,
): Promise<readonly NodePolicies[]> {
  if (addresses.length === 0) return [];
  const store = await openStore(task, outside);
  try {
    const log = createChangeLog(store?.settings);
    const nodes: NodePolicies[] = [];
    for (const address of addresses) nodes.push(await visitNode(address, { task, log, outside }));
    return nodes;
  } finally {
    await store?.close();
  }
}

/** A plan may be asked for before there is any state. */
async function openStore(
  { kind, state, isApplied, isBeside }: NodeTask,
  { state: openers }: Outside,
) {
  if (state === undefined || kind === "look") return undefined;
  if (isApplied) return openers.store(state, isBeside ? "join" : "write");
  return openers.store(state, "read").catch((error: unknown): Store | undefined => {
    const isMissing = error instanceof WaggleError && /not-found$/.test(error.code);
    if (isMissing) return undefined;
    throw error;
  });
}

interface Visit {
  readonly task: NodeTask;
  readonly log: ChangeLog;
  readonly outside: Outside;
}

async function visitNode(server: TetragonAddress, visit: Visit): Promise<NodePolicies> {
  let control: TetragonControl | undefined;
  try {
    control = await visit.outside.sources.control(server);
    return await askNode(control, visit);
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error;
    const { address } = server;
    const about = { address, node: "", version: "", loaded: [], steps: [], foreignCount: 0 };
    return { ...about, trouble: error.message };
  } finally {
    control?.close();
  }
}

async function askNode(
  control: TetragonControl,
  { task, log, outside }: Visit,
): Promise<NodePolicies> {
  const { node, version } = await control.info();
  const { clock } = outside.services;
  const done =
    task.kind === "look"
      ? { steps: [], foreignCount: 0 }
      : await applyPolicies({ control, log, clock, ...task });
  const loaded = (await control.policies()).map((one) => ({ ...one, isOurs: isOurs(one) }));
  const foreignCount = loaded.filter((one) => !one.isOurs).length;
  const { address } = control;
  return { address, node, version, loaded, steps: done.steps, foreignCount, trouble: "" };
}
