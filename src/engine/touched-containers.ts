/**
 * Holds of which containers something new was heard.
 * In: keys, in runs. Out: the set, once. Must stay within its bound: beyond it all count as
 * touched.
 */
import { widerKey } from "../core/observe/container-key.ts";
import type { ContainerKey } from "../core/observe/fact.ts";

/** undefined: more than are told apart, so any. */
export type Touched = ReadonlySet<ContainerKey> | undefined;

const containerCountMax = 65_536;

export class TouchedContainers {
  private keys: Set<ContainerKey> | undefined = new Set();
  /** Events come in runs. */
  private latest: ContainerKey | undefined;

  /** A network of a host is fed by the processes of the host: both count. */
  add(container: ContainerKey): void {
    if (container === this.latest || this.keys === undefined) return;
    this.latest = container;
    // Then the wider one is among them, too.
    if (this.keys.has(container)) return;
    this.keys.add(container).add(widerKey(container));
    if (this.keys.size > containerCountMax) this.keys = undefined;
  }

  addAll(touched: Touched): void {
    if (touched === undefined) this.keys = undefined;
    else for (const container of touched) this.add(container);
  }

  get isTouched(): boolean {
    return this.keys === undefined || this.keys.size > 0;
  }

  /** What was added since the last call. */
  take(): Touched {
    const { keys } = this;
    this.keys = new Set();
    this.latest = undefined;
    return keys;
  }
}
