/**
 * Holds the part `notify` of `waggle.yaml`: who is told of which incidents, and how.
 * In: plain data. Out: routes; mistakes as messages that name the key.
 * Must never take a secret: the file is shown, shared and put under version control.
 */
import * as z from "zod";
import { roleNames } from "../../core/judge/context/workload-context.ts";
import { families, levels } from "../../core/observe/detect/rule.ts";
import { type NotifierTarget, notifierKinds, type SecretPlace } from "../../ports/notifier.ts";
import { holdsSecret } from "./secret-address.ts";

const level = z.enum(levels);

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, {
  error: "expected a time of day such as 22:00",
});

const timezone = z.string().max(100).refine(isTimezone, {
  error: "expected a time zone such as Europe/Berlin or UTC",
});

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const quietHours = z.strictObject({
  from: clock.describe("Local time from which notices wait"),
  to: clock.describe("Local time at which they go out"),
  timezone: timezone.describe("Whose local time; UTC when left out").optional(),
  "except-severity": level.describe("From this severity on nothing waits").optional(),
});

const path = (what: string) => z.string().min(1).max(4096).describe(what).optional();
const variable = (what: string) =>
  z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]{0,200}$/, { error: "expected the name of a variable" })
    .describe(what)
    .optional();

/** Keys that people try: what they should write instead is said. */
const noSecret = (instead: string) =>
  z
    .never({ error: `a secret has no place in this file: write ${instead}` })
    .optional()
    .describe("Not taken: secrets lie in files or variables");

const names = (what: string) => z.array(z.string().min(1).max(600)).max(1000).describe(what);

const route = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, { error: "expected small letters, digits and hyphens" })
      .describe("What logs, metrics and commands call it"),
    kind: z.enum(notifierKinds).describe("What stands at the other end"),
    url: z
      .string()
      .min(1)
      .max(4096)
      .refine((text) => !holdsSecret(text), {
        error:
          "the address holds a secret: put it into a file or variable, " +
          "and write url-file or url-env",
      })
      .describe("Address, where no part of it is secret")
      .optional(),
    "url-file": path("File that holds the address"),
    "url-env": variable("Variable that holds the address"),
    "token-file": path(
      "File that holds the token: Slack's bot, PagerDuty's routing key, a bearer token",
    ),
    "token-env": variable("Variable that holds the token"),
    "signing-key-file": path("File that holds the key that a webhook's receiver checks with"),
    "signing-key-env": variable("Variable that holds that key"),
    token: noSecret("token-file or token-env"),
    "routing-key": noSecret("token-file or token-env"),
    password: noSecret("token-file or token-env"),
    secret: noSecret("signing-key-file or signing-key-env"),
    "signing-key": noSecret("signing-key-file or signing-key-env"),
    channel: z.string().min(1).max(100).describe("Channel of Slack, with a token").optional(),
    path: path("File to write, of kind file"),
    "ca-file": path("Certificates to trust instead of the system's, PEM"),
    insecure: z.boolean().describe("Take http, and syslog without TLS").optional(),
    "min-severity": level
      .describe("Only incidents from this severity on; medium when left out")
      .optional(),
    namespaces: names("Only incidents in one of these; * stands for any text").optional(),
    workloads: names(
      "Only incidents of one of these, namespace/name; * stands for any text",
    ).optional(),
    roles: z
      .array(z.enum(roleNames))
      .max(20)
      .describe("Only incidents of such workloads")
      .optional(),
    families: z
      .array(z.enum(families))
      .max(30)
      .describe("Only incidents with signals of one of these families")
      .optional(),
    kinds: z
      .array(z.enum(["open", "update", "acknowledge", "resolve"]))
      .min(1)
      .max(4)
      .describe("Which notices go out; all when left out")
      .optional(),
    "quiet-hours": quietHours.describe("When notices wait").optional(),
    "rate-per-hour": z
      .int()
      .min(1)
      .max(10_000)
      .describe("Notices in any hour, the gravest first; 60 when left out")
      .optional(),
  })
  .refine((one) => isAtMostOne([one.url, one["url-file"], one["url-env"]]), {
    error: "give one of url, url-file and url-env",
    path: ["url"],
  })
  .refine((one) => isAtMostOne([one["token-file"], one["token-env"]]), {
    error: "give one of token-file and token-env",
    path: ["token-file"],
  })
  .refine((one) => isAtMostOne([one["signing-key-file"], one["signing-key-env"]]), {
    error: "give one of signing-key-file and signing-key-env",
    path: ["signing-key-file"],
  });

function isAtMostOne(values: readonly (string | undefined)[]): boolean {
  return values.filter((value) => value !== undefined).length <= 1;
}

/** The part as it stands in the file. */
export const notifyConfigSchema = z
  .array(route)
  .max(50)
  .refine((routes) => new Set(routes.map(({ name }) => name)).size === routes.length, {
    error: "two routes have the same name",
  });

/** Keys of a route and its parts, for hints where one is misspelt. */
export const notifyShapes: Readonly<Record<string, object>> = {
  notify: route.shape,
  "quiet-hours": quietHours.shape,
};

type WrittenRoute = z.infer<typeof route>;

type Camel<Key> = Key extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Key;
type Cameled<Part> = { readonly [Key in keyof Part as Camel<Key>]: Part[Key] };

/** As code calls its keys: `minSeverity` for `min-severity`. */
export type NotifyRoute = Omit<Cameled<WrittenRoute>, "quietHours"> & {
  readonly quietHours?: Cameled<z.infer<typeof quietHours>> | undefined;
};

/** `written` is checked. */
export function readRoute(written: WrittenRoute): NotifyRoute {
  const route = cameled(written);
  const hours = written["quiet-hours"];
  return hours === undefined ? route : { ...route, quietHours: cameled(hours) };
}

function cameled<Part extends object>(part: Part): Cameled<Part> {
  const entries = Object.entries(part).map(([key, value]) => [
    key.replace(/-[a-z]/g, (text) => text.charAt(1).toUpperCase()),
    value,
  ]);
  return Object.fromEntries(entries);
}

/** Paths become relative to where the configuration file is. */
export function targetOf(one: NotifyRoute, configFile: string): NotifierTarget {
  const beside = (name: string) => placeBeside(configFile, name);
  const place = (file: string | undefined, name: string | undefined): SecretPlace | undefined => {
    if (file !== undefined) return { from: "file", name: beside(file) };
    return name === undefined ? undefined : { from: "environment", name };
  };
  return {
    name: one.name,
    kind: one.kind,
    url: one.url ?? "",
    urlPlace: place(one.urlFile, one.urlEnv),
    tokenPlace: place(one.tokenFile, one.tokenEnv),
    signingKeyPlace: place(one.signingKeyFile, one.signingKeyEnv),
    channel: one.channel ?? "",
    path: beside(one.path ?? ""),
    caFile: beside(one.caFile ?? ""),
    insecure: one.insecure ?? false,
  };
}

function placeBeside(configFile: string, name: string): string {
  if (name === "" || name.startsWith("/")) return name;
  return configFile.slice(0, configFile.lastIndexOf("/") + 1) + name;
}
