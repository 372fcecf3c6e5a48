/**
 * Holds which paths a sensor watches, as short patterns that a person can read in a report.
 * In: patterns. Out: whether a path is among them, in time that does not depend on their number.
 * Must never say yes to a path that the kernel would not report.
 *
 * A pattern is a prefix (`""` is everything), `=` and a whole path, or `*` and an ending; `!` in
 * front makes it an exception. Prefixes are plain text, as in the kernel: `/usr/lib` holds
 * `/usr/lib64/x` too.
 */

export interface PathScope {
  /** **Shape**: an absolute path as the kernel resolves it; `/dir/` asks for what lies below. */
  holds(path: string): boolean;
  readonly isEmpty: boolean;
}

class PatternSet {
  private readonly exact = new Set<string>();
  private readonly prefixes = new Set<string>();
  private readonly endings = new Set<string>();
  private readonly prefixLengths = new Set<number>();
  private readonly endingLengths = new Set<number>();

  add(pattern: string): void {
    const rest = pattern.slice(1);
    if (pattern.startsWith("=")) this.exact.add(rest);
    else if (pattern.startsWith("*")) {
      this.endings.add(rest);
      this.endingLengths.add(rest.length);
    } else {
      this.prefixes.add(pattern);
      this.prefixLengths.add(pattern.length);
    }
  }

  get isEmpty(): boolean {
    return this.exact.size + this.prefixes.size + this.endings.size === 0;
  }

  holds(path: string): boolean {
    if (this.exact.has(path)) return true;
    for (const length of this.prefixLengths) {
      if (length <= path.length && this.prefixes.has(path.slice(0, length))) return true;
    }
    for (const length of this.endingLengths) {
      if (length <= path.length && this.endings.has(path.slice(path.length - length))) return true;
    }
    return false;
  }
}

/** **Cost**: of `holds`: one lookup for each length that patterns have. */
export function createPathScope(patterns: readonly string[]): PathScope {
  const watched = new PatternSet();
  const excepted = new PatternSet();
  for (const pattern of patterns) {
    if (pattern.startsWith("!")) excepted.add(pattern.slice(1));
    else watched.add(pattern);
  }
  return {
    holds: (path) => watched.holds(path) && !excepted.holds(path),
    isEmpty: watched.isEmpty,
  };
}
