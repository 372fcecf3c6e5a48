/**
 * Holds how the far end of a step is read: an address and a port in one text.
 * In: `203.0.113.7:443`, `[fd00::1]:443`, `fd00::1:443`. Out: both, or undefined for anything else.
 */
import { plainAddress } from "../../event/ip-address.ts";

export interface FarEnd {
  readonly address: string;
  readonly port: number;
}

/** The last colon parts the port; undefined for socket files and names. */
export function parseEnd(subject: string): FarEnd | undefined {
  const colon = subject.lastIndexOf(":");
  if (colon < 0 || subject.length > 64) return undefined;
  const digits = subject.slice(colon + 1);
  const address = plainAddress(subject.slice(0, colon).replace(/^\[|\]$/g, ""));
  if (address === "" || !/^\d{1,5}$/.test(digits)) return undefined;
  return { address, port: Number(digits) };
}
