/**
 * Holds that what is shipped for running waggle as a service asks for what it needs and no more:
 * the image, the unit, the manifests and the chart.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { nameOfKind, watchedKinds } from "../src/adapters/cluster/watched-kinds.ts";
import { readConfig } from "../src/operations/config.ts";

const root = join(import.meta.dirname, "..");
const deploy = join(root, "deploy");
const chart = join(deploy, "helm", "waggle");

type Json = Readonly<Record<string, unknown>>;

const read = (...parts: readonly string[]) => readFileSync(join(deploy, ...parts), "utf8");

function documentsOf(text: string): readonly Json[] {
  return parseAllDocuments(text).map((one) => {
    assert.deepEqual(one.errors, []);
    return one.toJSON() as Json;
  });
}

function manifests(folder = "kubernetes"): readonly Json[] {
  return readdirSync(join(deploy, folder))
    .filter((name) => name.endsWith(".yaml"))
    .flatMap((name) => documentsOf(read(folder, name)));
}

/** The value at `spec.template`, or undefined. */
function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((below, key) => (below as Json | undefined)?.[key], value);
}

function find(objects: readonly Json[], kind: string, name?: string): Json {
  const found = objects.find((one) => {
    return one["kind"] === kind && (name === undefined || at(one, "metadata.name") === name);
  });
  assert.ok(found, `${kind} ${name}`);
  return found;
}

/** A template as YAML: lines that only steer are left out, values become `x`. */
function templateOf(name: string): readonly Json[] {
  const lines = read("helm", "waggle", "templates", name).split("\n");
  const plain = lines
    .filter((line) => !/^\s*\{\{.*\}\}\s*$/.test(line))
    .map((line) => line.replace(/\{\{.*?\}\}/g, "x"));
  return documentsOf(plain.join("\n"));
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

function allowed(rules: readonly Rule[]): readonly string[] {
  return rules
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) => resources.map((name) => `${group}/${name}: ${verbs.join(" ")}`)),
    )
    .sort();
}

const watched = watchedKinds.map(({ group, resource }) => `${group}/${resource}: get list watch`);

test("the roles of manifest and chart allow reading of what is watched, and nothing else", () => {
  const role = find(manifests(), "ClusterRole", "waggle-observer")["rules"] as readonly Rule[];
  const rules = parse(read("helm", "waggle", "files", "observer-rules.yaml")) as readonly Rule[];
  assert.deepEqual(allowed(role), [...watched].sort());
  assert.deepEqual(allowed(rules), [...watched].sort());
  assert.equal(new Set(watchedKinds.map(nameOfKind)).size, watchedKinds.length);
});

test("no role has a wildcard, secrets or the rights of an administrator", () => {
  const roles = [...manifests(), ...templateOf("policies-role.yaml")].filter(
    ({ kind }) => kind === "ClusterRole" || kind === "Role",
  );
  assert.equal(roles.length, 3);
  for (const role of roles) {
    for (const { apiGroups, resources, verbs } of role["rules"] as readonly Rule[]) {
      for (const word of [...apiGroups, ...resources, ...verbs]) assert.doesNotMatch(word, /\*/);
      for (const name of resources) {
        assert.doesNotMatch(
          name,
          /^(?:secrets|configmaps|pods\/.+|nodes\/.+|serviceaccounts\/.+)$/,
        );
      }
      for (const verb of verbs) assert.match(verb, /^(?:get|list|watch|create|delete)$/);
    }
  }
  const bindings = [...manifests(), ...templateOf("observer-role.yaml")].filter(({ kind }) => {
    return kind === "ClusterRoleBinding";
  });
  for (const one of bindings) {
    assert.doesNotMatch(String(at(one, "roleRef.name")), /cluster-admin|^admin$|^edit$/);
  }
});

