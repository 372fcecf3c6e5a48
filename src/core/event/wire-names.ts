/**
 * Holds the names that the wire gives to numbers: capabilities, actions, BPF commands and the like.
 * In: a number or a name, as protobuf or JSON carry an enum. Out: the name as events have it.
 * Source: Tetragon's tetragon.proto, capabilities.proto and bpf.proto, v1.4 to v1.8.
 */
interface NumberedNames {
  readonly prefix: string;
  readonly names: readonly string[];
}

/** Names of a list of words that follow each other from number 0. */
function numbered(prefix: string, words: string): NumberedNames {
  return { prefix, names: words.split(" ").map((word) => prefix + word) };
}

export const capabilityNames = numbered(
  "CAP_",
  "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE " +
    "NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO " +
    "SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME " +
    "SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG " +
    "WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE",
);

export const actionNames = numbered(
  "KPROBE_ACTION_",
  "UNKNOWN POST FOLLOWFD SIGKILL UNFOLLOWFD OVERRIDE COPYFD GETURL DNSLOOKUP NOPOST SIGNAL " +
    "TRACKSOCK UNTRACKSOCK NOTIFYENFORCER CLEANUPENFORCERNOTIFICATION SET",
);

export const privilegeChangeNames = numbered(
  "PRIVILEGES_",
  "CHANGED_UNSET RAISED_EXEC_FILE_CAP RAISED_EXEC_FILE_SETUID RAISED_EXEC_FILE_SETGID",
);

export const throttleNames = numbered("THROTTLE_", "UNKNOWN START STOP");

export const bpfCommandNames = numbered(
  "BPF_",
  "MAP_CREATE MAP_LOOKUP_ELEM MAP_UPDATE_ELEM MAP_DELETE_ELEM MAP_GET_NEXT_KEY PROG_LOAD OBJ_PIN " +
    "OBJ_GET PROG_ATTACH PROG_DETACH PROG_TEST_RUN PROG_GET_NEXT_ID MAP_GET_NEXT_ID " +
    "PROG_GET_FD_BY_ID MAP_GET_FD_BY_ID OBJ_GET_INFO_BY_FD PROG_QUERY RAW_TRACEPOINT_OPEN " +
    "BTF_LOAD BTF_GET_FD_BY_ID TASK_FD_QUERY MAP_LOOKUP_AND_DELETE_ELEM MAP_FREEZE " +
    "BTF_GET_NEXT_ID MAP_LOOKUP_BATCH MAP_LOOKUP_AND_DELETE_BATCH MAP_UPDATE_BATCH " +
    "MAP_DELETE_BATCH LINK_CREATE LINK_UPDATE LINK_GET_FD_BY_ID LINK_GET_NEXT_ID ENABLE_STATS " +
    "ITER_CREATE LINK_DETACH PROG_BIND_MAP TOKEN_CREATE",
);

/** Name of a number; the prefix and the number when there is no name for it. */
export function nameOfNumber(number: number, { prefix, names }: NumberedNames): string {
  return names[number] ?? `${prefix}${number}`;
}

/** Tetragon prints capability 1 as `DAC_OVERRIDE`, all others with the prefix. */
export function capabilityName(name: string): string {
  return name === "" || name.startsWith("CAP_") ? name : `CAP_${name}`;
}

export type { NumberedNames };
