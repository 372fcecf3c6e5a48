/**
 * Makes files of framed events for the daemon out of one recording.
 * In: the recording, how many events, how far apart. Out: the file and what is in it. Nothing but
 * the frames touches the disk.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Framed } from "./frame-events.ts";
import type { Place } from "./run-daemon.ts";

export interface EventFile extends Framed {
  readonly file: string;
}

export interface EventPlan {
  readonly name: string;
  readonly count: number;
  /** **Unit**: seconds from the first event to the last of `count`. */
  readonly seconds: number;
  /** Events after those, in a file of their own: `nextFile`. */
  readonly nextCount?: number;
}

export const containerCount = 200;

export const nextFileOf = ({ folder }: Place, { name }: EventPlan): string =>
  join(folder, `${name}-next.pb`);

export async function makeEvents(
  place: Place,
  recording: string,
  plan: EventPlan,
): Promise<EventFile> {
  const { count, seconds, nextCount = 0 } = plan;
  const file = join(place.folder, `${plan.name}.pb`);
  const stepNs = String(Math.round((seconds * 1e9) / count));
  const generating = [join(place.home, "generate.js"), recording, String(count + nextCount)];
  const framing = [join(place.home, "live", "frame-events.js"), file, stepNs];
  if (nextCount > 0) framing.push(nextFileOf(place, plan), String(count));
  const line = '"$0" "$1" "$2" "$3" "$4" | "$0" "$5" "$6" "$7" "$8" "$9"';
  const words = [process.execPath, ...generating, String(containerCount), ...framing];
  const shell = spawn("sh", ["-c", line, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  for await (const chunk of shell.stdout) text += String(chunk);
  return { ...(JSON.parse(text) as Framed), file };
}
