/**
 * Holds how containers and hosts are told apart in facts.
 * In: container ids of any length, names of nodes. Out: keys of facts, and what a key stands for.
 * Must never be rebuilt elsewhere: two spellings of a key are two containers.
 */
import type { ContainerKey } from "./fact.ts";
import { rememberAnswers } from "./remember-answers.ts";

/** **Unit**: hex digits. **Source**: Tetragon's `docker` field holds no more of an id. */
const keyLength = 31;

const hostPrefix = "host:";

/** Ids and nodes come with each event: one text for each, made once. */
const startOf = rememberAnswers((containerId) => containerId.slice(0, keyLength), 2048);

/** Of a whole id (64 digits) and of one that Tetragon cut the same. */
export function containerKey(containerId: string): ContainerKey {
  return containerId.length <= keyLength ? containerId : startOf(containerId);
}

/** What the processes of a node that are in no container go under. */
export const hostKey: (node: string) => ContainerKey = rememberAnswers(
  (node) => hostPrefix + node,
  2048,
);

/** True for the processes of a node itself. */
export function isHostKey(key: ContainerKey): boolean {
  return key.startsWith(hostPrefix);
}

/** The node of such a key. */
export function nodeOfHostKey(key: ContainerKey): string {
  return key.slice(hostPrefix.length);
}

/**
 * Of processes of a node in no container, yet in a network of their own: another machine to all
 * that talk to them. Only flows and listening ports are told apart so.
 */
export function networkKey(node: string, network: number): ContainerKey {
  return `${hostKey(node)}%${network}`;
}

/** The key of the host that a network is on; of any other key itself. */
export function widerKey(key: ContainerKey): ContainerKey {
  return isNetworkKey(key) ? key.slice(0, key.lastIndexOf("%")) : key;
}

/** True for what `networkKey` gives. */
export function isNetworkKey(key: ContainerKey): boolean {
  return isHostKey(key) && /%\d+$/.test(key);
}
