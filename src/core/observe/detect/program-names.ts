/**
 * Holds the names of well-known programs by role: facts, as distributions and makers call them.
 * In: nothing. Out: the table. Must never hold a name that is known from one recording only.
 */
import type { Role } from "./subject.ts";

/** Without versions and endings: `python` stands for `python3.11`. A name may stand twice. */
export const programNames: Readonly<Partial<Record<Role, string>>> = {
  shell: `sh bash dash ash ksh ksh93 mksh pdksh oksh zsh fish tcsh csh rbash rzsh yash xonsh nu
    elvish oil osh pwsh sash static-sh`,
  interpreter: `python pypy perl ruby jruby node nodejs deno bun php php-cli lua luajit tclsh wish
    expect gawk awk mawk nawk java groovy scala Rscript R julia guile racket erl escript elixir
    mono dotnet tsx ts-node ipython irb gjs qjs jshell beam.smp`,
  fetcher: `curl wget wget2 fetch aria2c axel lwp-download lwp-request GET http https httpie xh
    lynx links elinks w3m ftp tftp ncftp ncftpget lftp curlie wcurl links2`,
  "network-tool": `nc ncat netcat nc.openbsd nc.traditional socat telnet cryptcat sbd openssl
    stunnel chisel frpc frps ngrok cloudflared gost revsocks ligolo-agent pwncat rustcat rcat
    proxychains proxychains4 tsocks dig nslookup host drill tcpdump tshark dumpcap ngrep
    mitmproxy mitmdump ettercap arpspoof bettercap iperf iperf3 ping ping6 traceroute tracepath
    mtr hping3 websocat sslh iodine dnscat dnscat2 ptunnel`,
  scanner: `nmap masscan zmap rustscan naabu unicornscan fscan zgrab zgrab2 nikto gobuster
    dirb ffuf wfuzz hydra medusa ncrack patator crackmapexec nxc netexec enum4linux nbtscan
    arp-scan netdiscover sqlmap wpscan nuclei httpx amass subfinder onesixtyone kube-hunter
    deepce linpeas amicontained botb cdk peirates kubeletctl kubeaudit pnscan scanssh`,
  "remote-client": `ssh slogin scp sftp rsync rsh rlogin rexec rcp dbclient autossh sshpass
    mosh mosh-client parallel-ssh pssh ansible ansible-playbook salt-ssh redis-cli psql mysql
    mariadb mongo mongosh sqlcmd clickhouse-client cqlsh smbclient rpcclient winexe evil-winrm
    xfreerdp rdesktop vncviewer ldapsearch wmiexec.py psexec.py impacket-wmiexec`,
  archiver: `tar bsdtar star gtar cpio pax zip unzip 7z 7za 7zz 7zr gzip gunzip bzip2 bunzip2 xz
    unxz zstd unzstd lz4 lzma compress ar rar unrar pigz pbzip2 brotli mksquashfs unsquashfs zcat`,
  encoder: `base64 base32 basenc xxd uuencode uudecode od hexdump hd openssl base58`,
  encryptor: "gpg gpg2 openssl age ccrypt mcrypt aescrypt cryptsetup rage minisign",
  "package-manager": `apt apt-get aptitude apt-cache apt-key dpkg dpkg-deb dpkg-query
    unattended-upgrade unattended-upgrades rpm yum dnf dnf5 microdnf tdnf zypper apk pacman
    opkg emerge nix nix-env guix snap flatpak pip pipx uv poetry pdm conda mamba npm npx pnpm
    yarn gem bundle bundler composer cpan cpanm luarocks cargo go helm mvn gradle brew corepack
    easy_install node-gyp prebuild-install packagekitd`,
  wrapper: `env timeout nohup setsid sudo doas su runuser xargs parallel find fd fdfind nice
    ionice chrt taskset stdbuf script scriptreplay strace ltrace time watch tini tini-static
    dumb-init docker-init catatonit podman-init gosu su-exec setpriv chroot nsenter unshare flock
    make gmake run-parts start-stop-daemon runcon sg newgrp s6-svscan s6-supervise runsv runsvdir
    prlimit numactl setarch linux64 linux32 faketime daemonize screen tmux dtach entr inotifywait
    git less more most man bazel just task rake ant sbt ld-linux-x86-64.so.2
    ld-linux-aarch64.so.1 firejail bwrap fakeroot fakechroot dbus-run-session systemd-run pkexec
    capsh perf unbuffer rlwrap choom tox pytest nox hatch logrotate crontab apt-listchanges
    needrestart`,
  escalator: "sudo sudoedit doas su pkexec runuser gosu su-exec setpriv newgrp sg capsh ksu dzdo",
  discovery: `id whoami who w users uname hostname hostnamectl ps top htop pstree pgrep ip ifconfig
    route arp netstat ss lsof mount findmnt df lsblk blkid fdisk free uptime env printenv getent
    groups last lastlog lastb finger dmesg lscpu lspci lsusb lsmod lshw dmidecode nproc arch
    capsh getcap getfacl sysctl vmstat iostat systemd-detect-virt virt-what locale
    timedatectl resolvectl nmcli iwconfig ipcs ls find stat file which whereis type
    readlink realpath tree du pwd cat head tail getfattr nslookup dig host uptime
    ldconfig ldd printf klist`,
  "credential-tool": `passwd chpasswd useradd adduser usermod userdel groupadd gpasswd newusers
    vipw chage ssh-keygen ssh-add ssh-agent ssh-copy-id mimipenguin john hashcat unshadow
    gpg-agent secret-tool pass vault kinit klist keytool htpasswd mkpasswd lazagne trufflehog
    gitleaks pspy linikatz`,
  "service-manager": `systemctl service initctl rc-service rc-update update-rc.d chkconfig
    crontab at batch atq atrm launchctl supervisorctl sv loginctl systemd-run insserv s6-rc`,
  "file-tool": `cp mv rm ln touch mkdir rmdir chmod chown chgrp install dd shred truncate sed tee
    cat head tail cut sort uniq grep egrep fgrep rg ag find fd ls stat file basename dirname wc tr
    diff cmp comm paste split csplit tac rev nl mktemp chattr lsattr setfattr setfacl getfacl
    setcap mknod mkfifo wipe srm unlink link sync md5sum sha1sum sha256sum sha512sum b2sum cksum
    test echo printf true false sleep seq date yes dirname readlink realpath jq yq fallocate rename
    strings column expr mkfs mke2fs mkfs.ext4 mkfs.xfs wipefs dos2unix iconv envsubst xmllint`,
  editor: "vi vim vim.basic vim.tiny nvim nano pico emacs ed joe mcedit micro kak hx view ex",
  compiler: `gcc g++ cc c++ cc1 cc1plus clang clang++ ld ld.bfd ld.gold ld.lld as collect2 tcc rustc
    cargo go javac ghc ocamlc fpc nasm yasm make gmake cmake ninja ar tsc esbuild swiftc zig nvcc
    gfortran ldc2 dmd`,
  database: `postgres postmaster mysqld mariadbd mongod mongos redis-server valkey-server
    keydb-server memcached clickhouse-server clickhouse influxd etcd cockroach cassandra
    beam.smp rabbitmq-server couchdb neo4j sqlservr oracle dragonfly tarantool rethinkdb arangod`,
  "web-server": `nginx httpd apache2 apache lighttpd caddy php-fpm php-cgi gunicorn uwsgi uvicorn
    hypercorn daphne puma unicorn thin passenger haproxy envoy traefik varnishd tomcat jetty
    h2o cherokee openresty angie litespeed lsphp mod_wsgi waitress-serve apachectl daphne granian
    starman plackup hiawatha bozohttpd thttpd mini_httpd tengine kestrel`,
  server: `sshd dropbear vsftpd proftpd pure-ftpd smbd nmbd named unbound dnsmasq coredns exim4
    exim postfix master sendmail dovecot slapd squid openvpn rsyslogd syslog-ng snmpd
    prometheus grafana-server grafana node_exporter alertmanager zookeeper kafka minio consul
    nomad jenkins gitlab-runner ntpd chronyd cupsd rpcbind avahi-daemon mosquitto vault`,
  runtime: `runc crun youki runsc kata-runtime conmon conmonrs lxc-start systemd-nspawn docker-runc
    containerd containerd-shim containerd-shim-runc-v1 containerd-shim-runc-v2
    containerd-shim-runsc-v1 containerd-shim-kata-v2 dockerd docker-proxy docker-init crio
    kubelet cri-dockerd k3s k3s-server rke2 podman buildkitd buildah nerdctl nvidia-container-cli
    nvidia-container-runtime nvidia-container-runtime-hook docker-containerd cri-o microk8s k0s`,
  "session-giver": `systemd init sshd sshd-session sshd-auth dropbear agetty getty mingetty login
    telnetd in.telnetd in.rlogind in.rshd xinetd inetd cron crond CRON anacron fcron atd
    supercronic dcron go-crond sshpiperd teleport xrdp-sesman gdm gdm-session-worker lightdm sddm
    systemd-executor upstart openrc-run runit supervisord pm2 monit ttyd shellinaboxd wetty gotty
    cockpit-session cockpit-bridge mosh-server amazon-ssm-agent ssm-session-worker
    google_guest_agent waagent qemu-ga vmtoolsd puppet chef-client salt-minion`,
  "cluster-client": `kubectl oc crictl ctr nerdctl docker podman helm k9s etcdctl kubeadm k3s
    kustomize flux argocd istioctl calicoctl cilium stern kubectx kubens eksctl gcloud aws az
    doctl gsutil aliyun oci terraform tofu pulumi azcopy s3cmd ossutil`,
  backup: `restic borg borgmatic duplicity duplicati rclone rsnapshot bacula-fd bareos-fd amandad
    pg_dump pg_dumpall pg_basebackup mysqldump mariadb-dump mongodump xtrabackup mariabackup
    barman wal-g wal-e pgbackrest velero kopia rdiff-backup dump etcdutl mysqlpump`,
};
