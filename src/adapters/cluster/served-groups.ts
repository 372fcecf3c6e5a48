/**
 * Holds which groups of kinds the server has, asked once for all followers.
 * In: the list of groups. Out: for a kind, the versions that are worth asking for.
 * Most of the kinds that are watched belong to projects that a cluster does not have: without
 * this each of them would be asked for by each node, again and again.
 */
import { type Faults, readObjects, readText } from "../../core/inventory/json-value.ts";
import type { ApiClient } from "./api-client.ts";
import type { WatchedKind } from "./watched-kinds.ts";

type Groups = ReadonlyMap<string, ReadonlySet<string>>;

export class ServedGroups {
  private readonly client: ApiClient;
  private readonly keptMs: number;
  private readonly now: () => number;
  private asked: Promise<Groups | undefined> | undefined;
  private askedAtMs = 0;

  constructor(client: ApiClient, keptMs: number, now: () => number) {
    this.client = client;
    this.keptMs = keptMs;
    this.now = now;
  }

  /** All versions of the table when the server does not tell. **Order**: of the table. */
  async versionsOf(kind: WatchedKind, signal: AbortSignal): Promise<readonly string[]> {
    if (kind.group === "") return kind.versions;
    const groups = await this.groups(signal);
    if (groups === undefined) return kind.versions;
    const served = groups.get(kind.group);
    return kind.versions.filter((version) => served?.has(version) === true);
  }

  private groups(signal: AbortSignal): Promise<Groups | undefined> {
    if (this.asked !== undefined && this.now() - this.askedAtMs < this.keptMs) return this.asked;
    this.askedAtMs = this.now();
    this.asked = this.ask(signal);
    return this.asked;
  }

  private async ask(signal: AbortSignal): Promise<Groups | undefined> {
    try {
      const page = await this.client.getPage("/apis", "application/json", signal);
      const faults: Faults = { first: undefined };
      const groups = readObjects(page, "groups", faults).map(
        (one) =>
          [
            readText(one, "name", faults),
            new Set(
              readObjects(one, "versions", faults).map((it) => readText(it, "version", faults)),
            ),
          ] as const,
      );
      if (groups.length > 0) return new Map(groups);
    } catch {
      // Each kind is asked for by itself then, and says what is wrong.
    }
    this.askedAtMs = Number.NEGATIVE_INFINITY;
    return undefined;
  }
}
