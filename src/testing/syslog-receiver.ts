/**
 * Holds syslog receivers for tests, over UDP, TCP and TLS, that read messages strictly.
 * In: a transport. Out: an address, messages as parsed, and what was wrong with others.
 * **Source**: RFC 5424 §6 (grammar), RFC 6587 §3.4.1 (octet counting), ArcSight CEF revision 25.
 */
import { createSocket } from "node:dgram";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { ServerKeys } from "./notify-servers.ts";

export interface SyslogMessage {
  readonly priority: number;
  readonly host: string;
  readonly id: string;
  readonly data: Readonly<Record<string, string>>;
  readonly text: string;
  readonly sizeBytes: number;
}

export interface CefMessage {
  readonly head: readonly string[];
  readonly pairs: Readonly<Record<string, string>>;
}

export interface SyslogReceiver {
  /** `tcp://127.0.0.1:40000`. */
  readonly url: string;
  readonly messages: SyslogMessage[];
  readonly troubles: string[];
  /** Connections are reset as soon as they come. */
  resets: boolean;
  close(): Promise<void>;
}

type Transport = "udp" | "tcp" | "tls";

export async function receiveSyslog(
  transport: Transport,
  keys?: ServerKeys,
): Promise<SyslogReceiver> {
  const messages: SyslogMessage[] = [];
  const troubles: string[] = [];
  const take = (bytes: Buffer): void => {
    try {
      messages.push(parseSyslog(bytes));
    } catch (error) {
      troubles.push(String(error));
    }
  };
  const receiver = { messages, troubles, resets: false };
  if (transport === "udp") {
    const socket = createSocket("udp4", take);
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    const { port } = socket.address();
    const close = () => new Promise<void>((resolve) => socket.close(() => resolve()));
    return Object.assign(receiver, { url: `udp://127.0.0.1:${port}`, close });
  }
  const sockets = new Set<Socket>();
  const handle = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    if (receiver.resets) return void socket.resetAndDestroy();
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("end", () => {
      for (const frame of splitCounted(Buffer.concat(chunks), troubles)) take(frame);
      socket.end();
    });
  };
  const server = keys === undefined ? createServer(handle) : createTlsServer(keys, handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  return Object.assign(receiver, { url: `${transport}://127.0.0.1:${port}`, close });
}

function splitCounted(bytes: Buffer, troubles: string[]): readonly Buffer[] {
  const frames: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const count = bytes.toString("latin1", at, space);
    const length = Number(count);
    if (space < 0 || !/^[1-9]\d{0,5}$/.test(count) || space + 1 + length > bytes.length) {
      troubles.push(`bad octet count ${JSON.stringify(count.slice(0, 20))}`);
      return frames;
    }
    frames.push(bytes.subarray(space + 1, space + 1 + length));
    at = space + 1 + length;
  }
  return frames;
}

const header =
  /^<(\d{1,3})>1 (\S+) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) (?=[-[])/;

/** **Errors**: throws on whatever the grammar does not allow. */
export function parseSyslog(bytes: Buffer): SyslogMessage {
  const all = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  if (/[\x00-\x1f\x7f]/.test(all)) throw new Error("a control character");
  const match = header.exec(all);
  if (match === null) throw new Error(`no header: ${all.slice(0, 80)}`);
  const [whole = "", priority = "", time = "", host = "", , , id = ""] = match;
  if (Number(priority) > 191) throw new Error("priority");
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z$/.test(time)) throw new Error("time");
  const rest = all.slice(whole.length);
  const { data, length } = parseData(rest);
  const text = rest.slice(length);
  if (text !== "" && !text.startsWith(" ")) throw new Error("no space before the text");
  return {
    priority: Number(priority),
    host,
    id,
    data,
    text: text.slice(1),
    sizeBytes: bytes.length,
  };
}

function parseData(text: string): { data: Record<string, string>; length: number } {
  const data: Record<string, string> = {};
  if (text.startsWith("-")) return { data, length: 1 };
  const name = /^\[[!#-<>-\\^-~]{1,32}/.exec(text)?.[0];
  if (name === undefined) throw new Error("no name of structured data");
  let at = name.length;
  for (;;) {
    if (text[at] === "]") return { data, length: at + 1 };
    const field = /^ ([!#-<>-\\^-~]{1,32})="((?:[^"\\\]]|\\["\\\]])*)"/.exec(text.slice(at));
    if (field === null) throw new Error(`structured data: ${text.slice(at, at + 60)}`);
    data[field[1] ?? ""] = (field[2] ?? "").replace(/\\(["\\\]])/g, "$1");
    at += field[0].length;
  }
}

/** **Errors**: throws on whatever CEF does not allow. */
export function parseCef(text: string): CefMessage {
  const head: string[] = [];
  let at = 0;
  while (head.length < 7) {
    const field = /^(?:[^|\\]|\\[|\\])*\|/.exec(text.slice(at))?.[0];
    if (field === undefined) throw new Error(`CEF head: ${text.slice(at, at + 60)}`);
    head.push(field.slice(0, -1).replace(/\\([|\\])/g, "$1"));
    at += field.length;
  }
  if (head[0] !== "CEF:0" || !/^(10|\d)$/.test(head[6] ?? "")) throw new Error("CEF head");
  const pairs: Record<string, string> = {};
  const extension = text.slice(at);
  const keys = [...extension.matchAll(/(?:^| )([A-Za-z][A-Za-z0-9]*)=/g)];
  keys.forEach((key, index) => {
    const start = key.index + key[0].length;
    const value = extension.slice(start, keys[index + 1]?.index);
    if (!/^(?:[^=\\]|\\[=\\nr])*$/.test(value)) throw new Error(`CEF value: ${value.slice(0, 60)}`);
    if (Object.hasOwn(pairs, key[1] ?? "")) throw new Error(`CEF key twice: ${key[1]}`);
    pairs[key[1] ?? ""] = value.replace(/\\([=\\])/g, "$1");
  });
  return { head, pairs };
}
