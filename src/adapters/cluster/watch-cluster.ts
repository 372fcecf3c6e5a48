/**
 * Holds the watch over the objects of a cluster.
 * In: a kubeconfig, or none for the account of the pod. Out: a `ClusterWatch`.
 * Must never ask for anything but what `watched-kinds.ts` names, nor write to the cluster.
 * Why there is no client library: `docs/decisions/0009-a-small-kubernetes-client.md`.
 */
import { setMaxListeners } from "node:events";
import type { ClusterWatch } from "../../ports/cluster-watch.ts";
import { ApiClient } from "./api-client.ts";
import type { ClusterAccess } from "./cluster-access.ts";
import { type FollowerParts, KindFollower, type Pace, type Turns } from "./follow-kind.ts";
import { accountFolder, type Environment } from "./in-cluster.ts";
import { type KeptBounds, KeptObjects } from "./kept-objects.ts";
import { loadAccess } from "./load-access.ts";
import { ServedGroups } from "./served-groups.ts";
import { findTetragonPods } from "./tetragon-pods.ts";
import { nameOfKind, watchedKinds } from "./watched-kinds.ts";

/** All have defaults; tests change the clock's. */
export interface ClusterWatchOptions {
  readonly environment?: Environment;
  /** Of the kubeconfig; the current one when left out. */
  readonly context?: string;
  /** Obeys `insecure-skip-tls-verify` of the kubeconfig, which is refused otherwise. */
  readonly allowUnverified?: boolean;
  readonly accountFolder?: string;
  readonly pace?: Partial<Pace>;
  readonly bounds?: Partial<KeptBounds>;
  /** To the head of an answer, between parts of a page, and of a credential plugin. */
  readonly timeoutMs?: number;
}

const usualPace: Pace = {
  retryMs: 1000,
  retryMaxMs: 60_000,
  refusedMs: 5 * 60_000,
  absentMs: 10 * 60_000,
  watchSeconds: 300,
  random: Math.random,
  now: Date.now,
};

const usualBounds: KeptBounds = { objectCountMax: 200_000, textLengthMax: 256 * 1024 * 1024 };
const usualTimeoutMs = 30_000;
const pageBytesMax = 64 * 1024 * 1024;
const listCountMax = 4;

/**
 * Does not speak to the API yet: `start` does.
 * **Errors**: `connection-failed` when no way to an API is configured, `config-invalid`.
 */
export async function watchCluster(
  kubeconfig: string,
  options: ClusterWatchOptions = {},
): Promise<ClusterWatch> {
  const pace = { ...usualPace, ...options.pace };
  const timeoutMs = options.timeoutMs ?? usualTimeoutMs;
  const access = await loadAccess(kubeconfig, {
    environment: options.environment ?? process.env,
    context: options.context ?? "",
    allowUnverified: options.allowUnverified ?? false,
    accountFolder: options.accountFolder ?? accountFolder,
    pluginTimeoutMs: timeoutMs,
    now: pace.now,
  });
  const client = new ApiClient(access, { timeoutMs, pageBytesMax });
  return new Watch(access, {
    client,
    served: new ServedGroups(client, pace.absentMs / 2, pace.now),
    kept: new KeptObjects({ ...usualBounds, ...options.bounds }),
    turns: new BoundedTurns(listCountMax),
    pace,
  });
}

class Watch implements ClusterWatch {
  private readonly access: ClusterAccess;
  private readonly parts: FollowerParts;
  private readonly followers: readonly KindFollower[];
  private readonly ending = new AbortController();
  private running: Promise<unknown> | undefined;

  constructor(access: ClusterAccess, parts: FollowerParts) {
    this.access = access;
    this.parts = parts;
    setMaxListeners(0, this.ending.signal);
    this.followers = watchedKinds.map((kind) => new KindFollower(kind, parts));
  }

  /** Resolves when each kind was asked for once, whatever the answer. */
  async start(): Promise<void> {
    const tried: Promise<void>[] = [];
    this.running ??= Promise.all(
      this.followers.map((follower) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        tried.push(promise);
        return follower.run(this.ending.signal, resolve);
      }),
    );
    // A defect in one of them is nobody's to catch: it ends the program.
    await Promise.all(tried);
  }

  get version(): number {
    return this.parts.kept.version;
  }

  snapshot(): ReturnType<ClusterWatch["snapshot"]> {
    const { kept } = this.parts;
    return { version: kept.version, json: kept.toJson(), missing: this.missing() };
  }

  tetragonPods(): ReturnType<ClusterWatch["tetragonPods"]> {
    return findTetragonPods(this.parts.kept.textsOf("Pod"));
  }

  status(): ReturnType<ClusterWatch["status"]> {
    const of = (phase: string) => this.followers.filter(({ state }) => state.phase === phase);
    const failing = of("failing");
    const refused = of("refused");
    const count = `${of("watching").length} kinds, ${this.parts.kept.objectCount} objects`;
    const place = `${this.access.server.host}, ${this.access.origin}`;
    const first = failing[0] ?? refused[0];
    if (first !== undefined && (failing.length > 0 || of("watching").length === 0)) {
      const more = failing.length > 1 ? ` and ${failing.length - 1} kinds more` : "";
      const known = "what was known stays";
      const why = `${nameOfKind(first.kind)}${more}: ${first.state.why}`;
      return { state: "failing", detail: `${place}: ${why}; ${known} (${count})` };
    }
    const waiting = of("starting").length;
    if (waiting > 0) return { state: "syncing", detail: `${place}: ${waiting} kinds to list` };
    const without = refused.map(({ kind }) => nameOfKind(kind)).join(", ");
    const refusal = without === "" ? "" : `; no rights for ${without}`;
    return { state: "synced", detail: `${place}: ${count}${refusal}${this.tellLeftOut()}` };
  }

  stop(): void {
    this.ending.abort();
    this.parts.client.close();
  }

  private missing(): ReadonlyMap<string, string> {
    const missing = new Map<string, string>();
    for (const { kind, state, isCurrent } of this.followers) {
      const leftOut = this.parts.kept.leftOutCount(kind);
      if (!isCurrent) missing.set(nameOfKind(kind), state.why);
      else if (leftOut > 0) missing.set(nameOfKind(kind), `${leftOut} did not fit the bounds`);
    }
    return missing;
  }

  private tellLeftOut(): string {
    const { kept } = this.parts;
    const total = this.followers.reduce((sum, { kind }) => sum + kept.leftOutCount(kind), 0);
    return total === 0 ? "" : `; ${total} objects did not fit the bounds and were left out`;
  }
}

class BoundedTurns implements Turns {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(count: number) {
    this.free = count;
  }

  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}
