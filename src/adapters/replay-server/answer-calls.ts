/**
 * Holds what the server answers to each call that is not a stream.
 * In: the bytes of a request. Out: the bytes of the answer, as a Tetragon 1.7 gives it; calls that
 * 1.7 has given up are refused in its words.
 * Source: `pkg/server/server.go` and sensors.proto of Tetragon 1.7.0.
 */
import { ProtobufWriter } from "../../core/event/protobuf-writer.ts";
import { type KeptPolicy, modes, type PolicyList, states } from "./policy-list.ts";
import type { ProcessCache } from "./process-cache.ts";
import type { Fields } from "./read-fields.ts";
import { Refusal } from "./refusal.ts";

export interface Keeping {
  readonly policies: PolicyList;
  readonly processes: ProcessCache;
  onPolicy(change: "policy-added" | "policy-deleted", policy: string): void;
}

export type Answer = (request: Fields, keeping: Keeping) => Uint8Array;

const replayedVersion = "v1.7.0";

/** **Errors**: answers throw `Refusal`, and `BrokenMessage` for a request that is none. */
export const answers: Readonly<Record<string, Answer>> = {
  GetVersion: () => new ProtobufWriter().text(1, replayedVersion).finish(),
  GetInfo: () => {
    const build = new ProtobufWriter().finish();
    return new ProtobufWriter()
      .text(1, replayedVersion)
      .text(2, "Tetragon")
      .part(5, build)
      .finish();
  },
  GetHealth: () => {
    const status = new ProtobufWriter().varint(1, 1).varint(2, 1).text(3, "running");
    return new ProtobufWriter().part(1, status.finish()).finish();
  },
  GetDebug: (request, { processes }) => {
    const flag = request.number(1) ?? 0;
    if (flag === logLevelFlag) return new ProtobufWriter().varint(2, infoLevel).finish();
    if (flag !== cacheFlag) throw new Refusal(`client requested unknown config flag ${flag}`);
    return new ProtobufWriter().varint(1, flag).part(3, processes.dump()).finish();
  },
  ListTracingPolicies: (_, { policies }) => {
    const writer = new ProtobufWriter();
    for (const policy of policies.list()) writer.part(1, encodeStatus(policy));
    return writer.finish();
  },
  AddTracingPolicy: (request, { policies, onPolicy }) => {
    onPolicy("policy-added", policies.add(request.text(1)));
    return nothing;
  },
  DeleteTracingPolicy: (request, { policies, onPolicy }) => {
    onPolicy("policy-deleted", policies.delete(request.text(1), request.text(2)));
    return nothing;
  },
  ConfigureTracingPolicy: (request, { policies }) => {
    const enable = request.number(3);
    const change = {
      enable: enable === undefined ? undefined : enable !== 0,
      mode: request.number(4),
    };
    policies.configure(request.text(1), request.text(2), change);
    return nothing;
  },
  RuntimeHook: () => nothing,
  EnableTracingPolicy: givenUp("EnableTracingPolicy"),
  DisableTracingPolicy: givenUp("DisableTracingPolicy"),
  ListSensors: longGone("ListSensors"),
  EnableSensor: longGone("EnableSensor"),
  DisableSensor: longGone("DisableSensor"),
  RemoveSensor: longGone("RemoveSensor"),
};

const nothing = new Uint8Array(0);
const logLevelFlag = 0;
const cacheFlag = 1;
const infoLevel = 4;

function givenUp(call: string): Answer {
  return () => {
    throw new Refusal(
      `${call} is deprecated and will be removed in the next release. ` +
        "Use --enable-deprecated-tracingpolicy-grpc option to enable it in the meantime",
    );
  };
}

function longGone(call: string): Answer {
  return () => {
    throw new Refusal(`${call} is deprecated`);
  };
}

/** A `TracingPolicyStatus`: mode and counters are told of enabled policies only. */
function encodeStatus(policy: KeptPolicy): Uint8Array {
  const isEnabled = policy.state === "ENABLED";
  const writer = new ProtobufWriter().varint(1, policy.id).text(2, policy.name);
  if (policy.namespace !== "") writer.text(3, policy.namespace);
  for (const sensor of policy.sensors) writer.text(5, sensor);
  if (isEnabled) writer.varint(6, 1);
  if (policy.filterId > 0) writer.varint(7, policy.filterId);
  if (policy.error !== "") writer.text(8, policy.error);
  writer.varint(9, states.indexOf(policy.state));
  if (policy.kernelMemoryBytes > 0) writer.varint(10, policy.kernelMemoryBytes);
  if (isEnabled && policy.mode !== "UNKNOWN") writer.varint(11, modes.indexOf(policy.mode));
  if (isEnabled && policy.postedCount !== undefined) {
    const counters = new ProtobufWriter();
    if (policy.postedCount > 0) counters.varint(1, policy.postedCount);
    writer.part(12, new ProtobufWriter().part(1, counters.finish()).finish());
  }
  return writer.finish();
}
