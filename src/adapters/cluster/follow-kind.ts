/**
 * Holds the following of one kind of objects: list it in pages, then watch it from there, and
 * begin again when the server has forgotten where we were.
 * In: a client, the objects that are kept. Out: the objects change; how it goes is told.
 * Must never give up, forget objects because the server is away, or ask without a pause.
 */
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Faults,
  isObject,
  type JsonObject,
  readNumber,
  readObject,
  readText,
} from "../../core/inventory/json-value.ts";
import { type ApiClient, ApiFailure, tellStatus } from "./api-client.ts";
import { type KeptObjects, keyOf } from "./kept-objects.ts";
import { readWatch } from "./read-watch.ts";
import type { ServedGroups } from "./served-groups.ts";
import type { WatchedKind } from "./watched-kinds.ts";

/** **Unit**: how long is waited before asking again. */
export interface Pace {
  readonly retryMs: number;
  readonly retryMaxMs: number;
  /** Without rights. */
  readonly refusedMs: number;
  /** When the server has no such kind. */
  readonly absentMs: number;
  /** How long the server is asked to keep a watch open. */
  readonly watchSeconds: number;
  readonly random: () => number;
  readonly now: () => number;
}

/** Lists are heavy for the server: only some run at a time. */
export interface Turns {
  take<Result>(work: () => Promise<Result>): Promise<Result>;
}

export interface FollowerParts {
  readonly client: ApiClient;
  readonly served: ServedGroups;
  readonly kept: KeptObjects;
  readonly turns: Turns;
  readonly pace: Pace;
}

export interface FollowerState {
  readonly phase: "starting" | "watching" | "failing" | "refused" | "absent";
  readonly why: string;
  /** Was listed to its end: what is kept is, or was, all there is. */
  readonly isListed: boolean;
}

/** A page is the peak of memory: 5,000 pods cost 40 MB less by 100 than by the usual 500. */
const pageCountStart = 100;
const pageCountMin = 5;
const retriesMax = 20;
const noSuchKind = "the API server has no such kind";

export class KindFollower {
  readonly kind: WatchedKind;
  private readonly parts: FollowerParts;
  private current: FollowerState = { phase: "starting", why: "not listed yet", isListed: false };
  private revision = "";
  private version = "";
  private pageCount = pageCountStart;
  private failureCount = 0;

  constructor(kind: WatchedKind, parts: FollowerParts) {
    this.kind = kind;
    this.parts = parts;
  }

  get state(): FollowerState {
    return this.current;
  }

  /** What is kept is all there is, or was until the server went away. */
  get isCurrent(): boolean {
    const { phase, isListed } = this.current;
    return phase === "watching" || (phase === "failing" && isListed);
  }

  /** Until `signal`. `onTried`: after the first list, whether it went well or not. */
  async run(signal: AbortSignal, onTried: () => void): Promise<void> {
    while (!signal.aborted) {
      let waitMs = 0;
      try {
        if (this.revision === "") {
          await this.parts.turns.take(() => this.list(signal));
          this.tell("watching", "", true);
          onTried();
        }
        waitMs = await this.watch(signal);
      } catch (error) {
        if (signal.aborted) break;
        if (!(error instanceof ApiFailure)) throw error;
        waitMs = this.takeFailure(error);
        onTried();
      }
      await pause(waitMs, signal);
    }
    onTried();
  }

  private async list(signal: AbortSignal): Promise<void> {
    const { client, served, kept } = this.parts;
    const { kind } = this;
    const versions = await served.versionsOf(kind, signal);
    this.version = versions.includes(this.version) ? this.version : "";
    let page = await this.firstPage(versions, signal);
    const keys = new Set<string>();
    kept.beginList(kind);
    for (;;) {
      const faults: Faults = { first: undefined };
      // Each item is let go of as soon as it is cut: pages are large.
      const items = Array.isArray(page["items"]) ? page["items"] : [];
      for (const item of items) if (isObject(item)) keys.add(kept.put(kind, item));
      const metadata = readObject(page, "metadata", faults) ?? {};
      this.revision = readText(metadata, "resourceVersion", faults);
      const next = metadata["continue"];
      if (typeof next !== "string" || next === "") break;
      const more = `&continue=${encodeURIComponent(next)}`;
      page = await this.getPage(client, more, signal);
    }
    kept.retain(kind, keys);
  }

  /** Of the first version that the server has. */
  private async firstPage(versions: readonly string[], signal: AbortSignal): Promise<JsonObject> {
    for (const version of this.version === "" ? versions : [this.version]) {
      this.version = version;
      try {
        return await this.getPage(this.parts.client, "", signal);
      } catch (error) {
        if (!(error instanceof ApiFailure) || error.kind !== "absent") throw error;
      }
    }
    this.version = "";
    throw new ApiFailure("absent", noSuchKind);
  }

