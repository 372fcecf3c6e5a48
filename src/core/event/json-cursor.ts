/**
 * Holds the reading of JSON text from bytes: values that are wanted, and the checking of those that
 * are not, so that what it accepts `JSON.parse` accepts too, with the same values.
 * In: the bytes of one line. Out: values. Throws `Unsure` for all that is wrong, rare or deep: the
 * caller then asks the plain way. Must never read beyond `end`, nor accept what is not JSON.
 */
import { isKeyAt, type Key, type KeyTable } from "./key-table.ts";
import { TextTable } from "./text-table.ts";

/** Thrown for all that the cursor does not read itself; the plain way decides what it is. */
export class Unsure extends Error {}

const unsure = new Unsure("This line is read the plain way.");
const depthMax = 64;

const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
export const quote = 0x22;
export const comma = 0x2c;
const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;
export const colon = 0x3a;
export const openBracket = 0x5b;
const backslash = 0x5c;
export const closeBracket = 0x5d;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;

const words = new Map(
  ["true", "false", "null"].map((word) => [word.charCodeAt(0), new TextEncoder().encode(word)]),
);

/**
 * A place in one line of JSON. **Errors**: every method throws `Unsure`, and then its place means
 * nothing.
 */
export class JsonCursor {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  end = 0;
  readonly texts = new TextTable();

  open(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  fail(): never {
    throw unsure;
  }

  /** The byte at `at` after white space; 0, which begins no JSON, at the end. */
  peek(): number {
    const { bytes, end } = this;
    let { at } = this;
    for (; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte > space) {
        this.at = at;
        return byte;
      }
      if (byte !== space && byte !== lineFeed && byte !== carriageReturn && byte !== tab)
        throw unsure;
    }
    this.at = at;
    return 0;
  }

  take(byte: number): void {
    if (this.peek() !== byte) throw unsure;
    this.at += 1;
  }

  /**
   * Steps to the next member of an object, or past its end. `at` must be behind the brace (`first`)
   * or behind a value. True when a key follows.
   */
  nextMember(first: boolean): boolean {
    const byte = this.peek();
    if (byte === closeBrace) {
      this.at += 1;
      return false;
    }
    if (!first) this.take(comma);
    if (this.peek() !== quote) throw unsure;
    return true;
  }

  /** As `nextMember`, for arrays. */
  nextElement(first: boolean): boolean {
    const byte = this.peek();
    if (byte === closeBracket) {
      this.at += 1;
      return false;
    }
    if (!first) this.take(comma);
    return true;
  }

  /**
   * Passes the key at `at` and its colon; undefined when it is none of `keys`. `previous` is the
   * key before it, or `keys.start`. A key with an escape is left to the plain way.
   */
  readKey(keys: KeyTable, previous: Key): Key | undefined {
    const guess = previous.next;
    if (guess !== undefined && isKeyAt(guess, this.bytes, this.at, this.end)) {
      this.at += guess.bytes.length;
      return guess;
    }
    const start = this.at + 1;
    if (!this.passText()) throw unsure;
    const key = keys.find(this.bytes, start, this.at - 1);
    this.passColon();
    if (key !== undefined) previous.next = key;
    return key;
  }

  /** True when these bytes come next. */
  standsAt(text: Uint8Array): boolean {
    const { bytes, at } = this;
    if (at + text.length > this.end) return false;
    for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
    return true;
  }

  passColon(): void {
    if (this.bytes[this.at] === colon && this.at < this.end) this.at += 1;
    else this.take(colon);
  }

  /**
   * The text at `at`, which must be on its opening quote; the value of `key`, whose last value it
   * may be again. Only texts without escapes get into the table, so equal bytes are an equal text.
   */
  readText(key: Key): string {
    const { bytes, end, texts } = this;
    const start = this.at + 1;
    const length = key.slot < 0 ? 0 : texts.lengthAt(key.slot, bytes, start, end);
    if (length > 0 && start + length < end && bytes[start + length] === quote) {
      this.at = start + length + 1;
      return texts.textIn(key.slot);
    }
    if (!this.passText()) return JSON.parse(texts.decode(bytes, start - 1, this.at));
    const text = texts.read(bytes, start, this.at - 1);
    key.slot = texts.lastSlot;
    return text;
  }

