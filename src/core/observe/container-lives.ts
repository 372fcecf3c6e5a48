/**
 * Holds how long each container has been silent, and which of them are over: only where an
 * observation goes on for months.
 * In: the processes of the tree at fixed points of event time, and those that it forgets. Out: what
 * folds may let go of. Must depend on events alone, and hold no more than its bound.
 */
import type { TimeUs } from "../event/event.ts";
import { isHostKey } from "./container-key.ts";
import type { ContainerKey } from "./fact.ts";
import { createFirstProcess, type FirstProcess, hasEnded, noteProcess } from "./first-process.ts";
import type { ProcessNode, Release } from "./fold.ts";

/** **Unit**: microseconds of event time. */
export interface LifeOptions {
  /** Between two points; default 60 s. */
  readonly everyUs?: number;
  /**
   * Silence after which a container is over whose first process was seen to end, and all others
   * too; default 10 minutes.
   */
  readonly quietUs?: number;
  /** The same where only one of both was seen: an exit was lost, or probes alone; default a day. */
  readonly doubtUs?: number;
  /**
   * Silence after which any container is over, whatever it may still be: its processes are not
   * forgotten for that; default seven days.
   */
  readonly silentUs?: number;
}

interface Life extends FirstProcess {
  /** Latest event of any of its processes, as of the latest point. */
  heardUs: TimeUs;
  /** On the clock of `LivesDump.steadyUs`. */
  quietSinceUs: number;
  /** Processes without an end, as of the latest point. */
  openCount: number;
}

/** Plain data: the state itself. */
export interface LivesDump {
  readonly lives: Map<ContainerKey, Life>;
  /**
   * Event time that passed in steps to be trusted: a clock that jumps does not make everything
   * look silent.
   */
  steadyUs: number;
  pointUs: TimeUs;
  /** Since the latest point. */
  eventCount: number;
}

const lifeCountMax = 65_536;
const stepUsMax = 3_600_000_000;

export function createLives(): LivesDump {
  return { lives: new Map(), steadyUs: 0, pointUs: 0, eventCount: 0 };
}

/** Counts an event; true where the next point is due. */
export function isDue(
  state: LivesDump,
  nowUs: TimeUs,
  everyUs: number,
  processCount: number,
): boolean {
  state.eventCount += 1;
  if (nowUs < state.pointUs + everyUs && nowUs >= state.pointUs - stepUsMax) return false;
  // Clocks of machines that differ by hours must not make a point of each event.
  return state.eventCount >= processCount >> 6;
}

/** Of a process that the tree forgets by itself. */
export function noteEnd({ lives, steadyUs }: LivesDump, node: ProcessNode): void {
  const { container } = node;
  if (isHostKey(container)) return;
  const life = lives.get(container) ?? startLife(lives, container, steadyUs);
  if (life === undefined) return;
  hear(life, node.lastSeenUs, steadyUs);
  noteProcess(life, node);
}

/** Between two points twice the bound may be known: what is beyond is over at the next. */
function startLife(
  lives: Map<ContainerKey, Life>,
  container: ContainerKey,
  steadyUs: number,
): Life | undefined {
  if (lives.size >= 2 * lifeCountMax) return undefined;
  const life = { heardUs: 0, quietSinceUs: steadyUs, openCount: 0, ...createFirstProcess() };
  lives.set(container, life);
  return life;
}

function hear(life: Life, timeUs: TimeUs, steadyUs: number): void {
  if (timeUs <= life.heardUs) return;
  life.heardUs = timeUs;
  life.quietSinceUs = steadyUs;
}

/** A point: looks at all processes, and tells what is over from now on. */
export function takeStock(
  state: LivesDump,
  nodes: Iterable<ProcessNode>,
  about: { readonly nowUs: TimeUs; readonly options: LifeOptions },
): Pick<Release, "isOver" | "isGone"> {
  const { nowUs, options } = about;
  const stepUs = nowUs - state.pointUs;
  if (stepUs > 0 && stepUs <= stepUsMax) state.steadyUs += stepUs;
  state.pointUs = nowUs;
  state.eventCount = 0;
  const { lives, steadyUs } = state;
  hearAll(state, nodes);
  const over = [...lives].filter(([, life]) => {
    return isOver(life, steadyUs - life.quietSinceUs, options);
  });
  for (const [container] of over) lives.delete(container);
  const excess = chooseExcess(lives);
  for (const [container] of excess) lives.delete(container);
  const sleeping = new Set(
    [...over, ...excess].flatMap(([container, life]) => (sleeps(life) ? [container] : [])),
  );
  const isUnheard = (container: ContainerKey) => !isHostKey(container) && !lives.has(container);
  return {
    isOver: isUnheard,
    isGone: (container) => isUnheard(container) && !sleeping.has(container),
  };
}

function hearAll({ lives, steadyUs }: LivesDump, nodes: Iterable<ProcessNode>): void {
  for (const life of lives.values()) life.openCount = 0;
  for (const node of nodes) {
    if (isHostKey(node.container)) continue;
    const life = lives.get(node.container) ?? startLife(lives, node.container, steadyUs);
    if (life === undefined) continue;
    hear(life, node.lastSeenUs, steadyUs);
    if (node.exitUs === 0) life.openCount += 1;
  }
}

/** It has processes that may only be silent. */
function sleeps(life: Life): boolean {
  return life.openCount > 0 && !hasEnded(life);
}

const minuteUs = 60_000_000;

function isOver(life: Life, quietUs: number, options: LifeOptions): boolean {
  const isEmpty = life.openCount === 0;
  const isEnded = hasEnded(life);
  if (quietUs >= (options.silentUs ?? 7 * 24 * 60 * minuteUs)) return true;
  if (!isEmpty && !isEnded) return false;
  const wait = isEmpty && isEnded ? (options.quietUs ?? 10 * minuteUs) : options.doubtUs;
  return quietUs >= (wait ?? 24 * 60 * minuteUs);
}

/** Those without a process first, then the longest silent. */
function chooseExcess(
  lives: ReadonlyMap<ContainerKey, Life>,
): readonly (readonly [ContainerKey, Life])[] {
  if (lives.size <= lifeCountMax) return [];
  return [...lives]
    .sort(
      ([, a], [, b]) =>
        Number(a.openCount > 0) - Number(b.openCount > 0) || a.quietSinceUs - b.quietSinceUs,
    )
    .slice(0, lives.size - lifeCountMax);
}
