/**
 * Tests of `pod-credentials.ts`, `access-rights.ts`, `describe-rights.ts` and `powerful-rules.ts`:
 * what a container is given, and what it is good for.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { collect, objectOf, podOf, viewOf } from "../../../testing/sample-cluster.ts";
import type { JsonObject } from "../../inventory/json-value.ts";
import { indexRights } from "./access-rights.ts";
import { describeRights } from "./describe-rights.ts";
import { CredentialBook } from "./pod-credentials.ts";
import { isEverything, isPowerful } from "./powerful-rules.ts";

const rbac = "rbac.authorization.k8s.io/v1";
const me = { kind: "ServiceAccount", name: "me", namespace: "n" };
const pod = podOf("n/p", { spec: { serviceAccountName: "me" } });
const role = (name: string, ...rules: JsonObject[]) => {
  const kind = name.includes("/") ? "Role" : "ClusterRole";
  return objectOf(`${rbac} ${kind}`, name, { rules });
};
const bind = (name: string, roleName: string, ...subjects: JsonObject[]) => {
  const kind = name.includes("/") ? "RoleBinding" : "ClusterRoleBinding";
  const isLocal = roleName.startsWith("Role ");
  const roleRef = { kind: isLocal ? "Role" : "ClusterRole", name: roleName.replace("Role ", "") };
  return objectOf(`${rbac} ${kind}`, name, { roleRef, subjects });
};
const rule = (verbs: string, resources: string, group = "", ...resourceNames: string[]) => ({
  verbs: verbs.split(" "),
  resources: resources.split(" "),
  apiGroups: [group],
  resourceNames,
});

/** Of the account of the pod. */
function rights(...items: JsonObject[]) {
  const [first] = viewOf([pod, ...items]).credentialsOf({ namespace: "n", pod: "p" }, "c");
  assert.equal(first?.kind, "service-account");
  assert.equal(first?.name, "n/me");
  return { rights: first?.rights, powerful: first?.powerful };
}

test("a role of the namespace", () => {
  assert.deepEqual(
    rights(role("n/r", rule("list get", "configmaps secrets")), bind("n/b", "Role r", me)),
    { rights: ["get, list secrets, configmaps in n"], powerful: true },
  );
});

test("a cluster role counts where it is bound", () => {
  const reader = role("r", rule("get", "pods"));
  assert.deepEqual(rights(reader, bind("n/b", "r", me)).rights, ["get pods in n"]);
  assert.deepEqual(rights(reader, bind("m/b", "r", me)).rights, ["get pods in m"]);
  assert.deepEqual(rights(reader, bind("b", "r", me)).rights, ["get pods in the cluster"]);
});

test("a role of another namespace is another role", () => {
  const found = rights(role("m/r", rule("get", "secrets")), bind("n/b", "Role r", me));
  assert.deepEqual(found, {
    rights: ["whatever Role r grants in n: it is not among the objects"],
    powerful: false,
  });
});

test("subjects are accounts, the groups of accounts, and the account as a user", () => {
  const reader = role("r", rule("get", "pods"));
  const group = (name: string) => ({ kind: "Group", name });
  const nothing = ["nothing beyond what every account may do"];
  const cases: readonly (readonly [JsonObject, boolean])[] = [
    [group("system:serviceaccounts"), true],
    [group("system:serviceaccounts:n"), true],
    [group("system:serviceaccounts:m"), false],
    [group("system:authenticated"), true],
    [group("system:unauthenticated"), false],
    [{ kind: "User", name: "system:serviceaccount:n:me" }, true],
    [{ kind: "User", name: "me" }, false],
    [{ ...me, namespace: "m" }, false],
    [{ ...me, name: "you" }, false],
  ];
  for (const [subject, isMe] of cases) {
    const expected = isMe ? ["get pods in the cluster"] : nothing;
    assert.deepEqual(
      rights(reader, bind("b", "r", subject)).rights,
      expected,
      JSON.stringify(subject),
    );
  }
  assert.deepEqual(
    rights(reader, bind("n/b", "r", { kind: "ServiceAccount", name: "me" })).rights,
    ["get pods in n"],
  );
});

test("without bindings nothing is known; what everybody may do is not said of each", () => {
  assert.deepEqual(rights(), { rights: [], powerful: false });
  const everybody = { kind: "Group", name: "system:authenticated" };
  assert.deepEqual(rights(bind("d", "system:discovery", everybody)).rights, [
    "nothing beyond what every account may do",
  ]);
});

