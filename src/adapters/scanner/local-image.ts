/**
 * Holds whether Docker or Podman has an image.
 * In: a request that names one. Out: nothing, or `tool-failed`. Syft has the server pull what it
 * lacks, and a name from telemetry must not make anybody pull: so the server is asked first.
 * **Source**: Docker Engine API, `GET /images/{name}/json`, which Podman answers too.
 */
import { join } from "node:path";
import type { ScanRequest } from "../../ports/scanner.ts";
import { WaggleError } from "../../ports/waggle-error.ts";

// An import of this module touches all that it has, and with it a second client of HTTP: 4 MB.
const { request: ask } = process.getBuiltinModule("node:http");

const timeoutMs = 10_000;

/** **Errors**: throws `tool-failed` when it is not there, or there is no telling. */
export async function requireLocalImage({ target, imageSource }: ScanRequest): Promise<void> {
  if (imageSource !== "docker" && imageSource !== "podman") return;
  const socket = socketOf(imageSource);
  const shown = JSON.stringify(target);
  if (socket === undefined) {
    throw new WaggleError(
      "tool-failed",
      `${imageSource} is not asked: its host is no Unix socket.`,
    );
  }
  const status = await inspect(socket, target).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    const message = `${imageSource} could not be asked for ${shown}: ${why}.`;
    throw new WaggleError("tool-failed", message, { cause: error });
  });
  if (status === 200) return;
  const why = status === 404 ? "does not have it, and nothing is pulled" : `answered ${status}`;
  throw new WaggleError("tool-failed", `${imageSource} was asked for ${shown}: it ${why}.`);
}

function socketOf(source: "docker" | "podman"): string | undefined {
  const host = process.env[source === "docker" ? "DOCKER_HOST" : "CONTAINER_HOST"] ?? "";
  if (host.startsWith("unix://")) return host.slice("unix://".length);
  if (host !== "") return undefined;
  if (source === "docker") return "/var/run/docker.sock";
  const folder = process.env["XDG_RUNTIME_DIR"] ?? "";
  const isRoot = process.getuid?.() === 0 || folder === "";
  return join(isRoot ? "/run" : folder, "podman", "podman.sock");
}

function inspect(socketPath: string, image: string): Promise<number> {
  // Slashes stay: the server takes all up to the last part for the name.
  const name = image.split("/").map(encodeURIComponent).join("/");
  return new Promise((resolve, reject) => {
    const path = `/images/${name}/json`;
    const call = ask({ socketPath, path, timeout: timeoutMs, agent: false }, (answer) => {
      answer.destroy();
      resolve(answer.statusCode ?? 0);
    });
    call.on("timeout", () => call.destroy(new Error("no answer in time")));
    call.on("error", reject);
    call.end();
  });
}
