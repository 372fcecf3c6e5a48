/**
 * Holds how host names among a process's arguments find the addresses it connected to.
 * In: a process whose class is final, with its edges. Out: names on edges, changed in place.
 * Must name nothing where more than one name or more than one address fits.
 */
import type { FlowUser, Tally } from "./flow-state.ts";
import { addText } from "./flow-tally.ts";
import type { ProcessNode } from "./fold.ts";
import { type NamedHost, namedHosts } from "./host-names.ts";

const dnsPort = 53;

/** Looks ask again and again of the same processes. **Unit**: commands; characters of one. */
const [commandCountMax, commandLengthMax] = [512, 512];
const named = new Map<string, { readonly binary: string; readonly hosts: readonly NamedHost[] }>();

export function nameHosts(user: FlowUser, node: ProcessNode): void {
  if (user.tallies.size === 0 || node.arguments === "") return;
  const names = hostsOf(node);
  if (names.length === 0) return;
  const edges = [...user.tallies.values()].filter(
    ({ direction, port, peer }) => direction === "outbound" && port !== dnsPort && peer !== "*",
  );
  for (const { name, port } of names) {
    const rivals = names.filter((one) => one.port === port || one.port === 0 || port === 0);
    if (rivals.some((one) => one.name !== name)) continue;
    const fitting = edges.filter((edge) => port === 0 || edge.port === port);
    if (isOneAddress(fitting)) for (const edge of fitting) addText(edge, "hostNames", name);
  }
}

function hostsOf({ binary, arguments: args }: ProcessNode): readonly NamedHost[] {
  const known = named.get(args);
  if (known?.binary === binary) return known.hosts;
  const hosts = namedHosts(binary, args);
  if (args.length > commandLengthMax) return hosts;
  if (named.size >= commandCountMax) named.clear();
  named.set(args, { binary, hosts });
  return hosts;
}

function isOneAddress(edges: readonly Tally[]): boolean {
  return new Set(edges.map(({ peer }) => peer)).size === 1;
}
