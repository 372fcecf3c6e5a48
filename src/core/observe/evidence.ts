/**
 * Holds what all facts are made of: whose doing, seen by what, in which container, told by which
 * event.
 * In: nothing. Out: types only. Must never name a kind of fact.
 */
import type { TimeUs } from "../event/event.ts";

/**
 * First 31 hex digits of the container id (what Tetragon's `docker` field holds), or
 * `host:<node>` for processes outside any container.
 */
export type ContainerKey = string;

/**
 * Whose doing something was. `service`: the container's own process tree. `startup`: the same tree
 * before and around the main program (entry-point scripts and what they run). `probe`, `operator`:
 * entered from outside. `package-manager`, `bulk-reader`: read many files without running them.
 * `runtime`: runc and the like. `host`: no container.
 */
export type Actor =
  | "service"
  | "startup"
  | "probe"
  | "operator"
  | "package-manager"
  | "bulk-reader"
  | "runtime"
  | "host";

/**
 * Which sensor a statement rests on. `dump` is the listing of running processes; `network` is any
 * hook that tells of a socket.
 */
export type Sensor = "exec" | "loader" | "open" | "mmap" | "write" | "network" | "dump" | "other";

/** Points at one raw event. Kept few per fact: the earliest by (time, input, offset). */
export interface Citation {
  readonly timeUs: TimeUs;
  readonly node: string;
  readonly execId: string;
  readonly pid: number;
  readonly binary: string;
  readonly sensor: Sensor;
  readonly policy: string;
  readonly input: number;
  readonly offset: number;
}

export interface Workload {
  readonly cluster: string;
  readonly namespace: string;
  /** Owner kind; "Container" without Kubernetes, "Host" for the host. */
  readonly kind: string;
  readonly name: string;
  readonly container: string;
}
