/**
 * Holds the taking in of what people decide while a daemon holds the state directory.
 * In: the daemon. Out: notes in the store; a call when there are some. Must never end the daemon:
 * what cannot be read now is read later.
 */
import { WaggleError } from "../../ports/waggle-error.ts";
import type { Daemon } from "./daemon.ts";
import { takeInbox } from "./take-inbox.ts";

/** **Unit**: milliseconds. */
const lookMs = 2000;
const part = "inbox";

/** Ends when the signal is given. **Errors**: throws defects only. */
export async function followInbox(
  daemon: Daemon,
  onNotes: () => void,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = daemon.context.outside.services;
  while (!signal.aborted) {
    await clock.wait(lookMs, signal);
    if (signal.aborted) return;
    if ((await takeOnce(daemon)) > 0) onNotes();
  }
}

async function takeOnce({ settings, context, store, log, health }: Daemon): Promise<number> {
  const nowUs = context.outside.services.clock.nowUs();
  try {
    const { notes, refused } = await takeInbox(settings.state, context.files, store.notes);
    for (const { id, by } of notes) log.info("A person decided.", { note: id, by });
    for (const why of refused) log.warn("A file of the inbox was refused.", { why });
    health.note(part, true, "", nowUs);
    return notes.length;
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error;
    if (health.note(part, false, error.message, nowUs)) {
      log.error("Decisions of people cannot be taken in; tried again.", { why: error.message });
    }
    return 0;
  }
}
