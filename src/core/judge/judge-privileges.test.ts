/** Tests when a container counts as privileged, and where sources disagree. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { samplePrivilege } from "../../testing/sample-facts.ts";
import type { PrivilegeFact } from "../observe/fact.ts";
import { EvidenceBook } from "./evidence-book.ts";
import { judgePrivileges } from "./judge-privileges.ts";
import { isSensitiveMount } from "./sensitive-mounts.ts";

type Told = readonly [PrivilegeFact["source"], PrivilegeFact["privilege"], string?];

function judge(...told: readonly Told[]) {
  const facts = told.map(([source, privilege, detail = ""]) =>
    samplePrivilege({ source, privilege, detail }),
  );
  return judgePrivileges(facts, new EvidenceBook(["events"]));
}

test("each of the powers makes a container privileged, seen or declared", () => {
  const powers: readonly Told[] = [
    ["seen", "root"],
    ["declared", "root"],
    ["seen", "capability", "CAP_NET_ADMIN"],
    ["declared", "capability", "CAP_NET_ADMIN"],
    ["seen", "privileged"],
    ["declared", "privileged"],
    ["seen", "host-pid"],
    ["seen", "host-network"],
    ["seen", "host-mount-namespace"],
    ["declared", "host-mount", "/:/host"],
    ["seen", "host-mount", "?:/var/run/docker.sock"],
  ];
  for (const power of powers) assert.equal(judge(power).privileged, true, power.join(" "));
});

test("what is denied, absent, ordinary or only a limit does not", () => {
  const none: readonly Told[] = [
    ["denied", "privileged"],
    ["denied", "host-pid"],
    ["absent", "root"],
    ["absent", "host-network"],
    ["seen", "no-new-privileges"],
    ["seen", "capability", "CAP_NET_RAW"],
    ["declared", "host-mount", "/srv/data:/data"],
    ["seen", "gained-by-setuid", "/usr/bin/ping"],
  ];
  assert.equal(judge(...none).privileged, false);
  assert.equal(judge().privileged, false);
});

test("what is absent is not listed as a privilege", () => {
  const { privileges } = judge(["absent", "root"], ["denied", "host-pid"], ["seen", "privileged"]);
  assert.deepEqual(
    privileges.map(({ privilege, source }) => `${source} ${privilege}`),
    ["denied host-pid", "seen privileged"],
  );
});

test("what was seen carries its evidence", () => {
  const citation = {
    ...{ timeUs: 1, node: "node-1", execId: "id", pid: 7, binary: "/app/main" },
    ...{ sensor: "exec" as const, policy: "", input: 0, offset: 42 },
  };
  const book = new EvidenceBook(["events.jsonl"]);
  const facts = [
    samplePrivilege({ citations: [citation] }),
    samplePrivilege({ source: "declared" }),
  ];
  const { privileges } = judgePrivileges(facts, book);
  assert.deepEqual(
    privileges.map(({ evidence }) => evidence.length),
    [0, 1],
  );
  const [id] = privileges[1]?.evidence ?? [];
  assert.equal(book.all()[id ?? ""]?.offset, 42);
});

test("disagreement is said in sentences", () => {
  const cases: readonly (readonly [readonly Told[], RegExp])[] = [
    [
      [
        ["denied", "privileged"],
        ["seen", "privileged"],
      ],
      /not privileged.*privileged/,
    ],
    [
      [
        ["declared", "privileged"],
        ["absent", "capability"],
      ],
      /no process of root/,
    ],
    [
      [
        ["denied", "privileged"],
        ["seen", "capability", "CAP_BPF"],
      ],
      /undeclared CAP_BPF/,
    ],
    [
      [
        ["denied", "root"],
        ["seen", "root"],
      ],
      /user id 0/,
    ],
    [
      [
        ["denied", "host-pid"],
        ["seen", "host-pid"],
      ],
      /but seen inside/,
    ],
    [
      [
        ["declared", "host-network"],
        ["absent", "host-network"],
      ],
      /seen outside only/,
    ],
  ];
  for (const [told, sentence] of cases) {
    const { contradictions } = judge(...told);
    assert.equal(contradictions.length, 1);
    const [{ declared, observed } = { declared: "", observed: "" }] = contradictions;
    assert.match(`${declared}, but ${observed}`, sentence);
  }
});

test("sources that agree, or that one of them cannot tell, are no contradiction", () => {
  const fine: readonly (readonly Told[])[] = [
    [
      ["declared", "privileged"],
      ["seen", "capability", "CAP_BPF"],
      ["absent", "capability"],
    ],
    [
      ["declared", "root"],
      ["absent", "root"],
    ], // dropped to another user after its start
    [
      ["denied", "privileged"],
      ["declared", "capability", "CAP_BPF"],
      ["seen", "capability", "CAP_BPF"],
    ],
    [["declared", "privileged"]],
    [
      ["denied", "root"],
      ["absent", "root"],
    ],
  ];
  for (const told of fine) assert.deepEqual(judge(...told).contradictions, []);
});

test("mounts that give power over the host are sensitive, those of applications are not", () => {
  const sensitive = [
    ...["/:/host", "/etc:/host/etc", "/var/run/docker.sock:/var/run/docker.sock", "/dev:/dev"],
    ...["/var/lib/kubelet:/k", "/proc:/host/proc", "/root/.ssh:/keys", "/run/containerd/:/c"],
    ...[
      "?:/run/crio/crio.sock",
      "/home/ann:/a",
      "/var/log:/log",
      "//etc//cron.d/:/c",
      "/usr/bin:/x",
    ],
  ];
  const ordinary = [
    ...["/srv/data:/data", "/opt/app:/app", "/etc/localtime:/etc/localtime", "data:/var/lib/x"],
    ...["/var/lib/docker/volumes/db/_data:/db", "/home/ann/project:/src", "/tmp/x:/x"],
    ...["/var/lib/kubelet/pods/1/volumes/kubernetes.io~configmap/c:/c", "/etcetera:/x", "", ":"],
  ];
  for (const mount of sensitive) assert.equal(isSensitiveMount(mount), true, mount);
  for (const mount of ordinary) assert.equal(isSensitiveMount(mount), false, mount);
});
