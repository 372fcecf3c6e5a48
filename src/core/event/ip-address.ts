/**
 * Holds what an IP address is: reading, writing and classing it, and whether a network holds it.
 * In: text of events, objects and configuration. Out: 16 bytes, plain text, a class.
 * Must never throw, nor take a name for an address.
 */

/** **Shape**: 16 bytes; IPv4 as `::ffff:a.b.c.d`. Compare with `addressText`. */
export type AddressBytes = Uint8Array;

/** Whom an address belongs to by its number alone. */
export type AddressClass =
  | "unspecified"
  | "loopback"
  | "metadata"
  | "link-local"
  | "private"
  | "multicast"
  | "internet";

const mappedPrefix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** Undefined for what is no address: names, `invalid IP`, "". A zone (`%eth0`) is left out. */
export function parseAddress(text: string): AddressBytes | undefined {
  if (text.length > 64) return undefined;
  const bare = text.replace(/%.*$/, "");
  return bare.includes(":") ? parseSix(bare) : parseFour(bare);
}

function parseFour(text: string): AddressBytes | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  return Uint8Array.from([...mappedPrefix, ...parts]);
}

function parseSix(text: string): AddressBytes | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(readGroups);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const rest = tail ?? [];
  const missing = 16 - head.length - rest.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...rest]);
}

/** Bytes of groups between colons; the last may be dotted. */
function readGroups(text: string): readonly number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [index, group] of groups.entries()) {
    const dotted = index === groups.length - 1 ? parseFour(group) : undefined;
    if (dotted !== undefined) bytes.push(...dotted.slice(12));
    else if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else return undefined;
  }
  return bytes.length > 16 ? undefined : bytes;
}

function isMapped(bytes: AddressBytes): boolean {
  return mappedPrefix.every((byte, at) => bytes[at] === byte);
}

/** The one spelling of an address: dotted for IPv4, RFC 5952 for IPv6. */
export function addressText(bytes: AddressBytes): string {
  if (isMapped(bytes)) return bytes.slice(12).join(".");
  const groups = Array.from({ length: 8 }, (_, at) =>
    (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16),
  );
  const text = groups.join(":");
  const runs = [...text.matchAll(/(?:^|(?<=:))0(?::0)+(?=:|$)/g)].sort(
    (a, b) => b[0].length - a[0].length || a.index - b.index,
  );
  const [longest] = runs;
  if (longest === undefined) return text;
  const before = text.slice(0, longest.index).replace(/:$/, "");
  const after = text.slice(longest.index + longest[0].length).replace(/^:/, "");
  return `${before}::${after}`;
}

/**
 * The plain spelling of what an event or object says; "" for what is no address.
 * `::ffff:10.0.0.1` becomes `10.0.0.1`.
 */
export function plainAddress(text: string): string {
  const bytes = parseAddress(text);
  return bytes === undefined ? "" : addressText(bytes);
}

export interface Network {
  readonly bytes: AddressBytes;
  /** **Unit**: bits of the 128. */
  readonly length: number;
}

/** Of `10.0.0.0/8`, `fd00::/8`, or one address. */
export function parseNetwork(text: string): Network | undefined {
  const [address = "", length, more] = text.split("/");
  const bytes = parseAddress(address);
  if (bytes === undefined || more !== undefined) return undefined;
  if (length === undefined) return { bytes, length: 128 };
  if (!/^\d{1,3}$/.test(length)) return undefined;
  const bits = Number(length) + (address.includes(":") ? 0 : 96);
  return bits <= 128 ? { bytes, length: bits } : undefined;
}

/** No network of IPv6 holds an address of IPv4: `::/0` is all of IPv6 alone. */
export function isInNetwork(address: AddressBytes, { bytes, length }: Network): boolean {
  if (length < 8 * mappedPrefix.length && isMapped(address)) return false;
  const whole = length >> 3;
  for (let at = 0; at < whole; at++) if (address[at] !== bytes[at]) return false;
  const rest = length & 7;
  return rest === 0 || ((address[whole] ?? 0) ^ (bytes[whole] ?? 0)) >> (8 - rest) === 0;
}

/**
 * **Source**: RFC 6890 and the registries it began (special-purpose addresses); the addresses of
 * metadata services are those that AWS, Azure, Google, Oracle (169.254.169.254, fd00:ec2::254), AWS
 * for tasks and pods (169.254.170.2, .23, fd00:ec2::23), Azure (168.63.129.16) and Alibaba
 * (100.100.100.200) document. Ranges for documentation count as internet: whoever uses them in a
 * laboratory means the outside.
 */
const classes: readonly (readonly [AddressClass, readonly string[]])[] = [
  ["unspecified", ["0.0.0.0", "::"]],
  ["loopback", ["127.0.0.0/8", "::1"]],
  [
    "metadata",
    [
      "169.254.169.254",
      "169.254.170.2",
      "169.254.170.23",
      "fd00:ec2::254",
      "fd00:ec2::23",
      "168.63.129.16",
      "100.100.100.200",
    ],
  ],
  ["link-local", ["169.254.0.0/16", "fe80::/10"]],
  ["private", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"]],
  ["multicast", ["224.0.0.0/4", "255.255.255.255", "ff00::/8"]],
];

const networks = classes.map(([name, texts]) => ({
  name,
  parts: texts.map(parseNetwork).filter((network) => network !== undefined),
}));

export function classifyAddress(address: AddressBytes): AddressClass {
  const found = networks.find(({ parts }) => parts.some((part) => isInNetwork(address, part)));
  return found?.name ?? "internet";
}

/** Whether a text is an address of the internet; false for what is no address. */
export function isInternetAddress(text: string): boolean {
  const bytes = parseAddress(text);
  return bytes !== undefined && classifyAddress(bytes) === "internet";
}
