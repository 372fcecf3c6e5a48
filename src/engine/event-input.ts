/**
 * Holds what is known of one input of events after it was read, and its gathering.
 * In: the events that count (no duplicates, none outside of the asked time). Out: `EventInput`.
 * Must never grow with the number of events; names beyond a bound are only counted.
 */

import type { Event, Process, TimeUs } from "../core/event/event.ts";
import { containerKey } from "../core/observe/container-key.ts";
import type { ContainerKey } from "../core/observe/fact.ts";
import { type ClockDump, NodeClock, type NodeSpan } from "./node-clock.ts";
import type { RecordFormat } from "./split-records.ts";
import { Tally, type TallyDump } from "./tally.ts";

export interface ContainerSpan {
  readonly container: ContainerKey;
  /** Longest id seen. */
  containerId: string;
  namespace: string;
  pod: string;
  workloadKind: string;
  workload: string;
  containerName: string;
  imageName: string;
  eventCount: number;
  /** 0 while no event of it carried a time. */
  firstUs: TimeUs;
  lastUs: TimeUs;
}

export interface EventInput {
  readonly index: number;
  readonly name: string;
  readonly format: RecordFormat;
  readonly compression: string;
  /** **Unit**: bytes as stored; -1 unknown. */
  readonly sizeBytes: number;
  /** Events handed on: neither duplicates nor outside of the asked time. */
  readonly eventCount: number;
  readonly duplicateCount: number;
  readonly outsideCount: number;
  /** Records that gave no event. */
  readonly unreadableCount: number;
  /** Keys are types; an unknown one under `unknown:` and its wire name. */
  readonly typeCounts: ReadonlyMap<string, number>;
  readonly policies: ReadonlyMap<string, number>;
  /** **Order**: by name. */
  readonly nodes: readonly NodeSpan[];
  readonly firstUs: TimeUs;
  readonly lastUs: TimeUs;
  /** **Shape**: at most 10,000. */
  readonly containers: ReadonlyMap<ContainerKey, Readonly<ContainerSpan>>;
  /** Events of processes in no container. */
  readonly hostEventCount: number;
  readonly disorderCount: number;
  readonly disorderMaxUs: number;
  /** In words, how the stream ended early, compressed or not; undefined when it was whole. */
  readonly cut: string | undefined;
  /** Where records were unreadable in the midst: events of that time may be missing. */
  readonly damage: DamageSpan | undefined;
  /** Events whose type, policy, node or container came after a bound was reached. */
  readonly leftOutCount: number;
}

/** From the last event before the first damage to the first event after the last one. */
export interface DamageSpan {
  /** Damaged places; how many events were in them is not known. */
  readonly count: number;
  /** 0 when nothing came before. */
  readonly sinceUs: TimeUs;
  /** 0 when nothing came after. */
  readonly untilUs: TimeUs;
}

/** What only the reader of the stream knows. */
export type StreamSummary = Pick<
  EventInput,
  | "index"
  | "name"
  | "format"
  | "compression"
  | "sizeBytes"
  | "duplicateCount"
  | "outsideCount"
  | "unreadableCount"
  | "cut"
  | "damage"
>;

const typeCountMax = 256;
const policyCountMax = 1000;
const nodeCountMax = 5000;
const containerCountMax = 10_000;

/** What was gathered so far. */
export interface StatisticsDump {
  readonly eventCount: number;
  readonly hostEventCount: number;
  readonly leftOutCount: number;
  readonly types: TallyDump;
  readonly policies: TallyDump;
  readonly clocks: readonly ClockDump[];
  readonly containers: readonly Readonly<ContainerSpan>[];
}

export class EventStatistics {
  private eventCount = 0;
  private hostEventCount = 0;
  private leftOutCount = 0;
  private readonly types: Tally;
  private readonly policies: Tally;
  private readonly clocks = new Map<string, NodeClock>();
  private readonly containers = new Map<ContainerKey, ContainerSpan>();
  private lastClock: NodeClock | undefined;
  private lastProcess: Process | undefined;
  private lastContainer: ContainerSpan | undefined;

  /** `dumped`: what another one had gathered. */
  constructor(dumped?: StatisticsDump) {
    this.types = new Tally(typeCountMax, dumped?.types);
    this.policies = new Tally(policyCountMax, dumped?.policies);
    if (dumped === undefined) return;
    this.eventCount = dumped.eventCount;
    this.hostEventCount = dumped.hostEventCount;
    this.leftOutCount = dumped.leftOutCount;
    for (const clock of dumped.clocks)
      this.clocks.set(clock.node, new NodeClock(clock.node, clock));
    for (const span of dumped.containers) this.containers.set(span.container, { ...span });
  }

