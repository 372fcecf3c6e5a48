/**
 * Holds what an act says of the habits of a workload.
 * In: acts. Out: pairs of dimension and value, and whose they are.
 * Must never keep text beyond its bounds, nor allocate for an act that says nothing.
 */
import { parseAddress } from "../../event/ip-address.ts";
import type { Act } from "../detect/act.ts";
import type { Subject } from "../detect/subject.ts";
import { argumentTemplate, nameTemplate } from "./argument-template.ts";
import { describeEnd, destinationValue } from "./destination-value.ts";
import { valueKey } from "./profile-book.ts";
import type { ProfileDimension, ProfilePlace } from "./profile-fact.ts";
import { isSensitivePath } from "./sensitive-path.ts";

export interface ProfileValue {
  readonly dimension: ProfileDimension;
  readonly value: string;
  /** Its `valueKey`, where that was made: sessions that show the same share its text. */
  readonly key?: string;
}

/** **Unit**: characters of the name of a program within a value. */
const programLengthMax = 160;
const memoCountMax = 4096;
/** Values: of all that are held back some hundred differ. */
const valueCountMax = 1024;
const none: readonly ProfileValue[] = [];

/** Remembers what it made of texts: probes and jobs say the same all day. */
export class ValueReader {
  private readonly templates = new Map<string, string>();
  private readonly ends = new Map<string, string>();
  private readonly values = new Map<string, ProfileValue>();

  /** **Cost**: one switch for most acts; a few microseconds for a new command line. */
  read(act: Act): readonly ProfileValue[] {
    switch (act.kind) {
      case "exec":
        return this.readExec(act.subject);
      case "connect":
        return this.readConnect(act);
      case "unix-connect":
      case "read":
        return this.readPath(act, "read", act.path);
      case "write":
      case "delete":
      case "mode":
      case "truncate":
      case "link":
      case "rename":
        return this.readPath(act, "change", act.path);
      default:
        return none;
    }
  }

  private readExec(subject: Subject): readonly ProfileValue[] {
    const { binary, arguments: text, argumentsCut } = subject;
    if (!subject.execSeen || binary === "" || subject.actor === "runtime") return none;
    const program = this.nameOf(binary);
    const values: ProfileValue[] = [
      this.shared("binary", program),
      this.shared("child", `${this.starterOf(subject)} > ${program}`),
    ];
    if (text !== "" && !argumentsCut) {
      const template = this.memo(
        `${binary}\u0000${text}`,
        () => `${lastPart(program)} ${argumentTemplate(subject.words, subject.name)}`,
      );
      values.push(this.shared("arguments", template));
    }
    return values;
  }

  /** The program that started it; of the root of a session how the session began. */
  private starterOf(subject: Subject): string {
    const { parent, entryKind } = subject;
    const isRoot = subject.entry === subject || parent === undefined;
    if (isRoot && entryKind !== "service") return `(${entryKind})`;
    if (parent === undefined || parent.binary === "") return "(unknown)";
    return isKernel(parent) ? "(kernel)" : this.nameOf(parent.binary);
  }

  private readConnect({ subject, address, port }: Act): readonly ProfileValue[] {
    if (address === "" || subject.binary === "") return none;
    const end = this.endOf(address);
    if (end === "") return none;
    const value = destinationValue(this.nameOf(subject.binary), end, port);
    return [this.shared("destination", value)];
  }

  private readPath(
    { subject }: Act,
    how: "read" | "change",
    path: string,
  ): readonly ProfileValue[] {
    if (path === "" || subject.binary === "" || !isSensitivePath(path, how)) return none;
    const verb = how === "read" ? "reads" : "changes";
    const value = `${this.nameOf(subject.binary)} ${verb} ${this.nameOf(path)}`;
    return [this.shared("path", value)];
  }

  private nameOf(path: string): string {
    return this.memo(path, () => nameTemplate(path, programLengthMax));
  }

  private endOf(address: string): string {
    const known = this.ends.get(address);
    if (known !== undefined) return known;
    const bytes = parseAddress(address);
    const made = bytes === undefined ? "" : describeEnd(bytes);
    if (this.ends.size >= memoCountMax) this.ends.clear();
    this.ends.set(address, made);
    return made;
  }

  /** The same one for the same value: many sessions show it. */
  private shared(dimension: ProfileDimension, value: string): ProfileValue {
    const key = valueKey({ dimension, value });
    const known = this.values.get(key);
    if (known !== undefined) return known;
    const made = { dimension, value, key };
    if (this.values.size >= valueCountMax) this.values.clear();
    this.values.set(key, made);
    return made;
  }

  private memo(text: string, make: () => string): string {
    const known = this.templates.get(text);
    if (known !== undefined) return known;
    const made = make();
    if (this.templates.size >= memoCountMax) this.templates.clear();
    this.templates.set(text, made);
    return made;
  }
}

/** Its threads start helpers; their names tell of processors. */
function isKernel({ binary }: Subject): boolean {
  return binary.startsWith("[") || binary === "<kernel>";
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Whose habits a process shows, as far as is known by now. */
export function placeOf(subject: Subject): ProfilePlace {
  const { workload, container, node, entry, entryKind, host } = subject;
  if (workload !== undefined) return workload;
  if (!container.startsWith("host:")) {
    const name = subject.image === "" ? container : subject.image;
    return { cluster: "", namespace: "", kind: "Container", name, container: "" };
  }
  return { cluster: "", namespace: "", kind: "Host", name: node, container: unitOf() };

  function unitOf(): string {
    if (entryKind === "service") return `service ${nameTemplate(host?.name ?? "", 64)}`;
    if (entryKind !== "startup") return entryKind;
    return isKernel(entry) ? "startup kernel" : `startup ${nameTemplate(entry.name, 64)}`;
  }
}
