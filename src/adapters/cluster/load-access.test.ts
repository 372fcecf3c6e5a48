/**
 * Tests of the ways to the API: accounts, kubeconfigs, certificates, tokens that rotate and
 * credential plugins, against real servers with certificates made for them.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, mkdtemp, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import type { WaggleError } from "../../ports/waggle-error.ts";
import { KubernetesApi, sendStatus } from "../../testing/kubernetes-api.ts";
import { type ClusterAccess, readSmallFile } from "./cluster-access.ts";
import { findInCluster } from "./in-cluster.ts";
import { type AccessOptions, loadAccess } from "./load-access.ts";
import { readKubeconfig } from "./read-kubeconfig.ts";
import { type ClusterWatchOptions, watchCluster } from "./watch-cluster.ts";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
const withOpenssl = { skip: hasOpenssl ? false : "openssl is not here" };
const pods = "/api/v1/pods";
let folder = "";

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "waggle-access-"));
  if (hasOpenssl) makeCertificates();
});
after(() => rm(folder, { recursive: true }));

function openssl(...words: readonly string[]): void {
  const done = spawnSync("openssl", words, { cwd: folder, encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
}

/** An authority, a server and a client of it, and a stranger. */
function makeCertificates(): void {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  for (const name of ["ca", "stranger"]) {
    const out = ["-keyout", `${name}.key`, "-out", `${name}.crt`];
    openssl("req", "-x509", ...key, "-days", "2", "-subj", `/CN=${name}`, ...out);
  }
  for (const [name, alternative] of [
    ["server", "IP:127.0.0.1,DNS:api.example"],
    ["client", "DNS:client"],
  ]) {
    const out = ["-keyout", `${name}.key`, "-out", `${name}.crt`];
    const signed = ["-CA", "ca.crt", "-CAkey", "ca.key", "-days", "2"];
    const names = ["-addext", `subjectAltName=${alternative}`];
    openssl("req", "-x509", ...key, ...signed, "-subj", `/CN=${name}`, ...names, ...out);
  }
}

const read = (name: string) => readFileSync(join(folder, name), "utf8");
const encoded = (name: string) => Buffer.from(read(name)).toString("base64");

async function startTls(t: TestContext, asksClient = false): Promise<KubernetesApi> {
  const api = new KubernetesApi({
    key: read("server.key"),
    cert: read("server.crt"),
    ca: read("ca.crt"),
    requestCert: asksClient,
    rejectUnauthorized: asksClient,
  });
  api.serve(pods);
  await api.listen();
  t.after(() => api.close());
  return api;
}

interface Settings {
  readonly cluster: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>>;
}

async function writeConfig({ cluster, user = {} }: Settings, name = "config"): Promise<string> {
  const path = join(folder, name);
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "shop",
    contexts: [
      { name: "other", context: { cluster: "none", user: "none" } },
      { name: "shop", context: { cluster: "k", user: "u" } },
    ],
    clusters: [{ name: "k", cluster }],
    users: [{ name: "u", user }],
  };
  await writeFile(path, stringify(config));
  return path;
}

async function start(t: TestContext, path: string, options: ClusterWatchOptions = {}) {
  const pace = { retryMs: 50, retryMaxMs: 1000, refusedMs: 1000, absentMs: 1000 };
  const watching = await watchCluster(path, { ...options, pace, timeoutMs: 5000 });
  t.after(() => watching.stop());
  await watching.start();
  return watching;
}

const plain: AccessOptions = {
  environment: {},
  context: "",
  allowUnverified: false,
  accountFolder: "/nowhere",
  pluginTimeoutMs: 5000,
  now: Date.now,
};

function load(settings: Settings, options: Partial<AccessOptions> = {}): Promise<ClusterAccess> {
  return writeConfig(settings).then((path) => loadAccess(path, { ...plain, ...options }));
}

