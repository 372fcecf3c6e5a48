/**
 * Holds lists of well-known names that many sequences ask for: `$temporary` in a rule stands for
 * one of them. In: nothing. Out: a table.
 * Must never hold what is only known here: names, places and addresses that anybody can meet.
 */

import { patternLists } from "./pattern-lists.ts";

const shells = ["sh", "bash", "dash", "ash", "zsh", "ksh", "csh", "tcsh", "fish", "rbash"];

/** A directory by which containers see the files of their machine. */
const hostRoot = "^/(?:[^/]*host[^/]*|rootfs|node|mnt(?:/[^/]+)?)(?:/[^/]+)?/";

/** One of these as a word of arguments. */
function wordOf(names: string): string {
  return `(?:^|\\s)(?:${names.split(/\s+/).join("|")})(?:\\s|=|$)`;
}

/** **Shape**: texts as they stand behind a modifier such as `startswith`. */
export const valueLists: Readonly<Record<string, readonly string[]>> = {
  /** Directories anybody may write to; with `startswith`. */
  temporary: ["/tmp/", "/var/tmp/", "/dev/shm/", "/run/shm/", "/run/user/", "/var/run/user/"],
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
  /** Roles of tools that read any file they are given. */
  readers: [
    ..."file-tool discovery editor interpreter archiver encoder encryptor fetcher".split(" "),
    ..."network-tool shell".split(" "),
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
  /** What the names above are searched by; with `contains`. */
  "miner-words": [
    ..."xmrig xmr-stak minerd cpuminer ccminer minergate kinsing kdevtmpfsi cryptonight".split(" "),
    ..."monero stratum sysrv masscan-worm watchbog sustse kthrotlds cryptominer ddgs".split(" "),
  ],
  /** Options by which tools send a file or a text; with `re`. **Source**: manual pages. */
  upload: [
    String.raw`(?:^|\s)-[a-zA-Z]*[dFT](?:\s|@|$)`,
    String.raw`(?:^|\s)-T\s?\S`,
    String.raw`(?:^|\s)--data(?:-binary|-raw|-urlencode)?[ =]`,
    String.raw`(?:^|\s)--(?:form|upload-file)[ =]`,
    String.raw`(?:^|\s)--(?:post|body)-(?:file|data)=`,
    String.raw`(?:^|\s)(?:-X\s?|--request[ =])P(?:OST|UT)`,
  ],
  /** By which keys are found; with `contains`. */
  "key-words": [
    ..."id_rsa id_dsa id_ecdsa id_ed25519 .aws/credentials .kube/config .docker/config".split(" "),
    ..."*.kdbx .git-credentials .netrc .pgpass".split(" "),
    ..."wp-config accessTokens.json msal_token_cache credentials.db .vault-token".split(" "),
  ],
  /** Texts by which secrets are searched in files; with `re`. */
  "secret-search": [
    "(?i)begin (?:[a-z]+ )?private key",
    "(?i)aws_?(?:secret|access)|secret_?access_?key",
    String.raw`(?i)(?:^|\s)-[a-zA-Z]*r[a-zA-Z]*\s.*(?:passw|secret|token|credential|api[_-]?key)`,
  ],
  /** Tools that are asked for to attack; with `re`, in arguments of package managers. */
  "attack-tools": [
    wordOf(
      `nmap masscan zmap hydra john hashcat sqlmap proxychains proxychains4 ettercap
      ettercap-common dsniff arp-scan nikto gobuster ffuf medusa hping3 chisel
      metasploit-framework netdiscover ncrack`,
    ),
  ],
  /** Block devices; with `re`. */
  disk: [
    String.raw`^/dev/(?:(?:sd|vd|xvd|hd)[a-z]+\d*|nvme\d+n\d+(?:p\d+)?|mmcblk\d+(?:p\d+)?)`,
    String.raw`^/dev/(?:dm-\d+|mapper/|md\d+|loop\d+|disk/)`,
  ],
  /** Places as under `persistence`, seen through a mount of the machine's files; with `re`. */
  "host-persistence": [
    `${hostRoot}(?:etc/|var/spool/cron|root/\\.|home/[^/]+/\\.ssh/|lib/systemd/|var/lib/kubelet/)`,
    `${hostRoot}(?:usr/(?:local/)?)?s?bin/`,
    String.raw`^/[^/]+(?:/[^/]+)*/etc/(?:cron\.(?:d|hourly|daily)/|crontab$|kubernetes/manifests/)`,
    String.raw`^/[^/]+(?:/[^/]+)*/etc/(?:ld\.so\.preload$|shadow$|sudoers)`,
    String.raw`^/[^/]+(?:/[^/]+)*/(?:var/spool/cron/|root/\.ssh/)`,
  ],
  /** Tools that can start a shell in the midst of their work. */
  "tools-with-shells": [
    ..."find fd tar awk gawk mawk nawk nmap zip gdb tcpdump strace ltrace ftp ed".split(" "),
  ],
  /** Tools in which somebody can ask for a shell. */
  "tools-to-read": "vi vim vim.basic vim.tiny nvim nano less more most man journalctl".split(" "),
  /** Something below a temporary directory is started; with `re`. */
  "loose-temporary": [
    String.raw`^(?:-\S+\s+)*(?:(?:/\S*/)?(?:ba|da|z)?sh\s+)?(?:/tmp/|/var/tmp/|/dev/shm/|\./\.)\S+`,
  ],
  /** Files that let somebody in or start something; with `contains`. */
  "start-words": [
    ..."authorized_keys /etc/passwd /etc/shadow /etc/sudoers /etc/cron /var/spool/cron".split(" "),
    ..."/etc/ld.so.preload /.ssh /etc/systemd /etc/rc.local /etc/profile /.bashrc".split(" "),
  ],
  /** Package managers of languages; with `re`. */
  "language-installers": [
    "^(?:npm|npx|yarn|pnpm|bun|pipx|uv|poetry|gem|bundler?|composer|node-gyp|cargo)$",
    String.raw`^(?:pip[\d.]*|cpanm?|luarocks)$`,
  ],
  /** Logs that tell what happened on a machine; with `re`. */
  "system-logs": [
    "^/var/log/(?:auth|secure|syslog|messages|kern|daemon|audit/|wtmp|btmp|lastlog|faillog)",
    String.raw`^/var/log/(?:cron|journal/|pods/|containers/|dmesg|maillog|boot|user\.log|debug)`,
    "^/run/utmp$",
  ],
  /** Threads of the kernel, as a file can be named; with `re`. */
  "kernel-threads": [
    String.raw`^(?:kworker(?:[:_-].*|ds|\d+)?|kthreadd|ksoftirqd\d*|kswapd\d*|kcompactd\d*)$`,
    "^(?:rcu_(?:sched|bh|preempt|par_gp|gp)|khugepaged|kdevtmpfs|kauditd|kblockd|kintegrityd)$",
    "^(?:khungtaskd|oom_reaper|ksmd|kthrotld|kpsmoused)$",
    String.raw`^\[.+\]$`,
  ],
  /** An address that is a number, in arguments; with `re`. */
  "plain-address": [String.raw`(?:^|[\s/@])(?:\d{1,3}\.){3}\d{1,3}(?:[:/\s]|$)`],
  /** Daemons that every machine has. */
  "system-names": [
    ..."systemd systemd-journald systemd-udevd systemd-logind systemd-resolved init cron".split(
      " ",
    ),
    ..."crond atd sshd dbus-daemon rsyslogd auditd agetty udevd polkitd NetworkManager".split(" "),
    ..."containerd containerd-shim dockerd kubelet kube-proxy runc pause journald".split(" "),
  ],
  ...patternLists,
};
