/**
 * Holds what every implementation of the port `TetragonControl` must do.
 * In: a way to make one before a server that holds no policy yet. Out: one test a promise.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { TetragonControl } from "./tetragon-control.ts";
import { type ErrorCode, WaggleError } from "./waggle-error.ts";

export interface ControlUnderTest {
  readonly control: TetragonControl;
  /** As the server says it. */
  readonly version: string;
  /** From then on nobody answers at the address. */
  stopServer(): Promise<void>;
  close(): Promise<void>;
}

/** Loads everywhere: every kernel that Tetragon takes has this hook. */
function policyYaml(name: string, namespace: string): string {
  const kind = namespace === "" ? "TracingPolicy" : "TracingPolicyNamespaced";
  return [
    "apiVersion: cilium.io/v1alpha1",
    `kind: ${kind}`,
    "metadata:",
    `  name: "${name}"`,
    ...(namespace === "" ? [] : [`  namespace: "${namespace}"`]),
    "spec:",
    "  kprobes:",
    '  - call: "security_file_permission"',
    "    syscall: false",
    "    args:",
    "    - index: 0",
    '      type: "file"',
    "",
  ].join("\n");
}

async function rejectsWith(code: ErrorCode, work: Promise<unknown>): Promise<WaggleError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof WaggleError, `expected a WaggleError, got ${String(error)}`);
  assert.equal(error.code, code);
  assert.match(error.message, /^[^\p{Cc}\p{Cf}]*$/u);
  return error;
}

export function checkTetragonControl(adapter: string, make: () => Promise<ControlUnderTest>): void {
  const promise = (what: string, check: (one: ControlUnderTest) => Promise<void>): void => {
    test(`${adapter}: ${what}`, async () => {
      const one = await make();
      try {
        await check(one);
      } finally {
        one.control.close();
        await one.close();
      }
    });
  };

  promise("a server says its version", async ({ control, version }) => {
    const info = await control.info();
    assert.equal(info.version, version);
    assert.ok(info.features instanceof Map);
  });

  promise("a policy that was added is listed as it stands, until it is deleted", async (one) => {
    const { control } = one;
    assert.deepEqual(await control.policies(), []);
    await control.addPolicy(policyYaml("waggle-one", ""));
    await control.addPolicy(policyYaml("waggle-two", "shop"));
    const listed = [...(await control.policies())].sort((a, b) => (a.name < b.name ? -1 : 1));
    assert.deepEqual(
      listed.map(({ name, namespace, state, error }) => ({ name, namespace, state, error })),
      [
        { name: "waggle-one", namespace: "", state: "enabled", error: "" },
        { name: "waggle-two", namespace: "shop", state: "enabled", error: "" },
      ],
    );
    await control.deletePolicy("waggle-two", "shop");
    await control.deletePolicy("waggle-one", "");
    assert.deepEqual(await control.policies(), []);
  });

  promise("what a server refuses is told with its own words", async ({ control }) => {
    await control.addPolicy(policyYaml("waggle-one", ""));
    const twice = await rejectsWith(
      "tetragon-refused",
      control.addPolicy(policyYaml("waggle-one", "")),
    );
    assert.match(twice.message, /already exists/);
    const absent = await rejectsWith("tetragon-refused", control.deletePolicy("waggle-two", ""));
    assert.match(absent.message, /does not exist/);
    await rejectsWith("tetragon-refused", control.addPolicy("kind: [\u001b[31m"));
  });

  promise("questions may be asked side by side", async ({ control, version }) => {
    await control.addPolicy(policyYaml("waggle-one", ""));
    const answers = await Promise.all([control.info(), control.policies(), control.info()]);
    assert.deepEqual([answers[0].version, answers[2].version], [version, version]);
    assert.equal(answers[1].length, 1);
  });

  promise("where nobody answers, each call says so", async ({ control, stopServer }) => {
    await control.info();
    await stopServer();
    const error = await rejectsWith("connection-failed", control.info());
    assert.equal(error.retryable, true);
    await rejectsWith("connection-failed", control.policies());
    await rejectsWith("connection-failed", control.addPolicy(policyYaml("waggle-one", "")));
    await rejectsWith("connection-failed", control.deletePolicy("waggle-one", ""));
  });

  promise("what is closed answers no more, and may be closed again", async ({ control }) => {
    control.close();
    control.close();
    await rejectsWith("connection-failed", control.info());
  });
}
