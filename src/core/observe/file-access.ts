/**
 * Holds what an event says about files: which, and how they were touched.
 * In: events of any hook. Out: accesses, told by kinds of arguments and names of functions, never
 * by names of policies.
 * Must never count what did not succeed, what is no regular file, or a path that is not complete.
 */

import type { Argument, FileArgument, HookEvent } from "../event/event.ts";
import { baseName } from "../inventory/container-path.ts";
import type { FileUseHow, Sensor } from "./fact.ts";
import { imagePath } from "./file-path.ts";

export interface FileAccess {
  path: string;
  how: FileUseHow;
  sensor: Sensor;
  /** The file may be executed, as far as its permission tells. */
  executable: boolean;
}

/** What a hooked function does with the files among its arguments. */
export type HookKind =
  | "open"
  | "read"
  | "write"
  | "permission"
  | "map"
  | "execute"
  | "change-names"
  | "open-call"
  | "none";

const kinds: readonly (readonly [RegExp, HookKind])[] = [
  [/^(?:file_open|fd_install|do_dentry_open|vfs_open|do_filp_open|finish_open)$/, "open"],
  [/^(?:open|openat|openat2|creat|do_sys_open|do_sys_openat2)$/, "open-call"],
  [/^(?:file_permission|rw_verify_area)$/, "permission"],
  [/^(?:mmap_file|mmap_region|do_mmap|vm_mmap_pgoff|mmap)$/, "map"],
  [/^(?:kernel_read_file|kernel_post_read_file|vfs_read|read|pread64|readv|sendfile64?)$/, "read"],
  [/^(?:vfs_iter_read|splice_file_to_pipe|generic_file_read_iter|ksys_read)$/, "read"],
  [/^(?:vfs_write|write|pwrite64|writev|vfs_iter_write|ksys_write|vfs_fallocate)$/, "write"],
  [/^(?:file_truncate|path_truncate|vfs_truncate|do_truncate|ftruncate|truncate)$/, "write"],
  [/^(?:generic_file_write_iter|ext4_file_write_iter|fallocate)$/, "write"],
  [/^bprm_(?:check(?:_security)?|creds_from_file|creds_for_exec)$/, "execute"],
  [
    /^(?:path|inode|vfs|do)_(?:rename|renameat2|unlink|unlinkat|link|symlink|mknod|create)$/,
    "change-names",
  ],
  [
    /^(?:rename|renameat|renameat2|unlink|unlinkat|link|linkat|symlink|symlinkat|mknod|mknodat)$/,
    "change-names",
  ],
];

const memo = new Map<string, HookKind>();
const memoCountMax = 1024;

