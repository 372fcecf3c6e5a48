/**
 * Holds which files say something of whoever touches them.
 * In: a path, whether it is read or changed. Out: yes or no.
 * Must be told in one pass over the path: it is asked for each file that is opened.
 */

/** Keys, tokens, passwords; memory and surroundings of other processes. */
const secrets = new RegExp(
  [
    String.raw`^/etc/(?:g?shadow-?|master\.passwd|krb5\.keytab|sudoers(?:$|\.d/))`,
    "^/etc/(?:kubernetes|rancher|ssl/private|pki/tls/private|letsencrypt|wireguard)/",
    String.raw`/\.(?:ssh|aws|azure|kube|docker|gnupg|password-store)/`,
    String.raw`/\.config/(?:gcloud|gh|rclone)/`,
    String.raw`/\.(?:git-credentials|netrc|npmrc|pypirc|pgpass|my\.cnf|vault-token)$`,
    String.raw`/\.(?:[a-z]*_)?history$`,
    "/secrets/kubernetes.io/serviceaccount/|/secrets/eks.amazonaws.com/",
    String.raw`^/proc/(?:\d+|self)/(?:environ|mem|maps)$|^/proc/(?:kcore|kallsyms)$`,
    String.raw`^/(?:var/)?run/(?:docker|crio/crio|containerd/containerd|podman/podman)\.sock`,
    "^/var/lib/(?:kubelet|etcd|rancher)/",
    String.raw`/(?:id_(?:rsa|dsa|ecdsa|ed25519)|[^/]+\.(?:kdbx|p12|pfx|jks|keytab)|tls\.key)$`,
    "^/dev/(?:sd|vd|xvd|nvme|dm-|mem$|kmem$)",
  ].join("|"),
);

/** What starts something, lets somebody in, or is run by others. */
const starters = new RegExp(
  [
    String.raw`^/etc/(?:passwd|group|hosts|resolv\.conf|profile|environment|crontab|rc\.local)$`,
    String.raw`^/etc/(?:ld\.so\.|pam\.d/|cron\.|systemd/|init\.d/|profile\.d/|bash\.bashrc|udev/)`,
    "^/(?:usr/)?(?:local/)?(?:s?bin|lib(?:64)?/systemd|lib(?:64)?/security)/",
    "^/var/spool/cron|^/usr/local/s?bin/",
    String.raw`/\.(?:bashrc|bash_profile|profile|zshrc|bash_login|bash_logout)$`,
    "^/proc/(?:sys/|sysrq-trigger)|^/sys/(?:fs/cgroup|kernel)/",
    "^/var/log/(?:auth|secure|syslog|messages|audit|wtmp|btmp|lastlog)",
  ].join("|"),
);

export function isSensitivePath(path: string, how: "read" | "change"): boolean {
  return secrets.test(path) || (how === "change" && starters.test(path));
}
