/**
 * Holds a small web server for tests of what calls out: it answers as told and keeps what it got.
 * In: answers in turn, the last one again. Out: its address, the requests.
 */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The connection is cut instead, or nothing is ever said. */
  readonly fault?: "cut" | "silent";
}

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface WebServer {
  /** Without a slash at its end. */
  readonly origin: string;
  readonly received: readonly Received[];
  close(): Promise<void>;
}

export async function serveAnswers(answers: readonly Answer[]): Promise<WebServer> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const answer = answers[Math.min(received.length, answers.length - 1)];
      received.push({ method, path, headers, body: Buffer.concat(chunks).toString() });
      if (answer?.fault === "silent") return;
      if (answer === undefined || answer.fault === "cut") request.socket.destroy();
      else response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
