/**
 * Holds the operation `notify`: which routes tell people of incidents, trying them, and sending
 * again what no receiver took.
 * In: an action, a route. Out: what each route is and did.
 * Must never send without being asked to, nor show a secret.
 */
import * as z from "zod";
import type { NoticePreview } from "../ports/notifier.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { kebabKey } from "./live/run-fields.ts";
import { stateField, stateOf } from "./live/state-field.ts";
import { nearestName } from "./nearest-name.ts";
import { notifyFiles, openRoutes, type RouteOpening } from "./notify/open-routes.ts";
import { type ResentLetters, resendLetters } from "./notify/resend-letters.ts";
import { makeTestNotice } from "./notify/test-notice.ts";
import type { Operation, OperationContext } from "./operation.ts";

const notifyActions = ["list", "test", "resend"] as const;

const input = z.strictObject({
  action: z
    .enum(notifyActions)
    .describe(
      "list: the routes of waggle.yaml; test: send a test notice; resend: send dead letters again",
    ),
  route: z.string().min(1).max(100).optional().describe("Only this route, by its name"),
  state: stateField,
  dryRun: z.boolean().optional().describe("Show what would be sent, and send nothing"),
});
type NotifyInput = z.infer<typeof input>;

export interface ListedRoute {
  readonly name: string;
  readonly kind: string;
  /** Without secrets; "" when it cannot be opened. */
  readonly target: string;
  /** Its filters as configured: `min-severity: high`. */
  readonly filters: readonly string[];
  /** `ready`: configured well, nothing was tried. */
  readonly outcome: "ready" | "broken" | "sent" | "failed" | "shown";
  /** Why it is broken, or failed; "" else. */
  readonly trouble: string;
  /** What would be sent, by a dry run. */
  readonly preview: NoticePreview | null;
}

export interface NotifyOutput {
  readonly action: (typeof notifyActions)[number];
  /** **Order**: as configured. */
  readonly routes: readonly ListedRoute[];
  /** Of `resend`; null for the others. */
  readonly letters: ResentLetters | null;
}

export const notify: Operation<NotifyInput, NotifyOutput> = {
  name: "notify",
  summary: "list the routes that tell people of incidents, try one, send again what nobody took",
  description:
    "Routes stand under notify in waggle.yaml: Slack, PagerDuty, webhooks, falcosidekick, OCSF, " +
    "Alertmanager, syslog, CEF, a file. test sends a notice that says it is a test; with " +
    "--dry-run it is only shown. What no receiver took in the end lies as dead letters in the " +
    "state directory; resend sends those that are still news.",
  effect: "write",
  input,
  run: async (given, context) => {
    const outside = await context.outside.services.notify();
    const openings = choose(openRoutes(context.settings, outside), given);
    const { action } = given;
    if (action === "test") {
      const routes: ListedRoute[] = [];
      for (const one of openings) routes.push(await tryRoute(one, given, context));
      return { action, routes, letters: null };
    }
    const routes = openings.map((one) => describe(one, context));
    if (action === "list") return { action, routes, letters: null };
    const files = notifyFiles(stateOf(given.state, context));
    const isDry = given.dryRun === true;
    const letters = await resendLetters({ openings, files, isDry, outside }, context);
    return { action, routes, letters };
  },
};

function choose(
  openings: readonly RouteOpening[],
  { route: name, action }: NotifyInput,
): readonly RouteOpening[] {
  if (name === undefined) {
    if (openings.length > 0 || action === "list") return openings;
    throw new WaggleError("usage", "No routes: waggle.yaml has none under notify.");
  }
  const found = openings.filter(({ route }) => route.name === name);
  if (found.length > 0) return found;
  const names = openings.map(({ route }) => route.name);
  const near = nearestName(name, names);
  const known = names.length === 0 ? "None is configured." : `There are: ${names.join(", ")}.`;
  const hint = near === undefined ? known : `Did you mean ${near}?`;
  throw new WaggleError("not-found", `No route is called ${JSON.stringify(name)}. ${hint}`);
}

function describe(
  { route, notifier, trouble }: RouteOpening,
  { outside }: OperationContext,
): ListedRoute {
  const notice = makeTestNotice(outside.services.clock.nowUs(), "");
  const keys = [
    ...["minSeverity", "namespaces", "workloads", "roles", "families", "kinds"],
    ...["quietHours", "ratePerHour"],
  ] as const;
  const values: Readonly<Record<string, unknown>> = route;
  return {
    ...{ name: route.name, kind: route.kind },
    target: notifier?.preview(notice).target ?? "",
    filters: keys.flatMap((key) =>
      values[key] === undefined ? [] : [`${kebabKey(key)}: ${tellValue(values[key])}`],
    ),
    ...{ outcome: notifier === undefined ? "broken" : "ready", trouble, preview: null },
  };
}

function tellValue(value: unknown): string {
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([key, one]) => `${kebabKey(key)} ${String(one)}`)
    .join(", ");
}

async function tryRoute(
  opening: RouteOpening,
  { dryRun }: NotifyInput,
  context: OperationContext,
): Promise<ListedRoute> {
  const listed = describe(opening, context);
  const { notifier } = opening;
  if (notifier === undefined) return listed;
  const notice = makeTestNotice(context.outside.services.clock.nowUs(), "");
  if (dryRun === true) return { ...listed, outcome: "shown", preview: notifier.preview(notice) };
  try {
    await notifier.send(notice, context.signal);
    return { ...listed, outcome: "sent" };
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error;
    return { ...listed, outcome: "failed", trouble: error.message };
  }
}
