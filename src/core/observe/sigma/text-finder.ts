/**
 * Holds the search for many texts in one pass (Aho and Corasick 1975).
 * In: texts in lower case. Out: which of them occur in a text.
 * Must never cost more for a text because there are more texts to look for.
 */

export class TextFinder {
  /** Class of each code unit; 0 for all that occur in no text. */
  private readonly classes = new Uint16Array(65_536);
  private readonly classCount: number;
  /** Row for each state, column for each class. */
  private readonly next: Int32Array;
  /** Texts that end at a state, also shorter ones. */
  private readonly ends: (readonly number[] | undefined)[];

  /** **Cost**: states × different characters × 4 bytes. */
  constructor(texts: readonly string[]) {
    let classCount = 1;
    for (const text of texts) {
      for (let at = 0; at < text.length; at += 1) {
        const unit = text.charCodeAt(at);
        if (this.classes[unit] === 0) this.classes[unit] = classCount++;
      }
    }
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
    this.next = grown.slice(0, stateCount * classCount);
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
    let state = 0;
    for (let at = 0; at < text.length; at += 1) {
      state = next[state * classCount + (classes[text.charCodeAt(at)] ?? 0)] ?? 0;
      const ending = ends[state];
      if (ending !== undefined) for (const index of ending) found(index);
    }
  }
}
