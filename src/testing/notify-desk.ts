/**
 * Holds a desk that tells people, for tests: real receivers, a clock that is turned by hand.
 * In: routes with their receivers. Out: the engine, what was told, logged and buried.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { ManualClock } from "../adapters/clock/manual-clock.ts";
import { MemoryLog } from "../adapters/log/memory-log.ts";
import { createLetterFile } from "../adapters/notify/letter-file.ts";
import type { Level } from "../core/observe/detect/rule.ts";
import { createNoticeMemory, type NoticeMemory } from "../operations/notify/notice-memory.ts";
import { IncidentNotifier } from "../operations/notify/notify-incidents.ts";
import type { NotifyRoute } from "../operations/notify/route-schema.ts";
import type { DeadLetters } from "../ports/dead-letters.ts";
import type { Notice, NoticePreview } from "../ports/notifier.ts";
import { type HttpKind, type HttpLab, openHttpLab } from "./notifier-lab.ts";
import { sampleIncident, sampleNotice } from "./sample-notice.ts";

export function noticeOf(id: string, over: Partial<Notice> = {}, severity: Level = "high"): Notice {
  return { ...sampleNotice, incident: { ...sampleIncident, id, severity }, ...over };
}

export class Desk {
  readonly clock = new ManualClock(Date.UTC(2026, 0, 2, 12) * 1000);
  readonly log = new MemoryLog();
  readonly labs: HttpLab[] = [];
  readonly routes: NotifyRoute[] = [];
  readonly letters: DeadLetters;
  memory: NoticeMemory = createNoticeMemory();
  private ending = new AbortController();
  private running: Promise<void> | undefined;
  engine: IncidentNotifier | undefined;
  chance = 0;

  constructor(letters: DeadLetters) {
    this.letters = letters;
  }

  async add(over: Partial<NotifyRoute> = {}, kind: HttpKind = "webhook", timeoutMs = 5000) {
    const lab = await openHttpLab(kind, { timeoutMs });
    this.labs.push(lab);
    this.routes.push({ name: `r${this.labs.length}`, kind: "webhook", ...over });
    return lab;
  }

  start(onPreview?: (route: string, preview: NoticePreview) => void): IncidentNotifier {
    const open = this.routes.map((route, at) => {
      const notifier = this.labs[at]?.notifier;
      assert.ok(notifier !== undefined);
      return { route, notifier };
    });
    this.ending = new AbortController();
    const { clock, log, memory, letters } = this;
    const random = () => this.chance;
    this.engine = new IncidentNotifier(open, {
      ...{ memory, deadLetters: letters, clock, log, random, onPreview },
      rolesOf: () => [],
    });
    this.running = this.engine.run(this.ending.signal);
    return this.engine;
  }

  /** Lets time of the clock and of servers pass until it is so. */
  async until(isSo: () => boolean | Promise<boolean>, stepMs = 100): Promise<void> {
    while (!(await isSo())) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await this.clock.advance(stepMs);
    }
  }

  async settled(stepMs = 100): Promise<void> {
    await this.until(
      () => [...(this.engine?.counts().values() ?? [])].every((one) => one.waiting === 0),
      stepMs,
    );
    await this.until(() => this.clock.waitingCount >= this.routes.length);
  }

  /** A small step leaves servers time within that of the end. */
  async stop(stepMs = 1): Promise<void> {
    this.ending.abort();
    const isOver = { yes: this.running === undefined };
    void this.running?.finally(() => {
      isOver.yes = true;
    });
    await this.until(() => isOver.yes, stepMs);
    await this.running;
    this.running = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    for (const lab of this.labs) await lab.close();
  }
}

export async function openDesk(context: TestContext): Promise<Desk> {
  const folder = await mkdtemp(join(tmpdir(), "waggle-notify-"));
  const desk = new Desk(createLetterFile(join(folder, "letters.jsonl")));
  context.after(async () => {
    await desk.close();
    await rm(folder, { recursive: true, force: true });
  });
  return desk;
}

export function toldAt(lab: HttpLab): string[] {
  return lab.server.accepted.map(({ body }) => {
    const { kind, incident } = JSON.parse(body);
    return `${incident.id} ${kind}`;
  });
}
