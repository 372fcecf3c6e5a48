/**
 * Holds the reading of `kubectl get … -A -o json`: who each container is, from the objects.
 * In: a List (any size) or one object. Out: container identities with their workload.
 * Must never keep an object whole: secrets may be among them.
 */
import type { ProblemLog, ProblemWeight } from "../event/problem.ts";
import type { ClusterCollector } from "./cluster/cluster-collector.ts";
import type { DecodedPod, Owner } from "./decode-pod.ts";
import { decodePod, readOwner } from "./decode-pod.ts";
import type { ContainerIdentity } from "./image.ts";
import type { JsonKind, JsonPlace, JsonPlan, JsonVisitor } from "./json-elements.ts";
import { readJsonElements } from "./json-elements.ts";
import type { Faults, JsonObject } from "./json-value.ts";
import { isObject, nameKind, readObject, readText } from "./json-value.ts";

/** **Unit**: objects of one input. */
const limits = { containers: 200_000, owners: 500_000, ownerLevels: 8 };

/**
 * Reads a `kubectl` list. What is kept of its objects beside containers goes to `collector`.
 * **Order**: pods and their owners may come in any order. **Errors**: what could be read before a
 * break is returned; the break and every odd object go to `problems`.
 */
export async function readKubernetes(
  chunks: AsyncIterable<Uint8Array>,
  input: string,
  problems: ProblemLog,
  collector?: ClusterCollector,
): Promise<readonly ContainerIdentity[]> {
  const objects = new KubernetesObjects(input, problems, collector);
  const visitor = new ListVisitor(objects);
  const failure = await readJsonElements(chunks, visitor);
  if (failure !== undefined) {
    const where = failure.path === "" ? "" : ` at ${failure.path}`;
    const advice = "give the output of `kubectl get … -A -o json`";
    const why = `${failure.message}${where}, byte ${failure.offset}; ${advice}`;
    objects.report({
      code: "kubernetes-unreadable",
      weight: "unreadable",
      why,
      offset: failure.offset,
    });
  }
  visitor.finish();
  return objects.finish();
}

/** What is read of an object that stands alone; `data` of a Secret is not among them. */
const singleKeys: ReadonlySet<string> = new Set([
  ..."apiVersion kind metadata spec specs status subsets endpoints ports".split(" "),
  ..."rules aggregationRule roleRef subjects automountServiceAccountToken".split(" "),
]);

/** Hands over the items of a list, or the document itself when it is one object. */
class ListVisitor implements JsonVisitor {
  private readonly objects: KubernetesObjects;
  private readonly single = new Map<string, unknown>();
  private hasItems = false;

  constructor(objects: KubernetesObjects) {
    this.objects = objects;
  }

  plan(path: string, kind: JsonKind): JsonPlan {
    if (path === "") return kind === "object" ? "enter" : "value";
    if (path === "items") {
      this.hasItems = true;
      return "elements";
    }
    return singleKeys.has(path) ? "value" : "skip";
  }

  element(_list: string, value: unknown, place: JsonPlace): void {
    const kind = this.single.get("kind");
    this.objects.add(value, place, typeof kind === "string" ? kind.replace(/List$/, "") : "");
  }

  value(path: string, value: unknown, place: JsonPlace): void {
    if (path === "") {
      const why = `expected a list of Kubernetes objects, found ${nameKind(value)}`;
      this.objects.report({
        code: "kubernetes-unreadable",
        weight: "unreadable",
        why,
        offset: place.offset,
      });
    } else {
      this.single.set(path, value);
    }
  }

  tooLarge(place: JsonPlace): void {
    const why = `${place.path} is too large to read and was left out`;
    this.objects.report({ code: "element-too-large", weight: "lost", why, offset: place.offset });
  }

  finish(): void {
    const kind = this.single.get("kind");
    if (this.hasItems && typeof kind === "string") this.objects.noteList(kind);
    if (this.hasItems || this.single.size === 0) return;
    const whole = Object.fromEntries(this.single);
    this.objects.add(whole, { path: "", offset: 0 }, "");
  }
}

interface ObjectProblem {
  readonly code: string;
  readonly weight: ProblemWeight;
  readonly why: string;
  readonly offset?: number;
  readonly count?: number;
}

/**
 * Collects objects one by one. A new kind of object is one line in `kinds`.
 */
export class KubernetesObjects {
  private readonly input: string;
  private readonly problems: ProblemLog;
  private readonly collector: ClusterCollector | undefined;
  private readonly usedBefore: number;
  private readonly pods: DecodedPod[] = [];
  private readonly owners = new Map<string, Owner>();
  private containerCount = 0;
  private readonly kinds: ReadonlyMap<
    string,
    (object: JsonObject, faults: Faults, place: JsonPlace) => void
  > = new Map([
    ["Pod", (object, faults, place) => this.addPod(object, faults, place)],
    ["ReplicaSet", (object, faults) => this.addOwned("ReplicaSet", object, faults)],
    ["Job", (object, faults) => this.addOwned("Job", object, faults)],
    [
      "ReplicationController",
      (object, faults) => this.addOwned("ReplicationController", object, faults),
    ],
    ["StatefulSet", (object, faults) => this.addOwned("StatefulSet", object, faults)],
    ["DaemonSet", (object, faults) => this.addOwned("DaemonSet", object, faults)],
    ["Deployment", (object, faults) => this.addOwned("Deployment", object, faults)],
  ]);

