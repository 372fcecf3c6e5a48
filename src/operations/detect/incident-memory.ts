/**
 * Holds what a daemon remembers of incidents over restarts: the latest judgement, and what people
 * were last told.
 * In: incidents. Out: a setting of the store, and back again; the command line judges by the same.
 * Must never grow with what incidents hold: of each only what the next judgement asks for.
 */
import * as z from "zod";
import type { Incident } from "../../core/judge/incident/incident.ts";
import type { SettingStore } from "../../ports/store.ts";

export interface IncidentMemory {
  /** As the judge gave them, before people closed any. */
  readonly judged: readonly Incident[];
  /** As people were told; those that closed stay until their facts are forgotten. */
  readonly told: readonly Incident[];
}

export const noMemory: IncidentMemory = { judged: [], told: [] };

const setting = "incidents";
const version = 1;
const incidentCountMax = 1000;
const storyLengthMax = 4;

/** What cannot be read by this version is nothing: ids come from facts. */
const memorySchema = z.object({
  version: z.literal(version),
  judged: z.array(z.looseObject({ id: z.string(), entries: z.array(z.string()) })),
  told: z.array(z.looseObject({ id: z.string(), tactics: z.array(z.string()) })),
});

/** **Errors**: throws what the store throws. */
export async function readIncidentMemory(settings: SettingStore): Promise<IncidentMemory> {
  const text = await settings.get(setting);
  if (text === undefined) return noMemory;
  const result = memorySchema.safeParse(JSON.parse(text));
  if (!result.success) return noMemory;
  const { judged, told } = result.data as unknown as IncidentMemory;
  return { judged, told };
}

/** `memory` is bounded. **Errors**: throws what the store throws. */
export async function keepIncidentMemory(
  settings: SettingStore,
  { judged, told }: IncidentMemory,
): Promise<void> {
  await settings.set(setting, JSON.stringify({ version, judged, told }));
}

/** Enough to tell of its end, and to know it again. */
function shorten(incident: Incident): Incident {
  const nothing = { signals: [], timeline: [], processes: [], artefacts: [], reach: [] } as const;
  const { story, firstAccess } = incident;
  return {
    ...incident,
    ...nothing,
    ...{ possibleCauses: [], actions: [], gaps: [], related: [], scoreParts: [], omitted: [] },
    story: story.slice(0, storyLengthMax),
    firstAccess: { ...firstAccess, citations: [] },
  };
}

/** **Order**: gravest first, as judged: the least grave are left out. */
export function boundMemory({ judged, told }: IncidentMemory): IncidentMemory {
  return {
    judged: judged.slice(0, incidentCountMax).map(shorten),
    told: told.slice(0, incidentCountMax).map(shorten),
  };
}
