/**
 * Holds the streaming reader of large JSON documents: chosen lists are handed out element by
 * element, chosen values whole, the rest is skipped without being built.
 * In: chunks of bytes. Out: calls of a visitor, in the order of the document.
 * Must never hold more than one element, and never recurse.
 */

export type JsonKind = "object" | "array" | "scalar";

/**
 * What to do with the value at a path. `elements` needs a list, `enter` an object; a value of
 * another kind is then handed out whole, so that the visitor can say what it found.
 */
export type JsonPlan = "elements" | "enter" | "value" | "skip";

export interface JsonPlace {
  /** Keys joined by dots; with `[index]` for an element; "" for the document itself. */
  readonly path: string;
  /** **Unit**: bytes from the start of the input. */
  readonly offset: number;
}

export interface JsonVisitor {
  plan(path: string, kind: JsonKind): JsonPlan;
  /** One element of a list that was planned as `elements`; `list` is the path of the list. */
  element(list: string, value: unknown, place: JsonPlace): void;
  value(path: string, value: unknown, place: JsonPlace): void;
  /** An element or value beyond the size limit was skipped. */
  tooLarge(place: JsonPlace): void;
}

export interface JsonFailure extends JsonPlace {
  readonly message: string;
}

/** **Unit**: bytes of one element, levels of nesting, bytes of one key. */
export interface JsonLimits {
  readonly elementSizeMax: number;
  readonly depthMax: number;
}

const defaultJsonLimits: JsonLimits = { elementSizeMax: 64 * 1024 * 1024, depthMax: 512 };

/**
 * Reads one document to its end, or to where it is broken.
 * **Cost**: memory of one chunk and one element; skipped text costs a byte scan and no objects.
 * **Errors**: a failure as a value; elements before it were handed out.
 */
export async function readJsonElements(
  chunks: AsyncIterable<Uint8Array>,
  visitor: JsonVisitor,
  limits: JsonLimits = defaultJsonLimits,
): Promise<JsonFailure | undefined> {
  const scanner = new JsonScanner(visitor, limits);
  for await (const chunk of chunks) {
    scanner.push(chunk);
    if (scanner.failure !== undefined) return scanner.failure;
  }
  scanner.end();
  return scanner.failure;
}

interface Frame {
  readonly path: string;
  readonly isList: boolean;
  index: number;
}

type Expect = "value" | "value-or-end" | "key" | "key-or-end" | "colon" | "comma" | "nothing";

interface CaptureKind {
  readonly role: "key" | "element" | "value";
  readonly kind: JsonKind;
  readonly isText: boolean;
}

/** A value (or key) that is being passed over; its bytes are kept while `keep`. */
interface Capture extends CaptureKind {
  readonly path: string;
  /** Path of the list around it. */
  readonly list: string;
  readonly offset: number;
  keep: boolean;
  oversized: boolean;
  depth: number;
  depthMost: number;
  inText: boolean;
  escaped: boolean;
  parts: Uint8Array[];
  size: number;
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const comma = 0x2c;
const colon = 0x3a;

class JsonScanner {
  failure: JsonFailure | undefined;
  private readonly visitor: JsonVisitor;
  private readonly limits: JsonLimits;
  private readonly decoder = new TextDecoder("utf-8");
  private readonly frames: Frame[] = [];
  private expect: Expect = "value";
  private key = "";
  private capture: Capture | undefined;
  /** Offset of the first byte of the present chunk. */
  private base = 0;

