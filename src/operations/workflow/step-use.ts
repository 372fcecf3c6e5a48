/**
 * Holds the contract of what a step may use: a sensor, an agent, an action.
 * In: nothing. Out: types only. To add one: one file, and one line in `step-uses.ts`.
 */
import type * as z from "zod";
import type { TimeUs } from "../../core/event/event.ts";
import type { NoticeMemory } from "../notify/notice-memory.ts";
import type { OperationContext } from "../operation.ts";
import type { Sight } from "./sight.ts";
import type { StepType } from "./workflow-schema.ts";

/** What a step is given beside its values. */
export interface StepWorld {
  /** Its signal ends the step: the time is up, or a person asked. */
  readonly context: OperationContext;
  readonly sight: Sight;
  /** State directory of a daemon: what was told to whom lies there; "" none. */
  readonly state: string;
  /** What this run told to whom, where there is no state directory. */
  readonly told: NoticeMemory;
  /** Nothing outside may change: say what would be done. */
  readonly dryRun: boolean;
  readonly startedUs: TimeUs;
}

/** What is known of a use without its types. */
export interface StepUseInfo {
  /** `tetragon.syscall_history`. */
  readonly name: string;
  readonly type: StepType;
  /** Half a sentence for lists. */
  readonly summary: string;
  /** Each key that `with` may have; refuses others. */
  readonly input: z.ZodObject;
  /**
   * Keys that may be made of inputs and plain words only, never of what a step gave: telemetry
   * must not choose which file is written or who is told.
   */
  readonly trustedKeys: readonly string[];
  /** Whether it asks for what processes did, act by act. */
  readonly readsActs: boolean;
}

export interface StepUse<With, Output> extends StepUseInfo {
  readonly input: z.ZodObject & z.ZodType<With>;
  /**
   * **Errors**: throws `WaggleError`; whatever else it throws is a defect.
   * **Shape**: plain data; it is kept in the record of the run.
   */
  run(values: With, world: StepWorld): Promise<Output>;
  /** One line: what came out. Untrusted text. */
  describe(output: Output): string;
}

/** A use whose types are hidden: it checks what it is given. */
export interface BoundUse extends StepUseInfo {
  run(values: Readonly<Record<string, unknown>>, world: StepWorld): Promise<unknown>;
  describe(output: unknown): string;
}
