/**
 * Holds longer patterns that sequences ask for by name: `$tunnel-tools` in a rule stands for one.
 * In: nothing. Out: a table, a part of that of `value-lists.ts`.
 * Must never hold what is only known here: names and ways that anybody can look up.
 */

/** Any of some parts, which have no spaces in them, between what stands before and after. */
function anyOf(parts: string, before = "^", after = "$"): string {
  return `${before}(?:${parts.trim().split(/\s+/).join("|")})${after}`;
}

const hostFiles = String.raw`/etc/kubernetes/(?:admin|super-admin|kubelet|scheduler)\.conf
  /etc/kubernetes/controller-manager\.conf /etc/rancher/(?:k3s/k3s|rke2/rke2)\.yaml
  /var/lib/rancher/\S*/server/(?:node-)?token /var/lib/kubelet/kubeconfig
  /var/lib/kubelet/pki/\S*\.(?:pem|key) /etc/kubernetes/pki/\S*\.key`;

/** **Shape**: texts as they stand behind `re`, or behind `contains` where it is said. */
export const patternLists: Readonly<Record<string, readonly string[]>> = {
  /** An archive that goes to the output. */
  "archive-to-output": [String.raw`(?:^|\s)-?c[a-zA-Z]*f\s+-(?:\s|$)`],
  /** What holds all of a database, of people or of a system. */
  stores: [
    anyOf(
      String.raw`\. root home etc data data/db bitnami/[a-z]+(?:/data)?
        var/lib/(?:postgresql|pgsql|mysql|mariadb|mongodb?|redis|cassandra)(?:/.*)?
        var/lib/(?:elasticsearch|couchdb|influxdb\d?|clickhouse|neo4j|etcd|vault)(?:/.*)?
        var/lib/(?:grafana|rabbitmq|kafka)(?:/.*)?`,
      "^/?",
      "/?$",
    ),
    "^/$",
  ],
  /** Guess, break or collect passwords. **Source**: the projects' own names. */
  "password-tools": [
    anyOf(String.raw`hydra medusa ncrack patator crowbar john hashcat(?:\.bin)? unshadow
      mimipenguin(?:\.sh|\.py)? [lL]a[zZ]agne(?:\.py)? crackmapexec netexec nxc kerbrute
      sucrack linikatz(?:\.sh)? 3snake thc-hydra`),
  ],
  /** Carry connections through a far machine. **Source**: the projects' own names. */
  "tunnel-tools": [
    anyOf(
      String.raw`chisel frp[cs] ngrok cloudflared gost ligolo(?:-ng|-agent)? revsocks rsocks
        iodined?
        dnscat2? dns2tcpc? ptunnel(?:-ng)? bore rathole nps npc earthworm ew_\w+ iox stowaway\w*
        venom_\w+ pivotnacci tmate gs-netcat localtunnel pinggy`,
      "^",
      String.raw`(?:[-_.](?:linux|amd64|x86_64|arm64|x64|386)\S*)?$`,
    ),
  ],
  /** A line of code that speaks to sockets. **Source**: manuals of the languages. */
  "socket-code": [
    anyOf(
      String.raw`/inet[46]?/(?:tcp|udp)/ fsockopen stream_socket_client socket_create\s*\(
        TCPSocket TCPServer IO::Socket Socket::INET use\s+Socket socket\.socket\s*\(
        socket\.create_connection import\s[\w,\s]*\bsocket\b
        require\s*\(?\s*.?(?:net|socket).?\s*\)? net\.(?:connect|createConnection|Socket) gen_tcp`,
      "",
      "",
    ),
  ],
  /** Decide on logins. */
  "login-programs": [
    String.raw`^(?:/usr)?/lib(?:64)?/(?:[^/]+/)?security/pam_\w+\.so$`,
    "^(?:/usr)?/s?bin/(?:sshd|login|su|sudo|passwd|agetty)$",
  ],
  /** Show processes, connections and files. */
  "watching-tools": [
    anyOf(
      `ps top htop pstree netstat ss lsof ls find w who last kill pkill lsmod curl wget iptables
        auditctl crontab`,
      "^(?:/usr)?/s?bin/",
    ),
  ],
  /** What package managers of languages are told when they run code of others. */
  "installing-code": [
    anyOf(
      String.raw`npm-cli\.js npm pnpm(?:\.c?js)? yarn(?:\.c?js)? pip[\d.]* gem composer(?:\.phar)?`,
      String.raw`(?:^|[\s/])`,
      String.raw`\s+(?:\S+\s+)*?(?:install|ci|i|add|update)(?:\s|$)`,
    ),
    String.raw`-m\s+pip\s+(?:\S+\s+)*?install`,
  ],
  /**
   * Where makers of well-known tools give out their installers, and nobody else can put a file; in
   * arguments of what fetches. **Source**: their own documents.
   */
  "known-installers": [
    anyOf(
      String.raw`sh\.rustup\.rs static\.rust-lang\.org get\.docker\.com download\.docker\.com
        get\.k3s\.io get\.rke2\.io get\.helm\.sh dl\.k8s\.io (?:deb|rpm)\.nodesource\.com
        nodejs\.org
        bun\.(?:sh|com) deno\.land get\.sdkman\.io install\.python-poetry\.org bootstrap\.pypa\.io
        astral\.sh get\.pnpm\.io get\.volta\.sh (?:pkgs\.)?tailscale\.com cli\.github\.com
        packages\.gitlab\.com apt\.releases\.hashicorp\.com packages\.microsoft\.com aka\.ms
        sdk\.cloud\.google\.com awscli\.amazonaws\.com go\.dev dl\.google\.com fluxcd\.io istio\.io
        (?:run\.)?linkerd\.io get\.opentofu\.org starship\.rs ollama\.com`,
      String.raw`(?:^|[\s"'])https://`,
      String.raw`(?:[/\s]|$)`,
    ),
    anyOf(
      `nvm-sh Homebrew helm rancher k3d-io kubernetes-sigs aquasecurity anchore ohmyzsh pyenv
        golangci`,
      String.raw`(?:^|\s|\shttps://)raw\.githubusercontent\.com/`,
      "/",
    ),
  ],
  /** Addresses that are numbers of no network of the world. */
  "private-address": [
    String.raw`(?:^|[\s/@])(?:10\.|127\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.)`,
  ],
  /** A shell is given a file, not a command. */
  "script-file": [String.raw`^(?:-[abd-zA-Z]+\s+)*/\S+`],
  /** An interpreter is given a file that was installed. */
  "installed-script": [String.raw`^(?:-\S+\s+)*/(?:usr|opt|etc|srv|app|controller|scripts?)/\S+`],
  /** Who a machine is in a cluster: whole paths. */
  "node-identity": [anyOf(hostFiles, "")],
  /** The same within arguments. */
  "node-identity-words": [anyOf(hostFiles, "", "")],
  /** A far end that has a name, and is told as such. */
  "named-far-end": [
    String.raw`(?:https?|ftps?|sftp)://(?:[^/\s@]*@)?[\w-]*[a-zA-Z-][\w-]*\.[\w.-]*[a-zA-Z]`,
    String.raw`(?:^|\s)(?:[^/\s@]+@)?[a-zA-Z][a-zA-Z0-9.-]*:\S`,
  ],
  /** Pool and wallet, or words that only miners know. **Source**: their manuals. */
  "miner-options": [
    anyOf(
      String.raw`stratum\d?\+(?:tcp|ssl|tls):// --donate-level --cpu-max-threads-hint --randomx-
        --rig-id --nicehash --algo[=\s](?:rx/|randomx|ethash|kawpow|cn/) --coin[=\s](?:monero|xmr)`,
      "",
      "",
    ),
    anyOf(
      "4[0-9AB][0-9a-zA-Z]{93} 0x[0-9a-fA-F]{40} [13bR][0-9a-zA-Z]{25,61}",
      String.raw`(?:^|\s)(?:-o|--url)[= ]\S+:\d+\s(?:.*\s)?(?:-u|--user)[= ]`,
      String.raw`\b`,
    ),
  ],
  /** Installers that are a program: names. */
  installers: ["rustup-init"],
  /** Work on images by clients of a container runtime: words. */
  "image-work": "build buildx push pull tag login logout images version info manifest".split(" "),
  /** Where editors on somebody's desk keep what they run in containers; with `contains`. */
  "editor-servers": [
    ..."/.vscode-server/ /.vscode-remote/ /.vscodium-server/ /.cursor-server/".split(" "),
    ..."/.windsurf-server/ /.cache/JetBrains/ /.zed_server/".split(" "),
  ],
};
