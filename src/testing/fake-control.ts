/**
 * Holds a Tetragon server in memory, as far as its policies go, for tests.
 * In: policies that are there. Out: a control that answers as the real one is documented to.
 * **Source**: Tetragon v1.7.0 `pkg/sensors/handler.go`, `pkg/tracingpolicy`.
 */
import { parse } from "yaml";
import type { LoadedPolicy, TetragonControl } from "../ports/tetragon-control.ts";
import { WaggleError } from "../ports/waggle-error.ts";

export interface FakeControl extends TetragonControl {
  /** Calls that changed something, in order: `add NAME`, `delete NAME`. */
  readonly calls: readonly string[];
  /** Names that cannot be loaded: the server says so, and lists them as failed. */
  readonly refused: Set<string>;
  readonly loaded: Map<string, LoadedPolicy>;
  /** As after a restart: what came by this way is gone. */
  restart(): void;
}

export function loadedPolicy(name: string, more: Partial<LoadedPolicy> = {}): LoadedPolicy {
  return {
    ...{ name, namespace: "", state: "enabled", mode: "monitor-only", error: "" },
    ...{ sensors: ["generic_kprobe"], kernelMemoryBytes: 358_400, postedCount: 0 },
    ...more,
  };
}

export function createFakeControl(
  address: string,
  policies: readonly LoadedPolicy[] = [],
): FakeControl {
  const loaded = new Map(policies.map((one) => [keyOf(one), one] as const));
  const calls: string[] = [];
  const refused = new Set<string>();
  const refuse = (message: string): never => {
    throw new WaggleError("tetragon-refused", `Tetragon refused: ${message}`);
  };
  return {
    address,
    calls,
    refused,
    loaded,
    restart: () => loaded.clear(),
    info: async () => ({ version: "v1.7.0", node: "node-1", features: new Map() }),
    policies: async () => [...loaded.values()],
    addPolicy: async (yaml) => {
      const { metadata } = parse(yaml) as { metadata: { name: string } };
      const { name } = metadata;
      const there = loaded.get(keyOf({ name, namespace: "" }));
      if (there !== undefined && there.state !== "load-error") {
        refuse(
          `failed to add tracing policy ${name}, a sensor collection with the key already exists`,
        );
      }
      calls.push(`add ${name}`);
      if (refused.has(name)) {
        const error = "validation failed: calls: not found";
        loaded.set(
          keyOf({ name, namespace: "" }),
          loadedPolicy(name, { state: "load-error", error }),
        );
        refuse(error);
      }
      loaded.set(keyOf({ name, namespace: "" }), loadedPolicy(name));
    },
    deletePolicy: async (name, namespace) => {
      if (!loaded.delete(keyOf({ name, namespace }))) {
        refuse(`tracing policy ${name} does not exist`);
      }
      calls.push(`delete ${name}`);
    },
    close: () => {},
  };
}

function keyOf({ name, namespace }: Pick<LoadedPolicy, "name" | "namespace">): string {
  return `${namespace}/${name}`;
}
