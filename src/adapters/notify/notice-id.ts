/**
 * Holds the id by which a receiver tells a notice that it has from one that is new.
 * In: a notice. Out: 32 digits, the same for each try of it, also by a program that was killed
 * before it could note that the receiver had taken it.
 * Must never depend on what goes on while it is tried: the time, the score, words.
 */
import { hash } from "node:crypto";
import type { Notice } from "../../ports/notifier.ts";

export function noticeId(notice: Notice): string {
  const { kind, incident, toldCount = 0 } = notice;
  const parts = [incident.id, kind, toldCount, contentOf(notice)];
  return hash("sha256", JSON.stringify(parts)).slice(0, 32);
}

/** What people must not miss: with another one of these it is another notice. */
function contentOf({ kind, incident }: Notice): readonly unknown[] {
  const { severity, tactics, acknowledgement } = incident;
  if (kind === "acknowledge") return [acknowledgement?.timeUs ?? 0];
  return kind === "resolve" ? [] : [severity, tactics.toSorted()];
}
