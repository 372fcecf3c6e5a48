/**
 * Holds which files make something run again, or let somebody in again.
 * In: a path that was written. Out: what it is, in a phrase, and how it is taken out.
 * **Source**: where cron, systemd, OpenSSH, PAM, sudo, the loader and the kubelet document it.
 */
import { hostPathsOf } from "./host-path.ts";

export interface Foothold {
  readonly name: string;
  /** An order without its object: `Remove the cron job`. */
  readonly remove: string;
  /** Who starts what stands in it; undefined where it is no program that anybody starts. */
  readonly runBy?: Runner;
}

/**
 * `account`: whoever logs in by it. `shell`: each shell of a login. `kernel`: the kernel, when it
 * comes to it.
 */
export type Runner = "cron" | "init" | "account" | "shell" | "kernel";

const kernelSetting = /\/(?:release_agent|core_pattern|uevent_helper)$|\/binfmt_misc\/register$/;

const kinds: readonly (readonly [RegExp, Foothold])[] = [
  [
    /^\/etc\/cron|^\/var\/spool\/(?:cron|at)\/|^\/etc\/anacrontab$/,
    { name: "cron job", remove: "Remove the cron job", runBy: "cron" },
  ],
  [
    /\/systemd\/(?:system|user)\/.|^\/etc\/(?:init\.d|rc\.local)/,
    {
      name: "system service",
      remove: "Stop and remove the system service",
      runBy: "init",
    },
  ],
  [
    /\/authorized_keys2?$/,
    {
      name: "SSH key that lets somebody in",
      remove: "Remove the SSH key from",
      runBy: "account",
    },
  ],
  [
    /^\/etc\/ssh\/sshd_config(?:$|\.d\/)/,
    { name: "who may log in by SSH", remove: "Compare with a known state, then put right:" },
  ],
  [
    /^\/etc\/(?:passwd|shadow|group|gshadow)$/,
    { name: "accounts", remove: "Compare the accounts with a known state:" },
  ],
  [/^\/etc\/sudoers/, { name: "sudo rights", remove: "Take back the sudo rights in" }],
  [
    /^\/etc\/ld\.so\.(?:preload|conf)/,
    { name: "library loaded into every process", remove: "Take out the preloaded library in" },
  ],
  [
    /^\/etc\/(?:profile|bash\.bashrc|environment)|\/\.(?:bashrc|profile|bash_profile|zshrc)$/,
    {
      name: "start file of shells",
      remove: "Clean the start file of shells",
      runBy: "shell",
    },
  ],
  [
    /^\/etc\/pam\.d\/|\/security\/pam_\w+\.so$/,
    { name: "login module", remove: "Restore the login module" },
  ],
  [
    /\/kubernetes\/manifests\/./,
    { name: "static pod of the node", remove: "Remove the static pod" },
  ],
  [
    kernelSetting,
    {
      name: "program that the kernel starts on the node",
      remove: "Restore the kernel setting",
      runBy: "kernel",
    },
  ],
  [
    /\/\.git\/hooks\/|\/\.config\/autostart\/|-packages\/[^/]+\.pth$/,
    { name: "hook of another program", remove: "Remove the hook" },
  ],
];

/** Not units, manifests, rights or logins: a machine may need one that was only changed. */
const whole = /\/(?:cron\.[a-z]+|autostart)\/[^/]+$|^\/var\/spool\/at\//;

/** No file of a disk: there is nothing to copy. */
export function isKernelSetting(path: string): boolean {
  return kernelSetting.test(path);
}

/** A file of one purpose, where many lie side by side: it can go as a whole. */
export function isWholeFoothold(path: string): boolean {
  return whole.test(path);
}

/** Undefined for files that start nothing. A mount of the host in front is looked through. */
export function footholdOf(path: string): Foothold | undefined {
  for (const plain of [path, ...hostPathsOf(path)]) {
    const found = kinds.find(([pattern]) => pattern.test(plain));
    if (found !== undefined) return found[1];
  }
  return undefined;
}
