/**
 * Holds what one event says a process did, in the words of detection.
 * In: nothing. Out: types only; `read-act.ts` fills them. One record, reused for each event:
 * whoever keeps something copies it.
 */

import type { ProcessEvent, TimeUs } from "../../event/event.ts";
import type { Citation } from "../evidence.ts";
import type { Subject } from "./subject.ts";

/**
 * `mode`: chmod. `identity`: setuid and the like. `namespace`: setns, unshare. `program`: bpf.
 * `attribute`: extended attributes. `memory-file`: memfd_create. `unix-connect`: a socket file.
 * `call`: any other hook; `text` is its name.
 */
export type ActKind =
  | "exec"
  | "exit"
  | "connect"
  | "accept"
  | "listen"
  | "bind"
  | "send"
  | "receive"
  | "close"
  | "read"
  | "write"
  | "delete"
  | "rename"
  | "link"
  | "mode"
  | "truncate"
  | "attribute"
  | "mount"
  | "map"
  | "namespace"
  | "identity"
  | "capability"
  | "trace"
  | "module"
  | "program"
  | "memory-file"
  | "unix-connect"
  | "call";

export interface Act {
  kind: ActKind;
  timeUs: TimeUs;
  subject: Subject;
  event: ProcessEvent;
  /**
   * File acted on, as the container sees it; rename and link: the new name; mount: the target;
   * exec: the program; unix-connect: the socket. "" none.
   */
  path: string;
  /** rename: the old name; link: what it points at; mount: the device or directory mounted. */
  otherPath: string;
  /** Far end, one spelling an address; "" none. */
  address: string;
  port: number;
  protocol: string;
  /** The call is known to have failed. */
  failed: boolean;
  /**
   * mode: permission bits; identity: the new uid; namespace: flags; send, receive: bytes; exit:
   * status; 0 else.
   */
  value: number;
  /** mount: the file system; module: its name; program: the command; call: the hook; else "". */
  text: string;
}

/** The event of an act, to be cited. */
export type CiteAct = (act: Act) => Citation;