/** **Cost**: one lookup for a hook seen before. */
export function hookKind(hook: string): HookKind {
  const known = memo.get(hook);
  if (known !== undefined) return known;
  const name = hook
    .replace(/^.*\//, "")
    .replace(/^__(?:x64|ia32|arm64|riscv|s390x?|se)_(?:compat_)?/, "")
    .replace(/^(?:bpf_lsm_|security_|sys_(?:enter_|exit_)?|__se_sys_|ksys_)/, "");
  const kind = kinds.find(([pattern]) => pattern.test(name))?.[1] ?? "none";
  if (memo.size >= memoCountMax) memo.clear();
  memo.set(hook, kind);
  return kind;
}

type Use = (access: FileAccess) => void;

/** What the latest event shows: several folds ask the same of one event, one after the other. */
const latest: { event: HookEvent | undefined; readonly accesses: FileAccess[] } = {
  event: undefined,
  accesses: [],
};
/** Objects for the next, so that none is made for an event. */
const spare: FileAccess[] = [];

/**
 * Each file that the event shows in use. List and objects are those of the next event, too: copy
 * what is kept. **Errors**: arguments that do not fit the hook give nothing.
 */
export function readAccesses(event: HookEvent): readonly FileAccess[] {
  if (latest.event !== event) {
    latest.event = event;
    const { accesses } = latest;
    // Taken out one by one the list keeps its room.
    for (let one = accesses.pop(); one !== undefined; one = accesses.pop()) spare.push(one);
    findAccesses(event, addAccess);
  }
  return latest.accesses;
}

function addAccess({ path, how, sensor, executable }: FileAccess): void {
  const kept = spare.pop() ?? { path, how, sensor, executable };
  kept.path = path;
  kept.how = how;
  kept.sensor = sensor;
  kept.executable = executable;
  latest.accesses.push(kept);
}

function findAccesses(event: HookEvent, use: Use): void {
  const kind = hookKind(event.hook);
  if (kind === "none" || hasFailed(event.returned)) return;
  if (kind === "change-names") readNames(event, use);
  else if (kind === "open-call") readOpenCall(event, use);
  else {
    for (const argument of event.arguments) {
      if (argument.kind === "file") readFile(kind, argument, event, use);
    }
    if (event.returned?.kind === "file") readFile(kind, event.returned, event, use);
  }
}

function hasFailed(returned: Argument | undefined): boolean {
  return returned?.kind === "integer" && isNegative(returned.value);
}

/** Some events carry negative results as large unsigned ones. */
function isNegative(value: number): boolean {
  return value < 0 || (value > 4_294_963_200 && value <= 4_294_967_295) || value > 1.8e19;
}

const shared: FileAccess = { path: "", how: "read", sensor: "other", executable: false };

function readFile(kind: HookKind, file: FileArgument, event: HookEvent, use: Use): void {
  const path = regularPath(file);
  if (path === "") return;
  shared.path = path;
  shared.executable = isExecutable(file.permission);
  if (kind === "permission") {
    readPermission(event, use);
    return;
  }
  if (kind === "map") {
    shared.sensor = "mmap";
    shared.how = (protection(event) & 4) !== 0 ? "mapped" : "read";
  } else if (kind === "write") {
    shared.sensor = "write";
    shared.how = "written";
  } else {
    shared.sensor = kind === "execute" ? "other" : "open";
    shared.how = kind === "execute" ? "executed" : "read";
  }
  use(shared);
}

/** MAY_WRITE 2, MAY_READ 4, MAY_APPEND 8. **Source**: linux/fs.h */
function readPermission(event: HookEvent, use: Use): void {
  const mask = integerAfterFile(event, /^mask$/i);
  if ((mask & 4) !== 0) {
    shared.sensor = "open";
    shared.how = "read";
    use(shared);
  }
  if ((mask & 10) !== 0) {
    shared.sensor = "write";
    shared.how = "written";
    use(shared);
  }
}

function protection(event: HookEvent): number {
  return integerAfterFile(event, /prot/i);
}

/** The integer with that label, else the first one; 0 when there is none. */
function integerAfterFile(event: HookEvent, label: RegExp): number {
  let first = -1;
  for (const argument of event.arguments) {
    if (argument.kind !== "integer") continue;
    if (argument.label !== "" && label.test(argument.label)) return argument.value;
    if (first < 0) first = argument.value;
  }
  return Math.max(first, 0);
}

/**
 * O_DIRECTORY and O_PATH. **Source**: asm-generic/fcntl.h. On arm64 the first bit is O_DIRECT: a
 * file opened past the cache is not seen there, and a directory is, which no package owns.
 */
const directoryOrHandle = 0x210000;
/** O_WRONLY, O_RDWR, O_CREAT and O_TRUNC, alike everywhere. */
const writing = 0x243;

/** System calls name a path as text; only their result says that there was such a file. */
function readOpenCall(event: HookEvent, use: Use): void {
  const { returned } = event;
  const file = returned?.kind === "file" ? returned : event.arguments.find(isFile);
  if (file !== undefined) {
    readFile("open", file, event, use);
    return;
  }
  const at = event.arguments.findIndex(({ kind }) => kind === "text");
  const path = event.arguments[at];
  if (path?.kind !== "text" || returned?.kind !== "integer") return;
  const flags = event.arguments.slice(at + 1).find(({ kind }) => kind === "integer");
  const value = flags?.kind === "integer" ? flags.value : 0;
  const isDirectoryOrHandle = (value & directoryOrHandle) !== 0;
  shared.path = isDirectoryOrHandle ? "" : imagePath(whereCalled(path.value, event, at));
  const writes = (value & writing) !== 0;
  shared.how = writes ? "written" : "read";
  shared.sensor = writes ? "write" : "open";
  shared.executable = false;
  if (shared.path !== "") use(shared);
}

/** AT_FDCWD as a signed and as an unsigned number of 32 or 64 bits. **Source**: linux/fcntl.h */
const atCurrentDirectory: ReadonlySet<number> = new Set([-100, 4294967196, 2 ** 64 - 100]);

/**
 * A relative path from where the program was started: it seldom moves. From another directory that
 * was opened before nothing can be told.
 */
function whereCalled(path: string, event: HookEvent, at: number): string {
  if (path.startsWith("/") || path === "") return path;
  const before = event.arguments.slice(0, at).find(({ kind }) => kind === "integer");
  const isHere = before?.kind !== "integer" || atCurrentDirectory.has(before.value);
  const directory = event.process?.cwd ?? "";
  return isHere && directory.startsWith("/") ? `${directory}/${path}` : "";
}

function isFile(argument: Argument): argument is FileArgument {
  return argument.kind === "file";
}

/**
 * Renames, links and removals: a directory followed by an entry in it names the target. The entry
 * alone lacks its mount point. **Source**: recorded `security_path_unlink`.
 */
function readNames(event: HookEvent, use: Use): void {
  let folder = "";
  shared.how = "written";
  shared.sensor = "write";
  shared.executable = false;
  const isCall = event.returned?.kind === "integer" && /(?:^|_)sys_/.test(event.hook);
  for (const argument of event.arguments) {
    if (argument.kind === "file") {
      if (argument.flags.includes("unresolved")) folder = "";
      else if (argument.permission.startsWith("d") && folder === "") folder = argument.path;
      else {
        const path = folder === "" ? argument.path : `${folder}/${baseName(argument.path)}`;
        folder = "";
        shared.path = imagePath(path);
        if (shared.path !== "") use(shared);
      }
    } else if (argument.kind === "text" && isCall) {
      shared.path = imagePath(argument.value);
      if (shared.path !== "") use(shared);
    }
  }
}

/** The path of a regular file as the container sees it; "" for everything else. */
function regularPath(file: FileArgument): string {
  if (file.flags !== "" && file.flags.includes("unresolvedPathComponents")) return "";
  const type = file.permission.charCodeAt(0);
  // "-" is a regular file; without a permission (older sensors) the path alone tells.
  if (file.permission !== "" && type !== 45) return "";
  return imagePath(file.path);
}

function isExecutable(permission: string): boolean {
  return permission === "" || permission.includes("x") || permission.includes("s");
}
