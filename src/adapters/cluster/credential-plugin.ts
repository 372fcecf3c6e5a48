/**
 * Holds asking a credential plugin: the program that a kubeconfig names to get a token.
 * In: its command, arguments and environment. Out: a token or certificate, kept until it expires.
 * Must never run a shell, wait for ever, or show what the program printed: it is a secret.
 * **Source**: `client.authentication.k8s.io/v1`, ExecCredential.
 */
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import {
  type Faults,
  isObject,
  type JsonObject,
  readObject,
  readObjects,
  readTexts,
} from "../../core/inventory/json-value.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { quote } from "./cluster-access.ts";
import type { Environment } from "./in-cluster.ts";
import { type ConfigRecord, refuse, textIn } from "./read-kubeconfig.ts";

export interface PluginCredential {
  readonly token: string;
  readonly certificate: string;
  readonly key: string;
}

export interface PluginRun {
  readonly environment: Environment;
  readonly timeoutMs: number;
  /** What the plugin may be told of the cluster. */
  readonly cluster: JsonObject;
  readonly now: () => number;
}

interface Plugin {
  readonly version: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly wantsCluster: boolean;
}

/** Both have the same fields; many clusters still hand out the older name. */
const versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];
const outputBytesMax = 1024 * 1024;
/** Asked anew so long before the end, for a request takes time too. */
const marginMs = 20_000;

export class CredentialPlugin {
  private readonly plugin: Plugin;
  private readonly run: PluginRun;
  private asked: Promise<PluginCredential> | undefined;
  private endsAtMs = Number.POSITIVE_INFINITY;

  /** **Errors**: `config-invalid`. */
  constructor(record: ConfigRecord, path: string, run: PluginRun) {
    this.plugin = readPlugin(record, path);
    this.run = run;
  }

  /** Once for all who ask at the same time. **Errors**: `tool-missing`, `tool-failed`. */
  async credential(): Promise<PluginCredential> {
    if (this.run.now() >= this.endsAtMs - marginMs) this.forget();
    this.asked ??= this.ask();
    try {
      return await this.asked;
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  forget(): void {
    this.asked = undefined;
    this.endsAtMs = Number.POSITIVE_INFINITY;
  }

  private async ask(): Promise<PluginCredential> {
    const output = await runPlugin(this.plugin, this.run);
    const fail = (why: string) =>
      new WaggleError("tool-failed", `${quote(this.plugin.command)} ${why}.`, { retryable: true });
    const answer = parseAnswer(output);
    if (answer === undefined) throw fail("did not print an ExecCredential");
    if (textIn(answer, "apiVersion") !== this.plugin.version) {
      throw fail(`answered in another version than ${this.plugin.version}`);
    }
    const status = readObject(answer, "status", { first: undefined }) ?? {};
    const credential = {
      token: textIn(status, "token").trim(),
      certificate: textIn(status, "clientCertificateData"),
      key: textIn(status, "clientKeyData"),
    };
    const isWhole = credential.certificate !== "" && credential.key !== "";
    if (credential.token === "" && !isWhole) throw fail("gave no token and no certificate");
    const end = Date.parse(textIn(status, "expirationTimestamp"));
    this.endsAtMs = Number.isNaN(end) ? Number.POSITIVE_INFINITY : end;
    return credential;
  }
}

function readPlugin({ fields, folder }: ConfigRecord, path: string): Plugin {
  const faults: Faults = { first: undefined };
  const version = textIn(fields, "apiVersion");
  const command = textIn(fields, "command");
  if (!versions.includes(version)) {
    throw refuse(
      path,
      `names a credential plugin of version ${quote(version)}, not ${versions[0]}`,
    );
  }
  if (command === "") throw refuse(path, "names a credential plugin without a command");
  if (textIn(fields, "interactiveMode") === "Always") {
    throw refuse(path, "names a credential plugin that wants to ask a person");
  }
  const variables = readObjects(fields, "env", faults).map((one) => [
    textIn(one, "name"),
    textIn(one, "value"),
  ]);
  return {
    version,
    // With a slash it is a path beside the configuration; else PATH is searched.
    command: command.includes("/") ? resolve(folder, command) : command,
    arguments: readTexts(fields, "args", faults),
    variables: Object.fromEntries(variables),
    wantsCluster: fields["provideClusterInfo"] === true,
  };
}

function runPlugin(plugin: Plugin, run: PluginRun): Promise<string> {
  const { environment, timeoutMs, cluster } = run;
  const spec = { interactive: false, ...(plugin.wantsCluster ? { cluster } : {}) };
  const info = { apiVersion: plugin.version, kind: "ExecCredential", spec };
  return new Promise((done, failed) => {
    const child = execFile(
      plugin.command,
      plugin.arguments,
      {
        env: { ...environment, ...plugin.variables, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
        timeout: timeoutMs,
        killSignal: "SIGKILL",
        maxBuffer: outputBytesMax,
        windowsHide: true,
      },
      (error, output) => {
        if (error === null) done(output);
        else failed(tellFailure(plugin.command, error, timeoutMs));
      },
    );
    child.stdin?.end();
  });
}

type ProgramError = Error & { readonly code?: unknown; readonly killed?: boolean };

function tellFailure(command: string, error: ProgramError, timeoutMs: number): WaggleError {
  const { code, killed } = error;
  if (code === "ENOENT" || code === "EACCES") {
    const why = code === "ENOENT" ? "was not found" : "may not be run";
    const message = `The credential plugin ${quote(command)} ${why}.`;
    return new WaggleError("tool-missing", message, { retryable: true });
  }
  const tooMuch = code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER";
  const late = `took longer than ${Math.round(timeoutMs / 1000)} s`;
  const ended = killed === true ? late : `ended with exit code ${String(code)}`;
  const how = tooMuch ? "printed more than 1 MiB" : ended;
  // Its error is left out as a cause: the message holds what it printed.
  return new WaggleError("tool-failed", `The credential plugin ${quote(command)} ${how}.`, {
    retryable: true,
  });
}

function parseAnswer(output: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(output);
    return isObject(value) && value["kind"] === "ExecCredential" ? value : undefined;
  } catch {
    return undefined;
  }
}
