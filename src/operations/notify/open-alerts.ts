/**
 * Holds what a route was told of and is not over: for receivers that forget what is not sent again.
 * In: notices as they come. Out: those to send again. It is filled anew after a restart, when all
 * that is open is given again. Must never hold one that the route was not told of, or that is over.
 */
import type { Notice } from "../../ports/notifier.ts";
import type { WorkerParts } from "./worker-parts.ts";

const countMax = 1000;

export class OpenAlerts {
  private readonly latest = new Map<string, Notice>();
  private readonly parts: Pick<WorkerParts, "memory" | "route" | "log">;

  constructor(parts: Pick<WorkerParts, "memory" | "route" | "log">) {
    this.parts = parts;
  }

  get size(): number {
    return this.latest.size;
  }

  note(notice: Notice): void {
    const { id } = notice.incident;
    if (notice.kind === "test") return;
    this.latest.delete(id);
    if (notice.kind === "resolve") return;
    this.latest.set(id, notice);
    if (this.latest.size > countMax) this.dropOldest();
  }

  /** As the receiver knows them: each with its thread. What only waits is left out. */
  async list(): Promise<readonly Notice[]> {
    const { memory, route } = this.parts;
    const open: Notice[] = [];
    for (const [id, notice] of this.latest) {
      const told = await memory.load(`${route.name} ${id}`);
      if (told === undefined || told.kind === "resolve") continue;
      open.push({ ...notice, thread: told.thread });
    }
    return open;
  }

  private dropOldest(): void {
    const [id] = this.latest.keys();
    if (id === undefined) return;
    this.latest.delete(id);
    const fields = { route: this.parts.route.name, incident: id };
    this.parts.log.warn("Too many alerts are open: one is not sent again and will end.", fields);
  }
}
