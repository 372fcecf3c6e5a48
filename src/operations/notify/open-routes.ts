/**
 * Holds opening what `waggle.yaml` says of telling people.
 * In: settings, what opens a receiver. Out: routes with their notifiers, or why one cannot be
 * opened.
 */
import type { Notifier } from "../../ports/notifier.ts";
import type { NotifyOutside } from "../../ports/notify-outside.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { Settings } from "../operation.ts";
import { type NotifyRoute, notifyConfigSchema, readRoute, targetOf } from "./route-schema.ts";

export interface RouteOpening {
  readonly route: NotifyRoute;
  readonly notifier: Notifier | undefined;
  /** Why there is no notifier; "" when there is. */
  readonly trouble: string;
}

/** **Order**: as configured. **Errors**: throws `config-invalid` for what is no list of routes. */
export function openRoutes(settings: Settings, outside: NotifyOutside): readonly RouteOpening[] {
  return readRoutes(settings).map((route) => {
    try {
      const notifier = outside.open(targetOf(route, settings.file));
      return { route, notifier, trouble: "" };
    } catch (error) {
      if (!(error instanceof WaggleError)) throw error;
      return { route, notifier: undefined, trouble: error.message };
    }
  });
}

function readRoutes({ config, file }: Settings): readonly NotifyRoute[] {
  const part: Readonly<Record<string, unknown>> = config;
  const result = notifyConfigSchema.safeParse(part["notify"] ?? []);
  if (result.success) return result.data.map(readRoute);
  const [issue] = result.error.issues;
  const key = ["notify", ...(issue?.path ?? [])].map(String).join(".");
  throw new WaggleError(
    "config-invalid",
    `${file}: ${key}: ${issue?.message ?? "not as expected"}.`,
  );
}

/** In the state directory: what was told, and what nobody took. */
export function notifyFiles(state: string): { readonly memory: string; readonly letters: string } {
  const folder = state.replace(/\/+$/, "");
  return { memory: `${folder}/told-notices.json`, letters: `${folder}/dead-letters.jsonl` };
}
