/**
 * Holds telling any web server: the incident as JSON, signed if there is a key.
 * In: notices. Out: one POST each; `x-waggle-signature` covers the time stamp and the body, so that
 * an old one cannot be sent again (docs/notify.md says how a receiver checks it).
 */
import { createHmac } from "node:crypto";
import type { Notice, Notifier, NotifierTarget } from "../../ports/notifier.ts";
import { noticeId } from "./notice-id.ts";
import type { NotifierOptions } from "./notifier-options.ts";
import { createHttpTarget } from "./post-http.ts";
import { readSecret } from "./read-secret.ts";

export function createWebhook(target: NotifierTarget, options: NotifierOptions): Notifier {
  return createSignedPost(target, options, (notice) => writeNotice(notice, options));
}

/** One JSON object of the schema `waggle.notice/1`, on one line or more. */
export function writeNotice(notice: Notice, { documents, nowMs }: NotifierOptions): string {
  const { kind, news, cluster } = notice;
  const sentAt = new Date(nowMs()).toISOString();
  const head = { schema: "waggle.notice/1", id: noticeId(notice), kind, sentAt, cluster, news };
  const start = JSON.stringify(head).slice(0, -1);
  return `${start},"incident":${documents.incident(notice).trim()}}`;
}

/** POST of a document, with a bearer token and a signature where the route has them. */
export function createSignedPost(
  target: NotifierTarget,
  options: NotifierOptions,
  write: (notice: Notice) => string,
): Notifier {
  const http = createHttpTarget(target, options);
  const { tokenPlace, signingKeyPlace } = target;
  const read = async (place: NotifierTarget["tokenPlace"]) =>
    place === undefined ? "" : await readSecret(place, options.environment);
  return {
    name: target.name,
    kind: target.kind,
    preview: (notice) => ({ method: "POST", target: http.shown, body: write(notice) }),
    send: async (notice, signal) => {
      const [token, key] = [await read(tokenPlace), await read(signingKeyPlace)];
      const body = write(notice);
      const headers = {
        "x-waggle-notice": noticeId(notice),
        ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
        ...(key === "" ? {} : sign(body, key, options.nowMs())),
      };
      const secrets = [token, key].filter((secret) => secret !== "");
      await http.post({ body, headers, secrets }, signal);
      return { thread: "" };
    },
  };
}

function sign(body: string, key: string, nowMs: number): Readonly<Record<string, string>> {
  const time = String(Math.floor(nowMs / 1000));
  const digest = createHmac("sha256", key).update(`v1:${time}:`).update(body).digest("hex");
  return { "x-waggle-timestamp": time, "x-waggle-signature": `v1=${digest}` };
}
