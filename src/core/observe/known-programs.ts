/**
 * Holds the few programs that are known by name: they move, check or start files and processes
 * without using what they touch.
 * In: the binary and arguments of a process. Out: what kind of program it is, if any of these.
 * Must never decide alone whose doing something was: behaviour and ancestry do (`judge-actor.ts`).
 */

import { baseName } from "../inventory/container-path.ts";

export type ToolKind = "package-manager" | "bulk-reader";

const systemPackageManagers = new Set(
  (
    "apt apt-get aptitude apt-cache dpkg dpkg-deb dpkg-query dpkg-split dpkg-trigger " +
    "dpkg-preconfigure unattended-upgrade debconf frontend rpm rpm2cpio rpmkeys yum dnf " +
    "dnf5 microdnf tdnf zypper apk pacman opkg xbps-install emerge nix nix-env guix snap " +
    "flatpak"
  ).split(" "),
);

/** These also start programs (`npm start`): only with such a word are they at packages. */
const languagePackageManagers: ReadonlyMap<string, RegExp> = new Map(
  Object.entries({
    pip: "install|uninstall|download|wheel|list|freeze|check|show|inspect|cache",
    uv: "pip|sync|add|remove|lock|export|tree|install",
    pipx: "install|upgrade|uninstall|list",
    poetry: "install|add|update|remove|lock|show|check",
    pdm: "install|add|update|remove|sync|lock|list",
    conda: "install|update|remove|create|list|clean",
    npm: "install|i|ci|add|update|audit|rebuild|prune|dedupe|ls|list|outdated|uninstall|pack",
    pnpm: "install|i|add|update|audit|rebuild|prune|dedupe|ls|list|outdated|remove|fetch|deploy",
    yarn: "install|add|upgrade|audit|dedupe|list|outdated|remove|check",
    bun: "install|i|add|update|remove|outdated|pm",
    gem: "install|update|uninstall|list|check|cleanup|outdated|pristine",
    bundle: "install|update|check|list|outdated|package|cache|clean",
    composer: "install|update|require|remove|show|outdated|audit|validate",
    cpan: ".*",
    cpanm: ".*",
    luarocks: "install|remove|list|make",
    cargo: "install|build|fetch|update|audit|tree",
    go: "get|install|mod|build|list",
    nuget: ".*",
    mvn: ".*",
  }).map(([name, words]) => [name, new RegExp(`^(?:${words})$`)]),
);

const bulkReaders = new Set(
  (
    "tar bsdtar star cpio pax rsync rclone restic borg borgmatic duplicity duplicati " +
    "bacula-fd amandad find updatedb updatedb.mlocate updatedb.plocate plocate-build " +
    "mlocate clamscan clamdscan clamd freshclam rkhunter chkrootkit lynis aide tripwire " +
    "samhain osqueryi osqueryd wazuh-syscheckd trivy grype syft dockle debsums debsecan " +
    "needrestart cve-bin-tool dependency-check md5sum sha1sum sha224sum sha256sum " +
    "sha384sum sha512sum b2sum b3sum cksum sum md5deep hashdeep sha256deep cp scp install " +
    "zip 7z 7za 7zz mksquashfs ldconfig prelink mandb yara rg ag"
  ).split(" "),
);

/** Programs that read trees only when told to. */
const recursiveReaders: ReadonlyMap<string, RegExp> = new Map([
  ["grep", /(?:^| )(?:-[a-zA-Z]*[rR]|--(?:dereference-)?recursive)/],
  ["diff", /(?:^| )(?:-[a-zA-Z]*r|--recursive)/],
]);

const interpreter = /^(?:python|pypy|node|nodejs|perl|ruby|php|bash|sh|dash|ash|busybox)[\d.]*$/;

/** The name a program goes by: of an interpreter that is its script or module. */
function programWords(binary: string, args: string): readonly [string, readonly string[]] {
  const words = args.length === 0 ? [] : args.slice(0, 512).split(" ").filter(isWord);
  const name = baseName(binary);
  if (!interpreter.test(name)) return [name, words];
  const moduleAt = words.indexOf("-m");
  const at = moduleAt >= 0 ? moduleAt + 1 : words.findIndex((word) => !word.startsWith("-"));
  const script = words[at];
  if (script === undefined || (moduleAt < 0 && !/[a-z]$/.test(script))) return [name, words];
  return [
    baseName(script).replace(/(?:-cli)?\.(?:py|js|cjs|mjs|rb|pl|phar)$/, ""),
    words.slice(at + 1),
  ];
}

function isWord(word: string): boolean {
  return word.length > 0;
}

/** What people call the program: for `python3 -m pip` that is pip. */
export function programName(binary: string, args: string): string {
  return programWords(binary, args)[0];
}

/** Whether the program is one that touches many files without using them. */
export function toolKind(binary: string, args: string): ToolKind | undefined {
  const [name, words] = programWords(binary, args);
  if (systemPackageManagers.has(name)) return "package-manager";
  const verbs = languagePackageManagers.get(name.replace(/(?<=^[a-z]+)-?\d[\d.]*$/, ""));
  if (verbs !== undefined) {
    const verb = words.find((word) => !word.startsWith("-"));
    return verb !== undefined && verbs.test(verb) ? "package-manager" : undefined;
  }
  if (bulkReaders.has(name)) return "bulk-reader";
  return recursiveReaders.get(name)?.test(args) === true ? "bulk-reader" : undefined;
}

const runtimeNames = new Set(
  "runc crun youki runsc kata-runtime conmon conmonrs lxc-start systemd-nspawn docker-runc".split(
    " ",
  ),
);

const runtimeFamily = /^(?:containerd-shim[\w.-]*|nvidia-container-[\w-]+|runc\.[\w-]+)$/;

/** Container runtimes and their helpers, by name. */
export function isRuntimeName(binary: string): boolean {
  const name = baseName(binary);
  return runtimeNames.has(name) || runtimeFamily.test(name);
}

/**
 * A program without a path of its own: run from an open file, as runtimes run themselves and as
 * hidden programs are run. **Source**: tetragon-recorded `/proc/self/exe`, `/dev/fd/6`.
 */
export function isUnnamedImage(binary: string): boolean {
  return /^(?:\/proc\/(?:self|thread-self|\d+)\/(?:exe|fd\/\d+)|\/dev\/fd\/\d+|\/?memfd:.*)$/.test(
    binary,
  );
}

const shims = new Set(
  "tini tini-static dumb-init docker-init catatonit podman-init pid1 mini-init".split(" "),
);

/** Small first programs that start the real one as their child and wait. */
export function isInitShim(binary: string): boolean {
  return shims.has(baseName(binary));
}
