/**
 * Holds the sources of a daemon that come and go with Tetragon's pods.
 * In: the pods as listed now. Out: sources that begin to be read, and sources that stop.
 */
import type { TetragonPod } from "../../ports/cluster-watch.ts";
import type { EventSource } from "../../ports/event-source.ts";
import type { Daemon } from "./daemon.ts";
import { discoverAgents } from "./discover-sources.ts";

export class AgentWatch {
  private readonly daemon: Daemon;
  private readonly begin: (source: EventSource) => void;
  /** By address. */
  private readonly running = new Map<string, EventSource>();
  private leftOutCount = 0;

  constructor(daemon: Daemon, begin: (source: EventSource) => void) {
    this.daemon = daemon;
    this.begin = begin;
  }

  async look(pods: readonly TetragonPod[]): Promise<void> {
    const { settings, log } = this.daemon;
    if (!settings.discover) return;
    const addresses = new Set(this.running.keys());
    const { begin, stop, leftOutCount } = discoverAgents(pods, addresses, settings.tls);
    for (const address of stop) this.stop(address);
    for (const address of begin) {
      const source = await this.daemon.context.outside.sources.tetragon(address);
      this.running.set(address.address, source);
      this.daemon.volatileNames.add(source.name);
      this.daemon.sources.push(source);
      log.info("A Tetragon was found.", { address: address.address });
      this.begin(source);
    }
    if (leftOutCount > this.leftOutCount) {
      log.error("More Tetragons than one waggle watches: the rest is not seen.", { leftOutCount });
    }
    this.leftOutCount = leftOutCount;
  }

  private stop(address: string): void {
    const source = this.running.get(address);
    if (source === undefined) return;
    source.stop();
    this.running.delete(address);
    const at = this.daemon.sources.indexOf(source);
    if (at >= 0) this.daemon.sources.splice(at, 1);
    this.daemon.log.info("A Tetragon is gone.", { address });
  }
}
