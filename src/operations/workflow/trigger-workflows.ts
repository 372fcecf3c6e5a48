/**
 * Holds starting workflows by themselves, for a daemon: on incidents, by time, by requests.
 * In: workflows, what happens. Out: runs, one after the other, each as words of the command line.
 * Must never pile up runs: what waits already is not asked for twice, and the queue is bounded.
 */
import type { Incident } from "../../core/judge/incident/incident.ts";
import { levels } from "../../core/observe/detect/rule.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { readDuration } from "../time-range.ts";
import { hashText } from "./hash-value.ts";
import { type InputValues, readInputs } from "./read-inputs.ts";
import type { Workflow } from "./workflow.ts";

export interface TriggerParts {
  readonly workflows: readonly Workflow[];
  /** Of each run: `--state DIR --config FILE`. */
  readonly words: readonly string[];
  /** **Errors**: throws `WaggleError`. */
  start(words: readonly string[], signal: AbortSignal): Promise<unknown>;
  /** Value of an environment variable; undefined where it is not set. */
  secretOf(variable: string): string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

export interface TriggerCounts {
  started: number;
  failed: number;
  /** Runs that found no place in the queue. */
  dropped: number;
}

/** What became of a request: `202`, `404`, `401`, `400`, `429` of HTTP say the same. */
export type WebhookAnswer = "taken" | "unknown" | "refused" | "wrong" | "full";

interface Waiting {
  readonly workflow: Pick<Workflow, "name" | "source">;
  readonly kind: "incident" | "schedule" | "webhook";
  readonly inputs: readonly string[];
}

const queueLengthMax = 100;
/** Of them, those that somebody asked for from outside: they must not crowd out incidents. */
const webhookCountMax = 20;
const idleMs = 60_000;

export class WorkflowTriggers {
  readonly counts: TriggerCounts = { started: 0, failed: 0, dropped: 0 };
  private readonly parts: TriggerParts;
  private readonly queue: Waiting[] = [];
  private readonly dueMs = new Map<string, number>();
  private nudge = new AbortController();

  constructor(parts: TriggerParts) {
    this.parts = parts;
    for (const workflow of parts.workflows) this.plan(workflow);
  }

  /** An incident began, or something new is known of it. */
  noteIncident({ id, severity }: Pick<Incident, "id" | "severity">): void {
    for (const workflow of this.parts.workflows) {
      const { triggers, inputs } = workflow;
      if (triggers.incident === undefined) continue;
      const least = triggers.incident?.["min-severity"] ?? "medium";
      if (levels.indexOf(severity) < levels.indexOf(least)) continue;
      const words = Object.hasOwn(inputs, "incident") ? [`incident=${id}`] : [];
      this.put({ workflow, kind: "incident", inputs: words });
    }
  }

  /** `inputs` is what the request says, unchecked. */
  takeWebhook(path: string, secret: string, inputs: unknown): WebhookAnswer {
    const { workflows, secretOf } = this.parts;
    const workflow = workflows.find(({ triggers }) => triggers.webhook?.path === path);
    const webhook = workflow?.triggers.webhook;
    if (workflow === undefined || webhook === undefined) return "unknown";
    const wanted = secretOf(webhook.secretEnv) ?? "";
    // Of equal length, and not to be guessed bit by bit.
    if (wanted === "" || hashText(secret) !== hashText(wanted)) return "refused";
    const words = readWords(workflow, inputs);
    if (words === undefined) return "wrong";
    const isTaken = this.put({ workflow, kind: "webhook", inputs: words });
    return isTaken ? "taken" : "full";
  }

  /** Until the signal is given. **Errors**: throws defects only. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.parts;
    while (!signal.aborted) {
      // Before looking: what comes while it looks must not be slept through.
      this.nudge = new AbortController();
      const waitMs = this.putDue();
      const next = this.queue.shift();
      if (next !== undefined) await this.start(next, signal);
      else await clock.wait(waitMs, AbortSignal.any([signal, this.nudge.signal]));
    }
  }

  private plan({ name, triggers }: Workflow): void {
    const everyMs = (readDuration(triggers.schedule?.every ?? "") ?? 0) / 1000;
    if (everyMs > 0) this.dueMs.set(name, this.parts.clock.elapsedMs() + everyMs);
  }

  /** **Unit**: milliseconds until the next is due. */
  private putDue(): number {
    const nowMs = this.parts.clock.elapsedMs();
    for (const workflow of this.parts.workflows) {
      if ((this.dueMs.get(workflow.name) ?? Number.POSITIVE_INFINITY) > nowMs) continue;
      this.put({ workflow, kind: "schedule", inputs: [] });
      this.plan(workflow);
    }
    const waits = [...this.dueMs.values()].map((dueMs) => dueMs - nowMs);
    return Math.max(1, Math.min(idleMs, ...waits));
  }

  private put(one: Waiting): boolean {
    const key = keyOf(one);
    if (this.queue.some((waiting) => keyOf(waiting) === key)) return true;
    const hooks = this.queue.filter(({ kind }) => kind === "webhook").length;
    const isFull = one.kind === "webhook" && hooks >= webhookCountMax;
    if (isFull || this.queue.length >= queueLengthMax) {
      this.counts.dropped += 1;
      const fields = { workflow: one.workflow.name, trigger: one.kind };
      this.parts.log.warn("A workflow was not started: too many wait.", fields);
      return false;
    }
    this.queue.push(one);
    this.nudge.abort();
    return true;
  }

  private async start({ workflow, kind, inputs }: Waiting, signal: AbortSignal): Promise<void> {
    const { start, words, log } = this.parts;
    const fields = { workflow: workflow.name, trigger: kind };
    this.counts.started += 1;
    try {
      const given = inputs.flatMap((one) => ["--input", one]);
      await start(
        ["workflow", "run", workflow.source, "--trigger", kind, ...given, ...words],
        signal,
      );
      log.info("A workflow ran.", fields);
    } catch (error) {
      if (!(error instanceof WaggleError)) throw error;
      if (signal.aborted) return;
      this.counts.failed += 1;
      log.error("A workflow failed.", { ...fields, why: error.message });
    }
  }
}

function keyOf({ workflow, kind, inputs }: Waiting): string {
  return [workflow.name, kind, ...inputs].join("\u0000");
}

/** As words of the command line; undefined where they are none of its inputs. */
function readWords(workflow: Workflow, given: unknown): readonly string[] | undefined {
  if (given === undefined || given === null) return [];
  if (typeof given !== "object" || Array.isArray(given)) return undefined;
  try {
    const named = given as Readonly<Record<string, unknown>>;
    const values: InputValues = readInputs(workflow, named);
    return Object.keys(named).map((name) => `${name}=${String(values[name] ?? "")}`);
  } catch (error) {
    if (error instanceof WaggleError) return undefined;
    throw error;
  }
}
