/**
 * Holds how a profile tells where a program connects to, and which wider value stands for it.
 * In: addresses, values. Out: texts.
 * Must be a function of events alone: who has an address is another's tomorrow, and a replay must
 * learn what was learned live.
 */
import { type AddressBytes, addressText, classifyAddress } from "../../event/ip-address.ts";
import type { ProfileDimension } from "./profile-fact.ts";

/**
 * **Unit**: networks of the internet of one program and port, in a session and in a profile. Who
 * goes to more goes to any: a content network answers from hundreds.
 */
export const networkCountMax = 8;

/** Ports from here on are given by chance. **Source**: Linux, `ip_local_port_range`. */
const chancePort = 32_768;

/** The kind of an address; of the internet with its network. */
export function describeEnd(address: AddressBytes): string {
  const kind = classifyAddress(address);
  return kind === "internet" ? `internet ${networkOf(address)}` : kind;
}

/** `end` as `describeEnd` gives it. */
export function destinationValue(program: string, end: string, port: number): string {
  return `${program} > ${end}:${port >= chancePort ? "high" : port}`;
}

/**
 * The same program and port with any network of the internet; undefined of what names no network.
 * **Shape**: as profiles had it before networks were told.
 */
export function widerValue({
  dimension,
  value,
}: {
  readonly dimension: ProfileDimension;
  readonly value: string;
}): string | undefined {
  if (dimension !== "destination") return undefined;
  const named = / > internet [0-9a-f.:]+\/\d+:(\d+|high)$/.exec(value);
  return named === null ? undefined : `${value.slice(0, named.index)} > internet:${named[1]}`;
}

const networkBytes = { four: 15, six: 6 };

/**
 * The smallest that is routed by itself, so that it has one owner: /24 or /48. **Source**: RFC 7454
 * §6.1.3 (longer prefixes are not taken), RFC 6177 (a site's prefix).
 */
function networkOf(address: AddressBytes): string {
  const text = addressText(address);
  const isFour = !text.includes(":");
  const kept = isFour ? networkBytes.four : networkBytes.six;
  const network = address.map((byte, at) => (at < kept ? byte : 0));
  return `${addressText(network)}/${isFour ? 24 : 48}`;
}