  private async getPage(client: ApiClient, more: string, signal: AbortSignal): Promise<JsonObject> {
    const path = `${this.path()}?limit=${this.pageCount}${more}`;
    try {
      return await client.getPage(path, accepted(this.kind, "PartialObjectMetadataList"), signal);
    } catch (error) {
      this.revision = "";
      throw error;
    }
  }

  /** Gives how long to wait before the next. **Errors**: `ApiFailure`. */
  private async watch(signal: AbortSignal): Promise<number> {
    const { client, pace } = this.parts;
    // Some are longer than others, so that not all end at once.
    const seconds = Math.ceil(pace.watchSeconds * (1 + pace.random()));
    const query =
      `watch=1&allowWatchBookmarks=true&timeoutSeconds=${seconds}` +
      `&resourceVersion=${encodeURIComponent(this.revision)}`;
    const answer = await client.open({
      path: `${this.path()}?${query}`,
      accept: accepted(this.kind, "PartialObjectMetadata"),
      idleMs: (seconds + 30) * 1000,
      signal,
    });
    this.tell("watching", "", true);
    const openedAtMs = pace.now();
    for await (const { type, object } of readWatch(answer)) this.takeEvent(type, object);
    // A server that ends each watch at once must not be asked in a circle.
    if (pace.now() - openedAtMs < pace.retryMs) return this.nextWaitMs();
    this.failureCount = 0;
    return 0;
  }

  private takeEvent(type: string, object: JsonObject): void {
    const { kept } = this.parts;
    const faults: Faults = { first: undefined };
    if (type === "ERROR") {
      const code = readNumber(object, "code", faults) ?? 0;
      // Whatever it was: where we stand is not known any more.
      this.revision = "";
      throw tellStatus(code, object);
    }
    if (type === "ADDED" || type === "MODIFIED") kept.put(this.kind, object);
    if (type === "DELETED") kept.remove(this.kind, keyOf(object));
    const metadata = readObject(object, "metadata", faults) ?? {};
    const revision = readText(metadata, "resourceVersion", faults);
    if (revision !== "") this.revision = revision;
    this.failureCount = 0;
  }

  /** Gives how long to wait. */
  private takeFailure(failure: ApiFailure): number {
    const { pace, kept } = this.parts;
    const { kind, waitMs } = failure;
    const { isListed } = this.current;
    if (kind === "gone") {
      this.revision = "";
      // Once is usual; again and again is a server that forgets at once.
      if (this.failureCount > 2) this.tell("failing", failure.message, isListed);
      return this.nextWaitMs();
    }
    if (kind === "too-large") {
      this.pageCount = Math.max(pageCountMin, Math.floor(this.pageCount / 10));
    }
    if (kind === "absent") {
      this.revision = "";
      this.version = "";
      kept.retain(this.kind, new Set());
      this.tell("absent", noSuchKind, false);
      return jitter(pace.absentMs, pace.random);
    }
    if (kind === "refused") {
      this.tell("refused", `this account may not list them (${failure.message})`, isListed);
      return jitter(pace.refusedMs, pace.random);
    }
    this.tell("failing", failure.message, isListed);
    return Math.max(waitMs, this.nextWaitMs());
  }

  private nextWaitMs(): number {
    const { retryMs, retryMaxMs, random } = this.parts.pace;
    const waitMs = Math.min(retryMaxMs, retryMs * 2 ** Math.min(this.failureCount, retriesMax));
    this.failureCount += 1;
    return jitter(waitMs, random);
  }

  private tell(phase: FollowerState["phase"], why: string, isListed: boolean): void {
    const before = this.isCurrent;
    this.current = { phase, why, isListed };
    // That a kind is missing is part of what readers of the objects see.
    if (before !== this.isCurrent) this.parts.kept.touch();
  }

  private path(): string {
    const { group, resource } = this.kind;
    const root = group === "" ? "/api" : `/apis/${group}`;
    return `${root}/${this.version}/${resource}`;
  }
}

/** Metadata alone where that is all that is read: a tenth of the bytes, and none of the values. */
function accepted({ metadataOnly }: WatchedKind, as: string): string {
  const partial = `application/json;as=${as};g=meta.k8s.io;v=v1,`;
  return `${metadataOnly ? partial : ""}application/json`;
}

function jitter(ms: number, random: () => number): number {
  return Math.round(ms * (0.5 + random()));
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
