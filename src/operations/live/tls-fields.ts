/**
 * Holds how servers that speak TLS are reached: the options of all that calls a Tetragon.
 * In: options, the configuration. Out: addresses with the files that go with them.
 * Must never open one of these files: who connects does.
 */
import * as z from "zod";
import type { TetragonAddress, TlsFiles } from "../../ports/tetragon-control.ts";
import { WaggleError } from "../../ports/waggle-error.ts";

const text = (what: string) => z.string().min(1).optional().describe(what);

export const tlsFields = {
  tlsCa: text("Certificate of the authority that signed Tetragon's server certificate"),
  tlsCert: text("Certificate of this client"),
  tlsKey: text("Key of this client"),
  tlsServerName: text("Name in the server's certificate, where it is not the host's"),
};

const schema = z.object(tlsFields);
export type TlsInput = z.infer<typeof schema>;

/** Undefined where nothing speaks of TLS. **Errors**: throws `usage` for half a pair. */
export function tlsOf({ tlsCa, tlsCert, tlsKey, tlsServerName }: TlsInput): TlsFiles | undefined {
  if ([tlsCa, tlsCert, tlsKey, tlsServerName].every((one) => one === undefined)) return undefined;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new WaggleError("usage", "tls-cert and tls-key go together: give both or neither.");
  }
  return {
    ...(tlsCa === undefined ? {} : { caFile: tlsCa }),
    ...(tlsCert === undefined ? {} : { certificateFile: tlsCert }),
    ...(tlsKey === undefined ? {} : { keyFile: tlsKey }),
    ...(tlsServerName === undefined ? {} : { serverName: tlsServerName }),
  };
}

/** **Order**: as named. */
export function addressesOf(
  addresses: readonly string[],
  tls: TlsFiles | undefined,
): readonly TetragonAddress[] {
  return addresses.map((address) => (tls === undefined ? { address } : { address, tls }));
}

/** What the command line left out is taken from `run:`, so that both reach the same servers. */
export function withRunTls(
  given: TlsInput,
  configured: Readonly<Record<string, unknown>>,
): TlsInput {
  return schema.parse({
    tlsCa: given.tlsCa ?? configured["tls-ca"],
    tlsCert: given.tlsCert ?? configured["tls-cert"],
    tlsKey: given.tlsKey ?? configured["tls-key"],
    tlsServerName: given.tlsServerName ?? configured["tls-server-name"],
  });
}

/** As words of a command line: what a daemon hands on to what it starts. */
export function tlsWords(tls: TlsFiles | undefined): readonly string[] {
  const { caFile, certificateFile, keyFile, serverName } = tls ?? {};
  const option = (name: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [`--${name}`, value];
  return [
    ...option("tls-ca", caFile),
    ...option("tls-cert", certificateFile),
    ...option("tls-key", keyFile),
    ...option("tls-server-name", serverName),
  ];
}
