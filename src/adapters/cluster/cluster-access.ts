/**
 * Holds what a way to the Kubernetes API is, and the bounded reading of the small files it needs.
 * In: paths of tokens, certificates, configurations. Out: their text.
 * Must never put a token or a key into an error.
 */
import { open } from "node:fs/promises";
import { makeVisible } from "../../core/report/safe-text.ts";
import { WaggleError } from "../../ports/waggle-error.ts";

export interface Credentials {
  /** "" when there is none: then a certificate speaks. */
  readonly token: string;
  /** PEM; "" for none. */
  readonly certificate: string;
  readonly key: string;
  /** PEM; "": the authorities that the system trusts. */
  readonly authority: string;
}

export interface ClusterAccess {
  readonly server: URL;
  /** For people: where the access was found. */
  readonly origin: string;
  /** Name in the server's certificate; "" for that of the address. */
  readonly serverName: string;
  /** Whoever answers is believed. Only where it was asked for twice: in both configurations. */
  readonly isUnverified: boolean;
  /** Asked before each request: files are read anew, for tokens and certificates rotate. */
  credentials(): Promise<Credentials>;
  /** What was given was refused: keep nothing of it. */
  renew(): void;
}

/** **Unit**: bytes of one such file. */
const sizeBytesMax = 4 * 1024 * 1024;

/** **Errors**: `file-not-found`, `file-unreadable`, `input-too-large`; `what` names the file. */
export async function readSmallFile(path: string, what: string): Promise<string> {
  try {
    const file = await open(path, "r");
    try {
      const parts: Buffer[] = [];
      let length = 0;
      for await (const part of file.createReadStream({ end: sizeBytesMax })) {
        parts.push(part);
        length += part.length;
      }
      if (length > sizeBytesMax) {
        throw new WaggleError("input-too-large", `${what} ${quote(path)} is larger than 4 MiB.`);
      }
      return Buffer.concat(parts).toString("utf8");
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof WaggleError) throw error;
    const isAbsent = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new WaggleError(
      isAbsent ? "file-not-found" : "file-unreadable",
      `${what} ${quote(path)} ${isAbsent ? "does not exist" : "cannot be read"}.`,
      { cause: error },
    );
  }
}

/** Paths and names come from configurations that others wrote. */
export function quote(text: string): string {
  return JSON.stringify(makeVisible(text, 300));
}
