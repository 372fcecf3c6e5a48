/**
 * Holds the shipped policies that show rights: privileges, namespaces, the kernel, credentials.
 * In: nothing. Out: policies. Must never ask for stack traces or rate limits: each costs tens of
 * megabytes of kernel memory (a recorded policy with both had 44 MB).
 */
import { canaryEnding } from "./canary-mark.ts";
import { createPolicy, type PolicyHook, type PolicySelector } from "./policy-document.ts";
import type { ShippedPolicy } from "./shipped-policy.ts";
import { withoutOwn } from "./watch-network.ts";

const tags = ["waggle.rights"];

function call(name: string, args: PolicyHook["args"], more: Partial<PolicyHook> = {}): PolicyHook {
  return { call: name, syscall: name.startsWith("sys_"), tags, args, ...more };
}

/** Files that hold keys, tokens and passwords; below a mounted host too. */
const credentialDirectories = [
  "/etc/kubernetes/",
  "/etc/shadow",
  "/etc/gshadow",
  "/etc/sudoers",
  "/etc/krb5.keytab",
  "/etc/ssh/ssh_host_",
  "/etc/rancher/",
  "/kaniko/.docker/",
  "/root/.aws/",
  "/root/.azure/",
  "/root/.config/gcloud/",
  "/root/.docker/",
  "/root/.kube/",
  "/root/.ssh/",
  "/run/secrets/",
  "/var/lib/etcd/",
  "/var/lib/kubelet/pki/",
  "/var/lib/rancher/",
  "/var/run/secrets/",
];

const credentialEndings = [
  "/.aws/credentials",
  "/.azure/accessTokens.json",
  "/.azure/msal_token_cache.json",
  "/application_default_credentials.json",
  "/credentials.db",
  "/.docker/config.json",
  "/.git-credentials",
  "/.kube/config",
  "/.my.cnf",
  "/.netrc",
  "/.npmrc",
  "/.pgpass",
  "/.pypirc",
  "/.ssh/authorized_keys",
  "/.ssh/id_dsa",
  "/.ssh/id_ecdsa",
  "/.ssh/id_ed25519",
  "/.ssh/id_rsa",
  "/.vault-token",
  "/etc/shadow",
  "/kubelet.conf",
  "/serviceaccount/token",
  canaryEnding,
];

const runtimeSockets = [
  "/docker.sock",
  "/containerd.sock",
  "/crio.sock",
  "/cri-dockerd.sock",
  "/buildkitd.sock",
  "/podman.sock",
];

function paths(operator: "Prefix" | "Postfix", index: number, values: readonly string[]) {
  const selector: PolicySelector = {
    matchArgs: [{ index, operator, values }],
    matchActions: [{ action: "Post" }],
  };
  return selector;
}

export const rightsPolicies: readonly ShippedPolicy[] = [
  {
    policy: createPolicy("privileges", {
      hooks: [
        call("sys_setuid", [{ index: 0, type: "int", label: "uid" }]),
        call("security_capset", [
          { index: 0, type: "nop" },
          { index: 1, type: "cred" },
          { index: 2, type: "cap_effective" },
          { index: 3, type: "cap_inheritable" },
          { index: 4, type: "cap_permitted" },
        ]),
        call(
          "sys_prctl",
          [
            { index: 0, type: "int", label: "option" },
            { index: 1, type: "uint64", label: "value" },
          ],
          // PR_SET_NO_NEW_PRIVS
          { selectors: [{ matchArgs: [{ index: 0, operator: "Equal", values: ["38"] }] }] },
        ),
      ],
    }),
    group: "rights",
    shows: "changes of user and capabilities, and promises to gain none",
    feeds: "privilege facts (root, capability, no-new-privileges)",
    costNote: "prctl is in no recording",
    kernel: "5.3",
    blindSpots: [
      "rights that a process was started with: exec events tell those, where credentials are on",
    ],
    isDefault: true,
  },
  {
    policy: createPolicy("namespaces", {
      hooks: [
        call("sys_setns", [
          { index: 0, type: "int", label: "fd" },
          { index: 1, type: "int", label: "nstype" },
        ]),
        call("sys_unshare", [{ index: 0, type: "int", label: "flags" }]),
        call("sys_mount", [
          { index: 0, type: "string" },
          { index: 1, type: "string" },
          { index: 2, type: "string" },
        ]),
        call("sys_pivot_root", [
          { index: 0, type: "string" },
          { index: 1, type: "string" },
        ]),
      ],
    }),
    group: "rights",
    shows: "namespaces that are entered or made, mounts, changes of the root",
    feeds: "the process blocks of privilege facts; detection of escapes",
    costNote: "",
    kernel: "5.3",
    blindSpots: [
      "mounts by the calls of kernel 5.2 (fsmount, move_mount), as newer runtimes make them",
      "the runtime's own work at each start and probe of a container is most of its events",
    ],
    isDefault: true,
  },
  {
    policy: createPolicy("kernel-changes", {
      hooks: [
        call("security_bpf", [{ index: 0, type: "bpf_cmd" }], { selectors: withoutOwn }),
        call("security_kernel_module_request", [{ index: 0, type: "string" }]),
        call(
          "security_kernel_read_file",
          [
            { index: 0, type: "file" },
            { index: 1, type: "int" },
          ],
          // READING_MODULE
          { selectors: [{ matchArgs: [{ index: 1, operator: "Equal", values: ["2"] }] }] },
        ),
        call("do_init_module", [{ index: 0, type: "module" }]),
        call("sys_ptrace", [
          { index: 0, type: "int", label: "request" },
          { index: 1, type: "int", label: "pid" },
        ]),
      ],
    }),
    group: "rights",
    shows: "BPF programs, kernel modules, and processes that trace others",
    feeds: "the process blocks of privilege facts; detection",
    costNote: "",
    kernel: "5.3",
    blindSpots: [
      "a module that is part of the kernel already",
      "a debugger's every step is an event",
    ],
    isDefault: true,
  },
  {
    policy: createPolicy("credentials", {
      hooks: [
        {
          ...call("security_file_open", [{ index: 0, type: "file" }]),
          selectors: [
            paths("Prefix", 0, credentialDirectories),
            paths("Postfix", 0, credentialEndings),
          ],
        },
      ],
    }),
    group: "rights",
    shows: "opened files that hold credentials: tokens, keys, passwords",
    feeds: "file-use facts (read) and the credentials of a workload's reach",
    costNote:
      "recorded policies counted each read of some of these files; here one open is one event",
    kernel: "5.3",
    blindSpots: [
      "credentials in variables, arguments and files of other names",
      "what is read through a descriptor that somebody else opened",
    ],
    isDefault: true,
  },
  {
    policy: createPolicy("runtime-sockets", {
      hooks: [
        {
          ...call("security_socket_connect", [{ index: 1, type: "sockaddr_un" }]),
          selectors: [paths("Postfix", 1, runtimeSockets)],
        },
      ],
    }),
    group: "rights",
    shows: "connections to the sockets of container runtimes",
    feeds: "privilege facts (host-mount: the runtime's socket)",
    costNote: "",
    kernel: "5.3",
    blindSpots: ["runtimes that listen on TCP", "sockets under other names"],
    isDefault: true,
  },
];