test(
  "a client certificate from files, over TLS with the cluster's authority",
  withOpenssl,
  async (t) => {
    const api = await startTls(t, true);
    const server = `https://127.0.0.1:${api.port}`;
    const path = await writeConfig({
      cluster: { server, "certificate-authority": "ca.crt" },
      user: { "client-certificate": "client.crt", "client-key": "client.key" },
    });
    const watching = await start(t, path);
    assert.equal(watching.snapshot().missing.has("Pod"), false, watching.status().detail);
    assert.equal(api.askedFor(pods, false)[0]?.client, "client");
    const inside = await writeConfig({
      cluster: { server, "certificate-authority-data": encoded("ca.crt") },
      user: {
        "client-certificate-data": encoded("client.crt"),
        "client-key-data": encoded("client.key"),
      },
    });
    assert.equal((await start(t, inside)).snapshot().missing.has("Pod"), false);
  },
);

test("a server that the authority did not sign is not spoken to", withOpenssl, async (t) => {
  const api = await startTls(t);
  const server = `https://127.0.0.1:${api.port}`;
  const user = { token: "geheim" };
  for (const cluster of [
    { server, "certificate-authority": "stranger.crt" },
    { server },
    { server, "certificate-authority": "ca.crt", "tls-server-name": "other.example" },
  ]) {
    const watching = await start(t, await writeConfig({ cluster, user }));
    assert.equal(watching.status().state, "failing");
    assert.doesNotMatch(watching.status().detail, /geheim/);
    watching.stop();
  }
  assert.deepEqual(api.asked, [], "not even the token went out");
  const named = { server, "certificate-authority": "ca.crt", "tls-server-name": "api.example" };
  const watching = await start(t, await writeConfig({ cluster: named, user }));
  assert.equal(watching.snapshot().missing.has("Pod"), false, watching.status().detail);
});