  /** Passes a text from its opening quote on. False when it holds escapes. */
  passText(): boolean {
    const { bytes, end } = this;
    let plain = true;
    for (let at = this.at + 1; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === quote) {
        this.at = at + 1;
        return plain;
      }
      if (byte < space) throw unsure;
      if (byte === backslash) {
        at = this.passEscape(at, end);
        plain = false;
      }
    }
    throw unsure;
  }

  /** Position of the escape's last byte. */
  private passEscape(at: number, end: number): number {
    if (at + 1 >= end) throw unsure;
    const letter = this.bytes[at + 1] ?? 0;
    if (letter !== 0x75) {
      if (!isEscapeLetter(letter)) throw unsure;
      return at + 1;
    }
    if (at + 5 >= end) throw unsure;
    for (let i = 2; i < 6; i++) if (!isHexDigit(this.bytes[at + i] ?? 0)) throw unsure;
    return at + 5;
  }

  /** Whole numbers of up to 15 digits at once; all others as `JSON.parse` reads them. */
  readNumber(): number {
    const { bytes, end } = this;
    const start = this.at;
    const negative = bytes[start] === minus;
    const first = negative ? start + 1 : start;
    let at = first;
    let value = 0;
    for (; at < end; at++) {
      const digit = (bytes[at] ?? 0) - zero;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const length = at - first;
    const leading = bytes[first] === zero && (length > 1 || negative);
    if (length > 0 && length < 16 && !leading && !this.continuesNumber(at)) {
      this.at = at;
      return negative ? -value : value;
    }
    this.passNumber();
    return JSON.parse(this.texts.decode(bytes, start, this.at));
  }

  private continuesNumber(at: number): boolean {
    if (at >= this.end) return false;
    const byte = this.bytes[at] ?? 0;
    return byte === 0x2e || byte === 0x65 || byte === 0x45;
  }

  private passNumber(): void {
    if (this.bytes[this.at] === minus) this.at += 1;
    if (this.at < this.end && this.bytes[this.at] === zero) this.at += 1;
    else this.passDigits();
    if (this.at < this.end && this.bytes[this.at] === 0x2e) {
      this.at += 1;
      this.passDigits();
    }
    const letter = this.at < this.end ? this.bytes[this.at] : 0;
    if (letter !== 0x65 && letter !== 0x45) return;
    this.at += 1;
    const sign = this.at < this.end ? this.bytes[this.at] : 0;
    if (sign === 0x2b || sign === minus) this.at += 1;
    this.passDigits();
  }

  private passDigits(): void {
    const start = this.at;
    for (; this.at < this.end; this.at++) {
      const byte = this.bytes[this.at] ?? 0;
      if (byte < zero || byte > nine) break;
    }
    if (this.at === start) throw unsure;
  }

  readWord(): boolean | null {
    const first = this.bytes[this.at] ?? 0;
    const word = words.get(first);
    if (word === undefined || this.at + word.length > this.end) throw unsure;
    for (let i = 1; i < word.length; i++) {
      if (this.bytes[this.at + i] !== word[i]) throw unsure;
    }
    this.at += word.length;
    return first === 0x74 ? true : first === 0x66 ? false : null;
  }

  /** Checks a value that nobody wants and passes it. */
  passValue(depth = 0): void {
    const byte = this.peek();
    if (byte === quote) this.passText();
    else if (byte === openBrace) this.passObject(depth);
    else if (byte === openBracket) this.passArray(depth);
    else if (byte === minus || (byte >= zero && byte <= nine)) this.passNumber();
    else this.readWord();
  }

  private passObject(depth: number): void {
    if (depth >= depthMax) throw unsure;
    this.at += 1;
    for (let first = true; this.nextMember(first); first = false) {
      this.passText();
      this.passColon();
      this.passValue(depth + 1);
    }
  }

  private passArray(depth: number): void {
    if (depth >= depthMax) throw unsure;
    this.at += 1;
    for (let first = true; this.nextElement(first); first = false) this.passValue(depth + 1);
  }
}

function isEscapeLetter(byte: number): boolean {
  switch (byte) {
    case quote:
    case backslash:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return true;
    default:
      return false;
  }
}

function isHexDigit(byte: number): boolean {
  return (
    (byte >= zero && byte <= nine) ||
    (byte >= 0x41 && byte <= 0x46) ||
    (byte >= 0x61 && byte <= 0x66)
  );
}
