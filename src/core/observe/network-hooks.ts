/**
 * Holds what hooked functions do with sockets: which connect, accept, listen, send, receive, end.
 * In: names of hooks as events and policies carry them. Out: what a call of one means.
 * Must never name a policy: what a function does is the same in all of them.
 */
import type { HookEvent } from "../event/event.ts";
import type { Protocol } from "./fact.ts";

/**
 * `packet`: something leaves, in the context of its sender where it is no forwarded packet.
 * `elsewhere`: runs in the context of whatever process was interrupted: proves nothing of it.
 * `exists`: a socket in the hands of its process, nothing more.
 */
export type SocketMeaning =
  | "connect"
  | "accept"
  | "listen"
  | "bind"
  | "send"
  | "receive"
  | "close"
  | "state"
  | "packet"
  | "elsewhere"
  | "exists";

/**
 * Calls that hand one message down to each other: of several layers the one that saw most counts,
 * never their sum. 0: the socket, 1: the protocol, 2: inside of it.
 */
export type SocketLayer = 0 | 1 | 2;

export interface NetworkHook {
  readonly means: SocketMeaning;
  readonly layer: SocketLayer;
  /** "" where the socket tells. */
  readonly protocol: Protocol | "";
  /** Which of several numbers among its arguments is the count of bytes, when none is labelled. */
  readonly sizeAt: number;
}

type Row = readonly [
  pattern: RegExp,
  means: SocketMeaning,
  layer?: SocketLayer,
  protocol?: Protocol,
  sizeAt?: number,
];

/** **Source**: Linux 4.19 to 6.12, `net/ipv4`, `net/ipv6`, `net/socket.c`, `security.c`. */
const rows: readonly Row[] = [
  [/^(?:tcp_connect|tcp_v[46]_connect)$/, "connect", 1, "tcp"],
  [/^(?:(?:__)?ip[46]_datagram_connect|udpv?6?_pre_connect)$/, "connect", 1, "udp"],
  [/^(?:(?:__)?inet_stream_connect)$/, "connect", 0, "tcp"],
  [/^(?:socket_connect|inet_dgram_connect|connect|__sys_connect)$/, "connect", 0],
  [/^(?:inet_csk_accept)$/, "accept", 1, "tcp"],
  [/^(?:inet_accept|accept4?|do_accept|__sys_accept4|socket_accept)$/, "accept", 0],
  [/^(?:inet_csk_listen_start)$/, "listen", 1, "tcp"],
  [/^(?:inet_listen|__inet_listen_sk|socket_listen|listen|__sys_listen)$/, "listen", 0],
  [/^(?:inet_csk_get_port)$/, "bind", 1, "tcp"],
  [/^(?:udp_v[46]_get_port|udp_lib_get_port)$/, "bind", 1, "udp"],
  [/^(?:socket_bind|(?:__)?inet6?_bind(?:_sk)?|bind|__sys_bind)$/, "bind", 0],
  [/^(?:tcp_sendmsg)$/, "send", 1, "tcp"],
  [/^(?:tcp_sendpage)$/, "send", 1, "tcp", 1],
  [/^(?:tcp_sendmsg_locked)$/, "send", 2, "tcp"],
  [/^(?:tcp_sendpage_locked|do_tcp_sendpages)$/, "send", 2, "tcp", 1],
  [/^(?:udp_sendmsg|udpv6_sendmsg)$/, "send", 1, "udp"],
  [/^(?:udp_sendpage)$/, "send", 1, "udp", 1],
  [/^(?:socket_sendmsg|(?:__)?sock_sendmsg(?:_nosec)?|inet6?_sendmsg)$/, "send", 0],
  [/^(?:tcp_recvmsg)$/, "receive", 1, "tcp"],
  [/^(?:tcp_recvmsg_locked|tcp_cleanup_rbuf)$/, "receive", 2, "tcp"],
  [/^(?:udp_recvmsg|udpv6_recvmsg)$/, "receive", 1, "udp"],
  [/^(?:socket_recvmsg|sock_recvmsg(?:_nosec)?|inet6?_recvmsg)$/, "receive", 0],
  [/^(?:tcp_close|__tcp_close|tcp_disconnect)$/, "close", 1, "tcp"],
  [/^(?:udp_lib_close|udpv?6?_destroy_sock)$/, "close", 1, "udp"],
  [/^(?:inet6?_release|inet_csk_destroy_sock|tcp_v[46]_destroy_sock)$/, "close", 0],
  [/^(?:tcp_set_state|inet_sock_set_state)$/, "state", 1, "tcp"],
  [/^(?:ip6?_send_skb|udp_send_skb|udp_v6_send_skb|ip6?_output)$/, "packet"],
  [/^(?:__ip6?_local_out|ip6?_local_out|__cgroup_bpf_run_filter_skb)$/, "packet"],
  [/^(?:(?:__)?ip_queue_xmit|ip6_xmit|ip6?_finish_output2?)$/, "packet"],
  [/(?:^|_)(?:rcv|ack|timer|retransmit|keepalive|forward|napi|netif|irq)(?:_|$)/, "elsewhere"],
  [/^(?:tcp_(?:reset|fin|data_queue|done|time_wait|send_.*|enter_.*|probe.*))$/, "elsewhere"],
  [/^(?:tcp_(?:conn_request|finish_connect|check_req|v[46]_.*)|inet_csk_.*)$/, "elsewhere"],
  [
    /^(?:k?free_skb.*|kfree_skb|consume_skb|sk_(?:free|destruct)|__sk_(?:free|destruct))$/,
    "elsewhere",
  ],
  [/^(?:__dev_queue_xmit|dev_queue_xmit|net_dev_.*|br_.*|nf_.*|udp_queue_.*)$/, "elsewhere"],
];

const memo = new Map<string, NetworkHook | null>();
const memoCountMax = 2048;

/** Undefined for hooks that are not in the table. **Cost**: one lookup for a hook seen before. */
export function networkHook(hook: string): NetworkHook | undefined {
  const known = memo.get(hook);
  if (known !== undefined) return known ?? undefined;
  const found = findHook(plainName(hook));
  if (memo.size >= memoCountMax) memo.clear();
  memo.set(hook, found ?? null);
  return found;
}

function findHook(name: string): NetworkHook | undefined {
  const row = rows.find(([pattern]) => pattern.test(name));
  if (row === undefined) return undefined;
  const [, means, layer = 1, protocol = "", sizeAt = 0] = row;
  return { means, layer, protocol, sizeAt };
}

/** Tracepoints name their group, system calls their machine, LSM hooks their frame. */
function plainName(hook: string): string {
  return hook
    .replace(/^.*\//, "")
    .replace(/^__(?:x64|ia32|arm64|riscv|s390x?)_(?:compat_)?sys_/, "")
    .replace(/^(?:bpf_lsm_|security_|sys_enter_|sys_exit_|__se_sys_)/, "");
}

const inItsProcess: NetworkHook = { means: "exists", layer: 0, protocol: "", sizeAt: 0 };

/** Functions of programs have any name and no sockets; an unknown function proves what it holds. */
export function hookOfEvent(event: HookEvent): NetworkHook | undefined {
  if (event.type === "uprobe" || event.type === "usdt") {
    return carriesSocket(event) ? inItsProcess : undefined;
  }
  return networkHook(event.hook) ?? (carriesSocket(event) ? inItsProcess : undefined);
}

function carriesSocket(event: HookEvent): boolean {
  for (const argument of event.arguments) if (argument.kind === "socket") return true;
  return event.returned?.kind === "socket";
}
