/**
 * Holds what tells two facts apart: facts of one key merge, others stand beside each other.
 * In: a fact. Out: its key as text. Must agree with how `fact-set.ts` merges, hostile names
 * included.
 */
import type { ContainerKey, Fact } from "./fact.ts";
import { profilePlaceKey } from "./profile/profile-fact.ts";

const separator = "\u0000";

/**
 * **Shape**: kind, then the parts that `fact.ts` names as key, joined by NUL. Before a container
 * stands its length: a NUL in its name, or in a path, must not make one key of two.
 */
export function factKey(fact: Fact): string {
  return [fact.kind, ...partsOf(fact)].join(separator);
}

function partsOf(fact: Fact): readonly (string | number)[] {
  switch (fact.kind) {
    case "container":
      return [fact.container];
    case "file-use":
      return [fact.container.length, fact.container, fact.path, fact.how, fact.actor];
    case "privilege": {
      const { container, privilege, detail, source } = fact;
      return [container.length, container, privilege, detail, source];
    }
    case "flow": {
      const { container, direction, protocol, port, peer, actor } = fact;
      return [container.length, container, direction, protocol, port, peer, actor];
    }
    case "listen": {
      const { container, protocol, port, address } = fact;
      return [container.length, container, protocol, port, address];
    }
    case "signal":
      return [fact.container.length, fact.container, fact.process.length, fact.process, fact.rule];
    case "process":
      return [fact.container.length, fact.container, fact.process];
    case "step": {
      const { container, process, what, subject } = fact;
      return [container.length, container, process.length, process, what, subject];
    }
    case "profile":
      return [profilePlaceKey(fact.place), fact.dimension, fact.value];
    case "coverage":
      return [fact.node, fact.sensor, fact.policy];
    case "loss":
      return [fact.node, fact.container, fact.reason, fact.sinceUs];
  }
}

/** The container that it speaks of; "" for one of a node, of a workload or of all. */
export function containerOfFact(fact: Fact): ContainerKey | "" {
  return fact.kind === "coverage" || fact.kind === "profile" ? "" : fact.container;
}

/** A process whose end was not seen may be above what happens now, for a year. */
const unendedUs = 365 * 86_400_000_000;

/** **Unit**: microseconds since 1970: until when it speaks. */
export function lastSeenOf(fact: Fact): number {
  if (fact.kind === "process") return fact.exitUs > 0 ? fact.exitUs : fact.startUs + unendedUs;
  return fact.kind === "coverage" || fact.kind === "loss" ? fact.untilUs : fact.lastSeenUs;
}
