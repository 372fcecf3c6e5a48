/**
 * Holds which host directories give a container power over its host when mounted into it.
 * In: a mount, `host path:container path`. Out: whether it is one of them.
 * Must never look at what the container does with it.
 */

/**
 * The host's root, its configuration, devices, kernel interfaces, homes, programs and libraries,
 * and the state and sockets of container runtimes, kubelet and databases of the cluster.
 * **Source**: Kubernetes Pod Security Standards (hostPath), CIS Docker Benchmark 5.5 and 5.31.
 */
const sensitivePaths =
  /^(?:\/|\/(?:etc|root|home|boot|dev|proc|sys|usr|bin|sbin|lib|lib64|run|var|var\/run|var\/lib|var\/log)|\/var\/spool(?:\/cron.*)?|(?:\/var)?\/run\/(?:docker|containerd|crio|podman|systemd|dbus)(?:\/.*)?|\/(?:etc|dev|proc|root|boot)\/.*|\/sys\/(?:fs\/cgroup|fs\/bpf|kernel)(?:\/.*)?|\/(?:usr|lib|lib64|bin|sbin)\/.*|\/home\/[^/]+(?:\/\.ssh.*)?|\/var\/lib\/(?:kubelet|docker|containerd|containers|rancher|etcd|cni|cri-o)(?:\/.*)?|\/opt\/cni(?:\/.*)?)$/;

const socketName = /docker|containerd|crio|podman|kubelet|dockershim|buildkit/;

/** Files that every runtime mounts into its containers are none. */
const ordinary =
  /^\/(?:etc\/(?:localtime|timezone|hosts|hostname|resolv\.conf|ssl(?:\/.*)?|pki(?:\/.*)?|ca-certificates(?:\/.*)?)|usr\/share\/(?:zoneinfo|ca-certificates)(?:\/.*)?|dev\/(?:null|zero|full|u?random|tty|shm|mqueue|pts|console|termination-log)(?:\/.*)?)$|\/var\/lib\/kubelet\/pods\/|\/var\/lib\/docker\/(?:volumes|containers)\//;

/** **Shape**: the host's part is before the first colon; `?` where only the target is known. */
export function isSensitiveMount(mount: string): boolean {
  const colon = mount.indexOf(":");
  const host = colon < 0 ? mount : mount.slice(0, colon);
  const target = colon < 0 ? "" : mount.slice(colon + 1);
  const source = normalize(host === "?" ? target : host);
  if (ordinary.test(source)) return false;
  return sensitivePaths.test(source) || isRuntimeSocket(source);
}

function isRuntimeSocket(path: string): boolean {
  return path.endsWith(".sock") && socketName.test(path.slice(path.lastIndexOf("/") + 1));
}

function normalize(path: string): string {
  const plain = path.replace(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "");
  return plain.length > 4096 ? plain.slice(0, 4096) : plain;
}
