/**
 * Holds the opening of the sources that a daemon is told of.
 * In: settings and ports. Out: sources, not yet read.
 */
import type { EventSource } from "../../ports/event-source.ts";
import type { OperationContext } from "../operation.ts";
import type { RunSettings } from "./run-settings.ts";

/** **Errors**: throws `usage` for an address that is none. **Order**: as named. */
export async function openSources(
  { tetragon, follow }: RunSettings,
  { outside }: OperationContext,
): Promise<EventSource[]> {
  const opened: EventSource[] = [];
  for (const address of tetragon) opened.push(await outside.sources.tetragon(address));
  for (const file of follow) opened.push(await outside.sources.follow(file));
  return opened;
}
