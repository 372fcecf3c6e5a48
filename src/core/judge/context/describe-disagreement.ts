/**
 * Holds the sentence that says where objects and observation do not agree about who connects.
 * In: what is known of a place. Out: one sentence; "" when they agree or one of them is silent.
 */
import { quoteName } from "../quote-name.ts";
import type { Inquiry } from "./inquiry.ts";
import { type AllowedOrigin, type ObservedOrigin, observedOrigins } from "./workload-context.ts";

/** What weighs most comes first: denied and seen, then not published and seen, then the reverse. */
export function describeDisagreement(
  { place, arrivals, allowed, sight }: Inquiry,
  observed: ObservedOrigin,
): string {
  if (allowed.origin === "unknown" || place.views.length === 0) return "";
  const seen = arrivals.find(({ origin, way }) => origin === observed && way === undefined);
  const where = places.get(observed);
  if (seen !== undefined && where !== undefined && isFarther(observed, allowed.origin)) {
    const { from, port } = seen.link.edge;
    const what = `${quoteName(from.name)}${where} connected to port ${port}`;
    const denying = allowed.narrowedBy.map(quoteName).join(", ");
    if (denying !== "") return `${what}, though ${denying} does not let it.`;
    if (observed !== "other-namespace") return `${what}, though no object publishes it.`;
  }
  const open = allowed.ways.find(({ isOpen }) => isOpen);
  // Where a node probes the same port, its clients have the same address and are not told apart.
  const mayBeClients = arrivals.some(
    ({ origin, link }) => origin === "node" && [0, link.edge.port].includes(open?.entry.port ?? -1),
  );
  if (open !== undefined && observed !== "internet" && sight.seesArrivals && !mayBeClients) {
    const by = open.entry.via.map(quoteName).join(", ") || open.entry.kind;
    return `${by} publishes it to the internet, but nobody was seen to come from there.`;
  }
  return "";
}

const places: ReadonlyMap<ObservedOrigin, string> = new Map([
  ["internet", ", on the internet,"],
  ["outside-cluster", ", outside of the cluster,"],
  ["other-namespace", ", of another namespace,"],
]);

/** `nobody` and `never` are nearest. */
function isFarther(observed: ObservedOrigin, allowed: AllowedOrigin): boolean {
  const at = (observedOrigins as readonly string[]).indexOf(allowed);
  return at < 0 || observedOrigins.indexOf(observed) < at;
}
