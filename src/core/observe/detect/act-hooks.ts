/**
 * Holds what hooked functions let a process do, beside sockets: which change names, modes, users,
 * namespaces, the kernel.
 * In: names of hooks as events carry them. Out: how such an event is to be read.
 * Must never name a policy: what a function does is the same in all of them.
 */
import { networkHook } from "../network-hooks.ts";

/** How the arguments of a hook become an act; `none`: it says nothing that others do not say. */
export type ActReading =
  | "socket"
  | "open"
  | "open-call"
  | "permission"
  | "read"
  | "write"
  | "map"
  | "delete"
  | "rename"
  | "link"
  | "mode"
  | "truncate"
  | "attribute"
  | "mount"
  | "namespace"
  | "identity"
  | "capability"
  | "trace"
  | "module"
  | "module-file"
  | "program"
  | "memory-file"
  | "call"
  | "none";

export interface ActHook {
  readonly reading: ActReading;
  /** Name of the function without what frames it: `setns` for `__x64_sys_setns`. */
  readonly name: string;
}

/** **Source**: Linux 5.4 to 6.12, `security/security.c`, `fs/`, `kernel/`, system calls. */
const rows: readonly (readonly [RegExp, ActReading])[] = [
  [/^(?:file_open|do_dentry_open|vfs_open|do_filp_open|finish_open)$/, "open"],
  [/^(?:open|openat|openat2|creat|do_sys_open|do_sys_openat2)$/, "open-call"],
  [/^(?:file_permission|rw_verify_area)$/, "permission"],
  [/^(?:vfs_read|read|pread64|readv|vfs_iter_read|splice_file_to_pipe|ksys_read)$/, "read"],
  [/^(?:vfs_write|write|pwrite64|writev|vfs_iter_write|ksys_write|vfs_fallocate)$/, "write"],
  [/^(?:generic_file_write_iter|ext4_file_write_iter|fallocate|kernel_write)$/, "write"],
  [/^(?:(?:file|path)_truncate|vfs_truncate|do_truncate|f?truncate)$/, "truncate"],
  [/^(?:mmap_file|mmap_region|do_mmap|vm_mmap_pgoff|mmap)$/, "map"],
  [/^(?:(?:path|inode|vfs|do)_(?:unlink|unlinkat|rmdir)|unlink|unlinkat|rmdir)$/, "delete"],
  [/^(?:(?:path|inode|vfs|do)_rename(?:at2)?|rename|renameat|renameat2)$/, "rename"],
  [/^(?:(?:path|inode|vfs|do)_(?:link|symlink)(?:at)?|(?:sym)?link(?:at)?)$/, "link"],
  [/^(?:path_chmod|chmod_common|chmod|fchmod|fchmodat2?)$/, "mode"],
  [/^(?:(?:inode|vfs)_(?:set|remove)xattr|(?:__)?[fl]?(?:set|remove)xattr)$/, "attribute"],
  [/^(?:mount|sb_mount|path_mount|do_mount|move_mount)$/, "mount"],
  [/^(?:setns|unshare|ksys_unshare)$/, "namespace"],
  [
    /^(?:set(?:re|res|fs)?uid(?:16)?|task_fix_setuid|commit_creds|ns_set(?:re|res)?uid)$/,
    "identity",
  ],
  [/^(?:capset|capable|cap_capable|ns_capable|capget)$/, "capability"],
  [/^(?:ptrace|ptrace_access_check|ptrace_attach|ptrace_traceme)$/, "trace"],
  [/^(?:process_vm_(?:readv|writev)|process_vm_rw)$/, "trace"],
  [/^(?:do_init_module|init_module|finit_module|delete_module|load_module)$/, "module"],
  [/^(?:kernel_(?:post_)?read_file|kernel_module_from_file)$/, "module-file"],
  [/^(?:bpf|__sys_bpf|bpf_prog_load|bpf_check)$/, "program"],
  [/^(?:memfd_create)$/, "memory-file"],
  // Each of these says again what exec events say, or happens all the time without meaning.
  [/^(?:bprm_.*|execve(?:at)?|fd_install|close|exit(?:_group)?|do_exit|fork|v?clone3?)$/, "none"],
];

const memo = new Map<string, ActHook>();
const memoCountMax = 2048;

/** **Cost**: one lookup for a hook seen before. */
export function actHook(hook: string): ActHook {
  const known = memo.get(hook);
  if (known !== undefined) return known;
  const found = findHook(hook);
  if (memo.size >= memoCountMax) memo.clear();
  memo.set(hook, found);
  return found;
}

function findHook(hook: string): ActHook {
  const name = plainName(hook);
  const row = rows.find(([pattern]) => pattern.test(name));
  if (row !== undefined) return { reading: row[1], name };
  const network = networkHook(hook);
  if (network === undefined) return { reading: "call", name };
  const { means } = network;
  const isNoise = means === "elsewhere" || means === "packet" || means === "exists";
  return { reading: isNoise ? "none" : "socket", name };
}

/** Tracepoints name their group, system calls their machine, LSM hooks their frame. */
function plainName(hook: string): string {
  return hook
    .replace(/^.*\//, "")
    .replace(/^__(?:x64|ia32|arm64|riscv|s390x?|se)_(?:compat_)?sys_/, "")
    .replace(/^(?:bpf_lsm_|security_|sys_(?:enter_|exit_)?|__se_sys_|ksys_)/, "");
}
