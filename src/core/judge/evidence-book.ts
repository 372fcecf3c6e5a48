/**
 * Holds the book of evidence: each fact that a verdict rests on, once, under a short id.
 * In: facts as verdicts cite them. Out: `Evidence` records by id, in order of first citing.
 * Must never depend on anything but the calls made: same calls, same ids.
 */

import { formatTime } from "../event/format-time.ts";
import { isHostKey } from "../observe/container-key.ts";
import type {
  Citation,
  FileUseFact,
  FlowFact,
  ListenFact,
  PrivilegeFact,
} from "../observe/fact.ts";
import type { Evidence } from "./verdict.ts";

/** A statement that was concluded from a fact, and not seen itself. */
export interface Inference {
  /** What it shows, for example `linked`. */
  readonly shows: string;
  /** The file the conclusion is about. */
  readonly path: string;
  /** The use it was concluded from; its citation is given. */
  readonly from: FileUseFact;
}

const noCitation: Citation = {
  timeUs: 0,
  node: "",
  execId: "",
  pid: 0,
  binary: "",
  sensor: "other",
  policy: "",
  input: -1,
  offset: -1,
};

/**
 * Of what was executed the exec itself: its file is opened before, when the process still runs the
 * program it had, and an event of that time names the wrong one to a reader.
 */
function plainestCitation({ how, citations }: FileUseFact): Citation | undefined {
  const [earliest] = citations;
  if (how !== "executed") return earliest;
  return citations.find(({ sensor }) => sensor === "exec") ?? earliest;
}

const directionPhrases: Readonly<Record<FlowFact["direction"], string>> = {
  inbound: "accepted from",
  outbound: "connected to",
  unknown: "exchanged data with",
};

export class EvidenceBook {
  private readonly inputNames: readonly string[];
  private readonly idByKey = new Map<string, string>();
  private readonly records = new Map<string, Evidence>();

  constructor(inputNames: readonly string[]) {
    this.inputNames = inputNames;
  }

  /** Id of this use; the same container, path, way and actor give the same id. */
  addUse(fact: FileUseFact, shows: string): string {
    const key = JSON.stringify([shows, fact.container, fact.path, fact.how, fact.actor]);
    return this.add(key, (id) => this.ofUse(id, fact, shows, fact.path));
  }

  addInferred(inference: Inference): string {
    const { shows, path, from } = inference;
    const key = JSON.stringify([shows, from.container, path, from.path, from.how, from.actor]);
    return this.add(key, (id) => this.ofUse(id, from, shows, path));
  }

  addPrivilege(fact: PrivilegeFact): string {
    const { container, privilege, detail, source } = fact;
    const key = JSON.stringify(["privilege", container, privilege, detail, source]);
    return this.add(key, (id) => {
      const shown = detail === "" ? privilege : `${privilege} ${detail}`;
      const rest = {
        shows: `privilege: ${shown}`,
        path: "",
        actor: "service" as const,
        actorReason: source,
        count: fact.citations.length,
        container,
      };
      return this.record(id, fact.citations[0], rest);
    });
  }

  /** Names the far end as the kernel does, without a name that anybody chose. */
  addFlow(fact: FlowFact): string {
    const { container, direction, protocol, peer, port, actor, connectionCount } = fact;
    const key = JSON.stringify(["flow", container, direction, protocol, peer, port, actor]);
    return this.add(key, (id) => {
      const far = peer === "" ? "an unknown end" : peer;
      const at = port === 0 ? "" : `, ${protocol} port ${port}`;
      const rest = {
        shows: `flow: ${directionPhrases[direction]} ${far}${at}`,
        path: "",
        actor,
        actorReason: "",
        count: connectionCount,
        container,
      };
      return this.record(id, fact.citations[0], rest);
    });
  }

  addListen(fact: ListenFact): string {
    const { container, protocol, address, port } = fact;
    const key = JSON.stringify(["listen", container, protocol, address, port]);
    return this.add(key, (id) => {
      const where = address === "" ? "" : ` of ${address}`;
      const rest = {
        shows: `listens on ${protocol} port ${port}${where}`,
        path: "",
        actor: isHostKey(container) ? ("host" as const) : ("service" as const),
        actorReason: "",
        count: fact.citations.length,
        container,
      };
      return this.record(id, fact.citations[0], rest);
    });
  }

  /** **Order**: of first citing. The record has no prototype: keys are ids alone. */
  all(): Record<string, Evidence> {
    const record: Record<string, Evidence> = Object.create(null);
    for (const [id, evidence] of this.records) record[id] = evidence;
    return record;
  }

  private add(key: string, build: (id: string) => Evidence): string {
    const known = this.idByKey.get(key);
    if (known !== undefined) return known;
    const id = `e${this.idByKey.size + 1}`;
    this.idByKey.set(key, id);
    this.records.set(id, build(id));
    return id;
  }

  private ofUse(id: string, fact: FileUseFact, shows: string, path: string): Evidence {
    const { actor, actorReason, count, container } = fact;
    return this.record(id, plainestCitation(fact), {
      shows,
      path,
      actor,
      actorReason,
      count,
      container,
    });
  }

  private record(
    id: string,
    citation: Citation | undefined,
    rest: Pick<Evidence, "shows" | "path" | "actor" | "actorReason" | "count" | "container">,
  ): Evidence {
    const { sensor, policy, execId, pid, binary, timeUs, node, input, offset } =
      citation ?? noCitation;
    return {
      id,
      ...rest,
      sensor,
      policy,
      execId,
      pid,
      binary,
      time: formatTime(timeUs),
      node,
      input: this.inputNames[input] ?? "",
      offset,
    };
  }
}
