/**
 * Holds what speaks for a role: the programs that a workload runs, the sockets they listen on, the
 * files and packages they use, whom it talks to.
 * In: a place, its links, facts. Out: signals that rules are tried on.
 * Must never count what probes, operators and tools did.
 */
import { compareText } from "../../event/compare-text.ts";
import { baseName } from "../../inventory/container-path.ts";
import type { Actor, FileUseFact } from "../../observe/fact.ts";
import type { FactSet } from "../../observe/fact-set.ts";
import type { EvidenceBook } from "../evidence-book.ts";
import { parseReference } from "../image-reference.ts";
import type { JudgedContainer } from "../judge-container.ts";
import { type Link, listensOn, type Place, type Scene } from "./context-scene.ts";
import { isLoopback } from "./judge-allowed.ts";
import { judgeSight } from "./judge-sight.ts";
import type { ListeningPort } from "./workload-context.ts";

export interface RoleSignals {
  readonly place: Place;
  /** Base name without version to the use that shows it; undefined: only sockets tell. */
  readonly programs: ReadonlyMap<string, FileUseFact | undefined>;
  /** Where others can reach it. */
  readonly listening: readonly ListeningPort[];
  /** Ports that others were seen to enter. */
  readonly enteredPorts: ReadonlySet<number>;
  /** **Order**: by path. Uses of files by its own processes. */
  readonly uses: readonly FileUseFact[];
  /** Names of packages in use, to the ids of their evidence. */
  readonly packages: ReadonlyMap<string, readonly string[]>;
  /** Base names of images. */
  readonly images: ReadonlySet<string>;
  /** Opened by others, from outside of its own pod. */
  readonly inbound: readonly Link[];
  /** Opened by its own processes to others. */
  readonly outbound: readonly Link[];
  /** False: nothing tells of sockets, and that none was seen means nothing. */
  readonly seesNetwork: boolean;
}

const own: ReadonlySet<Actor> = new Set(["service", "startup"]);

/** Whether the workload's own processes used it: others tell nothing of its roles. */
export function isOwnUse({ actor }: FileUseFact): boolean {
  return own.has(actor);
}

/** Whether the workload's own processes did it, as far as was seen. */
export function isOwnDoing({ edge }: Link): boolean {
  return edge.actors.length === 0 || edge.actors.some((actor) => own.has(actor));
}

/** **Cost**: linear in its uses of files, packages and links. */
export function gatherSignals(place: Place, scene: Scene, facts: FactSet): RoleSignals {
  const uses = place.containers
    .flatMap(({ join }) => facts.fileUses(join.container.container))
    .filter(isOwnUse);
  const isOther = ({ edge, from, to }: Link) =>
    edge.connectionCount > 0 && edge.directionKnown && from !== to;
  const sight = judgeSight(place, facts);
  // Asking for a port that nothing listens on is not entering it.
  const isEntered = ({ edge }: Link) =>
    edge.seenBy.includes("to") ||
    !(sight.seesArrivals && sight.isWhole) ||
    listensOn(place, edge.port);
  const inbound = scene.linksInto(place).filter(isOther).filter(isFromOutside).filter(isEntered);
  const outbound = scene.linksOutOf(place).filter(isOther).filter(isOwnDoing);
  const listening = place.ports.filter(({ address }) => !isLoopback(address));
  return {
    place,
    programs: listPrograms(place, uses, inbound),
    listening,
    enteredPorts: new Set(inbound.map(({ edge }) => edge.port)),
    uses,
    packages: listPackages(place.containers),
    images: listImages(place),
    inbound,
    seesNetwork: listening.length > 0 || sight.seesListening,
    outbound: outbound.filter(({ edge }) => edge.to.kind !== "loopback"),
  };
}

function isFromOutside({ edge }: Link): boolean {
  return edge.from.kind !== "loopback" && edge.from.kind !== "node";
}

/** `python3.11` is python, `php-fpm8.2` php-fpm: distributions add versions to names. */
export function plainProgram(path: string): string {
  const name = baseName(path);
  return name.replace(/(?<=^[a-zA-Z][\w.+-]*?)[-_]?\d+(?:\.\d+)*$/, "") || name;
}

function listPrograms(
  { ports }: Place,
  uses: readonly FileUseFact[],
  inbound: readonly Link[],
): ReadonlyMap<string, FileUseFact | undefined> {
  const found = new Map<string, FileUseFact | undefined>();
  for (const use of uses) {
    if (use.how !== "executed") continue;
    const name = plainProgram(use.path);
    if (found.get(name) === undefined) found.set(name, use);
  }
  for (const use of uses) {
    for (const binary of use.binaries) addName(found, binary);
  }
  for (const { binaries } of ports) for (const binary of binaries) addName(found, binary);
  for (const { edge } of inbound) {
    if (edge.seenBy.includes("to") && !edge.seenBy.includes("from")) {
      for (const binary of edge.binaries) addName(found, binary);
    }
  }
  return found;
}

function addName(found: Map<string, FileUseFact | undefined>, binary: string): void {
  const name = plainProgram(binary);
  if (!found.has(name)) found.set(name, undefined);
}

/** Only what is in use: an image carries much that nobody runs. */
function listPackages(
  containers: readonly JudgedContainer[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { join, usages } of containers) {
    for (const { id, name } of join.sbom?.packages ?? []) {
      const usage = usages.get(id);
      if (usage?.state === "in-use" && !found.has(name)) found.set(name, usage.evidence);
    }
  }
  return found;
}

function listImages({ containers, views, workload }: Place): ReadonlySet<string> {
  const named = containers.flatMap(({ join }) => [join.image.reference, join.container.imageName]);
  const declared = views.map(({ images }) => images.get(workload.container)?.declared ?? "");
  const sole = views
    .filter(({ images }) => workload.container === "" && images.size === 1)
    .flatMap(({ images }) => [...images.values()].map((image) => image.declared));
  const names = [...named, ...declared, ...sole]
    .filter((text) => text !== "")
    .map((text) => parseReference(text).baseName.toLowerCase());
  return new Set(names.filter((name) => name !== "").sort(compareText));
}

/** Evidence of a program: its start where it was seen, else the socket it serves. */
export function proveProgram(
  name: string,
  signals: RoleSignals,
  evidence: EvidenceBook,
): readonly string[] {
  const use = signals.programs.get(name);
  const socket = signals.listening.find(({ binaries }) =>
    binaries.some((binary) => plainProgram(binary) === name),
  );
  const ids = use === undefined ? [] : [evidence.addUse(use, "executed")];
  return [...ids, ...(socket?.evidence ?? []).slice(0, 1)];
}
