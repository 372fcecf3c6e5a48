/**
 * Holds the verdict whether somebody on the internet can send a workload data.
 * In: what is known of it by itself, the way through others. Out: yes, no or unknown, one sentence.
 * Must never lower anything on silence: "no" needs sensors that could see, and objects that publish
 * nothing, or, without objects, a long watch.
 */
import { quoteName } from "../quote-name.ts";
import type { Step } from "./exposure-graph.ts";
import type { Inquiry } from "./inquiry.ts";
import { isLoopback } from "./judge-allowed.ts";

export interface ExposedVerdict {
  readonly exposed: "yes" | "no" | "unknown";
  readonly because: string;
  readonly limits: readonly string[];
}

/**
 * **Unit**: microseconds. Without objects only silence speaks, and it must be as long as what may
 * lower a rank elsewhere.
 */
const silenceUs = 24 * 3600 * 1_000_000;

/** `passed`: the way through what passes requests on. `maybe`: one that starts in the unknown. */
export function decideExposed(inquiry: Inquiry, passed?: Step, maybe?: Step): ExposedVerdict {
  const { place, sight, allowed } = inquiry;
  const limits = [...sight.limits];
  if (allowed.origin === "unknown") {
    limits.push(
      place.views.length === 0
        ? "no objects of the cluster tell who may connect"
        : "objects do not tell all policies of its pods: who may connect is unknown",
    );
  }
  const yes = sayYes(inquiry) ?? (passed?.link === undefined ? undefined : sayPassed(passed));
  if (yes !== undefined) return { exposed: "yes", because: yes, limits };
  const doubt = doubtOf(inquiry) ?? (maybe?.link === undefined ? undefined : sayMaybe(maybe));
  if (doubt !== undefined) return { exposed: "unknown", because: doubt, limits };
  return { exposed: "no", because: sayNo(inquiry), limits };
}

function sayYes({ arrivals, allowed }: Inquiry): string | undefined {
  const seen = arrivals.find(({ origin, way }) => origin === "internet" && way === undefined);
  if (seen !== undefined) {
    const { edge } = seen.link;
    return `${quoteName(edge.from.name)} on the internet was seen to connect to port ${edge.port}.`;
  }
  const open = allowed.ways.find(({ isOpen }) => isOpen);
  if (open === undefined) return undefined;
  const { kind, via, port } = open.entry;
  const through = via.length === 0 ? "" : ` by ${via.map(quoteName).join(", ")}`;
  const at = port === 0 ? "" : `, port ${port}`;
  return `It is published to the internet${through} (${kind}${at}).`;
}

function sayPassed({ before, link, hopCount }: Step): string {
  const name = quoteName(link?.edge.from.name ?? before?.place.workload.name ?? "");
  const far = hopCount === 1 ? "" : ` (${hopCount} workloads between)`;
  return `${name} passes requests from the internet on to port ${link?.edge.port ?? 0}${far}.`;
}

function sayMaybe({ before, link }: Step): string {
  const name = quoteName(link?.edge.from.name ?? before?.place.workload.name ?? "");
  return `${name} may pass requests on to it, and whether the internet reaches that is unknown.`;
}

/** Why "no" cannot be said; undefined when it can. */
function doubtOf({ place, arrivals, allowed, sight }: Inquiry): string | undefined {
  const narrowed = allowed.ways.find(
    ({ entry, isDenied }) => entry.from === "internet" && !isDenied,
  );
  if (narrowed !== undefined) {
    const by = quoteName(narrowed.entry.narrowedBy);
    return `It is published to the internet, narrowed by ${by}: who that lets in is unknown.`;
  }
  const outside = arrivals.find(({ origin }) => origin === "outside-cluster");
  if (outside !== undefined) {
    const name = quoteName(outside.link.edge.from.name);
    return `${name}, outside of the cluster, reaches it; who stands behind that is unknown.`;
  }
  if (arrivals.some(({ origin }) => origin === "unclear")) {
    return "Some connections to it could not be told apart: who opened them is unknown.";
  }
  if (place.views.length > 0) {
    if (sight.seesArrivals || allowed.isClosedOutside) return undefined;
    return "No object publishes it, but no sensor could see who connects.";
  }
  if (!sight.seesArrivals) return "Neither objects nor sensors tell who can connect to it.";
  if (sight.isWhole && sight.seesListening) {
    const isClosed = place.ports.every(({ address }) => isLoopback(address));
    if (isClosed || sight.observedUs >= silenceUs) return undefined;
  }
  return "No connection from the internet was seen, but no objects tell who can connect.";
}

function sayNo({ place, allowed, sight }: Inquiry): string {
  const seen = sight.seesArrivals ? "no connection from the internet was seen" : "";
  if (place.views.length > 0) {
    const closed = allowed.isClosedOutside
      ? `${allowed.narrowedBy.map(quoteName).join(", ")} denies connections from outside`
      : "no object publishes it";
    return sentence([closed, seen]);
  }
  const isClosed = place.ports.every(({ address }) => isLoopback(address));
  return sentence([isClosed ? "nothing in it listens where others could connect" : "", seen]);
}

function sentence(parts: readonly string[]): string {
  const text = parts.filter((part) => part !== "").join(", and ");
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
