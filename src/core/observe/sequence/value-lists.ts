/**
 * Holds lists of well-known names that many sequences ask for: `$temporary` in a rule stands for
 * one of them. In: nothing. Out: a table.
 * Must never hold what is only known here: names, places and addresses that anybody can meet.
 */

const shells = ["sh", "bash", "dash", "ash", "zsh", "ksh", "csh", "tcsh", "fish", "rbash"];

/** **Shape**: texts as they stand behind a modifier such as `startswith`. */
export const valueLists: Readonly<Record<string, readonly string[]>> = {
  /** Directories anybody may write to; with `startswith`. */
  temporary: ["/tmp/", "/var/tmp/", "/dev/shm/", "/run/shm/", "/run/user/", "/var/run/user/"],
  /** Parts of paths that hide; with `contains`. */
  hidden: ["/..", "/.,", "/. /", "/.X11-unix/", "/.ICE-unix/", "/.font-unix/", "/.XIM-unix/"],
  shells,
  /** Arguments of a shell that reads commands from whoever is there; with `re`. */
  interactive: [String.raw`^\s*(?:-[ilpe]+\s*|--login\s*|--norc\s*|--noprofile\s*|--posix\s*)*$`],
  /** Arguments of a shell or interpreter that reads its program from a pipe; with `re`. */
  "standard-input": [String.raw`^\s*(?:-s(?:\s.*)?|-\s*|-[exu]+\s*)*$`],
  /** What somebody asks who does not know where he is: services ask little of it. */
  prying: [
    ..."id whoami groups users who w last lastlog ps pstree env printenv netstat ss".split(" "),
    ..."ifconfig ip route arp mount df lsblk getcap capsh crontab lsof sudo passwd".split(" "),
    ..."hostnamectl systemctl lsmod dmesg finger".split(" "),
  ],
  /** Programs that tell where one is and what there is. */
  discovery: [
    ..."id whoami uname hostname hostnamectl groups users who w last lastlog uptime".split(" "),
    ..."ps top pstree lsof ip ifconfig route arp netstat ss env printenv".split(" "),
    ..."mount df lsblk lscpu lsmod dmidecode free nproc getcap capsh crontab".split(" "),
    ..."systemctl service dpkg rpm getent finger lspci arch locale".split(" "),
  ],
  /** Files whose content is a key; with `endswith`. */
  keys: [
    ..."/.ssh/id_rsa /.ssh/id_dsa /.ssh/id_ecdsa /.ssh/id_ed25519 /.aws/credentials".split(" "),
    ..."/.kube/config /.docker/config.json /.git-credentials /.netrc /.npmrc /.pypirc".split(" "),
    ..."/.azure/accessTokens.json /.azure/msal_token_cache.json /.vault-token".split(" "),
    ..."/.config/gcloud/credentials.db /.config/gcloud/access_tokens.db /.pgpass".split(" "),
    ..."/.my.cnf /etc/shadow /etc/gshadow /etc/master.passwd /etc/krb5.keytab".split(" "),
    ..."/serviceaccount/token /etc/kubernetes/admin.conf /var/lib/kubelet/kubeconfig".split(" "),
    "/.config/gcloud/application_default_credentials.json",
  ],
  /** Start something later or elsewhere when written; with `contains`. */
  persistence: [
    ..."/etc/cron.d/ /etc/cron.hourly/ /etc/cron.daily/ /etc/cron.weekly/".split(" "),
    ..."/etc/cron.monthly/ /var/spool/cron/ /etc/systemd/system/ /lib/systemd/system/".split(" "),
    ..."/etc/init.d/ /etc/rc.local /etc/profile.d/ /.ssh/authorized_keys".split(" "),
    ..."/etc/kubernetes/manifests/ /etc/ld.so.preload /etc/sudoers.d/ /etc/pam.d/".split(" "),
    ..."/etc/update-motd.d/ /etc/udev/rules.d/ /.config/autostart/ /.config/systemd/".split(" "),
  ],
  /** Shells read them at a start; with `endswith`. */
  "shell-settings": [
    ..."/.bashrc /.bash_profile /.bash_login /.bash_logout /.profile /.zshrc".split(" "),
    ..."/.zshenv /.zprofile /.kshrc /.cshrc /etc/profile /etc/bash.bashrc /etc/zsh/zshrc".split(
      " ",
    ),
  ],
  /** With `endswith`. */
  histories: [
    ..."/.bash_history /.zsh_history /.sh_history /.ash_history /.history".split(" "),
    ..."/.python_history /.mysql_history /.psql_history /.rediscli_history".split(" "),
  ],
  /** Where clouds and clusters answer who one is. **Source**: documents of the clouds. */
  metadata: [
    ..."169.254.169.254 fd00:ec2::254 169.254.170.2 169.254.170.23 100.100.100.200".split(" "),
    ..."168.63.129.16 192.0.0.192".split(" "),
  ],
  /** Sockets through which one commands a container runtime; with `endswith`. */
  "runtime-sockets": [
    ..."/docker.sock /containerd.sock /containerd.sock.ttrpc /crio.sock /podman.sock".split(" "),
    ..."/dockershim.sock /cri-dockerd.sock".split(" "),
  ],
  /** Names of programs that mine. **Source**: the projects' own names. */
  miners: [
    ..."xmrig xmr-stak xmr-stak-rx minerd cpuminer cpuminer-opt cpuminer-multi ccminer".split(" "),
    ..."ethminer cgminer bfgminer sgminer nbminer t-rex gminer lolminer phoenixminer".split(" "),
    ..."teamredminer nanominer bminer wildrig-multi srbminer-multi kdevtmpfsi kinsing".split(" "),
    ..."minergate minergate-cli xmrig-notls astrominer claymore".split(" "),
  ],
  /** What defends: agents, audit, firewalls. */
  defences: [
    ..."auditd rsyslogd rsyslog syslog-ng falco tetragon tracee sysdig osqueryd wazuh".split(" "),
    ..."ossec clamd apparmor firewalld ufw iptables fail2ban crowdstrike falcon-sensor".split(" "),
    ..."mdatp filebeat auditbeat packetbeat datadog-agent kubearmor aegis cloudmonitor".split(" "),
  ],
};