test("well-known cluster roles are known without their objects", () => {
  assert.deepEqual(rights(bind("b", "cluster-admin", me)), {
    rights: ["everything in the cluster (cluster-admin)"],
    powerful: true,
  });
  assert.deepEqual(rights(bind("n/b", "view", me)), {
    rights: ["read nearly everything but secrets in n (view)"],
    powerful: false,
  });
  const extended = role("view", rule("get", "pods"), rule("get", "secrets"));
  assert.deepEqual(rights(extended, bind("n/b", "view", me)), {
    rights: ["get secrets in n", "read nearly everything but secrets in n (view)"],
    powerful: true,
  });
  const own = role("super", { verbs: ["*"], resources: ["*"], apiGroups: ["*"] });
  assert.deepEqual(rights(own, bind("b", "super", me)).rights, [
    "everything in the cluster (super)",
  ]);
  const admin = role("cluster-admin", { verbs: ["*"], resources: ["*"], apiGroups: ["*"] });
  assert.equal(rights(admin, bind("b", "cluster-admin", me)).rights?.length, 1, "said once");
});

test("aggregated roles have the rules of those that they select", () => {
  const labels = { labels: { "to-monitoring": "true" } };
  const aggregate = objectOf(`${rbac} ClusterRole`, "monitoring", {
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { "to-monitoring": "true" } }] },
    rules: [rule("get", "pods")],
  });
  const part = objectOf(`${rbac} ClusterRole`, "part", { rules: [rule("list", "nodes")] }, labels);
  const other = role("other", rule("get", "secrets"));
  assert.deepEqual(rights(aggregate, part, other, bind("b", "monitoring", me)).rights, [
    "get pods in the cluster",
    "list nodes in the cluster",
  ]);
});

test("rights that give more than they name are powerful", () => {
  const read = (one: JsonObject) => {
    const { objects } = collect([role("r", one)]);
    return objects.roles[0]?.rules[0] ?? assert.fail();
  };
  const powerful = [
    rule("get", "secrets"),
    rule("watch", "secrets"),
    rule("create", "pods"),
    rule("patch", "deployments", "apps"),
    rule("create", "cronjobs", "batch"),
    rule("create", "pods/exec"),
    rule("get", "pods/exec"),
    rule("create", "*/exec"),
    rule("get", "nodes/proxy"),
    rule("impersonate", "users"),
    rule("bind", "clusterroles", "rbac.authorization.k8s.io"),
    rule("escalate", "roles", "rbac.authorization.k8s.io"),
    rule("create", "serviceaccounts/token"),
    rule("update", "certificatesigningrequests/approval", "certificates.k8s.io"),
    rule("patch", "mutatingwebhookconfigurations", "admissionregistration.k8s.io"),
    rule("create", "persistentvolumes"),
    rule("patch", "namespaces"),
    rule("*", "secrets"),
    rule("get", "*"),
    rule("*", "*", "*"),
  ];
  for (const one of powerful) assert.equal(isPowerful(read(one)), true, JSON.stringify(one));
  const weak = [
    rule("get list watch", "pods services configmaps"),
    rule("get", "secrets", "example.org"),
    rule("create", "secrets"),
    rule("get", "secrets", "", "one"),
    rule("create", "events"),
    rule("get", "deployments", "apps"),
    rule("update", "pods/status"),
    rule("create", "subjectaccessreviews", "authorization.k8s.io"),
  ];
  for (const one of weak) assert.equal(isPowerful(read(one)), false, JSON.stringify(one));
  assert.equal(isEverything(read(rule("*", "*", "*"))), true);
  assert.equal(isEverything(read(rule("*", "*", "apps"))), false);
});

