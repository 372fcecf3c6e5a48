/**
 * Holds each kind of notifier with a receiver that checks it, for tests.
 * In: a kind. Out: the notifier, its receiver, its secrets.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import type { NotifierOptions } from "../adapters/notify/notifier-options.ts";
import { openNotifier } from "../adapters/notify/open-notifier.ts";
import type { NotifierKind, NotifierTarget } from "../ports/notifier.ts";
import {
  alertmanagerVendor,
  falcosidekickVendor,
  type NotifyServer,
  pagerdutyVendor,
  type ServerKeys,
  serveVendor,
  slackBotVendor,
  slackHookVendor,
  type Vendor,
  webhookVendor,
} from "./notify-servers.ts";
import { parseCef, receiveSyslog } from "./syslog-receiver.ts";

export const labSecrets = {
  slackPath: "/services/T0HOOKTEAM/B0HOOKNAME/Zx81secretsecretYq",
  slackToken: "xoxb-917-secret-8842-Qw3rTy",
  routingKey: "R0ut1ngKeyOf32CharactersABCDEFGH",
  signingKey: "sign-me-with-7f3a9c-and-nothing-else",
  bearer: "bearer-5b1d-and-more-of-it",
};

export function labTarget(kind: NotifierKind, over: Partial<NotifierTarget> = {}): NotifierTarget {
  return {
    ...{ name: `lab-${kind}`, kind, url: "", urlPlace: undefined, tokenPlace: undefined },
    ...{ signingKeyPlace: undefined, channel: "", path: "", caFile: "", insecure: true },
    ...over,
  };
}

/** A clock that moves by a second with each look: no two signatures are the same. */
export function labOptions(over: Partial<NotifierOptions> = {}): NotifierOptions {
  let nowMs = Date.UTC(2026, 0, 2, 4);
  return {
    documents: {
      incident: ({ incident }) => JSON.stringify(incident, null, 2),
      ocsf: ({ incident, kind }) =>
        JSON.stringify({ class_uid: 2005, activity: kind, desc: incident.headline }),
    },
    environment: {
      ...{ TOKEN: labSecrets.slackToken, ROUTING: labSecrets.routingKey },
      ...{ SIGNING: labSecrets.signingKey, BEARER: labSecrets.bearer },
    },
    nowMs: () => {
      nowMs += 1000;
      return nowMs;
    },
    output: new Writable({ write: (_chunk, _encoding, done) => done() }),
    ...over,
  };
}

export const fromVariable = (name: string) => ({ from: "environment", name }) as const;

export interface HttpLab {
  readonly notifier: ReturnType<typeof openNotifier>;
  readonly server: NotifyServer;
  readonly secrets: readonly string[];
  /** Of PagerDuty, by key. */
  readonly alerts: ReadonlyMap<string, string>;
  /** Of Alertmanager. */
  readonly firing: ReadonlySet<string>;
  acceptedCount(): Promise<number>;
  refused(): readonly string[];
  close(): Promise<void>;
}

export const httpKinds = [
  "slack-hook",
  "slack-bot",
  "pagerduty",
  "webhook",
  "falcosidekick",
  "ocsf",
  "alertmanager",
] as const;
export type HttpKind = (typeof httpKinds)[number];

export async function openHttpLab(
  kind: HttpKind,
  over: Partial<NotifierOptions> = {},
  vendor?: Vendor,
): Promise<HttpLab> {
  const alerts = new Map<string, string>();
  const firing = new Set<string>();
  const options = labOptions(over);
  const server = await serveVendor(vendor ?? vendorOf(kind, { alerts, firing, options }));
  const { target, secrets, environment } = targetAt(kind, server.origin);
  const all = { ...options, environment: { ...options.environment, ...environment } };
  return {
    ...{ notifier: openNotifier(target, all), server, secrets, alerts, firing },
    acceptedCount: async () => server.accepted.length,
    refused: () => server.refused,
    close: () => server.close(),
  };
}

interface VendorParts {
  readonly alerts: Map<string, string>;
  readonly firing: Set<string>;
  readonly options: NotifierOptions;
}

function vendorOf(kind: HttpKind, { alerts, firing, options }: VendorParts): Vendor {
  const has = (key: string) => (body: Readonly<Record<string, unknown>>) =>
    body[key] === undefined ? `no ${key}` : "";
  if (kind === "slack-hook") return slackHookVendor(labSecrets.slackPath);
  if (kind === "slack-bot") return slackBotVendor(labSecrets.slackToken);
  if (kind === "pagerduty") return pagerdutyVendor(labSecrets.routingKey, alerts);
  if (kind === "falcosidekick") return falcosidekickVendor;
  if (kind === "alertmanager") return alertmanagerVendor(firing, options.nowMs);
  const key = kind === "ocsf" ? "class_uid" : "incident";
  return webhookVendor(labSecrets.signingKey, options.nowMs, has(key));
}

