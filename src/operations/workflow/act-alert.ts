/**
 * Holds the action `alert`: people are told of incidents by the routes of `waggle.yaml`.
 * In: incidents, routes. Out: what each route took, or would be sent.
 * Must never tell twice what a route was told, nor fail in silence.
 */
import * as z from "zod";
import { levels } from "../../core/observe/detect/rule.ts";
import { formatCount, plural } from "../../core/report/text-layout.ts";
import type { DeadLetter, DeadLetters } from "../../ports/dead-letters.ts";
import type { NoticePreview } from "../../ports/notifier.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { RolesOf } from "../notify/choose-route.ts";
import { openNoticeMemory } from "../notify/notice-memory.ts";
import { IncidentNotifier } from "../notify/notify-incidents.ts";
import { notifyFiles, openRoutes } from "../notify/open-routes.ts";
import { incidentList } from "./incident-values.ts";
import type { StepUse, StepWorld } from "./step-use.ts";

const input = z.strictObject({
  incidents: incidentList.describe("Incidents to tell of"),
  routes: z
    .array(z.string().min(1).max(100))
    .max(50)
    .nullable()
    .optional()
    .describe("Names of routes in waggle.yaml; all when left out"),
  "min-severity": z
    .enum(levels)
    .optional()
    .describe("Only incidents of this severity or graver; routes have their own bound beside"),
});

export interface AlertedRoute {
  readonly route: string;
  readonly kind: string;
  readonly sentCount: number;
  /** What it was told before, or what its filters leave out. */
  readonly passedOverCount: number;
  /** They go out when its quiet hours or its rate let them. */
  readonly waitingCount: number;
  readonly previews: readonly NoticePreview[];
}

export interface AlertOutput {
  readonly incidentCount: number;
  readonly dryRun: boolean;
  /** **Order**: as configured. Empty: no route is configured, and nobody was told. */
  readonly routes: readonly AlertedRoute[];
}

export const alert: StepUse<z.infer<typeof input>, AlertOutput> = {
  name: "alert",
  type: "action",
  summary: "tell people of incidents by the routes of waggle.yaml",
  input,
  trustedKeys: ["routes", "min-severity"],
  readsActs: false,
  run: async ({ incidents, routes, "min-severity": least = "informational" }, world) => {
    const rank = levels.indexOf(least);
    const grave = incidents.filter(({ severity }) => levels.indexOf(severity) >= rank);
    const told = await tell(grave, routes ?? undefined, world);
    return { incidentCount: grave.length, dryRun: world.dryRun, routes: told };
  },
  describe: ({ incidentCount, routes, dryRun }) => {
    const what = plural(incidentCount, "incident");
    if (routes.length === 0)
      return `${what}; nobody is told: waggle.yaml has no route under notify`;
    const outcomes = routes.map((one) => `${one.route} ${tellOutcome(one, dryRun)}`);
    return `${what}; ${outcomes.join(", ")}`;
  },
};

function tellOutcome({ sentCount, waitingCount, previews }: AlertedRoute, dryRun: boolean): string {
  if (dryRun) return `would be sent ${plural(previews.length, "notice")}`;
  const waits = waitingCount > 0 ? `, ${formatCount(waitingCount)} wait` : "";
  return `was sent ${plural(sentCount, "notice")}${waits}`;
}

type Incidents = z.infer<typeof input>["incidents"];

