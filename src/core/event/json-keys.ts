/**
 * Holds the keys that the scanner looks for, by the kind of object that they stand in.
 * In: nothing. Out: one table a kind. A key that `map-*.ts` reads and that is missing here makes
 * the scanner differ from the plain way; one too many costs a little time, no more.
 */
import { KeyTable } from "./key-table.ts";
import { argumentKinds } from "./map-argument.ts";
import { eventNames } from "./map-event.ts";

const list = (names: string) => names.split(" ");

/** Of the record. Every other key there may be an event: its name is for the plain way to read. */
export const frameKeys = new KeyTable([
  ...eventNames,
  ...list("node_name time cluster_name node_labels aggregation_info"),
]);

/** Of an event. `return_action` is listed to be passed quickly. */
export const bodyKeys = new KeyTable(
  list(
    "process parent ancestors function_name args return action policy_name message tags signal " +
      "status time path buildid subsys event symbol provider name type cgroup " +
      "number_of_dropped_process_events return_action",
  ),
);

const named = (name: string) => {
  const bytes = new TextEncoder().encode(name);
  return bodyKeys.find(bytes, 0, bytes.length) ?? bodyKeys.start;
};

/** How the call of a hook on a file begins, behind its name; what may come before it. */
export const callKeys = {
  name: named("function_name"),
  before: new Set(["process", "parent", "function_name"].map(named)),
  start: new TextEncoder().encode('"args":[{"file_arg":{"path":"'),
};

export const argumentKeys = new KeyTable([...argumentKinds, "label"]);

/** Of a process. `refcnt` is listed since it varies. */
export const blockKeys = new KeyTable(
  list(
    "exec_id parent_exec_id pid uid auid cwd binary arguments flags start_time docker pod cap ns " +
      "process_credentials binary_properties in_init_tree tid refcnt",
  ),
);

/** Of everything below a process or an argument: what is wanted anywhere there. */
export const innerKeys = new KeyTable(
  list(
    "namespace name uid container workload workload_kind id image start_time maybe_exec_probe " +
      "security_context privileged permitted effective inheritable mnt pid net ipc uts user " +
      "cgroup inum is_host gid euid egid suid sgid user_ns level setuid setgid " +
      "privileges_changed file inode links path flags permission family protocol state saddr " +
      "sport daddr dport cookie addr port caps owner value ProgType ProgName MapType MapName " +
      "Type KprobeFunc abi bytes_arg orig_size Message type",
  ),
);
