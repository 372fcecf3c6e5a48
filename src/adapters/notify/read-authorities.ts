/**
 * Holds reading the certificates that a route trusts instead of the system's.
 * In: a target. Out: PEM text, undefined where it names none; a `DeliveryError` when unreadable.
 */
import { readFile } from "node:fs/promises";
import { DeliveryError } from "../../ports/delivery-error.ts";
import type { NotifierTarget } from "../../ports/notifier.ts";

export async function readAuthorities({
  name,
  caFile,
}: NotifierTarget): Promise<string | undefined> {
  if (caFile === "") return undefined;
  try {
    return await readFile(caFile, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "") throw error;
    const message = `Route ${name}: its caFile cannot be read (${code}).`;
    throw new DeliveryError(message, { retryable: true });
  }
}