interface TargetParts {
  readonly target: NotifierTarget;
  readonly secrets: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

function targetAt(kind: HttpKind, origin: string): TargetParts {
  const { slackPath, slackToken, routingKey, signingKey, bearer } = labSecrets;
  const none = { environment: {} };
  switch (kind) {
    case "slack-hook":
      return {
        target: labTarget("slack", { urlPlace: fromVariable("HOOK") }),
        ...{ secrets: [slackPath], environment: { HOOK: `${origin}${slackPath}` } },
      };
    case "slack-bot": {
      const url = `${origin}/api/chat.postMessage`;
      const tokenPlace = fromVariable("TOKEN");
      return {
        ...{ target: labTarget("slack", { url, tokenPlace, channel: "#alerts" }) },
        ...{ secrets: [slackToken], ...none },
      };
    }
    case "pagerduty": {
      const url = `${origin}/v2/enqueue`;
      const target = labTarget(kind, { url, tokenPlace: fromVariable("ROUTING") });
      return { target, secrets: [routingKey], ...none };
    }
    case "alertmanager":
    case "falcosidekick": {
      const target = labTarget(kind, { url: origin, tokenPlace: fromVariable("BEARER") });
      return { target, secrets: [bearer], ...none };
    }
    default: {
      const tokenPlace = fromVariable("BEARER");
      const signingKeyPlace = fromVariable("SIGNING");
      const target = labTarget(kind, { url: `${origin}/hook`, tokenPlace, signingKeyPlace });
      return { target, secrets: [signingKey, bearer], ...none };
    }
  }
}

export const syslogTransports = ["udp", "tcp", "tls"] as const;

/** Keys of a server on 127.0.0.1 that nobody else signed; made once. */
export function labKeys(): ServerKeys & { readonly caFile: string } {
  if (keys === undefined) {
    const folder = mkdtempSync(join(tmpdir(), "waggle-notify-keys-"));
    process.once("exit", () => execFileSync("rm", ["-rf", folder]));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const names = "subjectAltName=IP:127.0.0.1,DNS:localhost";
    const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const about = ["-days", "2", "-subj", "/CN=lab", "-addext", names];
    const args = ["req", "-x509", ...ec, ...about, "-keyout", key, "-out", cert];
    execFileSync("openssl", args, { stdio: "pipe" });
    keys = { key: readFileSync(key), cert: readFileSync(cert), caFile: cert };
  }
  return keys;
}

let keys: (ServerKeys & { readonly caFile: string }) | undefined;

export async function openSyslogLab(
  kind: "syslog" | "cef",
  transport: (typeof syslogTransports)[number],
  over: Partial<NotifierTarget> = {},
) {
  const isTls = transport === "tls";
  const receiver = await receiveSyslog(transport, isTls ? labKeys() : undefined);
  const caFile = isTls ? labKeys().caFile : "";
  const target = labTarget(kind, { url: receiver.url, caFile, insecure: !isTls, ...over });
  const notifier = openNotifier(target, labOptions());
  const refused = (): readonly string[] => {
    const bad = receiver.messages.flatMap((one) => (kind === "cef" ? troubleOfCef(one.text) : []));
    return [...receiver.troubles, ...bad];
  };
  const acceptedCount = async (wanted: number): Promise<number> => {
    // Datagrams arrive some time; the test itself has an end.
    while (receiver.messages.length + receiver.troubles.length < wanted) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return receiver.messages.length;
  };
  const close = () => receiver.close();
  return { notifier, receiver, refused, acceptedCount, secrets: [], close };
}

function troubleOfCef(text: string): readonly string[] {
  try {
    parseCef(text);
    return [];
  } catch (error) {
    return [String(error)];
  }
}

export async function openFileLab() {
  const folder = mkdtempSync(join(tmpdir(), "waggle-notify-file-"));
  const path = join(folder, "incidents.jsonl");
  const notifier = openNotifier(labTarget("file", { path }), labOptions());
  const lines = async (): Promise<readonly unknown[]> => {
    const text = await readFile(path, "utf8").catch(() => "");
    return linesOf(text);
  };
  return {
    ...{ notifier, path, lines, secrets: [], refused: () => [] },
    acceptedCount: async () => (await lines()).length,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

export async function openOutputLab() {
  const chunks: string[] = [];
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      chunks.push(String(chunk));
      done();
    },
  });
  const notifier = openNotifier(labTarget("stdout"), labOptions({ output }));
  return {
    ...{ notifier, secrets: [], refused: () => [], close: async () => undefined },
    acceptedCount: async () => linesOf(chunks.join("")).length,
  };
}

function linesOf(text: string): readonly unknown[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line));
}
