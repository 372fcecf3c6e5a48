/**
 * Holds telling what reads OCSF (security lakes, SIEM systems): a finding of that schema, by POST.
 * In: notices. Out: the document that the renderer gives, signed as a webhook is.
 */
import type { Notifier, NotifierTarget } from "../../ports/notifier.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { NotifierOptions } from "./notifier-options.ts";
import { createSignedPost } from "./webhook.ts";

/** **Errors**: throws `usage` where nothing renders findings. */
export function createOcsf(target: NotifierTarget, options: NotifierOptions): Notifier {
  const { ocsf } = options.documents;
  if (ocsf === undefined) {
    const message = `notify route ${JSON.stringify(target.name)}: OCSF cannot be written here.`;
    throw new WaggleError("usage", message);
  }
  return createSignedPost(target, options, (notice) => ocsf(notice).trim());
}
