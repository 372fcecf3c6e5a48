/**
 * Holds which host directories give a container power over its host when mounted into it.
 * In: a mount, `host path:container path`. Out: whether it is one of them.
 * Must never look at what the container does with it.
 */

/** These alone, and not what lies below. **Source**: see `trees`. */
const places: ReadonlySet<string> = new Set(
  "/ /home /run /var /var/run /var/lib /var/log /var/spool /sys".split(" "),
);

/**
 * These and all below: the host's configuration, devices, kernel interfaces, homes, programs and
 * libraries, and the state of container runtimes, the kubelet and the cluster's database.
 * **Source**: Kubernetes Pod Security Standards (hostPath), CIS Docker Benchmark 5.5 and 5.31.
 */
const trees: readonly string[] = (
  "/etc /root /boot /dev /proc /usr /bin /sbin /lib /lib64 /sys/fs/cgroup /sys/fs/bpf " +
  "/sys/kernel /var/spool/cron /run/docker /run/containerd /run/crio /run/podman /run/systemd " +
  "/run/dbus /var/lib/kubelet /var/lib/docker /var/lib/containerd /var/lib/containers " +
  "/var/lib/rancher /var/lib/etcd /var/lib/cni /var/lib/cri-o /opt/cni"
).split(" ");

/** A user's home as such, or the keys in it; a project below it is ordinary. */
const homes = /^\/home\/[^/]+(?:\/\.ssh(?:\/.*)?)?$/;

/** Parts of those trees that containers get as a matter of course. */
const ordinaryTrees: readonly string[] = (
  "/etc/localtime /etc/timezone /etc/hosts /etc/hostname /etc/resolv.conf /etc/ssl /etc/pki " +
  "/etc/ca-certificates /usr/share/zoneinfo /usr/share/ca-certificates /usr/local/share " +
  "/dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty /dev/shm /dev/mqueue " +
  "/dev/pts /dev/console /dev/termination-log /var/lib/kubelet/pods /var/lib/docker/volumes " +
  "/var/lib/docker/containers /var/lib/containers/storage/volumes"
).split(" ");

const socketName = /docker|containerd|crio|podman|kubelet|dockershim|buildkit/;

/** **Shape**: the host's part is before the first colon; `?` where only the target is known. */
export function isSensitiveMount(mount: string): boolean {
  const colon = mount.indexOf(":");
  const host = colon < 0 ? mount : mount.slice(0, colon);
  const target = colon < 0 ? "" : mount.slice(colon + 1);
  const source = normalize(host === "?" ? target : host);
  if (isRuntimeSocket(source)) return true;
  if (isBelow(source, ordinaryTrees)) return false;
  return places.has(source) || homes.test(source) || isBelow(source, trees);
}

function isBelow(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => path === root || path.startsWith(`${root}/`));
}

function isRuntimeSocket(path: string): boolean {
  return path.endsWith(".sock") && socketName.test(path.slice(path.lastIndexOf("/") + 1));
}

/** `/var/run` is a link to `/run` nearly everywhere. */
function normalize(path: string): string {
  const plain = path.slice(0, 4096).replace(/\/+/g, "/");
  const bare = plain.length > 1 && plain.endsWith("/") ? plain.slice(0, -1) : plain;
  return bare.startsWith("/var/run/") ? bare.slice("/var".length) : bare;
}