  constructor(input: string, problems: ProblemLog, collector?: ClusterCollector) {
    this.input = input;
    this.problems = problems;
    this.collector = collector;
    this.usedBefore = collector?.usedCount ?? 0;
  }

  noteList(kind: string): void {
    this.collector?.noteList(kind);
  }

  /** `listKind`: what the list says of its items, for those that do not say it themselves. */
  add(value: unknown, place: JsonPlace, listKind: string): void {
    if (!isObject(value)) {
      const why = `${place.path}: expected an object, found ${nameKind(value)}; it was left out`;
      this.report({ code: "element-left-out", weight: "unreadable", why, offset: place.offset });
      return;
    }
    const faults: Faults = { first: undefined };
    const own = readText(value, "kind", faults);
    const kind = own === "" ? listKind : own;
    this.kinds.get(kind)?.(value, faults, place);
    this.collector?.add(value, kind, faults);
    if (faults.first !== undefined) {
      const why = `${place.path}.${faults.first}; taken as absent`;
      this.report({ code: "field-wrong-type", weight: "doubtful", why, offset: place.offset });
    }
  }

  /** **Order**: as the pods came. */
  finish(): readonly ContainerIdentity[] {
    const byId = new Map<string, ContainerIdentity>();
    for (const pod of this.pods) {
      const workload = this.workloadOf(pod);
      for (const identity of pod.identities) {
        const name = workload?.name ?? identity.pod;
        const kind = workload?.kind ?? "Pod";
        byId.set(identity.containerId, { ...identity, workloadKind: kind, workload: name });
      }
    }
    const waiting = this.pods.reduce((count, pod) => count + pod.waitingCount, 0);
    if (waiting > 0) {
      const why = "some containers have no id yet, so nothing can be joined to them";
      this.report({ code: "container-not-started", weight: "notice", why, count: waiting });
    }
    // Pods may be in another file than policies and services.
    if (byId.size === 0 && (this.collector?.usedCount ?? 0) === this.usedBefore) {
      const why =
        "no pod with a running container is in it; " +
        "include pods: `kubectl get pods,rs,jobs -A -o json`";
      this.report({ code: "kubernetes-no-containers", weight: "doubtful", why });
    }
    return [...byId.values()];
  }

  report(problem: ObjectProblem): void {
    const { code, weight, why, offset = -1, count = 1 } = problem;
    const place = { input: this.input, offset, line: 0 };
    this.problems.add({ code, weight, message: `${why}.`, place, count });
  }

  private addPod(object: JsonObject, faults: Faults, place: JsonPlace): void {
    if (this.containerCount >= limits.containers) {
      const why = `more than ${limits.containers} containers; the rest is left out`;
      this.report({ code: "list-too-long", weight: "lost", why, offset: place.offset });
      return;
    }
    const pod = decodePod(object, this.input, faults);
    this.containerCount += pod.identities.length;
    this.pods.push(pod);
  }

  private addOwned(kind: string, object: JsonObject, faults: Faults): void {
    const metadata = readObject(object, "metadata", faults);
    const owner = metadata === undefined ? undefined : readOwner(metadata, faults);
    if (metadata === undefined || owner === undefined || this.owners.size >= limits.owners) return;
    const namespace = readText(metadata, "namespace", faults);
    this.owners.set(ownerKey(namespace, { kind, name: readText(metadata, "name", faults) }), owner);
  }

  /** Up the chain as far as the objects go, then by the naming rules of the controllers. */
  private workloadOf(pod: DecodedPod): Owner | undefined {
    let owner = pod.owner;
    // A static pod is owned by its node, which is no workload.
    if (owner === undefined || owner.kind === "Node") return undefined;
    for (let level = 0; level < limits.ownerLevels; level += 1) {
      const next = this.owners.get(ownerKey(pod.namespace, owner));
      if (next === undefined) break;
      owner = next;
    }
    return guessController(owner, pod.templateHash);
  }
}

function ownerKey(namespace: string, owner: Owner): string {
  return `${namespace}/${owner.kind}/${owner.name}`;
}

/** When the list has pods alone: a Deployment's ReplicaSet and a CronJob's Job show in names. */
function guessController(owner: Owner, templateHash: string): Owner {
  if (
    owner.kind === "ReplicaSet" &&
    templateHash !== "" &&
    owner.name.endsWith(`-${templateHash}`)
  ) {
    return { kind: "Deployment", name: owner.name.slice(0, -templateHash.length - 1) };
  }
  const scheduled = owner.kind === "Job" ? /^(.+)-\d{8,10}$/.exec(owner.name) : null;
  return scheduled === null ? owner : { kind: "CronJob", name: scheduled[1] ?? owner.name };
}
