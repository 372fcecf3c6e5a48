/**
 * Holds which sensors reported the doings of canaries.
 * In: marks, events, one after the other. Out: whether an event is a canary's, and what was seen.
 * Must never take another process for a canary: only the first that bears an expected token, run
 * from this program.
 */
import type { Event, HookEvent, Process, ProcessEvent, TimeUs } from "../event/event.ts";
import type { Sensor } from "../observe/fact.ts";
import { readAccesses } from "../observe/file-access.ts";
import { doingsOfEvent, type NetworkDoing } from "../observe/network-watch.ts";
import { canaryEnding, canaryToken } from "./canary-mark.ts";

/** One sensor of one policy that told of one canary. */
export interface CanarySighting {
  readonly token: string;
  readonly node: string;
  readonly sensor: Sensor;
  readonly policy: string;
  /** Of sensor `network`; "" else. */
  readonly doing: NetworkDoing | "";
}

/** By what one canary is known: `CanaryMark` of its port. */
export interface ExpectedMark {
  readonly token: string;
  readonly programPath: string;
  readonly directory: string;
}

export interface CanaryWatch {
  /** Before it runs. The latest `markCountMax` are known, all others are nobody's. */
  expect(mark: ExpectedMark): void;
  /** True for events of a canary. **Cost**: a look-up. */
  see(event: Event): boolean;
  /**
   * True for what a canary is known to do and nobody need be told of. Whatever else happens in its
   * process is judged as if it were any other's.
   */
  isOwnAct(event: ProcessEvent): boolean;
  /** Since the last call. **Order**: as seen. */
  take(): readonly CanarySighting[];
}

/** Canaries are minutes apart, and events at most half a minute late. */
const markCountMax = 2;
const sightingCountMax = 4096;

interface Marked extends ExpectedMark {
  /** Of the process that bears it; "" before it is seen. */
  execId: string;
  startUs: TimeUs;
}

export function createCanaryWatch(): CanaryWatch {
  const marks: Marked[] = [];
  let sightings = new Map<string, CanarySighting>();
  const bearer = ({ process }: ProcessEvent): Marked | undefined =>
    process === undefined ? undefined : marks.find((mark) => bears(process, mark));
  return {
    expect: (mark) => {
      marks.push({ ...mark, execId: "", startUs: Number.POSITIVE_INFINITY });
      if (marks.length > markCountMax) marks.shift();
    },
    see: (event) => {
      if (!("process" in event)) return false;
      const token = bearer(event)?.token;
      if (token === undefined) return false;
      for (const { sensor, policy, doing } of sensorsOf(event)) {
        const { node } = event;
        const key = `${token} ${node} ${sensor} ${policy} ${doing}`;
        if (sightings.size < sightingCountMax) {
          sightings.set(key, { token, node, sensor, policy, doing });
        }
      }
      return true;
    },
    isOwnAct: (event) => {
      const mark = bearer(event);
      return mark !== undefined && isHarmless(event, mark);
    },
    take: () => {
      const taken = [...sightings.values()];
      sightings = new Map();
      return taken;
    },
  };
}

/**
 * One process bears a mark: nobody can know the token before that process has begun, so of several
 * it is the one that began first, in whatever order they are told.
 */
function bears(process: Process, mark: Marked): boolean {
  const { execId, startTimeUs } = process;
  if (execId === "") return false;
  if (execId === mark.execId) return true;
  if (startTimeUs >= mark.startUs || process.binary !== mark.programPath) return false;
  if (canaryToken(process.arguments) !== mark.token) return false;
  mark.execId = execId;
  mark.startUs = startTimeUs;
  return true;
}

/** Its start and end, what it does in its own directory, and becoming the user that it is. */
function isHarmless(event: ProcessEvent, { directory }: Marked): boolean {
  if (event.type === "exec" || event.type === "exit" || event.type === "loader") return true;
  if (isSetuid(event)) {
    const uid = event.arguments.find(({ kind }) => kind === "integer");
    return uid?.kind === "integer" && Number(uid.value) === event.process?.uid;
  }
  const paths = event.arguments.flatMap((one) => (one.kind === "file" ? [one.path] : []));
  const [first = ""] = paths;
  const isInside = (path: string) => path === directory || path.startsWith(`${directory}/`);
  return isInside(first) && paths.every((path) => isInside(path) || path.startsWith(canaryEnding));
}

function isSetuid({ hook }: HookEvent): boolean {
  return /(?:^|_)sys_(?:enter_)?setuid$/.test(hook);
}

type Told = Pick<CanarySighting, "sensor" | "policy" | "doing">;

function sensorsOf(event: ProcessEvent): readonly Told[] {
  if (event.type === "exec") return [{ sensor: "exec", policy: "", doing: "" }];
  if (event.type === "loader") return [{ sensor: "loader", policy: "", doing: "" }];
  return event.type === "exit" ? [] : sensorsOfHook(event);
}

function sensorsOfHook(event: HookEvent): readonly Told[] {
  const { policy } = event;
  const told = new Set<Sensor>();
  for (const { sensor } of readAccesses(event)) told.add(sensor);
  const doings = doingsOfEvent(event) ?? [];
  if (isSetuid(event)) told.add("other");
  return [
    ...[...told].map((sensor): Told => ({ sensor, policy, doing: "" })),
    ...doings.map((doing): Told => ({ sensor: "network", policy, doing })),
  ];
}
