/**
 * Holds an API server that speaks lists and watches as Kubernetes does, over real HTTP or HTTPS.
 * In: objects, faults. Out: pages, streams of events, and what was asked of it.
 * Must never be imported by anything but tests.
 */
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";

export type ApiObject = Readonly<Record<string, unknown>> & {
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string };
};

export interface AskedRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string;
  readonly accept: string;
  /** Common name of the certificate that the client showed; "" for none. */
  readonly client: string;
}

interface Entry {
  readonly path: string;
  readonly revision: number;
  readonly type: string;
  readonly object: ApiObject;
}

interface OpenWatch {
  readonly path: string;
  readonly isPartial: boolean;
  readonly response: http.ServerResponse;
}

/** Answers the request itself, and says so by `true`. */
export type Intercept = (asked: AskedRequest, response: http.ServerResponse) => boolean;

export class KubernetesApi {
  readonly asked: AskedRequest[] = [];
  intercept: Intercept = () => false;
  /** Lists give at most so many, whatever is asked. */
  pageCountMax = 500;
  private readonly server: http.Server;
  private readonly scheme: string;
  private readonly objects = new Map<string, Map<string, ApiObject>>();
  private history: Entry[] = [];
  private watches: OpenWatch[] = [];
  private revision = 100;
  private forgotten = 0;

  constructor(tls?: https.ServerOptions) {
    const answer = (request: http.IncomingMessage, response: http.ServerResponse) =>
      this.answer(request, response);
    this.server = tls ? https.createServer(tls, answer) : http.createServer(answer);
    this.scheme = tls ? "https" : "http";
  }

