/**
 * Holds a process as detection knows it: what it is, where it came from, whose session it is in.
 * In: nothing. Out: types only; `subject-book.ts` keeps them.
 */
import type { TimeUs } from "../../event/event.ts";
import type { Actor, ContainerKey, Workload } from "../evidence.ts";

/**
 * What a program is by its name and arguments, or by what it was seen to do (`server`: it listens
 * or accepts). A program may have several.
 */
export type Role =
  | "shell"
  | "interpreter"
  | "fetcher"
  | "network-tool"
  | "scanner"
  | "remote-client"
  | "archiver"
  | "encoder"
  | "encryptor"
  | "package-manager"
  | "wrapper"
  | "escalator"
  | "discovery"
  | "credential-tool"
  | "service-manager"
  | "file-tool"
  | "editor"
  | "compiler"
  | "server"
  | "database"
  | "web-server"
  | "runtime"
  | "session-giver"
  | "cluster-client"
  | "backup";

/**
 * How a session began. `service`: started by a program that serves (web server, database, daemon).
 * `operator`: entered a container from outside. `login`: sshd, getty, console. `scheduled`: cron
 * and the like. `startup`: the container's own start. `unknown`: its beginning was not seen.
 */
export type EntryKind =
  | "service"
  | "operator"
  | "probe"
  | "login"
  | "scheduled"
  | "startup"
  | "package-manager"
  | "runtime"
  | "unknown";

export interface Subject {
  readonly execId: string;
  readonly node: string;
  readonly pid: number;
  container: ContainerKey;
  /** Undefined on the host, and where no object names the pod. */
  workload: Workload | undefined;
  /** Image as reported; "" unknown. */
  image: string;
  binary: string;
  /** Last part of `binary`. */
  name: string;
  arguments: string;
  /** `arguments` split as far as the sensor's own quoting allows; without argv[0]. */
  words: readonly string[];
  cwd: string;
  /** Effective where known, else real; -1 unknown. */
  uid: number;
  /** Login uid; -1 unset or unknown. */
  auid: number;
  startUs: TimeUs;
  /** 0 while it runs. */
  exitUs: TimeUs;
  parentExecId: string;
  /** Undefined where its parent was not seen, or was forgotten. */
  parent: Subject | undefined;
  actor: Actor;
  roles: ReadonlySet<Role>;
  /** False for forks: only an exec gives a program of its own. */
  execSeen: boolean;
  /** Told by the sensor to be cut or unreadable: a rule that does not match proves nothing. */
  argumentsCut: boolean;
  /** File it was executed from has no links: memfd or deleted. */
  fileless: boolean;
  /**
   * Root of its session: the highest ancestor-or-self below whoever starts sessions (a container
   * runtime, sshd, cron, a server, pid 1). Signals of one entry belong together.
   */
  entry: Subject;
  entryKind: EntryKind;
  /** Who started the entry; undefined when unseen. */
  host: Subject | undefined;
}

/** What detectors may ask beside the act. */
export interface SubjectBook {
  get(execId: string): Subject | undefined;
  /** Whether `above` is an ancestor of `subject`, or itself. */
  descends(subject: Subject, above: Subject): boolean;
  /**
   * Since when the container was seen, and whether from its start; undefined on the host.
   */
  containerSince(
    container: ContainerKey,
  ): { readonly sinceUs: TimeUs; readonly fromStart: boolean } | undefined;
}
