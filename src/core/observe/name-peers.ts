/**
 * Holds how host names among a process's arguments find the addresses it connected to.
 * In: a process whose class is final, with its edges. Out: names on edges, changed in place.
 * Must name nothing where more than one name or more than one address fits.
 */
import type { FlowUser, Tally } from "./flow-state.ts";
import { addText } from "./flow-tally.ts";
import type { ProcessNode } from "./fold.ts";
import { namedHosts } from "./host-names.ts";
import { rememberAnswers } from "./remember-answers.ts";

const dnsPort = 53;

/** **Unit**: characters of arguments; longer ones would fill memory. */
const argumentsLengthMax = 512;

/** Looks ask again and again of the same processes. By program, then by arguments. */
const hostsOf = rememberAnswers(
  (binary) => rememberAnswers((args) => namedHosts(binary, args), 32),
  64,
);

export function nameHosts(user: FlowUser, node: ProcessNode): void {
  if (user.tallies.size === 0 || node.arguments === "") return;
  const edges = [...user.tallies.values()].filter(
    ({ direction, port, peer }) => direction === "outbound" && port !== dnsPort && peer !== "*",
  );
  if (edges.length === 0) return;
  const { binary, arguments: args } = node;
  const isLong = args.length > argumentsLengthMax;
  const names = isLong ? namedHosts(binary, args) : hostsOf(binary)(args);
  for (const { name, port } of names) {
    const rivals = names.filter((one) => one.port === port || one.port === 0 || port === 0);
    if (rivals.some((one) => one.name !== name)) continue;
    const fitting = edges.filter((edge) => port === 0 || edge.port === port);
    if (isOneAddress(fitting)) for (const edge of fitting) addText(edge, "hostNames", name);
  }
}

function isOneAddress(edges: readonly Tally[]): boolean {
  return new Set(edges.map(({ peer }) => peer)).size === 1;
}
