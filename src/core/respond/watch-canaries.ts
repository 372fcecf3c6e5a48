/**
 * Holds which sensors reported the doings of canaries.
 * In: events, one after the other. Out: whether an event is a canary's, and what was seen of each.
 * Must never take another process for a canary: only one whose own arguments hold a token.
 */
import type { Event, HookEvent, ProcessEvent } from "../event/event.ts";
import type { Sensor } from "../observe/fact.ts";
import { readAccesses } from "../observe/file-access.ts";
import { doingsOfEvent, type NetworkDoing } from "../observe/network-watch.ts";
import { canaryToken } from "./canary-mark.ts";

/** One sensor of one policy that told of one canary. */
export interface CanarySighting {
  readonly token: string;
  readonly node: string;
  readonly sensor: Sensor;
  readonly policy: string;
  /** Of sensor `network`; "" else. */
  readonly doing: NetworkDoing | "";
}

export interface CanaryWatch {
  /** True for events of a marked process: nobody's use, nobody's flow. **Cost**: a look-up. */
  see(event: Event): boolean;
  /** Since the last call. **Order**: as seen. */
  take(): readonly CanarySighting[];
}

/** Canaries are minutes apart: older ones have ended. */
const processCountMax = 64;
const sightingCountMax = 4096;

export function createCanaryWatch(): CanaryWatch {
  /** Exec id → token. **Shape**: the latest `processCountMax`. */
  const marked = new Map<string, string>();
  let sightings = new Map<string, CanarySighting>();
  const tokenOf = (event: ProcessEvent): string | undefined => {
    const { process } = event;
    if (process === undefined) return undefined;
    const known = marked.get(process.execId);
    if (known !== undefined) return known;
    const token = canaryToken(process.arguments);
    if (token === undefined) return undefined;
    marked.set(process.execId, token);
    const [oldest] = marked.keys();
    if (marked.size > processCountMax && oldest !== undefined) marked.delete(oldest);
    return token;
  };
  return {
    see: (event) => {
      if (!("process" in event)) return false;
      const token = tokenOf(event);
      if (token === undefined) return false;
      for (const { sensor, policy, doing } of sensorsOf(event)) {
        const { node } = event;
        const key = `${token} ${node} ${sensor} ${policy} ${doing}`;
        if (sightings.size < sightingCountMax) {
          sightings.set(key, { token, node, sensor, policy, doing });
        }
      }
      return true;
    },
    take: () => {
      const taken = [...sightings.values()];
      sightings = new Map();
      return taken;
    },
  };
}

type Told = Pick<CanarySighting, "sensor" | "policy" | "doing">;

function sensorsOf(event: ProcessEvent): readonly Told[] {
  if (event.type === "exec") return [{ sensor: "exec", policy: "", doing: "" }];
  if (event.type === "loader") return [{ sensor: "loader", policy: "", doing: "" }];
  return event.type === "exit" ? [] : sensorsOfHook(event);
}

function sensorsOfHook(event: HookEvent): readonly Told[] {
  const { policy } = event;
  const told = new Set<Sensor>();
  readAccesses(event, ({ sensor }) => told.add(sensor));
  const doings = doingsOfEvent(event) ?? [];
  return [
    ...[...told].map((sensor): Told => ({ sensor, policy, doing: "" })),
    ...doings.map((doing): Told => ({ sensor: "network", policy, doing })),
  ];
}
