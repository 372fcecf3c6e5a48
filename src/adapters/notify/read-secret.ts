/**
 * Holds reading a secret where it lies, and keeping what a receiver says free of it.
 * In: a file or the name of a variable. Out: the secret, in a variable of whoever asked.
 * Must never put a secret, or a part of one, into an error.
 */
import { open } from "node:fs/promises";
import { DeliveryError } from "../../ports/delivery-error.ts";
import type { SecretPlace } from "../../ports/notifier.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** **Unit**: bytes; whoever names a log by mistake is told so. */
const sizeBytesMax = 16 * 1024;

/** `file "/run/key"`, `variable SLACK_TOKEN`. */
export function describePlace({ from, name }: SecretPlace): string {
  return from === "file" ? `file ${JSON.stringify(name)}` : `variable ${JSON.stringify(name)}`;
}

/** Without white space around it. **Errors**: throws `DeliveryError`; a mount may come later. */
export async function readSecret(place: SecretPlace, environment: Environment): Promise<string> {
  const text = place.from === "file" ? await readFile(place) : (environment[place.name] ?? "");
  const secret = text.trim();
  if (secret === "") throw refusal(place, "is empty or not there");
  if (secret.length > sizeBytesMax) throw refusal(place, "is too long to be a secret");
  // In a header or an address a line break would begin another one.
  if (/[^\x20-\x7e]/.test(secret)) throw refusal(place, "holds more than one line of plain text");
  return secret;
}

async function readFile(place: SecretPlace): Promise<string> {
  const buffer = Buffer.alloc(sizeBytesMax + 1);
  try {
    const handle = await open(place.name, "r");
    try {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "") throw error;
    throw refusal(place, `cannot be read (${code})`);
  }
}

function refusal(place: SecretPlace, why: string): DeliveryError {
  const message = `The secret in ${describePlace(place)} ${why}.`;
  return new DeliveryError(message, { retryable: true });
}

/** **Unit**: characters in a row that tell something of a secret. */
const tellingLength = 6;

/** Whether text that a receiver sent repeats a part of a secret, plain or in a usual encoding. */
export function repeatsSecret(text: string, secrets: readonly string[]): boolean {
  const folded = text.toLowerCase();
  return secrets.some((secret) =>
    spellings(secret).some((spelling) => sharesPart(folded, spelling.toLowerCase())),
  );
}

function spellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  // Of base64 the same bytes look three ways, by where they begin.
  const shifted = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .slice(4)
      .replace(/=+$/, ""),
  );
  const whole = [bytes.toString("base64"), bytes.toString("base64url"), bytes.toString("hex")];
  const reversed = [...secret].reverse().join("");
  return [secret, encodeURIComponent(secret), reversed, ...whole, ...shifted];
}

function sharesPart(text: string, secret: string): boolean {
  const length = Math.min(tellingLength, secret.length);
  if (length === 0) return false;
  for (let at = 0; at + length <= secret.length; at += 1) {
    if (text.includes(secret.slice(at, at + length))) return true;
  }
  return false;
}
