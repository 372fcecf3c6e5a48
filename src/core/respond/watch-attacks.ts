/**
 * Holds the shipped policies that only detection asks for: changes of files and their names,
 * programs without a file.
 * In: nothing. Out: policies. Must never be loaded unasked: they cost more than the rest tells.
 */
import { createPolicy, type PolicyHook } from "./policy-document.ts";
import type { ShippedPolicy } from "./shipped-policy.ts";

const tags = ["waggle.attacks"];

/** Where programs, settings and logs lie, and where intruders put things. */
const watchedDirectories = [
  "/bin/",
  "/boot/",
  "/dev/shm/",
  "/etc/",
  "/home/",
  "/host/",
  "/lib/",
  "/opt/",
  "/root/",
  "/run/user/",
  "/sbin/",
  "/srv/",
  "/tmp/",
  "/usr/",
  "/var/log/",
  "/var/spool/",
  "/var/tmp/",
  "/var/www/",
];

/** Directories as hooks of names give them: without the slash at their end. */
const watchedFolders = watchedDirectories.map((path) => path.slice(0, -1));

const writtenEndings = [
  "/authorized_keys",
  "/.bash_history",
  "/.bash_profile",
  "/.bashrc",
  "/.profile",
  "/.zshrc",
  "/core_pattern",
  "/mem",
  "/notify_on_release",
  "/release_agent",
  "/sysrq-trigger",
  "/uevent_helper",
  ".ko",
  ".service",
  ".timer",
];

function prefixed(index: number, values: readonly string[]): NonNullable<PolicyHook["selectors"]> {
  return [
    {
      matchArgs: [{ index, operator: "Prefix", values }],
      matchActions: [{ action: "Post" }],
    },
  ];
}

export const attackPolicies: readonly ShippedPolicy[] = [
  {
    policy: createPolicy("file-writes", {
      hooks: [
        {
          call: "security_file_permission",
          syscall: false,
          tags,
          args: [
            { index: 0, type: "file" },
            { index: 1, type: "int", label: "mask" },
          ],
          selectors: [
            {
              matchArgs: [
                { index: 0, operator: "Prefix", values: watchedDirectories },
                { index: 1, operator: "Mask", values: ["2"] },
              ],
              matchActions: [{ action: "Post" }],
            },
            {
              matchArgs: [
                { index: 0, operator: "Postfix", values: writtenEndings },
                { index: 1, operator: "Mask", values: ["2"] },
              ],
              matchActions: [{ action: "Post" }],
            },
          ],
        },
      ],
    }),
    group: "attacks",
    shows: "writes to programs, settings, logs and temporary places",
    feeds: "file-use facts (written), sensor write; detection of persistence, droppers, tampering",
    costNote: "the recorded policy watched fewer directories, so this one costs somewhat more",
    kernel: "5.3",
    blindSpots: [
      "writes through a mapping",
      "an event a write: one file of some hundred KB gives hundreds",
      "the hook is called on every read and write of the node, though few are reported",
    ],
    isDefault: false,
  },
  {
    policy: createPolicy("path-changes", {
      hooks: [
        {
          call: "security_path_chmod",
          syscall: false,
          tags,
          args: [
            { index: 0, type: "path" },
            { index: 1, type: "uint16", label: "mode" },
          ],
        },
        {
          call: "security_path_unlink",
          syscall: false,
          tags,
          args: [
            { index: 0, type: "path" },
            { index: 1, type: "dentry" },
          ],
          selectors: prefixed(0, watchedFolders),
        },
        {
          call: "security_path_truncate",
          syscall: false,
          tags,
          args: [{ index: 0, type: "path" }],
          selectors: prefixed(0, watchedFolders),
        },
        {
          call: "security_file_truncate",
          syscall: false,
          tags,
          args: [{ index: 0, type: "file" }],
          selectors: prefixed(0, watchedFolders),
          mayBeMissing: true,
        },
      ],
    }),
    group: "attacks",
    shows: "modes that are changed, files that are removed or emptied",
    feeds: "file-use facts (written); detection of traces removed and droppers",
    costNote: "",
    kernel: "5.3; from 6.2 on for files that are emptied while open",
    blindSpots: ["a kernel without CONFIG_SECURITY_PATH has none of these hooks"],
    isDefault: false,
  },
  {
    policy: createPolicy("path-links", {
      hooks: [
        {
          call: "security_path_rename",
          syscall: false,
          tags,
          args: [
            { index: 0, type: "path", label: "old_dir" },
            { index: 1, type: "dentry", label: "old" },
            { index: 2, type: "path", label: "new_dir" },
            { index: 3, type: "dentry", label: "new" },
          ],
          selectors: prefixed(2, watchedFolders),
        },
        {
          call: "security_path_symlink",
          syscall: false,
          tags,
          args: [
            { index: 0, type: "path", label: "dir" },
            { index: 1, type: "dentry", label: "name" },
            { index: 2, type: "string", label: "target" },
          ],
        },
        {
          call: "security_path_link",
          syscall: false,
          tags,
          args: [
            { index: 0, type: "dentry", label: "old" },
            { index: 1, type: "path", label: "new_dir" },
            { index: 2, type: "dentry", label: "new" },
          ],
        },
      ],
    }),
    group: "attacks",
    shows: "files that get another name, links that are made",
    feeds: "file-use facts (written); detection of replaced programs and escapes by links",
    costNote: "hard links are in no recording",
    kernel: "5.3",
    blindSpots: ["a kernel without CONFIG_SECURITY_PATH has none of these hooks"],
    isDefault: false,
  },
  {
    policy: createPolicy("memory-files", {
      hooks: [
        {
          call: "sys_memfd_create",
          syscall: true,
          tags,
          args: [
            { index: 0, type: "string", label: "name" },
            { index: 1, type: "uint32", label: "flags" },
          ],
        },
      ],
    }),
    group: "attacks",
    shows: "files that are only in memory",
    feeds: "detection of programs without a file",
    costNote: "no recording has this hook",
    kernel: "5.3",
    blindSpots: ["container runtimes and browsers make such files too: each start is an event"],
    isDefault: false,
  },
  {
    policy: createPolicy("file-capabilities", {
      hooks: [
        {
          call: "security_inode_setxattr",
          syscall: false,
          tags,
          args: [
            { index: 1, type: "dentry" },
            { index: 2, type: "string", label: "name" },
          ],
          selectors: [
            {
              matchArgs: [{ index: 2, operator: "Equal", values: ["security.capability"] }],
              matchActions: [{ action: "Post" }],
            },
          ],
        },
      ],
    }),
    group: "attacks",
    shows: "files that are given capabilities",
    feeds: "detection of lasting privileges",
    costNote: "",
    kernel: "5.12: older kernels have the arguments at other places",
    blindSpots: ["installers of packages do the same"],
    isDefault: false,
  },
];
