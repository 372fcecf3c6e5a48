/**
 * Holds the choice of a sink by what its target looks like.
 * In: `-`, an address, a file or a directory. Out: the sink.
 * Must never show the secret of an address.
 */
import { statSync } from "node:fs";
import type { Sink } from "../../ports/sink.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import {
  createDirectorySink,
  createFileSink,
  fileFormats,
  type MakeDirectory,
} from "./file-sink.ts";
import { createOutputSink } from "./output-sink.ts";
import { createWebhookSink, type WebhookOptions } from "./webhook-sink.ts";

export interface SinkOptions extends WebhookOptions {
  readonly makeDirectory: MakeDirectory;
}

/**
 * A directory is one that is there, or a name that ends in a slash.
 * **Errors**: throws `usage` for what is none of them.
 */
export function openSink(target: string, options: SinkOptions): Sink {
  if (target === "-") return createOutputSink(process.stdout);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(target)?.[1]?.toLowerCase();
  if (scheme === "https" || scheme === "http") return createWebhookSink(target, options);
  if (scheme !== undefined) {
    throw new WaggleError(
      "usage",
      `A report can be sent to https:// or http://, not ${scheme}://.`,
    );
  }
  const isDirectory = statSync(target, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isDirectory || target.endsWith("/")) {
    return createDirectorySink(target, options.makeDirectory);
  }
  if (fileFormats.some((format) => target.endsWith(`.${format}`))) return createFileSink(target);
  const known = fileFormats.map((format) => `.${format}`).join(", ");
  throw new WaggleError(
    "usage",
    `A report can be written to a directory, or to a file that ends in ${known}; not to ` +
      `${JSON.stringify(target)}. A directory that is not there yet ends in a slash.`,
  );
}
