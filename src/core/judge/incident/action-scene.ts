/**
 * Holds what recommended actions are made from, and what several kinds of them need.
 * In: a case with its deeds. Out: places as commands name them, and small questions.
 */
import { isHostKey } from "../../observe/container-key.ts";
import type { ProcessFact, SignalFact } from "../../observe/detect/detect-fact.ts";
import type { Family } from "../../observe/detect/rule.ts";
import type { Citation, ContainerFact, ContainerKey } from "../../observe/fact.ts";
import type { IncidentAction, PossibleCause } from "./incident.ts";
import type { IncidentCase } from "./incident-case.ts";
import type { Deed, DeedKind } from "./read-deeds.ts";
import { isStandingKind, type Session } from "./session.ts";
import { shellCommand } from "./shell-word.ts";

export interface ActionScene {
  readonly id: string;
  readonly given: IncidentCase;
  readonly deeds: readonly Deed[];
  readonly causes: readonly PossibleCause[];
}

/** Of one kind: a hundred files to delete are no plan. */
export const perKindMax = 6;

export function deedsOf({ deeds }: ActionScene, ...kinds: readonly DeedKind[]): readonly Deed[] {
  return deeds.filter(({ kind }) => kinds.includes(kind));
}

export function signalsOf(
  scene: ActionScene,
  ...families: readonly Family[]
): readonly SignalFact[] {
  return scene.given.signals.filter(({ family }) => families.includes(family));
}

/** Pods of the incident, each with the containers of it that are concerned. */
export function podsOf({ given }: ActionScene): readonly ContainerFact[] {
  return given.containers.filter(({ pod, container }) => pod !== "" && !isHostKey(container));
}

export function containerOf({ given }: ActionScene, key: ContainerKey): ContainerFact | undefined {
  return given.containers.find(({ container }) => container === key);
}

/** The start of a command that runs something in a container; what it runs comes behind. */
export function execCommand({ namespace, pod, containerName }: ContainerFact): string {
  return shellCommand`kubectl -n ${namespace} exec ${pod} -c ${containerName} --`;
}

/**
 * Processes that rules speak of and whose end was not seen; not those of the service itself: to
 * stop them is to stop it, which is for its people to decide.
 */
export function runningOf({ given }: ActionScene): readonly ProcessFact[] {
  const own = new Set(
    given.sessions.filter((one) => isStandingKind(one.entryKind)).map(({ entry }) => entry),
  );
  return given.processes.filter(
    ({ exitUs, process }) => exitUs === 0 && given.marked.has(process) && !own.has(process),
  );
}

/** Sessions by which somebody entered a container, one that was there just before included. */
export function enteredOf({ given }: ActionScene): readonly Session[] {
  const visit = given.visitor === undefined ? [] : [given.visitor];
  return [...given.sessions, ...visit].filter(({ entryKind }) => entryKind === "operator");
}

export function citationsOf(
  given: readonly { readonly citations: readonly Citation[] }[],
): readonly Citation[] {
  return given.flatMap(({ citations }) => citations.slice(0, 1)).slice(0, 3);
}

export function action(
  phase: IncidentAction["phase"],
  said: Omit<IncidentAction, "phase">,
): IncidentAction {
  return { phase, ...said };
}
