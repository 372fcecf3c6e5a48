/**
 * Holds recorded and made-up events of sockets, and the way from events to flow facts, for tests.
 * In: what a test cares about. Out: events, facts as short lines.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { createPlainJsonDecoder } from "../core/event/decode-json.ts";
import type { Event, HookEvent, Process, SocketArgument } from "../core/event/event.ts";
import { createContainers } from "../core/observe/container.ts";
import type { Emit, FlowFact, ListenFact } from "../core/observe/fact.ts";
import { FactSet } from "../core/observe/fact-set.ts";
import { createFlows } from "../core/observe/flow.ts";
import { createProcessTree } from "../core/observe/process-tree.ts";
import type { Story } from "./event-story.ts";

const folder = new URL("../../fixtures/flows/", import.meta.url);

/** The recorded events below `fixtures/flows`, decoded anew for each call. */
export function recordedSockets(name: "shop" | "host" | "late" | "shell"): readonly Event[] {
  const bytes = gunzipSync(readFileSync(new URL(`${name}.jsonl.gz`, folder)));
  const decoder = createPlainJsonDecoder();
  const events: Event[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    const event = decoder.decode(bytes, start, end, 0, start);
    if (event !== undefined) events.push(event);
    start = end + 1;
  }
  return events;
}

/** What the tree and the fold make of events, with a tick for each. */
export function foldFlows(events: Iterable<Event>): FactSet {
  const facts = new FactSet();
  const emit: Emit = (fact) => facts.add(fact);
  const tree = createProcessTree();
  const [flows, containers] = [createFlows(), createContainers()];
  const [state, known] = [flows.start(), containers.start()];
  let nowUs = 0;
  for (const event of events) {
    nowUs = Math.max(nowUs, event.timeUs);
    const node = tree.place(event, nowUs, (one) => flows.retire?.(state, one, emit));
    flows.step(state, event, { node, nowUs, emit });
    containers.step(known, event, { node, nowUs, emit });
    flows.tick?.(state, nowUs, emit);
  }
  tree.finish((one) => flows.retire?.(state, one, emit));
  flows.finish?.(state, emit);
  containers.finish?.(known, emit);
  return facts;
}

export function allFlows(facts: FactSet): readonly FlowFact[] {
  return facts.networked.flatMap((container) => facts.flows(container));
}

export function allListens(facts: FactSet): readonly ListenFact[] {
  return facts.networked.flatMap((container) => facts.listens(container));
}

/** `direction protocol peer:port actor connections/failed sent/received`. */
export function flowLine(fact: FlowFact): string {
  const { direction, protocol, peer, port, actor, connectionCount, failedCount } = fact;
  const counts = `${connectionCount}/${failedCount} ${fact.sentBytes}/${fact.receivedBytes}`;
  return `${direction} ${protocol} ${peer}:${port} ${actor} ${counts}`;
}

export function flowLines(events: Iterable<Event>): readonly string[] {
  return allFlows(foldFlows(events)).map(flowLine);
}

export function sampleSocket(given: Partial<SocketArgument> = {}): SocketArgument {
  return {
    kind: "socket",
    label: "",
    family: "AF_INET",
    protocol: "IPPROTO_TCP",
    state: "TCP_ESTABLISHED",
    sourceAddress: "10.0.0.1",
    sourcePort: 40_000,
    destinationAddress: "10.0.0.2",
    destinationPort: 5432,
    cookie: "1",
    ...given,
  };
}

export function sizeArgument(value: number, label = "size") {
  return { kind: "integer", label, value } as const;
}

/** A hook of a socket, with a number where one is given. */
export function addSocketHook(
  story: Story,
  process: Process,
  hook: string,
  parts: {
    readonly socket?: Partial<SocketArgument>;
    readonly size?: number;
    readonly result?: number;
    readonly type?: HookEvent["type"];
  } = {},
): void {
  const { socket, size, result, type = "kprobe" } = parts;
  const numbers = size === undefined ? [] : [sizeArgument(size)];
  const returned = result === undefined ? undefined : sizeArgument(result, "");
  story.hook(process, hook, { type, arguments: [sampleSocket(socket), ...numbers], returned });
}
