/**
 * Holds the port to a package and vulnerability scanner (Syft and Grype).
 * In: an image, directory or archive. Out: the two documents as files. Implemented in
 * `adapters/scanner/`.
 */
export interface ScanRequest {
  readonly target: string;
  /** Directory for the two documents; created when missing. */
  readonly outputDirectory: string;
  readonly name: string;
  readonly timeoutMs: number;
  readonly onProgress: (line: string) => void;
}

export interface ScanResult {
  readonly sbomFile: string;
  readonly vulnerabilitiesFile: string;
  readonly toolVersions: Readonly<Record<string, string>>;
}

export interface Scanner {
  /**
   * **Errors**: `tool-missing` (with how to get it), `tool-failed` (with its exit code and last
   * lines).
   */
  scan(request: ScanRequest): Promise<ScanResult>;
}
