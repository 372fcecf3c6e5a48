/**
 * Holds the shipped policies that show flows: connections, bytes, listeners, datagrams.
 * In: nothing. Out: policies, split so that a probe that falls silent takes nothing else with it.
 * Must never report the agent's own sockets: sending an event would cause the next one.
 */
import { createPolicy, type PolicyArgument, type PolicySelector } from "./policy-document.ts";
import type { ShippedPolicy } from "./shipped-policy.ts";

/** **Source**: where Tetragon's image, its packages and its archive put their programs. */
const ownPrograms = [
  "/usr/bin/tetra",
  "/usr/bin/tetragon",
  "/usr/local/bin/tetra",
  "/usr/local/bin/tetragon",
];

/** All but the agent's own. */
export const withoutOwn: readonly PolicySelector[] = [
  {
    matchBinaries: [{ operator: "NotIn", values: ownPrograms }],
    matchActions: [{ action: "Post" }],
  },
];

const tags = ["waggle.flows"];
const socket: PolicyArgument = { index: 0, type: "sock" };
const size: PolicyArgument = { index: 2, type: "size_t", label: "size" };

const silence =
  "threads that block in this call use up the kernel's few instances of its return probe: then " +
  "it falls silent, and only tetragon_missed_link_probes_total tells";

export const networkPolicies: readonly ShippedPolicy[] = [
  {
    policy: createPolicy("tcp-connections", {
      hooks: ["tcp_connect", "tcp_close", "inet_csk_listen_start"].map((call) => ({
        call,
        syscall: false,
        tags,
        args: [socket],
        selectors: withoutOwn,
      })),
    }),
    group: "flows",
    shows: "TCP connections that are opened and closed, and sockets that begin to listen",
    feeds: "flow facts (connects, closes) and listen facts, sensor network",
    costNote: "",
    kernel: "5.3",
    blindSpots: [
      "connections and listeners of before it was loaded",
      "a close that nobody was there for is put down to the parent of the process",
    ],
    isDefault: true,
  },
  {
    policy: createPolicy("tcp-accepts", {
      hooks: [
        {
          call: "inet_csk_accept",
          syscall: false,
          tags,
          args: [socket],
          returnType: "sock",
          selectors: withoutOwn,
        },
      ],
    }),
    group: "flows",
    shows: "TCP connections that are accepted, and from whom",
    feeds: "flow facts (accepts), sensor network",
    costNote: "",
    kernel: "5.3",
    blindSpots: [
      silence,
      "calls that return without a connection give an event without an address",
    ],
    isDefault: true,
  },
  {
    policy: createPolicy("tcp-sent", {
      hooks: [
        { call: "tcp_sendmsg", syscall: false, tags, args: [socket, size], selectors: withoutOwn },
      ],
    }),
    group: "flows",
    shows: "bytes that processes hand to TCP",
    feeds: "flow facts (sent bytes), sensor network",
    costNote: "",
    kernel: "5.3",
    blindSpots: [
      "files sent by the kernel itself (sendfile) before kernel 6.5",
      "the size is what was asked for, not what was sent",
      "an event a call: the most expensive policy of a busy server; its rate follows the traffic",
    ],
    isDefault: true,
  },
  {
    policy: createPolicy("tcp-received", {
      hooks: [
        {
          call: "tcp_recvmsg",
          syscall: false,
          tags,
          args: [socket],
          returnType: "int",
          selectors: withoutOwn,
        },
      ],
    }),
    group: "flows",
    shows: "bytes that processes take from TCP",
    feeds: "flow facts (received bytes), sensor network",
    costNote: "",
    kernel: "5.3",
    blindSpots: [silence, "an event a call, as of sent bytes"],
    isDefault: true,
  },
  {
    policy: createPolicy("udp", {
      hooks: [
        ...["udp_sendmsg", "udpv6_sendmsg"].map((call) => ({
          call,
          syscall: false,
          tags,
          args: [socket, size],
          selectors: withoutOwn,
          mayBeMissing: call !== "udp_sendmsg",
        })),
        {
          call: "security_socket_bind",
          syscall: false,
          tags,
          args: [{ index: 1, type: "sockaddr" as const }],
          selectors: [
            {
              matchArgs: [
                { index: 1, operator: "Family" as const, values: ["AF_INET", "AF_INET6"] },
              ],
              ...withoutOwn[0],
            },
          ],
        },
      ],
    }),
    group: "flows",
    shows: "datagrams that are sent, and addresses that sockets are bound to",
    feeds: "flow facts (UDP) and listen facts, sensor network",
    costNote: "sending of datagrams is in no recording; only binding was counted",
    kernel: "5.3",
    blindSpots: [
      "the far end of a socket that is not connected, as sendto leaves it: its address is unknown",
      "datagrams that are received",
    ],
    isDefault: true,
  },
];
