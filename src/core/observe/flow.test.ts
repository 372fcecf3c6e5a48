/**
 * Tests flows on what Tetragon really sent, then on what it may send, then the laws.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { containerA, createStory, startContainer } from "../../testing/event-story.ts";
import {
  addSocketHook,
  allFlows,
  allListens,
  flowLine,
  flowLines,
  foldFlows,
  recordedSockets,
  sampleSocket,
} from "../../testing/flow-events.ts";
import type { Event } from "../event/event.ts";
import { otherPeers } from "./fact.ts";

const port = ({ address, port }: { address: string; port: number }) => `${address} ${port}`;

test("recorded: what a dying probe closes under its parent's name stays the probe's", () => {
  const events = recordedSockets("shop");
  const closes = events.filter((one) => "hook" in one && one.hook === "tcp_close");
  assert.ok(closes.some((one) => "tid" in one && one.process?.containerId === ""));
  const facts = foldFlows(events);
  const probe = allFlows(facts).filter(({ actor }) => actor === "probe");
  assert.deepEqual(probe.map(flowLine), ["outbound tcp 127.0.0.1:6379 probe 1/0 14/7"]);
  assert.ok(!facts.networked.some((key) => key.startsWith("host:")), "runc talked to nobody");
});

test("recorded: an IPv6 socket that IPv4 clients reach shows plain addresses", () => {
  const facts = foldFlows(recordedSockets("shop"));
  const lines = allFlows(facts).map(flowLine);
  assert.ok(lines.includes("inbound tcp 10.42.0.18:8090 service 2/0 250/192"), lines.join("\n"));
  assert.ok(lines.includes("outbound tcp 10.42.0.17:8090 service 2/0 192/250"));
  assert.deepEqual(allListens(facts).map(port).sort(), ["0.0.0.0 6379", ":: 8090"]);
});

test("recorded: an accept that would block accepts nothing, and still shows what listens", () => {
  const isBlocked = (one: Event): boolean =>
    "hook" in one &&
    one.hook === "inet_csk_accept" &&
    one.returned?.kind === "socket" &&
    one.returned.sourceAddress === "invalid IP";
  const blocked = recordedSockets("shop").filter(isBlocked);
  assert.ok(blocked.length > 0);
  const facts = foldFlows(blocked);
  assert.deepEqual(allFlows(facts), []);
  assert.ok(allListens(facts).map(port).includes(":: 8090"));
});

test("recorded: a name among arguments goes with the one address they led to", () => {
  const facts = foldFlows(recordedSockets("shop"));
  const [named] = allFlows(facts).filter(({ hostNames }) => hostNames.length > 0);
  assert.deepEqual(named?.hostNames, ["goapp.web.svc.cluster.local"]);
  assert.equal(named?.peer, "10.42.0.17");
});

test("recorded: refused connects with one cookie and no own port are counted one by one", () => {
  const lines = flowLines(recordedSockets("host"));
  assert.ok(lines.includes("outbound tcp 127.0.0.1:8000 host 3/7 164/300587"), lines.join("\n"));
  assert.ok(lines.includes("outbound tcp 10.0.2.2:9 host 0/1 0/0"));
  assert.ok(lines.includes("outbound tcp ::1:8000 host 0/1 0/0"));
});

test("recorded: bytes sent are the size argument, bytes received the result", () => {
  const lines = flowLines(recordedSockets("host"));
  assert.ok(lines.includes("inbound tcp 127.0.0.1:8000 host 3/0 300587/164"));
  assert.ok(lines.includes("inbound tcp 127.0.0.1:4444 host 1/0 0/9"));
  assert.ok(lines.includes("outbound tcp 127.0.0.1:4444 host 1/0 9/0"));
});

test("recorded: who opened a connection from before the sensor is told by its ports", () => {
  assert.deepEqual([...flowLines(recordedSockets("late"))].sort(), [
    "inbound tcp 10.42.0.13:6379 service 1/0 16/132",
    "outbound tcp 10.42.0.11:6379 service 1/0 132/16",
  ]);
});

test("recorded: a shell that connected before its own exec keeps its connection", () => {
  const facts = foldFlows(recordedSockets("shell"));
  const [flow, ...more] = allFlows(facts);
  assert.equal(more.length, 0);
  assert.equal(flow?.connectionCount, 1);
  assert.equal(flow?.direction, "outbound");
  assert.equal(`${flow?.peer}:${flow?.port}`, "203.0.113.7:4444");
  assert.ok((flow?.sentBytes ?? 0) > 400, "what it and its children sent");
  assert.ok((flow?.binaries.length ?? 0) > 1, "children that use its socket show");
});

function container() {
  const story = createStory();
  const { first } = startContainer(story, {
    pid: 10,
    binary: "/app/main",
    containerId: containerA,
  });
  return { story, first };
}

test("workers use connections that another process accepted: each counts once", () => {
  const { story, first } = container();
  const worker = story.fork(first, { pid: 11 });
  const socket = {
    sourceAddress: "10.0.0.1",
    sourcePort: 80,
    destinationAddress: "10.0.0.9",
    destinationPort: 50_000,
  };
  const listener = { ...socket, state: "TCP_LISTEN", destinationAddress: "", destinationPort: 0 };
  story.hook(first, "inet_csk_accept", {
    arguments: [sampleSocket({ ...listener, sourceAddress: "0.0.0.0", cookie: "7" })],
    returned: sampleSocket(socket),
  });
  addSocketHook(story, worker, "tcp_recvmsg", { socket, size: 4096, result: 30 });
  addSocketHook(story, worker, "tcp_sendmsg", { socket, size: 50 });
  addSocketHook(story, worker, "tcp_close", { socket });
  const facts = foldFlows(story.events);
  assert.deepEqual(allFlows(facts).map(flowLine), ["inbound tcp 10.0.0.9:80 service 1/0 50/30"]);
  assert.deepEqual(allListens(facts).map(port), ["0.0.0.0 80"]);
});

test("a reused cookie is another connection", () => {
  const { story, first } = container();
  for (const [peer, size] of [
    ["10.0.0.2", 5],
    ["10.0.0.3", 7],
  ] as const) {
    const socket = { destinationAddress: peer, sourcePort: 40_000 + size };
    addSocketHook(story, first, "tcp_connect", { socket: { ...socket, state: "TCP_SYN_SENT" } });
    addSocketHook(story, first, "tcp_sendmsg", { socket, size });
    const closed = { ...socket, sourceAddress: "0.0.0.0", sourcePort: 0 };
    addSocketHook(story, first, "tcp_close", { socket: closed });
  }
  assert.deepEqual(flowLines(story.events), [
    "outbound tcp 10.0.0.2:5432 service 1/0 5/0",
    "outbound tcp 10.0.0.3:5432 service 1/0 7/0",
  ]);
});

test("a connect is called failed only when its end shows it", () => {
  const outcome = (state: string | undefined, result?: number) => {
    const { story, first } = container();
    const open = { state: "TCP_SYN_SENT" };
    addSocketHook(story, first, "tcp_connect", {
      socket: open,
      ...(result === undefined ? {} : { result }),
    });
    if (state !== undefined) addSocketHook(story, first, "tcp_close", { socket: { state } });
    return flowLines(story.events)[0];
  };
  assert.match(outcome(undefined) ?? "", / 1\/0 /, "nothing more was seen");
  assert.match(outcome(undefined, -115) ?? "", / 1\/0 /, "in progress");
  assert.match(outcome(undefined, -111) ?? "", / 0\/1 /, "refused");
  assert.match(outcome("TCP_SYN_SENT") ?? "", / 0\/1 /, "never answered");
  assert.match(outcome("TCP_CLOSE") ?? "", / 0\/1 /, "reset");
  assert.match(outcome("TCP_ESTABLISHED") ?? "", / 1\/0 /);
});

test("hooks of several layers see the same bytes: they are not added up", () => {
  const { story, first } = container();
  addSocketHook(story, first, "security_socket_sendmsg", { size: 100 });
  addSocketHook(story, first, "tcp_sendmsg", { size: 100 });
  addSocketHook(story, first, "tcp_sendmsg_locked", { size: 100 });
  addSocketHook(story, first, "security_socket_recvmsg", { size: 4096 });
  addSocketHook(story, first, "tcp_recvmsg", { size: 4096, result: 60 });
  addSocketHook(story, first, "tcp_cleanup_rbuf", { size: 60 });
  assert.deepEqual(flowLines(story.events), ["outbound tcp 10.0.0.2:5432 service 1/0 100/60"]);
});

test("a hook that is not in the table proves that its socket's connection exists", () => {
  const { story, first } = container();
  addSocketHook(story, first, "some_new_function", { type: "lsm" });
  assert.deepEqual(flowLines(story.events), ["outbound tcp 10.0.0.2:5432 service 1/0 0/0"]);
});

test("what runs in the context of an interrupted process is nobody's connection", () => {
  const { story, first } = container();
  addSocketHook(story, first, "tcp_retransmit_skb");
  addSocketHook(story, first, "tcp_rcv_established");
  addSocketHook(story, first, "ip_output");
  addSocketHook(story, first, "sock/inet_sock_set_state", { type: "tracepoint", size: 1 });
  assert.deepEqual(flowLines(story.events), []);
});

test("changes of state alone tell connects, failures and listening", () => {
  const { story, first } = container();
  const state = (from: string, to: number, socket = {}) =>
    addSocketHook(story, first, "sock/inet_sock_set_state", {
      type: "tracepoint",
      socket: { state: from, ...socket },
      size: to,
    });
  state("TCP_CLOSE", 2);
  state("TCP_SYN_SENT", 1);
  state("TCP_ESTABLISHED", 4);
  const refused = { destinationPort: 6379, sourcePort: 41_000, cookie: "2" };
  state("TCP_CLOSE", 2, refused);
  state("TCP_SYN_SENT", 7, refused);
  state("TCP_CLOSE", 10, {
    sourcePort: 9000,
    destinationAddress: "",
    destinationPort: 0,
    cookie: "3",
  });
  const facts = foldFlows(story.events);
  assert.deepEqual(allFlows(facts).map(flowLine), [
    "outbound tcp 10.0.0.2:5432 service 1/0 0/0",
    "outbound tcp 10.0.0.2:6379 service 0/1 0/0",
  ]);
  assert.deepEqual(allListens(facts).map(port), ["10.0.0.1 9000"]);
});

test("a connect of which only the address is told is a flow, with its socket no second one", () => {
  const { story, first } = container();
  const address = (host: string, to: number) =>
    ({ kind: "socket-address", label: "", family: "AF_INET", address: host, port: to }) as const;
  story.hook(first, "security_socket_connect", { arguments: [address("192.0.2.7", 443)] });
  story.hook(first, "security_socket_connect", { arguments: [address("10.0.0.2", 5432)] });
  addSocketHook(story, first, "tcp_connect", { socket: { state: "TCP_SYN_SENT" } });
  const path = {
    kind: "socket-address",
    label: "",
    family: "AF_UNIX",
    address: "/s",
    port: 0,
  } as const;
  story.hook(first, "security_socket_connect", { arguments: [path] });
  assert.deepEqual(flowLines(story.events), [
    "outbound tcp 192.0.2.7:443 service 1/0 0/0",
    "outbound tcp 10.0.0.2:5432 service 1/0 0/0",
  ]);
});

test("datagrams are flows too: a resolver is asked, a bound port answers", () => {
  const { story, first } = container();
  const dns = { protocol: "IPPROTO_UDP", state: "", destinationAddress: "10.96.0.10" };
  addSocketHook(story, first, "ip_send_skb", {
    socket: { ...dns, destinationPort: 53, cookie: "" },
    size: 40,
  });
  const bound = { protocol: "IPPROTO_UDP", state: "", sourceAddress: "0.0.0.0", sourcePort: 514 };
  addSocketHook(story, first, "udp_v4_get_port", {
    socket: { ...bound, destinationAddress: "", destinationPort: 0, cookie: "9" },
  });
  addSocketHook(story, first, "udp_recvmsg", {
    socket: { ...bound, destinationAddress: "0.0.0.0", destinationPort: 0, cookie: "9" },
    result: 120,
  });
  const facts = foldFlows(story.events);
  assert.deepEqual(allFlows(facts).map(flowLine), [
    "inbound udp :514 service 1/0 0/120",
    "outbound udp 10.96.0.10:53 service 1/0 0/0",
  ]);
  assert.deepEqual(
    allListens(facts).map((one) => `${one.protocol} ${one.port}`),
    ["udp 514"],
  );
});

test("a process of a node in a network of its own is told apart from the node", () => {
  const story = createStory();
  const host = story.process({ pid: 5, binary: "/usr/bin/curl" });
  addSocketHook(story, host, "tcp_sendmsg", { size: 1 });
  const network = { inum: 42, isHost: false };
  const [event] = story.events;
  assert.ok(event !== undefined && "process" in event && event.process !== undefined);
  const none = undefined;
  const namespaces = {
    mount: none,
    pid: none,
    network,
    ipc: none,
    uts: none,
    user: none,
    cgroup: none,
  };
  const apart = { ...event, process: { ...event.process, namespaces } };
  assert.deepEqual(foldFlows([event]).networked, ["host:node-1"]);
  assert.deepEqual(foldFlows([apart]).networked, ["host:node-1%42"]);
});

function manyConnections(count: number, peer: (at: number) => string): readonly Event[] {
  const { story, first } = container();
  for (let at = 0; at < count; at++) {
    const socket = {
      sourcePort: 30_000 + (at % 30_000),
      destinationAddress: peer(at),
      cookie: String(at % 50),
    };
    addSocketHook(story, first, "tcp_connect", { socket: { ...socket, state: "TCP_SYN_SENT" } });
    addSocketHook(story, first, "tcp_sendmsg", { socket, size: 3 });
    addSocketHook(story, first, "tcp_close", { socket });
  }
  return story.events;
}

test("any number of short connections stays one fact", () => {
  const lines = flowLines(manyConnections(20_000, () => "10.0.0.2"));
  assert.deepEqual(lines, ["outbound tcp 10.0.0.2:5432 service 20000/0 60000/0"]);
});

test("far ends beyond the bound count together, and the loss is told", () => {
  const address = (at: number) => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;
  const facts = foldFlows(manyConnections(6000, address));
  const flows = allFlows(facts);
  const rest = flows.find(({ peer }) => peer === otherPeers);
  assert.ok(flows.length <= 4097, String(flows.length));
  const sum = (field: "connectionCount" | "sentBytes") =>
    flows.reduce((all, one) => all + one[field], 0);
  assert.deepEqual([sum("connectionCount"), sum("sentBytes")], [6000, 18_000]);
  assert.ok((rest?.connectionCount ?? 0) >= 1900);
  assert.ok(facts.losses.some(({ reason }) => reason === "flow-eviction"));
});

const storyNames = ["shop", "host", "late", "shell"] as const;

test("law: events that come some seconds early or late give the same facts", () => {
  for (const name of storyNames) {
    const events = recordedSockets(name);
    const expected = foldFlows(events).canonical();
    const shuffle = fc.array(fc.integer({ min: 0, max: 3_000_000 }), {
      minLength: events.length,
      maxLength: events.length,
    });
    fc.assert(
      fc.property(shuffle, (delays) => {
        const late = events
          .map((event, at) => ({ event, atUs: event.timeUs + (delays[at] ?? 0) }))
          .sort((a, b) => a.atUs - b.atUs)
          .map(({ event }) => event);
        assert.equal(foldFlows(late).canonical(), expected);
      }),
      { numRuns: 25 },
    );
  }
});

test("law: the same facts twice are the same knowledge", () => {
  for (const name of storyNames) {
    const facts = foldFlows(recordedSockets(name));
    const before = facts.canonical();
    for (const container of facts.networked) {
      for (const fact of [...facts.flows(container), ...facts.listens(container)]) facts.add(fact);
    }
    assert.equal(facts.canonical(), before);
  }
});