test("rules of the same verbs are one phrase; many phrases are cut, the powerful are kept", () => {
  const many = Array.from({ length: 40 }, (_, at) => rule(`verb${at}`, "things", "example.org"));
  const found = rights(role("r", ...many, rule("get", "secrets")), bind("b", "r", me));
  assert.equal(found.rights?.length, 13);
  assert.equal(found.rights?.[0], "get secrets in the cluster");
  assert.equal(found.rights?.[12], "and 29 more");
  const resources = Array.from({ length: 30 }, (_, at) => `r${String(at).padStart(2, "0")}`);
  assert.deepEqual(rights(role("r", rule("get", resources.join(" "))), bind("b", "r", me)).rights, [
    "get r00, r01, r02, r03, r04, r05, r06, r07 and 22 more in the cluster",
  ]);
  const named = role(
    "r",
    rule("get update", "configmaps", "", "one", "two"),
    rule("*", "*", "apps"),
  );
  assert.deepEqual(rights(named, bind("b", "r", me)).rights, [
    "do anything with everything of apps in the cluster",
    "get, update configmaps (only one, two) in the cluster",
  ]);
  const urls = { verbs: ["get"], nonResourceURLs: ["/metrics"] };
  assert.deepEqual(describeRights([]), { rights: [], powerful: false });
  assert.deepEqual(rights(role("r", urls), bind("b", "r", me)).rights, [
    "nothing beyond what every account may do",
  ]);
});

test("an account without a mounted token is no credential", () => {
  const account = (automountServiceAccountToken?: boolean) =>
    objectOf("v1 ServiceAccount", "n/me", { automountServiceAccountToken });
  const has = (spec: JsonObject, ...items: JsonObject[]) => {
    const own = podOf("n/p", { spec: { serviceAccountName: "me", ...spec } });
    const list = viewOf([own, ...items]).credentialsOf({ namespace: "n", pod: "p" }, "c");
    return list.some(({ kind }) => kind === "service-account");
  };
  const off = { automountServiceAccountToken: false };
  assert.equal(has({}), true, "the default");
  assert.equal(has(off), false);
  assert.equal(has({}, account(false)), false);
  assert.equal(has({ automountServiceAccountToken: true }, account(false)), true);
  const token = { name: "t", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } };
  const mounting = [{ name: "c", volumeMounts: [{ name: "t", mountPath: "/t" }] }];
  assert.equal(has({ ...off, volumes: [token], containers: mounting }), true, "mounted by hand");
  assert.equal(has({ volumes: [token] }), false, "declared, and not mounted here");
  const legacy = { name: "t", secret: { secretName: "me-token-x7k2p" } };
  assert.equal(has({ volumes: [legacy], containers: mounting }), true);
});

test("secrets are named, of the container that is asked for", () => {
  const volumes = [
    { name: "a", secret: { secretName: "tls" } },
    {
      name: "b",
      projected: { sources: [{ secret: { name: "mixed" } }, { configMap: { name: "no" } }] },
    },
    {
      name: "d",
      csi: {
        driver: "secrets-store.csi.k8s.io",
        volumeAttributes: { secretProviderClass: "vault" },
      },
    },
    { name: "unused", secret: { secretName: "unused" } },
  ];
  const volumeMounts = ["a", "b", "d"].map((name) => ({ name, mountPath: `/${name}` }));
  const env = [
    { name: "PLAIN", value: "hunter2" },
    { name: "KEY", valueFrom: { secretKeyRef: { name: "key", key: "k" } } },
    { name: "MAP", valueFrom: { configMapKeyRef: { name: "no", key: "k" } } },
  ];
  const containers = [
    {
      name: "c",
      volumeMounts,
      env,
      envFrom: [{ secretRef: { name: "all" } }, { configMapRef: { name: "no" } }],
    },
    { name: "side" },
  ];
  const spec = { automountServiceAccountToken: false, volumes, containers };
  const { objects } = collect([podOf("n/p", { spec })]);
  assert.doesNotMatch(JSON.stringify(objects), /hunter2/);
  const view = viewOf([podOf("n/p", { spec })]);
  const names = (container: string) =>
    view
      .credentialsOf({ namespace: "n", pod: "p" }, container)
      .map(({ kind, name, powerful }) => `${kind} ${name} ${powerful}`);
  const expected = [
    "secret-mount mixed false",
    "secret-mount tls false",
    "secret-mount vault false",
    "secret-environment all false",
    "secret-environment key false",
  ];
  assert.deepEqual(names("c"), expected);
  assert.deepEqual(names("side"), []);
  assert.deepEqual(names("nobody knows"), expected, "of any, when it is not told which");
});

test("accounts of the same name in two namespaces are two", () => {
  const { objects } = collect([role("r", rule("get", "secrets")), bind("b", "r", me)]);
  const index = indexRights(objects);
  assert.equal(index.grantsOf({ namespace: "n", name: "me" }).length, 1);
  assert.equal(index.grantsOf({ namespace: "m", name: "me" }).length, 0);
  assert.ok(new CredentialBook(objects));
});