  dump(): StatisticsDump {
    const { eventCount, hostEventCount, leftOutCount } = this;
    return {
      eventCount,
      hostEventCount,
      leftOutCount,
      types: this.types.dump(),
      policies: this.policies.dump(),
      clocks: Array.from(this.clocks.values(), (clock) => clock.dump()),
      containers: Array.from(this.containers.values(), (span) => ({ ...span })),
    };
  }

  /** `isLive` is false for what tells of the time before the recording, or carries no time. */
  add(event: Event, isLive: boolean): void {
    this.eventCount++;
    this.types.add(event.type === "unknown" ? `unknown:${event.name}` : event.type);
    if ("policy" in event) this.policies.add(event.policy);
    const clock = this.clockOf(event.node);
    const isLate = "returned" in event && event.returned !== undefined;
    if (isLive) clock?.add(event.timeUs, isLate);
    else clock?.count();
    if ("process" in event && event.process !== undefined) this.addProcess(event, event.process);
  }

  summarize(stream: StreamSummary): EventInput {
    const names = [...this.clocks.keys()].sort();
    const nodes = names.flatMap((name) => this.clocks.get(name)?.span() ?? []);
    const timed = nodes.filter((node) => node.firstUs !== 0);
    const { eventCount, hostEventCount, containers } = this;
    const { leftOutCount: otherTypeCount } = this.types;
    return {
      ...stream,
      eventCount,
      hostEventCount,
      containers,
      typeCounts: this.types.counts(),
      policies: this.policies.counts(),
      nodes,
      firstUs: timed.reduce((least, node) => Math.min(least, node.firstUs), timed[0]?.firstUs ?? 0),
      lastUs: timed.reduce((most, { lastUs }) => Math.max(most, lastUs), 0),
      disorderCount: nodes.reduce((sum, node) => sum + node.disorderCount, 0),
      disorderMaxUs: nodes.reduce((most, node) => Math.max(most, node.disorderMaxUs), 0),
      leftOutCount: this.leftOutCount + otherTypeCount + this.policies.leftOutCount,
    };
  }

  private clockOf(node: string): NodeClock | undefined {
    if (this.lastClock?.node === node) return this.lastClock;
    let clock = this.clocks.get(node);
    if (clock === undefined) {
      if (this.clocks.size >= nodeCountMax) {
        this.leftOutCount++;
        return undefined;
      }
      clock = new NodeClock(node);
      this.clocks.set(node, clock);
    }
    this.lastClock = clock;
    return clock;
  }

  private addProcess(event: Event, process: Process): void {
    if (process !== this.lastProcess) {
      this.lastProcess = process;
      this.lastContainer = process.containerId === "" ? undefined : this.containerOf(process);
    }
    const container = this.lastContainer;
    if (container === undefined) {
      if (process.containerId === "") this.hostEventCount++;
      else this.leftOutCount++;
      return;
    }
    container.eventCount++;
    if (event.timeUs === 0) return;
    if (container.firstUs === 0 || event.timeUs < container.firstUs) {
      container.firstUs = event.timeUs;
    }
    if (event.timeUs > container.lastUs) container.lastUs = event.timeUs;
  }

  private containerOf(process: Process): ContainerSpan | undefined {
    const key = containerKey(process.containerId);
    const known = this.containers.get(key);
    if (known !== undefined) {
      complete(known, process);
      return known;
    }
    if (this.containers.size >= containerCountMax) return undefined;
    const container = startContainer(key);
    complete(container, process);
    this.containers.set(key, container);
    return container;
  }
}

function startContainer(container: ContainerKey): ContainerSpan {
  return {
    container,
    containerId: "",
    namespace: "",
    pod: "",
    workloadKind: "",
    workload: "",
    containerName: "",
    imageName: "",
    eventCount: 0,
    firstUs: 0,
    lastUs: 0,
  };
}

/** Early events of a container come before its pod is known. */
function complete(container: ContainerSpan, process: Process): void {
  if (process.containerId.length > container.containerId.length) {
    container.containerId = process.containerId;
  }
  if (process.pod === undefined || container.pod !== "") return;
  const { namespace, name, workloadKind, workload, containerName, imageName } = process.pod;
  Object.assign(container, { namespace, workloadKind, workload, containerName, imageName });
  container.pod = name;
}