test("an unverified server is refused, unless it is asked for twice", withOpenssl, async (t) => {
  const api = await startTls(t);
  const server = `https://127.0.0.1:${api.port}`;
  const settings = { cluster: { server, "insecure-skip-tls-verify": true } };
  await assert.rejects(load(settings), /turns the check of the server's certificate off/);
  const path = await writeConfig(settings);
  const watching = await start(t, path, { allowUnverified: true });
  assert.equal(watching.snapshot().missing.has("Pod"), false, watching.status().detail);
});

test("the token of a pod's account is read anew when it rotates", withOpenssl, async (t) => {
  const api = await startTls(t);
  const account = await mkdtemp(join(folder, "account-"));
  await writeFile(join(account, "ca.crt"), read("ca.crt"));
  await writeFile(join(account, "first"), "first\n");
  await writeFile(join(account, "second"), "second\n");
  await symlink("first", join(account, "token"));
  let valid = "Bearer first";
  api.intercept = ({ authorization }, response) => {
    if (authorization === valid) return false;
    sendStatus(response, 401, "Unauthorized");
    return true;
  };
  const environment = {
    KUBERNETES_SERVICE_HOST: "127.0.0.1",
    KUBERNETES_SERVICE_PORT: String(api.port),
  };
  const watching = await start(t, "", { environment, accountFolder: account });
  assert.equal(watching.snapshot().missing.has("Pod"), false, watching.status().detail);
  assert.match(watching.status().detail, /the pod's service account/);
  valid = "Bearer second";
  // As the kubelet does: the link is moved at once.
  await unlink(join(account, "token"));
  await symlink("second", join(account, "token"));
  api.endWatches(pods);
  const isAsked = () =>
    api.askedFor(pods, true).some(({ authorization }) => authorization === valid);
  for (let round = 0; !isAsked(); round += 1) {
    assert.ok(round < 2000, "waited for a watch with the second token");
    await sleep(5);
  }
});

test("without a pod, the kubeconfigs of the environment count, the first name first", async () => {
  const first = join(folder, "one");
  const second = join(folder, "two");
  const cluster = (name: string, server: string) => ({ name, cluster: { server } });
  await writeFile(
    first,
    stringify({ contexts: [{ name: "c", context: { cluster: "k" } }], clusters: [] }),
  );
  const clusters = [cluster("k", "https://10.0.0.1:6443"), cluster("k", "https://10.0.0.2")];
  await writeFile(second, stringify({ "current-context": "c", clusters }));
  const environment = { KUBECONFIG: `/not/there:${first}:${second}` };
  const access = await loadAccess("", { ...plain, environment });
  assert.equal(access.server.href, "https://10.0.0.1:6443/");
  const none = loadAccess("", { ...plain, environment: { HOME: folder } });
  await assert.rejects(none, (error: WaggleError) => error.code === "connection-failed");
  assert.equal(await findInCluster({}), undefined);
  const inside = { KUBERNETES_SERVICE_HOST: "fd00::1" };
  await writeFile(join(folder, "token"), "t");
  const six = await findInCluster(inside, folder);
  assert.equal(six?.server.hostname, "[fd00::1]");
});

const server = "https://127.0.0.1:1";
const refusals: readonly (readonly [string, Settings, RegExp])[] = [
  ["a proxy", { cluster: { server, "proxy-url": "http://p" } }, /setting proxy-url/],
  ["a password", { cluster: { server }, user: { password: "x" } }, /setting password/],
  ["another's name", { cluster: { server }, user: { as: "root" } }, /setting as,/],
  ["an old plugin", { cluster: { server }, user: { "auth-provider": {} } }, /auth-provider/],
  ["no server", { cluster: {} }, /has "" as server/],
  ["a server with a name", { cluster: { server: "https://u:p@h" } }, /as server/],
  ["a file as server", { cluster: { server: "file:///etc/passwd" } }, /as server/],
];
for (const [what, settings, told] of refusals) {
  test(`a kubeconfig with ${what} is refused, not half obeyed`, async () => {
    await assert.rejects(load(settings), (error: WaggleError) => {
      assert.equal(error.code, "config-invalid");
      assert.match(error.message, told);
      return true;
    });
  });
}

test("a kubeconfig that is none is told, without a word of it", async () => {
  const path = join(folder, "broken");
  for (const [text, told] of [
    ["token: [geheim", /is no YAML/],
    ["- geheim", /is no map/],
    ["{}", /no current-context/],
    ["current-context: geheim2", /no context called/],
  ] as const) {
    await writeFile(path, text);
    await assert.rejects(readKubeconfig([path], ""), (error: WaggleError) => {
      assert.match(error.message, told);
      assert.doesNotMatch(`${error.message}`, /geheim\b/);
      return error.code === "config-invalid";
    });
  }
  await assert.rejects(loadAccess(join(folder, "absent"), plain), /does not exist/);
  await writeFile(path, Buffer.alloc(4 * 1024 * 1024 + 1, "x"));
  await assert.rejects(readSmallFile(path, "The file"), /larger than 4 MiB/);
  const other = await writeConfig({ cluster: { server } });
  await assert.rejects(loadAccess(other, { ...plain, context: "other" }), /called "none"/);
});

test("a token goes over TLS or stays here", async () => {
  const user = { token: "geheim" };
  const far = await load({ cluster: { server: "http://10.0.0.1:8080" }, user });
  await assert.rejects(far.credentials(), /without TLS/);
  const near = await load({ cluster: { server: "http://127.0.0.1:8001" }, user });
  assert.equal((await near.credentials()).token, "geheim");
  await writeFile(join(folder, "t"), "from-file\n");
  const both = { cluster: { server }, user: { token: "old", tokenFile: "t" } };
  assert.equal((await (await load(both)).credentials()).token, "from-file");
});

test("a plugin of a kubeconfig gives the token, and is told of the cluster", async () => {
  const path = join(folder, "plugin.cjs");
  const status = "{token:JSON.parse(process.env.KUBERNETES_EXEC_INFO).spec.cluster.server}";
  const version = "client.authentication.k8s.io/v1";
  const said = `{apiVersion:"${version}",kind:"ExecCredential",status:${status}}`;
  await writeFile(path, `#!${process.execPath}\nconsole.log(JSON.stringify(${said}))`);
  await chmod(path, 0o755);
  const exec = { apiVersion: version, command: "./plugin.cjs", provideClusterInfo: true };
  const access = await load({ cluster: { server }, user: { exec } });
  assert.equal((await access.credentials()).token, server);
  access.renew();
  const both = load({ cluster: { server }, user: { exec, token: "x" } });
  await assert.rejects(both, /both a token and a credential plugin/);
});