  constructor(visitor: JsonVisitor, limits: JsonLimits) {
    this.visitor = visitor;
    this.limits = limits;
  }

  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && this.failure === undefined) {
      if (this.capture !== undefined) at = this.passOver(this.capture, chunk, at);
      else at = this.step(chunk, at);
    }
    this.base += chunk.length;
  }

  end(): void {
    if (this.failure !== undefined) return;
    const open = this.capture;
    if (open !== undefined && open.kind === "scalar" && !open.isText && this.frames.length === 0) {
      this.complete(open, new Uint8Array(0), 0);
    } else if (open !== undefined) {
      this.fail("the document ends in the middle of this value", this.base, open.path);
    } else if (this.expect !== "nothing") {
      const nothing = this.frames.length === 0;
      this.fail(nothing ? "nothing is in it" : "the document ends too early", this.base);
    }
  }

  private fail(message: string, offset: number, path?: string): void {
    this.failure ??= { message, offset, path: path ?? this.here() };
  }

  private here(): string {
    const frame = this.frames.at(-1);
    if (frame === undefined) return "";
    return frame.isList ? `${frame.path}[${frame.index}]` : join(frame.path, this.key);
  }

  /** Takes one byte between values. */
  private step(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] ?? 0;
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return at + 1;
    const offset = this.base + at;
    if (offset < 3 && this.frames.length === 0 && isByteOrderMark(byte, offset)) return at + 1;
    switch (this.expect) {
      case "value":
      case "value-or-end":
        if (byte === closeBracket && this.expect === "value-or-end") return this.close(at);
        return this.open(chunk, at);
      case "key":
      case "key-or-end":
        if (byte === closeBrace && this.expect === "key-or-end") return this.close(at);
        if (byte === quote) return this.begin({ role: "key", kind: "scalar", isText: true }, at);
        return this.refuse('a key in quotes or "}"', byte, offset);
      case "colon":
        if (byte !== colon) return this.refuse('":"', byte, offset);
        this.expect = "value";
        return at + 1;
      case "comma":
        return this.separate(byte, at);
      case "nothing":
        return this.refuse("the end of the document", byte, offset);
    }
  }

  private refuse(expected: string, byte: number, offset: number): number {
    const found = byte >= 0x21 && byte <= 0x7e ? `"${String.fromCharCode(byte)}"` : `byte ${byte}`;
    this.fail(`expected ${expected}, found ${found}`, offset);
    return 0;
  }

  private separate(byte: number, at: number): number {
    const frame = this.frames.at(-1);
    if (frame === undefined) return this.refuse("the end", byte, this.base + at);
    if (byte === (frame.isList ? closeBracket : closeBrace)) return this.close(at);
    if (byte !== comma) {
      return this.refuse(frame.isList ? '"," or "]"' : '"," or "}"', byte, this.base + at);
    }
    frame.index += 1;
    this.expect = frame.isList ? "value" : "key";
    return at + 1;
  }

  private close(at: number): number {
    this.frames.pop();
    this.expect = this.frames.length === 0 ? "nothing" : "comma";
    return at + 1;
  }

  /** At the first byte of a value: asks for the plan and goes in, or begins to pass over it. */
  private open(chunk: Uint8Array, at: number): number {
    const byte = chunk[at] ?? 0;
    const kind = byte === openBrace ? "object" : byte === openBracket ? "array" : "scalar";
    if (kind === "scalar" && !isScalarStart(byte)) {
      return this.refuse("a value", byte, this.base + at);
    }
    const isText = byte === quote;
    if (this.frames.at(-1)?.isList === true) {
      return this.begin({ role: "element", kind, isText }, at);
    }
    const path = this.here();
    const plan = this.visitor.plan(path, kind);
    const enters = kind === "object" ? plan === "enter" : kind === "array" && plan === "elements";
    if (!enters) return this.begin({ role: "value", kind, isText }, at, plan !== "skip");
    if (this.frames.length >= this.limits.depthMax) return this.tooDeep(at);
    this.frames.push({ path, isList: kind === "array", index: 0 });
    this.expect = kind === "array" ? "value-or-end" : "key-or-end";
    return at + 1;
  }

  private tooDeep(at: number): number {
    this.fail(`nested deeper than ${this.limits.depthMax} levels`, this.base + at);
    return 0;
  }

  private begin(what: CaptureKind, at: number, keep = true): number {
    const list = this.frames.at(-1)?.path ?? "";
    const path = what.role === "key" ? list : this.here();
    const offset = this.base + at;
    const state = {
      depth: 0,
      depthMost: 0,
      inText: false,
      escaped: false,
      oversized: false,
      size: 0,
    };
    this.capture = { ...what, ...state, path, list, offset, keep, parts: [] };
    return at;
  }

  /** Runs over the bytes of a value up to its end or the end of the chunk. */
  private passOver(capture: Capture, chunk: Uint8Array, start: number): number {
    const isBare = capture.kind === "scalar" && !capture.isText;
    const end = isBare ? findDelimiter(chunk, start) : findEnd(capture, chunk, start);
    if (capture.depthMost + this.frames.length > this.limits.depthMax) return this.tooDeep(start);
    if (end >= 0) return this.complete(capture, chunk.subarray(start, end), end);
    this.hold(capture, chunk.subarray(start));
    return chunk.length;
  }

  private hold(capture: Capture, bytes: Uint8Array): void {
    capture.size += bytes.length;
    if (!capture.keep) return;
    if (capture.size > this.limits.elementSizeMax) {
      capture.keep = false;
      capture.oversized = true;
      capture.parts = [];
    } else {
      // Copied: the giver may use its buffer again.
      capture.parts.push(bytes.slice());
    }
  }

  private complete(capture: Capture, last: Uint8Array, end: number): number {
    this.capture = undefined;
    this.expect = this.frames.length === 0 ? "nothing" : "comma";
    const tooLarge = capture.size + last.length > this.limits.elementSizeMax;
    if (capture.oversized || (capture.keep && tooLarge)) {
      if (capture.role === "key") this.fail("a key is too long", capture.offset);
      else this.visitor.tooLarge(capture);
    } else if (capture.keep) {
      const value = this.parse(capture, last);
      if (this.failure === undefined) this.hand(capture, value);
    }
    return end;
  }

  private parse(capture: Capture, last: Uint8Array): unknown {
    const bytes = capture.parts.length === 0 ? last : concatenate([...capture.parts, last]);
    try {
      return JSON.parse(this.decoder.decode(bytes)) as unknown;
    } catch (error) {
      const position = /position (\d+)/.exec(String(error))?.[1];
      const offset = capture.offset + Number(position ?? 0);
      this.fail("this is not valid JSON", offset, capture.path);
      return undefined;
    }
  }

  private hand(capture: Capture, value: unknown): void {
    if (capture.role === "key") {
      this.key = String(value);
      this.expect = "colon";
    } else if (capture.role === "element") {
      this.visitor.element(capture.list, value, capture);
    } else {
      this.visitor.value(capture.path, value, capture);
    }
  }
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function isByteOrderMark(byte: number, offset: number): boolean {
  return byte === (offset === 0 ? 0xef : offset === 1 ? 0xbb : 0xbf);
}

