/**
 * Holds the port to a package and vulnerability scanner (Syft and Grype).
 * In: an image, directory or archive; or an SBOM that is there. Out: documents as files.
 * Implemented in `adapters/scanner/`.
 */

/** Where an image is read from. Only `registry` may fetch anything. */
export const imageSources = ["containerd", "docker", "podman", "registry"] as const;
export type ImageSource = (typeof imageSources)[number];

export interface ToolRequest {
  /** Directory for the documents; created when missing. */
  readonly outputDirectory: string;
  readonly name: string;
  readonly timeoutMs: number;
  readonly onProgress: (line: string) => void;
  /**
   * Nobody waits for it: runs with low priority, downloads nothing unless the environment says so,
   * and a document beyond the bound of the adapter is `tool-failed`.
   */
  readonly isBackground?: boolean;
  /** Ends the tool, as a timeout does. */
  readonly signal?: AbortSignal;
}

export interface ScanRequest extends ToolRequest {
  readonly target: string;
  /** Given: `target` is an image reference there, never a path. */
  readonly imageSource?: ImageSource;
}

export interface MatchRequest extends ToolRequest {
  /** Of any format that the scanner reads. */
  readonly sbomFile: string;
}

export interface MatchResult {
  readonly vulnerabilitiesFile: string;
  readonly toolVersions: Readonly<Record<string, string>>;
}

export interface ScanResult extends MatchResult {
  readonly sbomFile: string;
}

export interface Scanner {
  /**
   * **Errors**: `tool-missing` (with how to get it), `tool-failed` (with its exit code and last
   * lines). The SBOM stays when only the match fails.
   */
  scan(request: ScanRequest): Promise<ScanResult>;
  /** Matches what is in an SBOM again. **Errors**: as `scan`. */
  match(request: MatchRequest): Promise<MatchResult>;
  /** Which vulnerability data would be used; "" unknown. Fetches nothing, and never throws. */
  dataVersion(): Promise<string>;
}
