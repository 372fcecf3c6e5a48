/**
 * Holds where Tetragon's agents are, by their pods.
 * In: kept texts of pods. Out: node and address of each that runs.
 * **Source**: Tetragon's Helm chart: label of the agent's pods (the operator has another), and the
 * port of its gRPC server when it listens on the network.
 */
import { plainAddress } from "../../core/event/ip-address.ts";
import { type Faults, isObject, readObject, readText } from "../../core/inventory/json-value.ts";
import type { TetragonPod } from "../../ports/cluster-watch.ts";

const label = "app.kubernetes.io/name";
const value = "tetragon";
const mark = `${JSON.stringify(label)}:${JSON.stringify(value)}`;
const port = 54_321;

/** **Order**: by node, then address. */
export function findTetragonPods(texts: readonly string[]): readonly TetragonPod[] {
  return texts
    .filter((text) => text.includes(mark))
    .flatMap((text) => readAgent(text))
    .sort((a, b) => compare(a.node, b.node) || compare(a.address, b.address));
}

function readAgent(text: string): readonly TetragonPod[] {
  const pod: unknown = JSON.parse(text);
  const faults: Faults = { first: undefined };
  if (!isObject(pod)) return [];
  const part = (key: string) => readObject(pod, key, faults) ?? {};
  const labels = readObject(part("metadata"), "labels", faults) ?? {};
  const address = plainAddress(readText(part("status"), "podIP", faults));
  const node = readText(part("spec"), "nodeName", faults);
  const isAgent = readText(labels, label, faults) === value;
  const isRunning = readText(part("status"), "phase", faults) === "Running";
  if (!isAgent || !isRunning || address === "" || node === "") return [];
  const host = address.includes(":") ? `[${address}]` : address;
  return [{ node, address: `${host}:${port}` }];
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
