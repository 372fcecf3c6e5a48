/** Tests which rights the kernel shows a container to have, and which are somebody else's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  foldFacts,
  sampleContainer,
  sampleExec,
  sampleHook,
  sampleNode,
  sampleProcess,
  sampleStartUs,
} from "../../testing/sample-facts.ts";
import type { Credentials, Event, Namespaces, Pod, Process } from "../event/event.ts";
import type { Fact, PrivilegeFact } from "./fact.ts";
import type { ProcessNode } from "./fold.ts";
import { createPrivileges } from "./privilege.ts";
import { traitsOf } from "./privilege-traits.ts";

function privilegesOf(events: readonly Event[], node: Partial<ProcessNode> = {}) {
  const facts = foldFacts(createPrivileges(), events, sampleNode(node));
  return facts.filter((fact): fact is PrivilegeFact => fact.kind === "privilege");
}

function told(process: Partial<Process>, node: Partial<ProcessNode> = {}): readonly string[] {
  return privilegesOf([sampleExec(sampleStartUs, process)], node).map(
    ({ source, privilege, detail }) => `${source} ${privilege} ${detail}`.trim(),
  );
}

const noCapabilities = { permitted: [], effective: [], inheritable: [] };

function namespaces(host: Partial<Record<keyof Namespaces, boolean>>): Namespaces {
  const one = (key: keyof Namespaces) => ({ inum: 1, isHost: host[key] ?? false });
  return {
    mount: one("mount"),
    pid: one("pid"),
    network: one("network"),
    ipc: one("ipc"),
    uts: one("uts"),
    user: { inum: 1, isHost: host.user ?? true },
    cgroup: one("cgroup"),
  };
}

const credentials: Credentials = {
  uid: 1000,
  gid: 0,
  euid: 1000,
  egid: 0,
  suid: 0,
  sgid: 0,
  userNamespaceLevel: 0,
};

test("user id 0 is root, real or effective", () => {
  assert.deepEqual(told({ uid: 0 }), ["seen root"]);
  assert.deepEqual(told({ uid: 1000, credentials: { ...credentials, euid: 0 } }), ["seen root"]);
  assert.deepEqual(told({ uid: 1000, credentials }), ["absent root"]);
  assert.deepEqual(told({ uid: -1 }), [], "unknown is neither");
});

test("capabilities beyond the default set are rights, those of it are none", () => {
  const effective = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_NET_ADMIN", "CAP_SYS_ADMIN"];
  const capabilities = { ...noCapabilities, effective };
  const expected = ["seen root", "seen capability CAP_NET_ADMIN", "seen capability CAP_SYS_ADMIN"];
  assert.deepEqual(told({ uid: 0, capabilities }), expected);
  const plain = { ...noCapabilities, effective: ["CAP_CHOWN", "CAP_NET_RAW"] };
  assert.deepEqual(told({ uid: 0, capabilities: plain }), ["seen root", "absent capability"]);
});

test("that a process without root has none in effect says nothing of its container", () => {
  assert.deepEqual(told({ uid: 1000, capabilities: noCapabilities }), ["absent root"]);
});

test("capabilities in a user namespace of one's own are no rights on the host", () => {
  const capabilities = { ...noCapabilities, effective: ["CAP_SYS_ADMIN"] };
  const inside = { uid: 100_000, capabilities, namespaces: namespaces({ user: false }) };
  assert.ok(told(inside).every((one) => one.startsWith("absent")));
  const nested = { uid: 5, capabilities, credentials: { ...credentials, userNamespaceLevel: 1 } };
  assert.deepEqual(told(nested), ["absent root"]);
});

test("namespaces of the host are rights; user and cgroup namespaces are not", () => {
  const host = namespaces({ pid: true, network: true, mount: true, cgroup: true, user: true });
  assert.deepEqual(told({ uid: 1, namespaces: host }), [
    "absent root",
    "seen host-pid",
    "seen host-network",
    "seen host-mount-namespace",
  ]);
  const own = told({ uid: 1, namespaces: namespaces({}) });
  assert.deepEqual(own.slice(1), [
    "absent host-pid",
    "absent host-network",
    "absent host-mount-namespace",
  ]);
});

test("a set-user-id program names itself", () => {
  const privilegesChanged = ["PRIVILEGES_RAISED_EXEC_FILE_SETUID"];
  const binaryProperties = { setuid: 0, setgid: -1, links: 1, privilegesChanged };
  const expected = ["seen root", "seen gained-by-setuid /usr/bin/su"];
  assert.deepEqual(told({ uid: 0, binary: "/usr/bin/su", binaryProperties }), expected);
});

test("what operators, probes and the runtime may do is not the container's", () => {
  for (const actor of ["operator", "probe", "runtime", "host"] as const) {
    assert.deepEqual(told({ uid: 0 }, { actor, origin: actor }), [], actor);
  }
  assert.deepEqual(told({ uid: 0 }, { actor: "startup", origin: "startup" }), ["seen root"]);
  const installer = { actor: "package-manager", origin: "service" } as const;
  assert.deepEqual(told({ uid: 0 }, installer), ["seen root"]);
  const byHand = { actor: "package-manager", origin: "operator" } as const;
  assert.deepEqual(told({ uid: 0 }, byHand), []);
});

test("the host's own processes give no facts", () => {
  assert.deepEqual(told({ uid: 0 }, { container: "host:node-1", actor: "host" }), []);
});

test("the pod's flag counts whoever shows it", () => {
  const pod: Pod = {
    ...{ namespace: "shop", name: "a", uid: "", workloadKind: "", workload: "" },
    ...{ containerName: "", imageId: "", imageName: "", containerStartUs: 0 },
    privileged: true,
    maybeExecProbe: true,
  };
  assert.deepEqual(told({ uid: 0, pod }, { actor: "probe", origin: "probe" }), ["seen privileged"]);
});

test("a connection to the runtime's socket is a mount of the host", () => {
  const connect = (address: string): Event => {
    const argument = { kind: "socket-address", label: "", family: "AF_UNIX", port: 0 } as const;
    const hook = "security_socket_connect";
    return sampleHook(sampleStartUs, { hook, arguments: [{ ...argument, address }] });
  };
  const mounts = (address: string) =>
    privilegesOf([connect(address)]).filter(({ privilege }) => privilege === "host-mount");
  assert.equal(mounts("/var/run/docker.sock")[0]?.detail, "?:/var/run/docker.sock");
  assert.equal(mounts("/run/postgresql/.s.PGSQL.5432").length, 0);
});

test("the runtime bars new privileges for its container, a program only for itself", () => {
  const numbers = [38, 1].map((value) => ({ kind: "integer", label: "", value }) as const);
  const event = sampleHook(sampleStartUs, { hook: "__x64_sys_prctl", arguments: numbers });
  const barred = (actor: "runtime" | "service") =>
    privilegesOf([event], { actor, origin: actor }).some(
      ({ privilege }) => privilege === "no-new-privileges",
    );
  assert.ok(barred("runtime"));
  assert.ok(!barred("service"));
});

test("a right is cited once a process, by its earliest event", () => {
  const process = sampleProcess({ uid: 0 });
  const times = [5, 3, 9].map((seconds) => sampleStartUs + seconds * 1e6);
  const events = times.map((timeUs, index) => ({
    ...sampleHook(timeUs, { process: { ...process } }),
    offset: index,
  }));
  const [root, ...more] = privilegesOf(events);
  assert.equal(more.length, 0);
  assert.deepEqual(
    root?.citations.map(({ timeUs, offset, policy }) => [timeUs, offset, policy]),
    [[times[1], 1, "files"]],
  );
  assert.equal(root?.container, sampleContainer);
});

test("endless different programs with rights are bounded and counted", () => {
  const fold = createPrivileges();
  const state = fold.start();
  const facts: string[] = [];
  const emit = (fact: { readonly kind: string }): void => {
    facts.push(fact.kind);
  };
  for (let index = 0; index < 200; index++) {
    const privilegesChanged = ["PRIVILEGES_RAISED_EXEC_FILE_SETUID"];
    const binaryProperties = { setuid: 0, setgid: -1, links: 1, privilegesChanged };
    const execId = `id-${index}`;
    const node = sampleNode({ execId });
    const binary = `/tmp/${index}`;
    const event = sampleExec(sampleStartUs, { execId, uid: -1, binary, binaryProperties });
    fold.step(state, event, { node, nowUs: sampleStartUs, emit });
    fold.retire?.(state, node, emit);
  }
  fold.finish?.(state, emit);
  assert.equal(facts.filter((kind) => kind === "privilege").length, 128);
  assert.equal(facts.filter((kind) => kind === "loss").length, 1);
  assert.equal(state.processes.size, 0);
});

test("rights that one process shows beyond the bound are counted", () => {
  const fold = createPrivileges();
  const state = fold.start();
  const losses: number[] = [];
  const emit = (fact: Fact): void => {
    if (fact.kind === "loss") losses.push(fact.count);
  };
  const effective = Array.from({ length: 100 }, (_, index) => `CAP_MADE_UP_${index}`);
  const capabilities = { permitted: [], effective, inheritable: [] };
  const event = sampleExec(sampleStartUs, { uid: -1, capabilities });
  fold.step(state, event, { node: sampleNode(), nowUs: sampleStartUs, emit });
  fold.finish?.(state, emit);
  assert.deepEqual(losses, [100 - 64]);
});

test("a capability that a block names twice is one right", () => {
  const effective = ["CAP_SYS_ADMIN", "CAP_SYS_ADMIN"];
  const traits = traitsOf(
    sampleProcess({ uid: 0, capabilities: { ...noCapabilities, effective } }),
  );
  assert.deepEqual(
    traits.map(({ key }) => key.trim()),
    ["seen root", "seen capability CAP_SYS_ADMIN"],
  );
});

test("a copy that is asked tells the rights of all processes in one fact each", () => {
  const fold = createPrivileges();
  const state = fold.start();
  const nodes = [3, 1, 2].map((at) => {
    const execId = `p${at}`;
    const timeUs = sampleStartUs + at;
    const node = sampleNode({ execId, lastSeenUs: timeUs });
    const event = sampleExec(timeUs, { execId, uid: 0 });
    fold.step(state, event, { node, nowUs: timeUs, emit: () => {} });
    return node;
  });
  const before = structuredClone(fold.dump?.(state));
  const facts: Fact[] = [];
  const part = { wants: () => true, hasProcess: () => true, isWanted: () => true, toldIds: [] };
  const copy = fold.fork?.(state, part) ?? assert.fail("rights are copied");
  for (const node of nodes) fold.retire?.(copy, node, () => assert.fail("all come at the end"));
  fold.finish?.(copy, (fact) => facts.push(fact));
  assert.equal(facts.length, 1);
  const [fact] = facts;
  assert.ok(fact?.kind === "privilege" && fact.privilege === "root");
  assert.deepEqual(
    fact.citations.map(({ execId }) => execId),
    ["p1", "p2", "p3"],
  );
  assert.equal(fact.firstSeenUs, sampleStartUs + 1);
  assert.equal(fact.lastSeenUs, sampleStartUs + 3);
  assert.deepEqual(structuredClone(fold.dump?.(state)), before);
});