async function tell(
  incidents: Incidents,
  names: readonly string[] | undefined,
  world: StepWorld,
): Promise<readonly AlertedRoute[]> {
  const { context, dryRun } = world;
  const outside = await context.outside.services.notify();
  const openings = openRoutes(context.settings, outside).filter(
    ({ route }) => names === undefined || names.includes(route.name),
  );
  refuseMissing(names, openings);
  if (openings.length === 0) return [];
  const kept = collectLetters();
  const files = world.state === "" ? undefined : notifyFiles(world.state);
  const previews = new Map<string, NoticePreview[]>();
  const { clock } = context.outside.services;
  const open = openings.flatMap(({ route, notifier }) =>
    notifier === undefined ? [] : [{ route, notifier }],
  );
  const engine = new IncidentNotifier(open, {
    memory:
      files === undefined || dryRun
        ? world.told
        : await openNoticeMemory(context.files, files.memory, () => undefined),
    deadLetters: files === undefined || dryRun ? kept.letters : outside.deadLetters(files.letters),
    clock,
    log: await context.outside.services.log("error"),
    random: () => outside.random(),
    rolesOf: await rolesOf(openings, world),
    onPreview: dryRun ? (route, one) => addPreview(previews, route, one) : undefined,
  });
  for (const incident of incidents) {
    await engine.take({ kind: "open", incident, news: [], thread: "", cluster: "" });
  }
  await runUntilTold(engine, world);
  const counts = engine.counts();
  const broken = openings.flatMap(({ route, trouble }) =>
    trouble === "" ? [] : [`${route.name}: ${trouble}`],
  );
  const failed = open.flatMap(({ route }) => {
    const one = counts.get(route.name);
    return one !== undefined && one.failed > 0 && one.sent === 0
      ? [`${route.name}: ${kept.reasonOf(route.name) || "it did not take the notices"}`]
      : [];
  });
  refuseUntold([...broken, ...failed]);
  return open.map(({ route }) => {
    const one = counts.get(route.name);
    const shown = previews.get(route.name) ?? [];
    const sentCount = dryRun ? 0 : (one?.sent ?? 0);
    const waitingCount = one?.deadLettered ?? 0;
    const passedOverCount = incidents.length - (one?.sent ?? 0) - waitingCount;
    return {
      ...{ route: route.name, kind: route.kind, sentCount, waitingCount },
      ...{ passedOverCount: Math.max(0, passedOverCount), previews: shown },
    };
  });
}

function addPreview(
  previews: Map<string, NoticePreview[]>,
  route: string,
  preview: NoticePreview,
): void {
  previews.set(route, [...(previews.get(route) ?? []), preview]);
}

function refuseMissing(
  names: readonly string[] | undefined,
  openings: ReturnType<typeof openRoutes>,
): void {
  const missing = names?.find((name) => !openings.some(({ route }) => route.name === name));
  if (missing === undefined) return;
  throw new WaggleError("not-found", `No route is called ${JSON.stringify(missing)}.`);
}

function refuseUntold(troubles: readonly string[]): void {
  if (troubles.length === 0) return;
  throw new WaggleError("delivery-failed", `Not everybody was told: ${troubles.join("; ")}.`);
}

/** Roles are judged only where a route asks for them: it may cost a reading. */
async function rolesOf(
  openings: ReturnType<typeof openRoutes>,
  { sight }: StepWorld,
): Promise<RolesOf> {
  if (openings.every(({ route }) => route.roles === undefined)) return () => [];
  const { judged } = await sight.incidents();
  const { workloads } = judged.judgement;
  return ({ namespace, name }) =>
    workloads
      .filter(({ workload }) => workload.namespace === namespace && workload.name === name)
      .flatMap(({ roles }) => roles.map(({ role }) => role));
}

/** **Unit**: milliseconds. */
const patienceMs = 15_000;
const lookMs = 50;

/** Quiet hours and rates may hold notices back longer than a run may last. */
async function runUntilTold(engine: IncidentNotifier, { context }: StepWorld): Promise<void> {
  const { clock } = context.outside.services;
  const over = new AbortController();
  const running = engine.run(over.signal);
  const startMs = clock.elapsedMs();
  const waits = () => [...engine.counts().values()].some(({ waiting }) => waiting > 0);
  while (waits() && !context.signal.aborted && clock.elapsedMs() - startMs < patienceMs) {
    await clock.wait(lookMs, context.signal);
  }
  over.abort();
  await running;
}

/** Without a state directory there is no place for dead letters: why they died is told instead. */
function collectLetters(): {
  readonly letters: DeadLetters;
  reasonOf(route: string): string;
} {
  const all: DeadLetter[] = [];
  return {
    letters: {
      add: async (letters) => {
        all.push(...letters);
        return 0;
      },
      list: async () => ({ letters: all, damagedCount: 0 }),
      takeEach: async () => ({ letters: [], damagedCount: 0 }),
    },
    reasonOf: (route) => all.find((letter) => letter.route === route)?.reason ?? "",
  };
}
