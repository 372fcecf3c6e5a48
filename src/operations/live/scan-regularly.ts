/**
 * Holds the scanning of images as part of a daemon: which images, with what, and what follows.
 * In: the daemon, its reports. Out: nothing; scans are in the state, and stir a report.
 */
import type { Daemon } from "./daemon.ts";
import { readImages } from "./images-in-use.ts";
import { scanImages } from "./scan-images.ts";

/** Ends when the signal is given; at once when scans are off. **Errors**: throws defects only. */
export async function scanRegularly(
  daemon: Daemon,
  onScanned: () => void,
  signal: AbortSignal,
): Promise<void> {
  const { settings, context, store, log, health } = daemon;
  if (settings.scan === "off") return;
  await scanImages({
    ...{ store, log, health, signal, onScanned },
    ...{ files: context.files, scanner: context.scanner, clock: context.outside.services.clock },
    ...{ state: settings.state, sources: settings.scanSources },
    get retentionUs() {
      return daemon.settings.retentionUs;
    },
    images: () => readImages(store.settings),
  });
}
