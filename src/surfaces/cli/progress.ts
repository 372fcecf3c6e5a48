/**
 * Holds the progress line: where a long input is, how fast, how long still.
 * In: progress of an operation, a clock. Out: one line on standard error that is drawn again at
 * most ten times a second and erased at the end; nothing unless that is a terminal.
 * Must never write to standard output.
 */
import { makeVisible, terminal } from "../../core/report/safe-text.ts";
import type { OperationProgress } from "../../operations/operation.ts";
import type { Stream } from "./screen.ts";

/** **Unit**: milliseconds. */
const drawIntervalMs = 100;
const firstDrawMs = 500;

export interface ProgressLine {
  update(progress: OperationProgress): void;
  erase(): void;
}

interface State {
  startedMs: number;
  drawnMs: number;
  stage: string;
  stageStartedMs: number;
}

/** `now` gives milliseconds that only grow. The first line appears after half a second. */
export function createProgressLine(stream: Stream, now: () => number): ProgressLine {
  const state: State = { startedMs: now(), drawnMs: 0, stage: "", stageStartedMs: 0 };
  const write = (text: string): void => void stream.write(text, () => {});
  let drawn = false;
  return {
    update: (progress) => {
      if (stream.isTTY !== true) return;
      const at = now();
      if (progress.stage !== state.stage) {
        state.stage = progress.stage;
        state.stageStartedMs = at;
      }
      if (at - state.startedMs < firstDrawMs || at - state.drawnMs < drawIntervalMs) return;
      state.drawnMs = at;
      drawn = true;
      const line = progressText(progress, at - state.stageStartedMs, stream.columns || 80);
      write(`\r\x1b[K${line}`);
    },
    erase: () => {
      if (drawn) write("\r\x1b[K");
      drawn = false;
    },
  };
}

/** One line of at most `width` - 1 columns, without colour. */
export function progressText(
  progress: OperationProgress,
  elapsedMs: number,
  width: number,
): string {
  const { stage, input, consumedBytes, sizeBytes, eventCount } = progress;
  const parts = [stage];
  const seconds = elapsedMs / 1000;
  if (eventCount > 0) parts.push(`${count(eventCount)} events`);
  if (eventCount > 0 && seconds > 0.2) parts.push(`${count(eventCount / seconds)}/s`);
  if (consumedBytes > 0 && sizeBytes > 0) {
    const share = Math.min(0.99, consumedBytes / sizeBytes);
    parts.push(`${Math.floor(share * 100)} %`);
    if (seconds > 1 && share > 0.02)
      parts.push(`${duration((seconds / share) * (1 - share))} left`);
  } else if (consumedBytes > 0) {
    parts.push(`${Math.round(consumedBytes / 1024 / 1024)} MB`);
  }
  const text = parts.join(" · ");
  const room = Math.max(10, width - text.length - 4);
  const name = makeVisible(input);
  const shown = name.length > room ? `…${name.slice(-(room - 1))}` : name;
  return terminal`${text} · ${shown}`.toString().slice(0, Math.max(10, width - 1));
}

function count(value: number): string {
  if (value >= 10_000_000) return `${(value / 1_000_000).toFixed(0)}M`;
  if (value >= 1_000_000) return `${(value / 1_000_000).toFixed(1)}M`;
  if (value >= 10_000) return `${(value / 1000).toFixed(0)}k`;
  return value.toFixed(0);
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}
