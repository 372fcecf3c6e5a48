/**
 * Holds the search for many texts in one pass (Aho and Corasick 1975).
 * In: texts in lower case. Out: which of them occur in a text.
 * Must never cost more for a text because there are more texts to look for.
 */

/** One of two sizes of numbers: nearly always the small. */
type Rows = Uint16Array | Int32Array;

export class TextFinder {
  /** Class of each code unit up to the greatest that occurs; 0 for all that occur in no text. */
  private readonly classes: Uint16Array;
  private readonly classCount: number;
  /** Row for each state, column for each class. */
  private readonly next: Rows;
  /** Texts that end at a state, also shorter ones. */
  private readonly ends: (readonly number[] | undefined)[];

  /** **Cost**: states × different characters × 2 bytes; × 4 beyond 65,536 states. */
  constructor(texts: readonly string[]) {
    const units = new Set(texts.flatMap((text) => text.split("")));
    const codes = [...units].map((unit) => unit.charCodeAt(0));
    this.classes = new Uint16Array(codes.reduce((most, code) => Math.max(most, code), 0) + 1);
    for (const [at, code] of codes.entries()) this.classes[code] = at + 1;
    const classCount = codes.length + 1;
    this.classCount = classCount;
    const stateMax = 1 + texts.reduce((sum, { length }) => sum + length, 0);
    const grown = new Int32Array(stateMax * classCount);
    const own: (number[] | undefined)[] = [undefined];
    let stateCount = 1;
    for (const [index, text] of texts.entries()) {
      let state = 0;
      for (let at = 0; at < text.length; at += 1) {
        const place = state * classCount + (this.classes[text.charCodeAt(at)] ?? 0);
        if (grown[place] === 0) grown[place] = stateCount++;
        state = grown[place] ?? 0;
      }
      own[state] = [...(own[state] ?? []), index];
    }
    const rows = grown.subarray(0, stateCount * classCount);
    this.next = stateCount <= 65_536 ? new Uint16Array(rows) : rows.slice();
    this.ends = this.link(own, stateCount);
  }

  /** Fills in where to go on when a text breaks off. **Order**: by the length of what was read. */
  private link(own: readonly (readonly number[] | undefined)[], stateCount: number) {
    const { next, classCount } = this;
    const ends = Array.from({ length: stateCount }, (_, state) => own[state]);
    const fallback = new Int32Array(stateCount);
    const queue: number[] = [];
    for (let column = 0; column < classCount; column += 1) {
      const state = next[column] ?? 0;
      if (state !== 0) queue.push(state);
    }
    for (let head = 0; head < queue.length; head += 1) {
      const state = queue[head] ?? 0;
      const shorter = fallback[state] ?? 0;
      const inherited = ends[shorter];
      if (inherited !== undefined) ends[state] = [...(ends[state] ?? []), ...inherited];
      for (let column = 0; column < classCount; column += 1) {
        const place = state * classCount + column;
        const onward = next[shorter * classCount + column] ?? 0;
        const child = next[place] ?? 0;
        if (child === 0) next[place] = onward;
        else {
          fallback[child] = onward;
          queue.push(child);
        }
      }
    }
    return ends;
  }

  /** Numbers of the texts that occur; one may come several times. */
  find(text: string, found: (index: number) => void): void {
    const { classes, classCount, next, ends } = this;
    const known = classes.length;
    let state = 0;
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      state = unit < known ? (next[state * classCount + (classes[unit] ?? 0)] ?? 0) : 0;
      const ending = ends[state];
      if (ending !== undefined) for (const index of ending) found(index);
    }
  }
}
