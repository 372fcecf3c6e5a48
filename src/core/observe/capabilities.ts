/**
 * Holds which Linux capabilities a container gets when nobody asks for more.
 * In: capability names in any spelling. Out: names with the prefix, and whether they are extra.
 * Must never know a container runtime's flags.
 */

/** **Source**: the default set of containerd, Docker and CRI-O (moby `oci/caps/defaults.go`). */
const defaultNames: ReadonlySet<string> = new Set(
  (
    "CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP " +
    "NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE"
  )
    .split(" ")
    .map((name) => `CAP_${name}`),
);

/** **Source**: linux/capability.h; all beyond the default set. */
export const extraCapabilities: readonly string[] = (
  "DAC_READ_SEARCH LINUX_IMMUTABLE NET_BROADCAST NET_ADMIN IPC_LOCK IPC_OWNER SYS_MODULE " +
  "SYS_RAWIO SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME " +
  "SYS_TTY_CONFIG LEASE AUDIT_CONTROL MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND " +
  "AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE"
)
  .split(" ")
  .map((name) => `CAP_${name}`);

/** `net_admin`, `NET_ADMIN` and `CAP_NET_ADMIN` are one. */
export function capabilityName(text: string): string {
  const name = text.trim().toUpperCase().slice(0, 64);
  return name.startsWith("CAP_") ? name : `CAP_${name}`;
}

export function isExtraCapability(name: string): boolean {
  return !defaultNames.has(name);
}
