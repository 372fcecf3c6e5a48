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
  readonly containers?: number;
  /** How many come after those, each in a file of its own. */
  readonly laterCounts?: readonly number[];
}

export const containerCount = 200;

export const laterFileOf = ({ folder }: Place, { name }: EventPlan, at: number): string =>
  join(folder, `${name}-later-${at}.pb`);

export async function makeEvents(
  place: Place,
  recording: string,
  plan: EventPlan,
): Promise<EventFile> {
  const { count, seconds, containers = containerCount, laterCounts = [] } = plan;
  const file = join(place.folder, `${plan.name}.pb`);
  const framing = [String(Math.round((seconds * 1e9) / count)), file];
  let total = count;
  for (const [at, more] of laterCounts.entries()) {
    framing.push(String(total), laterFileOf(place, plan, at));
    total += more;
  }
  const words = [process.execPath, join(place.home, "generate.js"), recording, String(total)];
  words.push(String(containers), join(place.home, "live", "frame-events.js"), ...framing);
  const line = 'n="$0" g="$1" r="$2" t="$3" c="$4"; shift 4; "$n" "$g" "$r" "$t" "$c" | "$n" "$@"';
  const shell = spawn("sh", ["-c", line, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  for await (const chunk of shell.stdout) text += String(chunk);
  return { ...(JSON.parse(text) as Framed), file };
}
