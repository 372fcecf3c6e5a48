/** Tests what objects and container files declare of rights. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerIdentity } from "../inventory/image.ts";
import { capabilityName, extraCapabilities, isExtraCapability } from "./capabilities.ts";
import { declaredPrivileges } from "./declared-privileges.ts";

const silent: ContainerIdentity = {
  ...{ input: "pods.json", containerId: "f".repeat(64), name: "", namespace: "", pod: "" },
  ...{ podUid: "", workloadKind: "", workload: "", imageReference: "", imageDigest: "" },
  ...{ imageId: "", privileged: undefined, hostPid: undefined, hostNetwork: undefined },
  uid: undefined,
  addedCapabilities: [],
  hostMounts: [],
  mountPaths: [],
  probeCommands: [],
  startedUs: 0,
};

function told(given: Partial<ContainerIdentity>): readonly string[] {
  return declaredPrivileges({ ...silent, ...given }).map(({ source, privilege, detail }) =>
    `${source} ${privilege} ${detail}`.trim(),
  );
}

test("silence is neither a yes nor a no", () => {
  assert.deepEqual(told({}), []);
});

test("a yes is declared, a no is denied", () => {
  assert.deepEqual(told({ privileged: true, hostPid: false, hostNetwork: true }), [
    "declared privileged",
    "denied host-pid",
    "declared host-network",
  ]);
  assert.deepEqual(told({ uid: 0 }), ["declared root"]);
  assert.deepEqual(told({ uid: 1000 }), ["denied root"]);
});

test("added capabilities are named alike, those of the default set left out", () => {
  const addedCapabilities = ["net_admin", "CAP_NET_ADMIN", "CHOWN", "SYS_PTRACE"];
  const expected = ["declared capability CAP_NET_ADMIN", "declared capability CAP_SYS_PTRACE"];
  assert.deepEqual(told({ addedCapabilities }), expected);
  assert.equal(told({ addedCapabilities: ["ALL"] }).length, extraCapabilities.length);
});

test("mounts are listed once, under the key of the container", () => {
  const hostMounts = ["/:/host", "/:/host", "/srv:/srv"];
  assert.deepEqual(told({ hostMounts }), [
    "declared host-mount /:/host",
    "declared host-mount /srv:/srv",
  ]);
  const [fact] = declaredPrivileges({ ...silent, hostMounts });
  assert.equal(fact?.container, "f".repeat(31));
});

test("the default set and what goes beyond it are all 41 capabilities", () => {
  assert.equal(extraCapabilities.length, 41 - 14);
  assert.ok(extraCapabilities.every(isExtraCapability));
  assert.equal(capabilityName(" sys_admin "), "CAP_SYS_ADMIN");
  assert.ok(!isExtraCapability("CAP_KILL"));
});
