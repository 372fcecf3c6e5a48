/**
 * Holds telling what reads OCSF (security lakes, SIEM systems): a finding of that schema, by POST.
 * In: notices. Out: the document that the renderer gives, signed as a webhook is.
 */
import type { Notifier, NotifierTarget } from "../../ports/notifier.ts";
import type { NotifierOptions } from "./notifier-options.ts";
import { createSignedPost } from "./webhook.ts";

export function createOcsf(target: NotifierTarget, options: NotifierOptions): Notifier {
  return createSignedPost(target, options, (notice) => options.documents.ocsf(notice).trim());
}
