/**
 * Holds what an SBOM and a vulnerability scan say, in one shape for every format.
 * In: nothing. Out: types only; `decode-*.ts` produce them. Names follow Syft and Grype.
 * Must never hold a verdict: that is `core/judge`.
 */

/** How the scanned thing is identified; every list may be empty. Digests are `sha256:<64 hex>`. */
export interface ImageIdentity {
  readonly kind: "image" | "directory" | "archive" | "unknown";
  /** As the user named it when scanning; can be a path. */
  readonly name: string;
  readonly tags: readonly string[];
  readonly manifestDigest: string;
  /** The config digest. */
  readonly imageId: string;
  readonly repoDigests: readonly string[];
  readonly architecture: string;
  /** Digests as locations name them, lowest first; empty when unknown. */
  readonly layers: readonly string[];
  /** What the image itself says that it was built from (its OCI labels); "" when it does not. */
  readonly baseName: string;
}

export interface Distro {
  readonly id: string;
  readonly version: string;
  readonly idLike: readonly string[];
}

export interface PackageLocation {
  /** Real path inside the image. */
  readonly path: string;
  /** As reached: a symlink, or nested `a.jar:BOOT-INF/lib/b.jar`. "" when equal to `path`. */
  readonly accessPath: string;
  /** False for supporting evidence (copyright files and the like). */
  readonly primary: boolean;
  /** False when a later layer deleted it. */
  readonly visible: boolean;
  /** Digest of the layer that holds it as seen from the top; "" when unknown. */
  readonly layer: string;
}

export interface Package {
  /**
   * Syft's artifact id (or the bom-ref, or the SPDXID without `SPDXRef-`); the join key of Grype.
   */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /**
   * Syft's package type: deb, rpm, apk, binary, go-module, rust-crate, python, npm, java-archive, …
   */
  readonly type: string;
  readonly language: string;
  readonly purl: string;
  readonly locations: readonly PackageLocation[];
  /**
   * Source package (deb source, rpm sourcerpm name, apk originPackage); "" when none or the same.
   */
  readonly source: string;
  /**
   * Absolute paths the package declares to own (metadata file lists, RECORD joined with its root,
   * conffiles), without directories where the document tells. Not symlink-resolved.
   */
  readonly files: readonly string[];
  /** Absolute paths by the document's own `contains` relationships; symlink-resolved by Syft. */
  readonly containedFiles: readonly string[];
  /** Java: Syft's `virtualPath`; "" else. */
  readonly virtualPath: string;
  /**
   * Python: site-packages root joined with top-level packages; gem and composer roots; else empty.
   */
  readonly roots: readonly string[];
  /** Ids of packages that own this one by file overlap (a deb that ships a Python package). */
  readonly ownedBy: readonly string[];
}

export interface ImageFile {
  readonly path: string;
  readonly type: "file" | "symlink" | "directory" | "other";
  /**
   * As stored in the link: absolute or relative to the link's directory; "" for others. A hard link
   * is a `file` with the absolute path of its first name.
   */
  readonly linkTarget: string;
  /** DT_NEEDED names; empty when unknown. */
  readonly importedLibraries: readonly string[];
  /** A program or library (ELF, PE, Mach-O) by its content, whatever its mode; no scripts. */
  readonly executable: boolean;
  readonly mimeType: string;
}

/** One SBOM document. */
export interface Sbom {
  /** Name of the input as the user gave it. */
  readonly input: string;
  readonly format: "syft" | "cyclonedx" | "spdx";
  readonly schemaVersion: string;
  readonly tool: string;
  readonly toolVersion: string;
  readonly identity: ImageIdentity;
  readonly distro: Distro | undefined;
  readonly packages: readonly Package[];
  readonly files: ReadonlyMap<string, ImageFile>;
  /** True when links and directories are listed too (Syft's "all" selection). */
  readonly hasAllFiles: boolean;
  /** False when packages carry no paths at all: then nothing can be joined to events. */
  readonly hasLocations: boolean;
}

export type FixState = "fixed" | "not-fixed" | "wont-fix" | "unknown";
export type Severity = "Critical" | "High" | "Medium" | "Low" | "Negligible" | "Unknown";

export interface KnownExploited {
  readonly dateAdded: string;
  readonly dueDate: string;
  readonly ransomware: boolean;
}

export interface Epss {
  /** Probability of exploitation in the next 30 days, 0..1. */
  readonly score: number;
  readonly percentile: number;
  readonly date: string;
}

export interface Vulnerability {
  /** The scanner's primary id: CVE-, GHSA-, GO-, … */
  readonly id: string;
  /** The CVE where one is known, else `id`. What findings are keyed by. */
  readonly canonicalId: string;
  /** All other ids, sorted, without `canonicalId`. */
  readonly aliases: readonly string[];
  readonly namespace: string;
  readonly severity: Severity;
  /** Highest base score; -1 when none. */
  readonly cvssScore: number;
  /** Version 3 or 4 before 2, then the primary source, then the newest; "" when none. */
  readonly cvssVector: string;
  readonly epss: Epss | undefined;
  readonly knownExploited: KnownExploited | undefined;
  readonly fixState: FixState;
  readonly fixVersions: readonly string[];
  readonly suggestedVersion: string;
  readonly description: string;
  readonly dataSource: string;
}

/** One match of one vulnerability to one package. */
export interface Match {
  readonly vulnerability: Vulnerability;
  readonly artifactId: string;
  readonly packageName: string;
  readonly packageVersion: string;
  readonly packageType: string;
  readonly purl: string;
  readonly locations: readonly PackageLocation[];
  /** Source packages as Grype names them. */
  readonly upstreams: readonly string[];
  /** Weakest of `exact-direct-match`, `exact-indirect-match`, `cpe-match`. */
  readonly matchType: string;
  /** Function-level evidence (Go); empty when none. */
  readonly matchedSymbols: readonly string[];
}

/** One vulnerability scan document. */
export interface Scan {
  readonly input: string;
  readonly tool: string;
  readonly toolVersion: string;
  readonly databaseBuilt: string;
  /** Of kind "unknown" when it was made from an SBOM without image identity. */
  readonly identity: ImageIdentity;
  readonly matches: readonly Match[];
  readonly ignoredCount: number;
  readonly endOfLifeDistro: boolean;
}

/** Who a container id is, from a file and not from events. */
export interface ContainerIdentity {
  readonly input: string;
  /** 64 hex digits, or as many as the file gives (at least 12). */
  readonly containerId: string;
  readonly name: string;
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
  readonly workloadKind: string;
  readonly workload: string;
  readonly imageReference: string;
  /** `sha256:…` of the manifest; "" when unknown. */
  readonly imageDigest: string;
  /** `sha256:…` of the config; "" when unknown. */
  readonly imageId: string;
  /** What the file itself says about rights; undefined where it is silent. */
  readonly privileged: boolean | undefined;
  readonly hostPid: boolean | undefined;
  readonly hostNetwork: boolean | undefined;
  readonly uid: number | undefined;
  readonly addedCapabilities: readonly string[];
  /** `host path:container path`. */
  readonly hostMounts: readonly string[];
  /** Every place inside the container where something else is mounted over the image. */
  readonly mountPaths: readonly string[];
  /** Exec commands of startup, liveness and readiness probes and hooks, space-joined. */
  readonly probeCommands: readonly string[];
  readonly startedUs: number;
}
