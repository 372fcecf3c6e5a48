/**
 * Holds telling a syslog server, plainly or in CEF.
 * In: notices, an address `tls://host:6514`, `tcp://host:601` or `udp://host:514`. Out: messages.
 * Must never send without TLS unless the route says `insecure`.
 */
import { DeliveryError } from "../../ports/delivery-error.ts";
import type { Notice, Notifier, NotifierTarget } from "../../ports/notifier.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { isRefusedAddress } from "./check-address.ts";
import type { NotifierOptions } from "./notifier-options.ts";
import { readAuthorities } from "./read-authorities.ts";
import { type FrameAddress, sendFrame } from "./send-frame.ts";
import { buildSyslogFrame } from "./syslog-frame.ts";

type Transport = FrameAddress["transport"];

const ports: Readonly<Record<Transport, number>> = { udp: 514, tcp: 601, tls: 6514 };
/** **Unit**: bytes that every receiver of the transport should take. */
const sizes: Readonly<Record<Transport, number>> = { udp: 2048, tcp: 8192, tls: 8192 };
const timeoutMsDefault = 10_000;

/** **Errors**: throws `usage` for an address that is none, or not allowed. */
export function createSyslog(target: NotifierTarget, options: NotifierOptions): Notifier {
  const { transport, host, port } = readAddress(target);
  const form = target.kind === "cef" ? "cef" : "syslog";
  const sizeBytesMax = sizes[transport];
  const write = (notice: Notice) =>
    buildSyslogFrame(notice, { form, nowMs: options.nowMs(), sizeBytesMax });
  return {
    name: target.name,
    kind: target.kind,
    preview: (notice) => ({
      method: transport.toUpperCase(),
      target: `${transport}://${host}:${port}`,
      body: write(notice).toString(),
    }),
    send: async (notice, signal) => {
      const ca = await readAuthorities(target);
      const timeout = AbortSignal.timeout(options.timeoutMs ?? timeoutMsDefault);
      try {
        const both = AbortSignal.any([timeout, signal]);
        await sendFrame({ transport, host, port, ca }, write(notice), both);
      } catch (error) {
        throw tell(error, target.name, { isEnding: signal.aborted, isLate: timeout.aborted });
      }
      return { thread: "" };
    },
  };
}

function readAddress({ name, url, insecure }: NotifierTarget): Omit<FrameAddress, "ca"> {
  const refuse = (why: string) =>
    new WaggleError("usage", `notify route ${JSON.stringify(name)} ${why}.`);
  const parsed = URL.parse(url);
  const transport = parsed?.protocol.replace(":", "") ?? "";
  if (parsed === null || !isTransport(transport) || parsed.hostname === "") {
    throw refuse("needs a url such as tls://host:6514, tcp://host:601 or udp://host:514");
  }
  if (transport !== "tls" && !insecure) {
    throw refuse("sends without TLS: use tls://, or say insecure: true");
  }
  const host = parsed.hostname.replace(/^\[|\]$/g, "");
  if (isRefusedAddress(host)) throw refuse("has a link-local or multicast address");
  return { transport, host, port: Number(parsed.port) || ports[transport] };
}

function isTransport(text: string): text is Transport {
  return Object.hasOwn(ports, text);
}

function tell(
  error: unknown,
  route: string,
  when: { readonly isEnding: boolean; readonly isLate: boolean },
): unknown {
  const fail = (why: string, retryable = true) =>
    new DeliveryError(`Route ${route}: ${why}.`, { retryable });
  if (when.isEnding) return fail("the program is ending");
  if (when.isLate) return fail("it did not take it in time");
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (!/^[A-Z0-9_]{1,60}$/.test(code)) return error;
  return fail(`the connection failed (${code})`, code !== "EREFUSEDADDRESS");
}
