/**
 * Holds the reading of one socket of a process dump, as `/proc/net/tcp` and its like tell it.
 * In: an entry of any type. Out: its ends and state, or nothing.
 * Must never trust a type: a dump is as hostile as any other input.
 */
import { addressText } from "../event/ip-address.ts";
import { isObject } from "../inventory/json-value.ts";
import type { Protocol } from "./fact.ts";

export interface DumpSocket {
  readonly protocol: Protocol;
  readonly local: string;
  readonly localPort: number;
  /** "" and 0 of a socket without a far end. */
  readonly peer: string;
  readonly peerPort: number;
  readonly state: "listening" | "connected" | "bound";
}

/**
 * **Shape**: `{"proto": "tcp", "local": "00000000:1F90", "remote": …, "state": "0A"}`.
 * **Source**: Linux `Documentation/networking/proc_net_tcp.rst`.
 */
export function readDumpSocket(value: unknown): readonly DumpSocket[] {
  if (!isObject(value)) return [];
  const { proto, local, remote, state } = value;
  const protocol = /^(tcp|udp)6?$/.exec(String(proto))?.[1] as Protocol | undefined;
  const own = readEnd(local);
  const far = readEnd(remote);
  if (protocol === undefined || own === undefined || far === undefined || own.port === 0) return [];
  const kind = kindOf(protocol, Number.parseInt(String(state), 16));
  if (kind === undefined) return [];
  const ends = { local: own.address, localPort: own.port, peer: far.address, peerPort: far.port };
  return [{ protocol, ...ends, state: kind }];
}

/**
 * **Source**: Linux `net/tcp_states.h`: 1 established, 4, 5, 8 half closed, 7 closed (of UDP:
 * without a far end), 10 listening.
 */
function kindOf(protocol: Protocol, state: number): DumpSocket["state"] | undefined {
  if (state === 10) return "listening";
  if (state === 7) return protocol === "udp" ? "bound" : undefined;
  return state === 1 || state === 4 || state === 5 || state === 8 ? "connected" : undefined;
}

/** Words of four bytes in the order of a little-endian machine, as nearly all are. */
function readEnd(value: unknown): { readonly address: string; readonly port: number } | undefined {
  const parts = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/i.exec(String(value));
  if (parts === null) return undefined;
  const [, hex = "", port = ""] = parts;
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).reverse());
  const four = bytes.length === 4 ? mapped : [];
  const address = addressText(Uint8Array.from([...four, ...bytes.map(fromHex)]));
  return { address, port: fromHex(port) };
}

const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

function fromHex(text: string): number {
  return Number.parseInt(text, 16);
}
