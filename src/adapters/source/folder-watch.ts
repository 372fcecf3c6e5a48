/**
 * Holds waiting for a change in a directory.
 * In: a directory, which may be missing. Out: waits that end at a change, after a while, or at the
 * end of all. What the system does not tell (network file systems, overlays) the while finds.
 */
import { type FSWatcher, watch } from "node:fs";

/** **Unit**: milliseconds for which changes are gathered: a busy writer wakes nobody per line. */
const gatherMs = 50;
/** **Unit**: waits after which a directory that could not be watched is tried again. */
const retryCount = 20;

export class FolderWatch {
  private readonly folder: string;
  private readonly signal: AbortSignal;
  private watcher: FSWatcher | undefined;
  private waitCount = 0;
  private hasChanged = false;
  private wake = (): void => {};

  constructor(folder: string, signal: AbortSignal) {
    this.folder = folder;
    this.signal = signal;
  }

  /** Never rejects. */
  async wait(ms: number): Promise<void> {
    if (this.watcher === undefined && this.waitCount++ % retryCount === 0) this.begin();
    await this.pause(Math.min(ms, gatherMs), false);
    if (!this.hasChanged) await this.pause(ms - gatherMs, true);
    this.hasChanged = false;
  }

  close(): void {
    this.watcher?.close();
    this.watcher = undefined;
  }

  private begin(): void {
    try {
      this.watcher = watch(this.folder, () => {
        this.hasChanged = true;
        this.wake();
      });
      this.watcher.on("error", () => this.close());
    } catch {
      // Not there yet, or no watches left: looking again after a while does.
      this.watcher = undefined;
    }
  }

  private async pause(ms: number, endsAtChange: boolean): Promise<void> {
    if (this.signal.aborted || ms <= 0) return;
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.signal.removeEventListener("abort", finish);
        this.wake = () => {};
        resolve();
      };
      const timer = setTimeout(finish, ms);
      this.signal.addEventListener("abort", finish);
      if (endsAtChange) this.wake = finish;
    });
  }
}
