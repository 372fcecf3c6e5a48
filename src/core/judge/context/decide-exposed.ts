/**
 * Holds the verdict whether somebody on the internet can send a workload data.
 * In: what is known of it by itself, the way through others. Out: yes, no or unknown, one sentence.
 * Must never lower anything on silence: "no" needs sensors that could see, and objects that publish
 * nothing, or, without objects, a long watch.
 */
import { quoteName } from "../quote-name.ts";
import type { Step } from "./exposure-graph.ts";
import type { Inquiry } from "./inquiry.ts";
import { type Allowed, type AllowedWay, isLoopback } from "./judge-allowed.ts";

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
  if (place.views.length > 0 && !allowed.tellsPublished) {
    limits.push("no services are among the objects: what is published is unknown");
  }
  const yes = sayYes(inquiry) ?? (passed?.link === undefined ? undefined : sayPassed(passed));
  if (yes !== undefined) return { exposed: "yes", because: yes, limits };
  const doubt = doubtOf(inquiry) ?? (maybe?.link === undefined ? undefined : sayMaybe(maybe));
  if (doubt !== undefined) return { exposed: "unknown", because: doubt, limits };
  if (tellsPublished(inquiry) && !allowed.tellsRoutes && !allowed.isClosedOutside) {
    limits.push(
      "no ingress or other route is among the objects: one that was not listed is missed",
    );
  }
  return { exposed: "no", because: sayNo(inquiry), limits };
}

/** Objects say what leads to it: they know its pods, and services were among them. */
function tellsPublished({ place, allowed }: Inquiry): boolean {
  return place.views.length > 0 && (allowed.tellsPublished || allowed.isClosedOutside);
}

function sayYes({ arrivals, allowed }: Inquiry): string | undefined {
  const seen = arrivals.find(({ origin, way }) => origin === "internet" && way === undefined);
  if (seen !== undefined) {
    const { edge } = seen.link;
    return `${quoteName(edge.from.name)} on the internet was seen to connect to port ${edge.port}.`;
  }
  const open = allowed.ways.find(({ isOpen }) => isOpen);
  if (open === undefined) return undefined;
  return `It is published to the internet${describeWay(open)}.`;
}

function describeWay({ entry: { kind, via, port } }: AllowedWay): string {
  const through = via.length === 0 ? "" : ` by ${via.map(quoteName).join(", ")}`;
  const at = port === 0 ? "" : `, port ${port}`;
  return `${through} (${kind}${at})`;
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
function doubtOf(inquiry: Inquiry): string | undefined {
  const { place, arrivals, allowed, sight } = inquiry;
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
  const beside = allowed.ways.find((way) => leadsOutside(way, inquiry));
  if (beside !== undefined) {
    const way = describeWay(beside);
    const rest = "whether the internet leads there is unknown";
    return `It is published outside of the cluster${way}; ${rest}.`;
  }
  if (tellsPublished(inquiry)) {
    if (sight.seesArrivals || allowed.isClosedOutside) return undefined;
    return "No object publishes it, but no sensor could see who connects.";
  }
  if (!sight.seesArrivals) return "Neither objects nor sensors tell who can connect to it.";
  if (sight.isWhole && sight.seesListening) {
    if (isClosed(place) || sight.observedUs >= silenceUs) return undefined;
  }
  const untold = place.views.length > 0 ? "services" : "objects";
  return `No connection from the internet was seen, but no ${untold} tell who can connect.`;
}

/**
 * To machines beside the cluster, whoever stands behind them: a port of a private node is what
 * balancers and routers that no object tells of lead to. Where a pod in the node's network listens
 * nowhere there is no port.
 */
function leadsOutside({ entry, isDenied }: AllowedWay, { place, sight }: Inquiry): boolean {
  if (entry.from !== "outside-cluster" || entry.narrowedBy !== "" || isDenied) return false;
  return entry.kind !== "HostNetwork" || !sight.seesListening || !isClosed(place);
}

function isClosed({ ports }: Inquiry["place"]): boolean {
  return ports.every(({ address }) => isLoopback(address));
}

function sayNo(inquiry: Inquiry): string {
  const { place, allowed, sight } = inquiry;
  const seen = sight.seesArrivals ? "no connection from the internet was seen" : "";
  if (tellsPublished(inquiry)) return sentence([sayWhatCloses(allowed), seen]);
  const nothing = "nothing in it listens where others could connect";
  return sentence([isClosed(place) ? nothing : "", seen]);
}

function sayWhatCloses({ ways, narrowedBy, isClosedOutside }: Allowed): string {
  const policies = narrowedBy.map(quoteName).join(", ");
  if (isClosedOutside) return `${policies} denies connections from outside`;
  const [way] = ways;
  if (way === undefined) return "no object publishes it";
  const why = way.isDenied ? policies : quoteName(way.entry.narrowedBy);
  const by = why === "" || why === '""' ? "" : `, as ${why} has it`;
  return `what publishes it${describeWay(way)} leads to nobody on the internet${by}`;
}

function sentence(parts: readonly string[]): string {
  const text = parts.filter((part) => part !== "").join(", and ");
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