/** A quote, bracket, minus, digit, or the first letter of true, false, null. */
function isScalarStart(byte: number): boolean {
  if (byte === quote || byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) return true;
  return byte === 0x74 || byte === 0x66 || byte === 0x6e;
}

/** Index of the byte that ends a number or word; -1 when it goes on. */
function findDelimiter(chunk: Uint8Array, start: number): number {
  for (let at = start; at < chunk.length; at += 1) {
    const byte = chunk[at] ?? 0;
    if (byte <= 0x20 || byte === comma || byte === closeBracket || byte === closeBrace) return at;
  }
  return -1;
}

/**
 * Index after the quote or bracket that ends the value; -1 when it goes on in the next chunk.
 * Brackets are counted, not paired: a kept value is checked by `JSON.parse`.
 */
function findEnd(capture: Capture, chunk: Uint8Array, start: number): number {
  let { depth, depthMost, inText } = capture;
  let at = capture.escaped ? start + 1 : start;
  capture.escaped = false;
  for (; at < chunk.length; at += 1) {
    const byte = chunk[at] ?? 0;
    if (inText) {
      if (byte === backslash) at += 1;
      else if (byte === quote) {
        inText = false;
        if (depth === 0) break;
      }
    } else if (byte === quote) {
      inText = true;
    } else if (byte === openBrace || byte === openBracket) {
      depth += 1;
      if (depth > depthMost) depthMost = depth;
    } else if (byte === closeBrace || byte === closeBracket) {
      depth -= 1;
      if (depth === 0) break;
    }
  }
  const end = at < chunk.length ? at + 1 : -1;
  capture.escaped = at > chunk.length;
  capture.inText = inText;
  capture.depth = depth;
  capture.depthMost = depthMost;
  return end;
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
