/**
 * Holds what waggle asks of a Tetragon server: the calls by name, their requests as bytes.
 * In: names and documents. Out: bytes of the messages of `tetragon.FineGuidanceSensors`.
 * **Source**: Tetragon's sensors.proto and events.proto; numbers are the same in 1.4 to 1.8.
 */
import { ProtobufWriter } from "../../core/event/protobuf-writer.ts";

export type CallName =
  | "GetEvents"
  | "GetVersion"
  | "GetInfo"
  | "GetDebug"
  | "ListTracingPolicies"
  | "AddTracingPolicy"
  | "DeleteTracingPolicy";

export function pathOf(call: CallName): string {
  return `/tetragon.FineGuidanceSensors/${call}`;
}

/**
 * Requests without a field: GetVersion, GetInfo, ListTracingPolicies, and GetEvents, of which an
 * empty list of filters lets everything through.
 */
export const emptyRequest: Uint8Array = new Uint8Array(0);

const dumpProcessCache = 1;

/** GetDebug: every process that lives, or that a living one descends from. */
export function encodeDumpRequest(): Uint8Array {
  const skipForgotten = new ProtobufWriter().varint(1, 1).finish();
  return new ProtobufWriter().varint(1, dumpProcessCache).part(2, skipForgotten).finish();
}

export function encodeAddPolicy(yaml: string): Uint8Array {
  return new ProtobufWriter().text(1, yaml).finish();
}

/** `namespace` is "" for a policy of the whole cluster. */
export function encodeDeletePolicy(name: string, namespace: string): Uint8Array {
  const writer = new ProtobufWriter().text(1, name);
  return (namespace === "" ? writer : writer.text(2, namespace)).finish();
}
