/**
 * Tests the parts that flows are made of, each by itself.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleSocket, sizeArgument } from "../../testing/flow-events.ts";
import { sampleHook, sampleNode } from "../../testing/sample-facts.ts";
import type { HookEvent } from "../event/event.ts";
import { createConnection, noteState, openerOf, partOf } from "./connection.ts";
import { isNetworkKey, networkKey } from "./container-key.ts";
import { readDumpSocket } from "./dump-socket.ts";
import { emitFlows } from "./emit-flows.ts";
import type { FlowFact } from "./fact.ts";
import { directionTeller, farPortKey, ownPortKey } from "./flow-direction.ts";
import { noteAttempt, noteListening } from "./flow-ports.ts";
import { createFlowUser, isEarlier } from "./flow-state.ts";
import { addText, createTally, tallyConnection, tallyKey } from "./flow-tally.ts";
import { addFinal, createFlowTotals } from "./flow-totals.ts";
import { namedHosts } from "./host-names.ts";
import { nameHosts } from "./name-peers.ts";
import { networkHook } from "./network-hooks.ts";
import { doingsOfHook, limitsOfSeen, limitsOfWatch, readWatch } from "./network-watch.ts";
import { addConnection, createSocketBook, findPartial, findWhole, keyOf } from "./socket-book.ts";
import { readSocketEvent, type SocketEvent } from "./socket-event.ts";

const at = { timeUs: 10, input: 0, offset: 0, policy: "p" };

function socketOf(event: HookEvent): SocketEvent {
  const socket = readSocketEvent(event);
  assert.ok(socket !== undefined);
  return { ...socket };
}

const hook = (name: string, parts: Partial<HookEvent> = {}) =>
  sampleHook(10, { hook: name, arguments: [sampleSocket()], ...parts });

test("a hook means the same under the names of kprobes, LSM, tracepoints and system calls", () => {
  const meanings = [
    ["security_socket_connect", "connect"],
    ["bpf_lsm_socket_connect", "connect"],
    ["socket_connect", "connect"],
    ["__x64_sys_connect", "connect"],
    ["sock/inet_sock_set_state", "state"],
    ["udpv6_sendmsg", "send"],
    ["tcp_cleanup_rbuf", "receive"],
    ["tcp_v4_do_rcv", "elsewhere"],
    ["tcp_retransmit_skb", "elsewhere"],
  ] as const;
  for (const [name, means] of meanings) assert.equal(networkHook(name)?.means, means, name);
  for (const name of ["security_file_open", "do_mmap", "__x64_sys_setuid", "security_bpf"]) {
    assert.equal(networkHook(name), undefined, name);
  }
});

test("negative results are no bytes, however they are written", () => {
  for (const value of [-11, 4_294_967_285, 18_446_744_073_709_552_000]) {
    const event = hook("tcp_recvmsg", { returned: sizeArgument(value, "") });
    assert.equal(socketOf(event).sizeBytes, 0);
  }
  assert.equal(socketOf(hook("tcp_recvmsg", { returned: sizeArgument(7, "") })).sizeBytes, 7);
  const room = hook("tcp_recvmsg", { arguments: [sampleSocket(), sizeArgument(4096, "len")] });
  assert.equal(socketOf(room).sizeBytes, 0, "room is not what came");
});

test("dual-stack addresses become plain, the unspecified far end none", () => {
  const address = "::ffff:10.0.0.7";
  const given = { sourceAddress: address, destinationAddress: "::", destinationPort: 0 };
  const { local, peer } = socketOf(hook("tcp_close", { arguments: [sampleSocket(given)] }));
  assert.deepEqual([local, peer], ["10.0.0.7", ""]);
  const raw = sampleSocket({ protocol: "IPPROTO_ICMP" });
  assert.equal(readSocketEvent(hook("inet_sendmsg", { arguments: [raw] })), undefined);
});

test("what is not watched is said doing by doing, and read back the same", () => {
  assert.deepEqual(doingsOfHook("inet_csk_accept", false), ["listens"]);
  const limits = limitsOfWatch([
    { doings: ["connects"], limits: [] },
    { doings: ["sends"], limits: ["only programs In /x"] },
  ]);
  const answers = ["connects", "sends", "receives"] as const;
  assert.deepEqual(
    answers.map((doing) => readWatch(limits, doing)),
    ["yes", "partly", "no"],
  );
  assert.equal(readWatch(limitsOfSeen(new Set(["sends"])), "accepts"), "unknown");
});

test("hosts are named by URLs, options and operands, never by files, flags or addresses", () => {
  const names = (binary: string, args: string) =>
    namedHosts(binary, args).map(({ name, port }) => `${name}:${port}`);
  assert.deepEqual(names("/usr/bin/curl", "-fsS http://api.shop.svc:8080/x"), [
    "api.shop.svc:8080",
  ]);
  assert.deepEqual(names("/usr/bin/curl", "-o a.txt https://u:p@cdn.example.net/f"), [
    "cdn.example.net:443",
  ]);
  assert.deepEqual(names("/usr/bin/psql", "-h db -U app"), ["db:0"]);
  assert.deepEqual(names("/usr/bin/java", "-Durl=jdbc:postgresql://db:5433/x -jar a.jar"), [
    "db:5433",
  ]);
  assert.deepEqual(names("/usr/bin/ssh", "deploy@build.example.org uptime"), [
    "build.example.org:0",
  ]);
  assert.deepEqual(names("/usr/bin/curl", "-sS --max-time=5 cdn.example.net"), [
    "cdn.example.net:0",
  ]);
  assert.deepEqual(names("/usr/bin/sshpass", "-p x ssh 'deploy@build.example.org'"), [
    "build.example.org:0",
  ]);
  assert.deepEqual(names("/usr/bin/wget", "files.example.org/a.tar"), ["files.example.org:0"]);
  for (const [binary, args] of [
    ["/usr/bin/ls", "-h /srv"],
    ["/usr/bin/curl", "http://10.0.0.1/x http://127.0.0.1/ http://localhost:80/"],
    ["/usr/bin/node", "server.js"],
    ["/usr/bin/redis-cli", "ping"],
    // Secrets look like names.
    ["/usr/bin/sshpass", "-p pa@ssw0rd.x ssh -i key.pem host"],
    ["/usr/bin/curl", "--oauth2-bearer aaa.bbb.ccc host.example"],
    ["/usr/bin/curl", "-su first.last:secret host.example"],
    ["/usr/bin/wget", "--password s3.cret files.example"],
    ["/usr/bin/ssh", "-i key.pem host.example"],
  ] as const) {
    assert.deepEqual(names(binary, args), [], args);
  }
});

function userWith(peers: readonly (readonly [peer: string, port: number])[]) {
  const user = createFlowUser("id", "n");
  for (const [peer, port] of peers) {
    const tally = createTally({ direction: "outbound", protocol: "tcp", peer, port, localPort: 0 });
    user.tallies.set(tallyKey(tally), tally);
  }
  return user;
}

test("a name that fits two addresses, or two names that fit one, name nothing", () => {
  const named = (args: string, peers: readonly (readonly [string, number])[]) => {
    const user = userWith(peers);
    nameHosts(user, sampleNode({ binary: "/usr/bin/curl", arguments: args }));
    return [...user.tallies.values()].flatMap(({ hostNames }) => hostNames);
  };
  assert.deepEqual(named("http://a.example/", [["10.0.0.1", 80]]), ["a.example"]);
  assert.deepEqual(named("http://a.example/", [["10.0.0.1", 443]]), [], "another port");
  const two = [
    ["10.0.0.1", 80],
    ["10.0.0.2", 80],
  ] as const;
  assert.deepEqual(named("http://a.example/", two), []);
  assert.deepEqual(named("http://a.example/ http://b.example/", [["10.0.0.1", 80]]), []);
  const dns = [
    ["10.0.0.53", 53],
    ["10.0.0.1", 80],
  ] as const;
  assert.deepEqual(named("http://a.example/", dns), ["a.example"], "asking the resolver is apart");
});

test("sockets of a listing are read from the kernel's own spelling", () => {
  const listening = {
    proto: "tcp6",
    local: `${"0".repeat(32)}:1F90`,
    remote: `${"0".repeat(32)}:0000`,
  };
  const [one] = readDumpSocket({ ...listening, state: "0A" });
  assert.deepEqual([one?.local, one?.localPort, one?.state], ["::", 8080, "listening"]);
  const ends = { proto: "tcp", local: "0B002A0A:18EB", remote: "0D002A0A:E828", state: "01" };
  const [two] = readDumpSocket(ends);
  assert.deepEqual([two?.local, two?.localPort, two?.peer], ["10.42.0.11", 6379, "10.42.0.13"]);
  assert.equal(two?.peerPort, 59_432);
  for (const bad of [null, 1, {}, { ...ends, local: "x" }, { ...ends, proto: "raw" }]) {
    assert.deepEqual(readDumpSocket(bad), []);
  }
});

test("who listens is told by known ports, then by what repeats, then by ranges", () => {
  const edge = (localPort: number, peer: string, peerPort: number) =>
    ({ protocol: "tcp", localPort, peer, peerPort }) as const;
  const tell = (own: string[], far: string[], edges: readonly ReturnType<typeof edge>[]) => {
    const teller = directionTeller(edges, { own: new Set(own), far: new Set(far) });
    return edges.map(teller);
  };
  const high = edge(40_000, "a", 50_000);
  assert.deepEqual(tell([], [], [high]), ["unknown"]);
  assert.deepEqual(tell([ownPortKey("tcp", 40_000)], [], [high]), ["inbound"]);
  assert.deepEqual(tell([], [farPortKey("tcp", "a", 50_000)], [high]), ["outbound"]);
  const served = [edge(40_000, "a", 50_001), edge(40_000, "b", 50_002)];
  assert.deepEqual(tell([], [], served), ["inbound", "inbound"]);
  const asked = [edge(40_001, "a", 50_000), edge(40_002, "a", 50_000)];
  assert.deepEqual(tell([], [], asked), ["outbound", "outbound"]);
  assert.deepEqual(tell([], [], [edge(6379, "a", 50_000)]), ["inbound"]);
  assert.deepEqual(tell([], [], [edge(7000, "a", 443)]), ["outbound"]);
});

test("a socket without its own end is the latest of its cookie that began before", () => {
  const book = createSocketBook();
  const open = (sourcePort: number, timeUs: number) => {
    const socket = socketOf(hook("tcp_connect", { arguments: [sampleSocket({ sourcePort })] }));
    return addConnection(book, keyOf(socket, "n", "c"), socket, timeUs);
  };
  const [first, second] = [open(40_001, 10), open(40_002, 20)];
  const gone = { sourcePort: 0, sourceAddress: "0.0.0.0", destinationPort: 0 };
  const closed = socketOf(hook("tcp_close", { arguments: [sampleSocket(gone)] }));
  const key = keyOf(closed, "n", "c");
  assert.equal(findPartial(book, key, closed, 15), first);
  assert.equal(findPartial(book, key, closed, 25), second);
  assert.equal(findPartial(book, key, { ...closed, peer: "10.9.9.9" }, 25), undefined);
  assert.equal(findWhole(book, key, closed), undefined);
});

test("a connection counts for its opener, bytes for whoever moved them", () => {
  const connection = createConnection(socketOf(hook("tcp_sendmsg")), "k", 10);
  const [opener, worker] = [createFlowUser("a", "n"), createFlowUser("b", "n")];
  const used = partOf(connection, worker, at);
  used.sentBytes[1] = 5;
  partOf(connection, opener, { ...at, timeUs: 11 }).opens = true;
  assert.equal(openerOf(connection)?.user, opener);
  connection.connectCount = 1;
  noteState(connection, socketOf(hook("tcp_close")), 30);
  tallyConnection(connection);
  const counts = [opener, worker].map(({ tallies }) => {
    const [one] = tallies.values();
    return [one?.connectionCount, one?.sentBytes, one?.direction];
  });
  assert.deepEqual(counts, [
    [1, 0, "outbound"],
    [0, 5, "outbound"],
  ]);
});

test("ports and asked ends of a process are bounded, and what is beyond is counted", () => {
  const user = createFlowUser("a", "n");
  const port = { protocol: "tcp", address: "::", listens: true } as const;
  for (let one = 1; one <= 300; one++) noteListening(user, { ...port, port: one }, at);
  const asked = { protocol: "tcp", peer: "10.0.0.1", failed: false } as const;
  for (let one = 1; one <= 1100; one++) noteAttempt(user, { ...asked, port: one }, at);
  assert.deepEqual([user.listening.size, user.attempts.size, user.lostCount], [256, 1024, 120]);
});

test("one edge of several processes is one fact with the earliest proofs", () => {
  const totals = createFlowTotals();
  for (const firstUs of [30, 10, 20]) {
    const user = userWith([["10.0.0.1", 80]]);
    for (const tally of user.tallies.values()) {
      Object.assign(tally, { firstUs, lastUs: firstUs, connectionCount: 1, offset: firstUs });
      addText(tally, "locals", "10.0.0.5");
    }
    addFinal(totals, user, { container: "c", actor: "service", binary: `/b${firstUs}`, pid: 1 });
  }
  const facts: FlowFact[] = [];
  emitFlows(totals, (fact) => void (fact.kind === "flow" && facts.push(fact)));
  const [fact, ...more] = facts;
  assert.equal(more.length, 0);
  assert.deepEqual([fact?.connectionCount, fact?.firstSeenUs, fact?.lastSeenUs], [3, 10, 30]);
  assert.deepEqual(fact?.binaries, ["/b10", "/b20", "/b30"]);
  assert.deepEqual(
    fact?.citations.map(({ offset }) => offset),
    [10, 20, 30],
  );
});

test("keys of networks of their own, and the order of evidence", () => {
  assert.equal(networkKey("n", 7), "host:n%7");
  assert.ok(isNetworkKey("host:n%7") && !isNetworkKey("host:n") && !isNetworkKey("abc%7"));
  const place = { firstUs: 1, input: 0, offset: 5 };
  assert.ok(isEarlier(place, { ...place, offset: 6 }) && !isEarlier(place, place));
});
