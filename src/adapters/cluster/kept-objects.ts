/**
 * Holds the objects of the cluster as they are now, each cut to what decoders read and kept as
 * one text.
 * In: objects that were listed or watched. Out: a list as `kubectl` prints it, and a version that
 * grows when something that is kept changed.
 * Must never grow beyond its bounds; what is left out is counted by kind.
 */
import {
  type Faults,
  type JsonObject,
  readObject,
  readText,
} from "../../core/inventory/json-value.ts";
import { keepFields } from "./keep-fields.ts";
import { nameOfKind, type WatchedKind } from "./watched-kinds.ts";

/** **Unit**: objects; UTF-16 code units of all their texts. */
export interface KeptBounds {
  readonly objectCountMax: number;
  readonly textLengthMax: number;
}

interface Kept {
  /** Without its revision: objects that differ in nothing else are the same. */
  readonly text: string;
  readonly revision: string;
}

interface Drawer {
  readonly objects: Map<string, Kept>;
  leftOutCount: number;
}

export class KeptObjects {
  private readonly bounds: KeptBounds;
  private readonly drawers = new Map<string, Drawer>();
  private textLength = 0;
  private count = 0;
  private changes = 0;

  constructor(bounds: KeptBounds) {
    this.bounds = bounds;
  }

  get version(): number {
    return this.changes;
  }

  get objectCount(): number {
    return this.count;
  }

  /** Something beside the objects changed that readers of them must know. */
  touch(): void {
    this.changes += 1;
  }

  /** Gives the key of the object, "" for one without a name, which nothing can refer to. */
  put(kind: WatchedKind, object: JsonObject): string {
    const key = keyOf(object);
    if (key === "") return key;
    const faults: Faults = { first: undefined };
    const revision = readText(
      readObject(object, "metadata", faults) ?? {},
      "resourceVersion",
      faults,
    );
    const text = textOf(kind, object);
    const drawer = this.drawerOf(kind);
    const known = drawer.objects.get(key);
    if (known?.text === text) return key;
    const growth = text.length - (known?.text.length ?? 0);
    const hasRoom =
      (known !== undefined || this.count < this.bounds.objectCountMax) &&
      this.textLength + growth <= this.bounds.textLengthMax;
    if (!hasRoom) {
      drawer.leftOutCount += 1;
      // What it was before is not what it is.
      this.remove(kind, key);
      return key;
    }
    if (known === undefined) this.count += 1;
    this.textLength += growth;
    drawer.objects.set(key, { text, revision });
    this.changes += 1;
    return key;
  }

  remove(kind: WatchedKind, key: string): void {
    const { objects } = this.drawerOf(kind);
    const known = objects.get(key);
    if (known === undefined) return;
    objects.delete(key);
    this.count -= 1;
    this.textLength -= known.text.length;
    this.changes += 1;
  }

  /** A list begins: what did not fit into the one before may fit now. */
  beginList(kind: WatchedKind): void {
    this.drawerOf(kind).leftOutCount = 0;
  }

  /** A list was read to its end: what was not in it is gone. */
  retain(kind: WatchedKind, keys: ReadonlySet<string>): void {
    for (const key of [...this.drawerOf(kind).objects.keys()]) {
      if (!keys.has(key)) this.remove(kind, key);
    }
  }

  leftOutCount(kind: WatchedKind): number {
    return this.drawers.get(nameOfKind(kind))?.leftOutCount ?? 0;
  }

  /** Texts of the objects of one kind. **Order**: as they came. */
  textsOf(name: string): readonly string[] {
    return [...(this.drawers.get(name)?.objects.values() ?? [])].map(({ text }) => text);
  }

  /** **Cost**: makes the whole text anew. **Shape**: as `kubectl get … -o json` prints it. */
  toJson(): string {
    const items: string[] = [];
    for (const { objects } of this.drawers.values()) {
      for (const { text, revision } of objects.values()) items.push(withRevision(text, revision));
    }
    return `{"apiVersion":"v1","kind":"List","items":[${items.join(",\n")}]}`;
  }

  private drawerOf(kind: WatchedKind): Drawer {
    const name = nameOfKind(kind);
    const drawer = this.drawers.get(name) ?? { objects: new Map(), leftOutCount: 0 };
    this.drawers.set(name, drawer);
    return drawer;
  }
}

/** Namespace and name, which are unique among the objects of a kind. */
export function keyOf(object: JsonObject): string {
  const faults: Faults = { first: undefined };
  const metadata = readObject(object, "metadata", faults) ?? {};
  const name = readText(metadata, "name", faults);
  return name === "" ? "" : `${readText(metadata, "namespace", faults)}/${name}`;
}

const metadataStart = '"metadata":{';

/** Kind and version are ours: elements of lists do not carry them. */
function textOf(kind: WatchedKind, object: JsonObject): string {
  const [version = ""] = kind.versions;
  const apiVersion = kind.group === "" ? version : `${kind.group}/${version}`;
  const kept = keepFields(object, kind.keep) as JsonObject;
  return JSON.stringify({ apiVersion, kind: kind.kind, ...kept });
}

function withRevision(text: string, revision: string): string {
  const at = text.indexOf(metadataStart) + metadataStart.length;
  return `${text.slice(0, at)}"resourceVersion":${JSON.stringify(revision)},${text.slice(at)}`;
}
