/**
 * Holds the watching of detectors: that one tells something new and grave must not wait for the
 * usual rhythm.
 * In: detectors. Out: the same, with a call for each rule that matches a process first.
 * Must never allocate for an act that no rule matches, nor change what detectors give.
 */
import type { Act } from "../../core/observe/detect/act.ts";
import type { DetectContext, Detector, Hit } from "../../core/observe/detect/detector.ts";
import { levels } from "../../core/observe/detect/rule.ts";

/** Rules and processes that are remembered: beyond, one may call again. */
const knownCountMax = 10_000;
const leastRank = levels.indexOf("medium");

export function watchHits(
  detectors: readonly Detector<unknown>[],
  onNews: () => void,
): readonly Detector<unknown>[] {
  const known = new Set<string>();
  const note = ({ rule, subject }: Hit): void => {
    if (levels.indexOf(rule.level) < leastRank) return;
    const key = `${rule.id} ${subject.execId}`;
    if (known.has(key)) return;
    if (known.size >= knownCountMax) known.clear();
    known.add(key);
    onNews();
  };
  return detectors.map((detector) => new WatchedDetector(detector, note));
}

class WatchedDetector implements Detector<unknown> {
  readonly name: string;
  readonly listings: Detector<unknown>["listings"];
  private readonly inner: Detector<unknown>;
  private readonly context: WatchedContext;

  constructor(inner: Detector<unknown>, onHit: (hit: Hit) => void) {
    this.name = inner.name;
    this.listings = inner.listings;
    this.inner = inner;
    this.context = new WatchedContext(onHit);
  }

  start(): unknown {
    return this.inner.start();
  }

  step(state: unknown, act: Act, context: DetectContext): void {
    this.inner.step(state, act, this.context.around(context));
  }

  tick(state: unknown, context: DetectContext): void {
    this.inner.tick?.(state, this.context.around(context));
  }

  release(...about: Parameters<NonNullable<Detector<unknown>["release"]>>): void {
    this.inner.release?.(...about);
  }

  dump(state: unknown): unknown {
    return this.inner.dump?.(state) ?? state;
  }

  load(data: unknown): unknown {
    return this.inner.load?.(data) ?? data;
  }
}

/** One object for all acts. */
class WatchedContext implements DetectContext {
  private readonly onHit: (hit: Hit) => void;
  private inner: DetectContext | undefined;

  constructor(onHit: (hit: Hit) => void) {
    this.onHit = onHit;
  }

  around(inner: DetectContext): DetectContext {
    this.inner = inner;
    return this;
  }

  get nowUs(): DetectContext["nowUs"] {
    return this.asked.nowUs;
  }

  get book(): DetectContext["book"] {
    return this.asked.book;
  }

  readonly hit = (hit: Hit): void => {
    this.asked.hit(hit);
    this.onHit(hit);
  };

  private get asked(): DetectContext {
    if (this.inner === undefined) throw new Error("detectors are asked within a step");
    return this.inner;
  }
}
