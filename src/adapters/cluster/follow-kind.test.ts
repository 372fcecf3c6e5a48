/**
 * Tests of following one kind, and of the client and the list of groups below it: pauses, what is
 * asked, and what is not believed.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Intercept,
  KubernetesApi,
  sendJson,
  sendStatus,
} from "../../testing/kubernetes-api.ts";
import { ApiClient, ApiFailure } from "./api-client.ts";
import type { ClusterAccess } from "./cluster-access.ts";
import { KindFollower, type Pace } from "./follow-kind.ts";
import { KeptObjects } from "./kept-objects.ts";
import { ServedGroups } from "./served-groups.ts";
import { watchedKinds } from "./watched-kinds.ts";

const pods = "/api/v1/pods";
const quick: Pace = {
  retryMs: 4,
  retryMaxMs: 64,
  refusedMs: 20,
  absentMs: 20,
  watchSeconds: 10,
  random: () => 0.5,
  now: Date.now,
};

async function startApi(t: TestContext): Promise<{ api: KubernetesApi; access: ClusterAccess }> {
  const api = new KubernetesApi();
  api.serve(pods);
  const server = new URL(await api.listen());
  t.after(() => api.close());
  let renewals = 0;
  const access = {
    server,
    origin: "a test",
    serverName: "",
    isUnverified: false,
    credentials: async () => ({
      token: `token-${renewals}`,
      certificate: "",
      key: "",
      authority: "",
    }),
    renew: () => {
      renewals += 1;
    },
  };
  return { api, access };
}

function newClient(t: TestContext, access: ClusterAccess, pageBytesMax = 1e6): ApiClient {
  const client = new ApiClient(access, { timeoutMs: 2000, pageBytesMax });
  t.after(() => client.close());
  return client;
}

async function follow(t: TestContext, intercept: Intercept, pace: Partial<Pace> = {}) {
  const { api, access } = await startApi(t);
  api.intercept = intercept;
  const client = newClient(t, access);
  const kept = new KeptObjects({ objectCountMax: 10, textLengthMax: 10_000 });
  const kind = watchedKinds.find((one) => one.kind === "Pod") ?? assert.fail();
  const follower = new KindFollower(kind, {
    client,
    kept,
    served: new ServedGroups(client, 1000, Date.now),
    turns: { take: (work) => work() },
    pace: { ...quick, ...pace },
  });
  const ending = new AbortController();
  const tried = Promise.withResolvers<void>();
  const running = follower.run(ending.signal, tried.resolve);
  t.after(async () => {
    ending.abort();
    await running;
  });
  await tried.promise;
  return { api, follower, kept };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let round = 0; !holds(); round += 1) {
    assert.ok(round < 2000, `waited for: ${what}`);
    await sleep(5);
  }
}

test("a server that ends each watch at once is asked ever more slowly", async (t) => {
  const waits: number[] = [];
  const { api } = await follow(
    t,
    ({ query }, response) => {
      if (query.has("watch")) response.end();
      return query.has("watch");
    },
    // Each wait asks once, the length of each watch too: what is asked stays in order.
    {
      now: () => 0,
      random: () => {
        waits.push(0);
        return 0.5;
      },
    },
  );
  await until("some watches", () => api.askedFor(pods, true).length >= 6);
  assert.equal(api.askedFor(pods, false).length, 1, "nothing is listed again for that");
  assert.ok(waits.length >= 10, "between two watches there is a wait");
});

test("a server that forgets at once is told as failing, and asked again", async (t) => {
  let isBroken = true;
  const { api, follower } = await follow(t, ({ query }, response) => {
    if (query.has("watch") && isBroken) sendStatus(response, 410, "too old");
    return query.has("watch") && isBroken;
  });
  await until("the words", () => follower.state.phase === "failing");
  assert.match(follower.state.why, /HTTP 410: "too old"/);
  assert.equal(follower.isCurrent, true, "it was listed: what is known is what there is");
  isBroken = false;
  await until("the watch", () => follower.state.phase === "watching");
  assert.ok(api.askedFor(pods, false).length > 3);
});

test("without rights what was known stays, but does not count as whole", async (t) => {
  let isRefused = false;
  const { api, follower, kept } = await follow(t, (_, response) => {
    if (isRefused) sendStatus(response, 403, "no");
    return isRefused;
  });
  api.put(pods, { metadata: { name: "p", namespace: "n" } });
  await until("the pod", () => kept.objectCount === 1);
  isRefused = true;
  api.endWatches(pods);
  await until("the refusal", () => follower.state.phase === "refused");
  assert.equal(kept.objectCount, 1);
  assert.equal(follower.isCurrent, false);
});

test("redirects are not followed, and large answers not read to their end", async (t) => {
  const { api, access } = await startApi(t);
  const client = newClient(t, access, 1000);
  const { signal } = new AbortController();
  const get = (path: string) => client.getPage(path, "application/json", signal);
  api.intercept = ({ path }, response) => {
    if (path === "/moved") response.writeHead(302, { location: "/other" }).end();
    if (path === "/large") sendJson(response, 200, { text: "x".repeat(2000) });
    if (path === "/slowly") sendJson(response, 503, { message: "busy \u202e" });
    return true;
  };
  const failsWith = (kind: string, words: RegExp) => (error: unknown) => {
    assert.ok(error instanceof ApiFailure);
    assert.equal(error.kind, kind);
    assert.match(error.message, words);
    return true;
  };
  await assert.rejects(get("/moved"), failsWith("failed", /HTTP 302/));
  await assert.rejects(get("/large"), failsWith("too-large", /more than 1000 bytes/));
  await assert.rejects(get("/slowly"), failsWith("failed", /busy \\u\{202e\}/));
  assert.equal(
    api.asked.some(({ path }) => path === "/other"),
    false,
  );
});

test("a token that is refused is asked for anew, once", async (t) => {
  const { api, access } = await startApi(t);
  const client = newClient(t, access);
  api.intercept = ({ authorization }, response) => {
    if (authorization === "Bearer token-1") return false;
    sendStatus(response, 401, "Unauthorized");
    return true;
  };
  const { signal } = new AbortController();
  await client.getPage(pods, "application/json", signal);
  assert.equal(api.asked.length, 2);
  api.intercept = (_, response) => {
    sendStatus(response, 401, "Unauthorized");
    return true;
  };
  await assert.rejects(client.getPage(pods, "application/json", signal), /HTTP 401/);
  assert.equal(api.asked.length, 4);
});

test("groups are asked for once by all; where they are not told each kind is tried", async (t) => {
  const { api, access } = await startApi(t);
  api.serve("/apis/gateway.networking.k8s.io/v1beta1/gateways");
  const client = newClient(t, access);
  const { signal } = new AbortController();
  const of = (group: string) => watchedKinds.find((one) => one.group === group) ?? assert.fail();
  const gateway = of("gateway.networking.k8s.io");
  const served = new ServedGroups(client, 1000, () => 0);
  const found = await Promise.all([
    served.versionsOf(gateway, signal),
    served.versionsOf(of("cilium.io"), signal),
    served.versionsOf(of(""), signal),
  ]);
  assert.deepEqual(found, [["v1beta1"], [], ["v1"]]);
  assert.equal(api.asked.length, 1);
  api.intercept = (_, response) => {
    sendStatus(response, 403, "no");
    return true;
  };
  const other = new ServedGroups(client, 1000, () => 0);
  assert.deepEqual(await other.versionsOf(gateway, signal), gateway.versions);
  api.intercept = () => false;
  assert.deepEqual(await other.versionsOf(gateway, signal), ["v1beta1"], "it is asked anew");
});
