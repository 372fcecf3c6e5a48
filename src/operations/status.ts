/**
 * Holds the operation `status`: how a daemon is.
 * In: where its status pages are, or its state directory. Out: what it says, or what it left.
 */
import * as z from "zod";
import { ProblemLog } from "../core/event/problem.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { type ForgottenHistory, readForgotten } from "./live/forgotten-log.ts";
import { type DaemonStatus, statusSchema } from "./live/status-pages.ts";
import { parseJson } from "./load-cluster.ts";
import { observeState } from "./observe-state.ts";
import type { Operation, OperationContext } from "./operation.ts";

const input = z.strictObject({
  address: z
    .string()
    .min(1)
    .optional()
    .describe("Where `waggle run --status` serves its pages; 127.0.0.1:9464 when left out"),
  state: z.string().min(1).optional().describe("Look into a state directory instead of asking"),
});

/** What the directory of a daemon holds, whether it runs or not. */
export interface StateStatus {
  readonly directory: string;
  readonly fromUs: number;
  readonly toUs: number;
  readonly eventCount: number;
  readonly sizeBytes: number;
  readonly rowCounts: Readonly<Record<string, number>>;
  readonly lossCount: number;
  readonly containerCount: number;
  readonly latestReportUs: number;
  /** What the history keeps no more. */
  readonly forgotten: ForgottenHistory;
}

export interface StatusOutput {
  readonly daemon: DaemonStatus | null;
  readonly state: StateStatus | null;
}

export const status: Operation<z.infer<typeof input>, StatusOutput> = {
  name: "status",
  summary: "how a running waggle is, or what one left",
  description:
    "Asks the status pages of `waggle run` what it is connected to, how far it is and what does " +
    "not work; or tells what a state directory holds.",
  effect: "read",
  input,
  run: async ({ address, state }, context) =>
    state === undefined
      ? { daemon: await askDaemon(address ?? "127.0.0.1:9464", context), state: null }
      : { daemon: null, state: await lookInto(state, context) },
};

async function askDaemon(address: string, { outside }: OperationContext): Promise<DaemonStatus> {
  const page = await outside.sources.scrape(`${addressOf(address)}/status`).catch((cause) => {
    if (!(cause instanceof WaggleError)) throw cause;
    const message = `No waggle answers at ${address}. --state DIRECTORY looks into what one left.`;
    throw new WaggleError("connection-failed", message, { cause });
  });
  const body = page.slice(page.indexOf("{"));
  const result = statusSchema.safeParse(parseJson(body));
  if (result.success) return result.data;
  throw new WaggleError("connection-failed", `${address} answers, but it is no waggle.`);
}

/** As `run --status` takes it, or as its log shows it. **Errors**: throws `usage`. */
function addressOf(address: string): string {
  if (/^https?:\/\//.test(address)) return address.replace(/\/+$/, "");
  if (address.startsWith("unix:")) {
    throw new WaggleError("usage", "A socket is not asked: pass host:port, or --state DIRECTORY.");
  }
  return `http://${address.startsWith(":") ? "127.0.0.1" : ""}${address}`;
}

async function lookInto(directory: string, context: OperationContext): Promise<StateStatus> {
  const { facts, recording } = await observeState(directory, context, new ProblemLog());
  const store = await context.outside.state.store(directory, "read");
  try {
    const { sizeBytes, rowCounts } = await store.size();
    const [latest] = await store.history.reports(1);
    const { fromUs, toUs, eventCount } = recording;
    return {
      ...{ directory, fromUs, toUs, eventCount, sizeBytes, rowCounts },
      lossCount: facts.losses.length,
      containerCount: [...facts.containers].length,
      latestReportUs: latest?.timeUs ?? 0,
      forgotten: await readForgotten(store.settings),
    };
  } finally {
    await store.close();
  }
}