test("only tracing policies may be written, by a role that nothing binds unasked", () => {
  const all = manifests();
  const role = find(all, "ClusterRole", "waggle-policies");
  assert.deepEqual(allowed(role["rules"] as readonly Rule[]), [
    "cilium.io/tracingpolicies: get list create delete",
    "cilium.io/tracingpoliciesnamespaced: get list create delete",
  ]);
  const bound = all.filter(({ kind }) => kind === "ClusterRoleBinding");
  assert.deepEqual(
    bound.map((one) => at(one, "roleRef.name")),
    ["waggle-observer"],
  );
  const { resources } = parse(read("kubernetes", "kustomization.yaml"));
  const files = readdirSync(join(deploy, "kubernetes")).filter((name) => {
    return name !== "kustomization.yaml" && name !== "policies-role.yaml";
  });
  assert.deepEqual([...resources].sort(), files.sort());
  const values = parse(read("helm", "waggle", "values.yaml"));
  assert.equal(values.rbac.policies, false);
  assert.match(read("helm", "waggle", "templates", "policies-role.yaml"), /^\{\{- if .*rbac\.pol/);
});

const podSpecs = [
  ["manifest", at(find(manifests(), "DaemonSet"), "spec.template.spec")],
  ["chart", at(find(templateOf("daemon-set.yaml"), "DaemonSet"), "spec.template.spec")],
  [
    "state on the node",
    at(find(manifests("kubernetes-state-on-node"), "DaemonSet"), "spec.template.spec"),
  ],
] as const;

for (const [what, spec] of podSpecs) {
  test(`containers have no rights that they do not need: ${what}`, () => {
    const starting = (at(spec, "initContainers") ?? []) as readonly Json[];
    const running = (at(spec, "containers") ?? []) as readonly Json[];
    assert.ok(starting.length + running.length > 0);
    for (const container of [...starting, ...running]) {
      const { capabilities, ...rights } = container["securityContext"] as Json;
      assert.deepEqual(at(capabilities, "drop"), ["ALL"]);
      assert.equal(rights["privileged"], false);
      assert.equal(rights["allowPrivilegeEscalation"], false);
      assert.equal(rights["readOnlyRootFilesystem"], true);
    }
    for (const container of starting) {
      // The one that gives the folder of the node away.
      assert.deepEqual(at(container, "securityContext.capabilities.add"), ["CHOWN"]);
      assert.deepEqual(at(container, "volumeMounts"), [
        { name: "state", mountPath: "/var/lib/waggle" },
      ]);
    }
    for (const container of running) {
      assert.equal(at(container, "securityContext.capabilities.add"), undefined);
      assert.equal(at(spec, "securityContext.runAsNonRoot"), true);
      assert.equal(at(spec, "securityContext.runAsUser"), 65532);
      assert.equal(at(spec, "securityContext.seccompProfile.type"), "RuntimeDefault");
      const mounts = at(container, "volumeMounts") as readonly Json[];
      for (const name of ["tetragon", "config"]) {
        assert.equal(mounts.find((one) => one["name"] === name)?.["readOnly"], true, name);
      }
    }
    for (const key of ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"]) {
      assert.equal(at(spec, key), undefined, key);
    }
  });
}

test("pods are probed and measured at the paths that are served, and may stop in time", () => {
  for (const [what, spec] of podSpecs.slice(0, 2)) {
    const [container] = at(spec, "containers") as readonly Json[];
    const paths = ["startupProbe", "livenessProbe", "readinessProbe"].map((key) =>
      at(container, `${key}.httpGet.path`),
    );
    assert.deepEqual(paths, ["/healthz", "/healthz", "/readyz"], what);
    assert.equal(at(spec, "terminationGracePeriodSeconds"), 15);
  }
  const annotations = at(find(manifests(), "DaemonSet"), "spec.template.metadata.annotations");
  assert.deepEqual(annotations, {
    "prometheus.io/scrape": "true",
    "prometheus.io/port": "9464",
    "prometheus.io/path": "/metrics",
  });
});

test("the shipped configuration is one that waggle takes", () => {
  const { "waggle.yaml": text } = find(manifests(), "ConfigMap")["data"] as Json;
  const config = readConfig(String(text), "waggle.yaml");
  const values = parse(read("helm", "waggle", "values.yaml"));
  assert.deepEqual(values.config, parse(String(text)));
  assert.notDeepEqual(config, readConfig("", "waggle.yaml"));
});

test("every part names the version of the package", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const about = parse(read("helm", "waggle", "Chart.yaml"));
  assert.deepEqual([about.version, about.appVersion], [version, version]);
  const { images } = parse(read("kubernetes", "kustomization.yaml"));
  assert.equal(images[0].newTag, version);
  for (const text of [read("kubernetes", "daemon-set.yaml"), read("Dockerfile")]) {
    assert.ok(text.includes(`waggle:${version}`));
  }
});

test("the image runs as nobody, holds no shell, and is made of files that are there", () => {
  const text = read("Dockerfile");
  const [, last = ""] = text.split(/^FROM .* AS build$/m)[1]?.split(/^(?=FROM )/m) ?? [];
  assert.match(last, /^FROM gcr\.io\/distroless\/nodejs24-\S+:nonroot$/m);
  assert.match(last, /^USER 65532:65532$/m);
  assert.match(last, /^ENTRYPOINT \["\/nodejs\/bin\/node", "\/app\/bin\/waggle\.js"\]$/m);
  assert.doesNotMatch(last, /^RUN/m);
  for (const line of last.match(/^(?:ENTRYPOINT|CMD|HEALTHCHECK).*$/gm) ?? []) {
    assert.ok(Array.isArray(JSON.parse(line.slice(line.indexOf("[")))), "no shell is asked for");
  }
  assert.doesNotMatch(text, /:latest|--privileged/);
  const ignored = read("Dockerfile.dockerignore").split("\n");
  for (const line of text.match(/^COPY (?!--from).*$/gm) ?? []) {
    for (const path of line.split(" ").slice(1, -1)) {
      assert.ok(existsSync(join(root, path)), path);
      assert.ok(ignored.includes(`!${path}`), `${path} reaches the builder`);
    }
  }
});

function settingsOf(unit: string): ReadonlyMap<string, string> {
  const lines = unit.split("\n").filter((line) => /^[A-Z]\w*=/.test(line));
  return new Map(lines.map((line) => [line.split("=")[0] ?? "", line.replace(/^\w+=/, "")]));
}

test("the unit has a user of its own, a way to reload, and no rights over the host", () => {
  const settings = settingsOf(read("waggle.service"));
  const expected = {
    Type: "exec",
    Restart: "on-failure",
    TimeoutStopSec: "15",
    ExecReload: "/bin/kill -HUP $MAINPID",
    DynamicUser: "yes",
    StateDirectory: "waggle",
    NoNewPrivileges: "yes",
    CapabilityBoundingSet: "",
    ProtectSystem: "strict",
    ProtectHome: "yes",
    PrivateDevices: "yes",
    RestrictNamespaces: "yes",
    UMask: "0077",
  };
  for (const [key, value] of Object.entries(expected)) assert.equal(settings.get(key), value, key);
  assert.equal(settings.has("MemoryDenyWriteExecute"), false, "JavaScript is compiled as it runs");
});

function has(program: string, ...words: readonly string[]): { skip: string | false } {
  const isThere = spawnSync(program, words).status === 0;
  return { skip: isThere ? false : `${program} is not here` };
}

test("systemd takes the unit", has("systemd-analyze", "--version"), () => {
  const folder = mkdtempSync(join(tmpdir(), "waggle-unit-"));
  try {
    const path = join(folder, "waggle.service");
    // The program itself is not installed here.
    writeFileSync(path, read("waggle.service").replace("/usr/local/bin/waggle", "/bin/true"));
    const done = spawnSync("systemd-analyze", ["verify", path], { encoding: "utf8" });
    assert.equal(done.status, 0, done.stderr);
    assert.doesNotMatch(done.stderr, /waggle\.service/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("kustomize makes both ways of keeping state", has("kubectl", "version", "--client"), () => {
  const make = (folder: string): readonly Json[] => {
    const words = ["kustomize", join(deploy, folder)];
    const done = spawnSync("kubectl", words, { encoding: "utf8" });
    assert.equal(done.status, 0, done.stderr);
    return documentsOf(done.stdout);
  };
  const volumeOf = (objects: readonly Json[]) => {
    const volumes = at(find(objects, "DaemonSet"), "spec.template.spec.volumes") as readonly Json[];
    return volumes.find(({ name }) => name === "state");
  };
  assert.deepEqual(volumeOf(make("kubernetes")), {
    name: "state",
    emptyDir: { sizeLimit: "10Gi" },
  });
  assert.deepEqual(volumeOf(make("kubernetes-state-on-node")), {
    name: "state",
    hostPath: { path: "/var/lib/waggle", type: "DirectoryOrCreate" },
  });
});

/** What only a release has, taken out. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const own = /^(?:app\.kubernetes\.io\/(?:instance|version|managed-by)|waggle\/config)$/;
  const kept = Object.entries(value).filter(([key]) => !own.test(key));
  return Object.fromEntries(kept.map(([key, below]) => [key, plain(below)]));
}

test("the chart makes what the manifests are", has("helm", "version"), () => {
  const words = ["template", "waggle", chart, "--namespace", "waggle", "--kube-version", "1.32.0"];
  const done = spawnSync("helm", words, { encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  const made = documentsOf(done.stdout).filter((one) => one !== null);
  for (const one of manifests()) {
    const kind = String(one["kind"]);
    const name = String(at(one, "metadata.name"));
    const isOnlyHere = kind === "Namespace" || kind === "Kustomization";
    if (isOnlyHere || name === "waggle-policies") continue;
    assert.deepEqual(plain(find(made, kind, name)), plain(one), `${kind} ${name}`);
  }
});
