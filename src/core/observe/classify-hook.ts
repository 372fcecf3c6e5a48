/**
 * Holds what a kernel hook tells about files: opened, mapped, read or written by access mask, or
 * something else.
 * In: the name of a hook as a policy or an event gives it. Out: its class.
 * Must never look at policies or paths.
 */

/**
 * `open`: fires when a file is opened, with the path that the kernel resolved. `open-as-written`:
 * the same, with the text that the program passed, so links and relative paths stay. `permission`:
 * fires at each access, its mask tells read from write. `mmap`: fires at each mapping, its
 * protection tells code from data.
 */
export type HookClass = "open" | "open-as-written" | "permission" | "mmap" | "write" | "other";

/** **Source**: Linux `MAY_READ`, `MAY_WRITE` (include/linux/fs.h), `PROT_EXEC` (mman-common.h). */
export const accessMask = { read: 4, write: 2 } as const;
export const codeProtection = { read: 1, execute: 4 } as const;

const classes: ReadonlyMap<string, HookClass> = new Map([
  ...all("open", ["file_open", "fd_install", "vfs_open", "do_dentry_open"]),
  ...all("open-as-written", ["do_filp_open", "do_sys_open", "do_sys_openat2", "sys_open"]),
  ...all("open-as-written", ["sys_openat", "sys_openat2", "sys_creat", "io_openat2"]),
  ...all("permission", ["file_permission"]),
  ...all("mmap", ["mmap_file"]),
  ...all("write", ["file_truncate", "path_truncate", "path_unlink", "path_rename", "path_chmod"]),
  ...all("write", ["path_symlink", "path_link", "path_mknod", "path_mkdir", "path_rmdir"]),
  ...all("write", ["path_chown", "inode_create", "inode_unlink", "inode_rename", "inode_link"]),
  ...all("write", ["inode_setattr", "inode_setxattr", "inode_symlink", "vfs_write", "sys_write"]),
  ...all("write", ["vfs_writev", "sys_writev", "sys_pwrite64", "sys_truncate", "sys_ftruncate"]),
  ...all("write", ["sys_unlink", "sys_unlinkat", "sys_rename", "sys_renameat", "sys_renameat2"]),
]);

function all(hookClass: HookClass, names: readonly string[]): [string, HookClass][] {
  return names.map((name) => [name, hookClass]);
}

/** Class of `security_file_open`, `__x64_sys_openat`, `syscalls/sys_enter_openat`, `file_open`. */
export function classifyHook(hook: string): HookClass {
  return classes.get(plainHookName(hook)) ?? "other";
}

/** Without what architectures, tracepoints and LSM programs put in front. */
function plainHookName(hook: string): string {
  return hook
    .replace(/^syscalls\//, "")
    .replace(/^sys_(?:enter|exit)_/, "sys_")
    .replace(/^__(?:x64|arm64|ia32|s390x|se|riscv)_(?:compat_)?sys_/, "sys_")
    .replace(/^(?:security_|bpf_lsm_)/, "");
}