  async listen(port = 0): Promise<string> {
    this.server.listen(port, "127.0.0.1");
    await once(this.server, "listening");
    return `${this.scheme}://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    if (!this.server.listening) return;
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }

  /** `path`: `/api/v1/pods`. It is served from then on. */
  serve(path: string): Map<string, ApiObject> {
    const kept = this.objects.get(path) ?? new Map<string, ApiObject>();
    this.objects.set(path, kept);
    return kept;
  }

  drop(path: string): void {
    this.objects.delete(path);
  }

  put(path: string, object: ApiObject): void {
    const kept = this.serve(path);
    const key = keyOf(object);
    const type = kept.has(key) ? "MODIFIED" : "ADDED";
    this.revision += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.revision) };
    const whole = { ...object, metadata };
    kept.set(key, whole);
    this.tell({ path, revision: this.revision, type, object: whole });
  }

  remove(path: string, key: string): void {
    const kept = this.serve(path);
    const object = kept.get(key);
    if (object === undefined) throw new Error(`there is no ${key} at ${path}`);
    kept.delete(key);
    this.revision += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.revision) };
    const whole = { ...object, metadata };
    this.tell({ path, revision: this.revision, type: "DELETED", object: whole });
  }

  /** Changes that no open watch hears of, and that are forgotten: as after a long outage. */
  forget(change: () => void): void {
    const open = this.watches;
    this.watches = [];
    change();
    this.watches = open;
    this.history = [];
    this.forgotten = this.revision;
  }

  bookmark(path: string): void {
    this.revision += 1;
    const metadata = { resourceVersion: String(this.revision) };
    for (const { response } of this.watchesOf(path)) {
      response.write(lineOf("BOOKMARK", { kind: "Pod", apiVersion: "v1", metadata }));
    }
  }

  /** Raw bytes to the watches of a path; then they end, or their connections are cut. */
  endWatches(path: string, bytes = "", cut = false): void {
    const ending = this.watchesOf(path);
    // What changes from now on they do not hear of.
    this.watches = this.watches.filter((one) => one.path !== path);
    for (const { response } of ending) {
      if (bytes !== "") response.write(bytes);
      if (cut) setImmediate(() => response.socket?.destroy());
      else response.end();
    }
  }

  watchCount(path: string): number {
    return this.watchesOf(path).length;
  }

  /** Requests of one path that were no watches, or only those that were. */
  askedFor(path: string, isWatch: boolean): readonly AskedRequest[] {
    return this.asked.filter((one) => one.path === path && one.query.has("watch") === isWatch);
  }

  private watchesOf(path: string): readonly OpenWatch[] {
    return this.watches.filter((one) => one.path === path);
  }

  private tell(entry: Entry): void {
    this.history.push(entry);
    for (const watch of this.watchesOf(entry.path)) send(watch, entry);
  }

  private answer(request: http.IncomingMessage, response: http.ServerResponse): void {
    const url = new URL(request.url ?? "", "http://server");
    const socket = request.socket as TLSSocket;
    const certificate = socket.getPeerCertificate?.();
    const asked = {
      path: url.pathname,
      query: url.searchParams,
      authorization: request.headers.authorization ?? "",
      accept: request.headers.accept ?? "",
      client: String(certificate?.subject?.CN ?? ""),
    };
    this.asked.push(asked);
    if (this.intercept(asked, response)) return;
    if (asked.path === "/apis") sendJson(response, 200, this.groups());
    else if (!this.objects.has(asked.path)) sendStatus(response, 404, "not found");
    else if (asked.query.has("watch")) this.openWatch(asked, response);
    else this.list(asked, response);
  }

  private groups(): unknown {
    const versions = new Map<string, Set<string>>();
    for (const path of this.objects.keys()) {
      const [, root, group = "", version = ""] = path.split("/");
      if (root === "apis") versions.set(group, (versions.get(group) ?? new Set()).add(version));
    }
    const groups = [...versions].map(([name, of]) => ({
      name,
      versions: [...of].map((version) => ({ groupVersion: `${name}/${version}`, version })),
    }));
    return { kind: "APIGroupList", apiVersion: "v1", groups };
  }

  private list(asked: AskedRequest, response: http.ServerResponse): void {
    const all = [...this.serve(asked.path).values()];
    const start = Number(asked.query.get("continue") ?? 0);
    const count = Math.min(Number(asked.query.get("limit") ?? all.length), this.pageCountMax);
    const end = start + count;
    const isPartial = asked.accept.includes("as=PartialObjectMetadataList");
    sendJson(response, 200, {
      kind: isPartial ? "PartialObjectMetadataList" : "SomeList",
      apiVersion: "v1",
      metadata: {
        resourceVersion: String(this.revision),
        ...(end < all.length
          ? { continue: String(end), remainingItemCount: all.length - end }
          : {}),
      },
      // As the real one does: elements of a list do not say what they are.
      items: all
        .slice(start, end)
        .map((one) =>
          isPartial ? partial(one) : { ...one, kind: undefined, apiVersion: undefined },
        ),
    });
  }

  private openWatch(asked: AskedRequest, response: http.ServerResponse): void {
    const since = Number(asked.query.get("resourceVersion"));
    if (since < this.forgotten) {
      sendStatus(response, 410, `too old resource version: ${since} (${this.forgotten})`);
      return;
    }
    const isPartial = asked.accept.includes("as=PartialObjectMetadata");
    const watch = { path: asked.path, isPartial, response };
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    this.watches.push(watch);
    response.on("close", () => {
      this.watches = this.watches.filter((one) => one !== watch);
    });
    for (const entry of this.history) {
      if (entry.path === asked.path && entry.revision > since) send(watch, entry);
    }
  }
}

function keyOf({ metadata }: ApiObject): string {
  return `${String(metadata["namespace"] ?? "")}/${metadata.name}`;
}

function send({ isPartial, response }: OpenWatch, { type, object }: Entry): void {
  response.write(lineOf(type, isPartial ? partial(object) : object));
}

/** One line of a watch. */
export function lineOf(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`;
}

function partial({ metadata }: ApiObject): ApiObject {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata };
}

export function sendJson(response: http.ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

export function sendStatus(response: http.ServerResponse, status: number, message: string): void {
  sendJson(response, status, { kind: "Status", apiVersion: "v1", code: status, message });
}
