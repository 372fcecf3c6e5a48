/**
 * Holds the tests of secured connections, with keys that openssl makes for them.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ServerCredentials } from "@grpc/grpc-js";
import type { TlsFiles } from "../../ports/tetragon-control.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { numbered, RawTetragonServer, versionAnswer } from "../../testing/raw-tetragon-server.ts";
import { createTetragonControl } from "./tetragon-control.ts";
import { createTetragonSource } from "./tetragon-source.ts";

const folder = mkdtempSync(join(tmpdir(), "waggle-tls-"));
const file = (name: string): string => join(folder, name);
const serverName = "node.tetragon-grpc.cilium.io";

before(() => {
  for (const name of ["server", "client", "other"]) {
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
        ...["-days", "2", "-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${serverName}`],
        ...["-keyout", file(`${name}.key`), "-out", file(`${name}.pem`)],
      ],
      { stdio: "pipe" },
    );
  }
  writeFileSync(file("broken.pem"), "-----BEGIN CERTIFICATE-----\nc2VjcmV0\n");
});

after(() => rmSync(folder, { recursive: true, force: true }));

async function startSecured(t: { after(end: () => void): void }, isMutual: boolean) {
  const pair = {
    private_key: readFileSync(file("server.key")),
    cert_chain: readFileSync(file("server.pem")),
  };
  const ca = isMutual ? readFileSync(file("client.pem")) : null;
  const server = await RawTetragonServer.start({
    calls: { GetVersion: () => versionAnswer("v1.8.0") },
    credentials: ServerCredentials.createSsl(ca, [pair], isMutual),
  });
  t.after(() => server.stop());
  return server;
}

test("events come over a secured connection, and a client shows its certificate", async (t) => {
  const server = await startSecured(t, true);
  const tls: TlsFiles = {
    caFile: file("server.pem"),
    certificateFile: file("client.pem"),
    keyFile: file("client.key"),
    serverName,
  };
  const control = createTetragonControl({ address: server.address, tls });
  assert.equal((await control.info()).version, "v1.8.0");
  const source = createTetragonSource({ address: server.address, tls });
  server.send([numbered(1)]).catch(assert.ifError);
  for await (const { kind } of source.signals(undefined)) if (kind === "messages") break;
});

interface Case {
  readonly what: string;
  readonly host?: string;
  readonly tls?: () => TlsFiles;
  readonly code: string;
  readonly message: RegExp;
}

const trusted = () => ({ caFile: file("server.pem") });
const cases: readonly Case[] = [
  {
    what: "a server nobody vouches for",
    tls: () => ({ caFile: file("other.pem"), serverName }),
    code: "connection-failed",
    message: /self-signed certificate/,
  },
  {
    what: "a server of another name",
    host: "localhost",
    tls: trusted,
    code: "connection-failed",
    message: /does not match certificate's altnames/,
  },
  {
    what: "a client without a certificate, where one is asked for",
    tls: () => ({ ...trusted(), serverName }),
    code: "connection-failed",
    message: /cannot be reached/,
  },
  {
    what: "a client that does not secure",
    code: "connection-failed",
    message: /cannot be reached/,
  },
  {
    what: "a file that is not there",
    tls: () => ({ caFile: file("absent.pem") }),
    code: "file-unreadable",
    message: /certificates of authorities .* cannot be read from .*absent\.pem: ENOENT/,
  },
  {
    what: "a file that is no certificate",
    tls: () => ({ caFile: file("broken.pem") }),
    code: "connection-failed",
    message: /The keys for Tetragon at 127\.0\.0\.1:\d+ cannot be used: /,
  },
  {
    what: "a key that belongs to another certificate",
    tls: () => ({
      ...trusted(),
      certificateFile: file("client.pem"),
      keyFile: file("other.key"),
    }),
    code: "connection-failed",
    message: /key values mismatch/,
  },
];

for (const { what, host = "127.0.0.1", tls, code, message } of cases) {
  test(`${what}: the call fails, the source waits, and both say why`, async (t) => {
    const server = await startSecured(t, true);
    const files = tls?.();
    const named = `${host}:${server.port}`;
    const address = { address: named, ...(files === undefined ? {} : { tls: files }) };
    await assert.rejects(createTetragonControl(address).info(), (error) => {
      assert.ok(error instanceof WaggleError);
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /BEGIN|c2VjcmV0|\n/);
      return true;
    });
    const source = createTetragonSource(address, { idleMs: 5, firstDelayMs: 60_000 });
    for await (const { kind } of source.signals(undefined)) {
      assert.equal(kind, "idle");
      if (source.status().state === "waiting") {
        assert.match(source.status().detail, message);
        break;
      }
    }
  });
}
