/**
 * Holds the small conversions that both encodings of an event share: times, base64, hex masks.
 * In: bytes or text as the wire has them. Out: numbers and text as events have them.
 * Must never throw; what cannot be read is told by a value outside the range.
 */
import type { TimeUs } from "./event.ts";

const timeLengthMax = 40;
const scratch = new Uint8Array(timeLengthMax);
const timeUsMax = Number.MAX_SAFE_INTEGER;

/** `parseTime` for text; what is longer than any time is not copied. */
export function parseTimeText(text: string): TimeUs {
  if (text.length > timeLengthMax) return -1;
  for (let i = 0; i < text.length; i++) scratch[i] = Math.min(text.charCodeAt(i), 255);
  return parseTime(scratch, 0, text.length);
}

/**
 * Reads RFC 3339 with 0 to 9 fraction digits and any offset, by integer arithmetic.
 * **Shape**: -1 when it is not a time or beyond 2^53 µs; 0 for times before 1970 (Go's zero time).
 */
export function parseTime(bytes: Uint8Array, start: number, end: number): TimeUs {
  if (end - start < 20 || end - start > timeLengthMax) return -1;
  const seconds = parseSeconds(bytes, start);
  if (seconds < -1e12) return -1;
  let at = start + 19;
  let micros = 0;
  if (bytes[at] === 0x2e) {
    at += 1;
    const fractionStart = at;
    for (; at < end; at++) {
      const digit = (bytes[at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      if (at - fractionStart < 6) micros = micros * 10 + digit;
    }
    const count = at - fractionStart;
    if (count === 0 || count > 9) return -1;
    for (let i = count; i < 6; i++) micros *= 10;
  }
  const shift = parseOffset(bytes, at, end);
  if (shift === undefined) return -1;
  return timeFromSeconds(seconds - shift, micros);
}

/** **Shape**: as `parseTime`. `seconds` must be an integer. */
export function timeFromSeconds(seconds: number, micros: number): TimeUs {
  if (seconds < 0) return 0;
  const timeUs = seconds * 1e6 + micros;
  return timeUs <= timeUsMax ? timeUs : -1;
}

const notSeconds = -2e12;

function parseSeconds(bytes: Uint8Array, at: number): number {
  const shaped =
    bytes[at + 4] === 0x2d &&
    bytes[at + 7] === 0x2d &&
    ((bytes[at + 10] ?? 0) | 0x20) === 0x74 &&
    bytes[at + 13] === 0x3a &&
    bytes[at + 16] === 0x3a;
  const year = twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2);
  const month = twoDigits(bytes, at + 5);
  const day = twoDigits(bytes, at + 8);
  const hour = twoDigits(bytes, at + 11);
  const minute = twoDigits(bytes, at + 14);
  const second = twoDigits(bytes, at + 17);
  const worst = Math.min(twoDigits(bytes, at), twoDigits(bytes, at + 2), month, day, hour, minute);
  if (!shaped || worst < 0 || second < 0) return notSeconds;
  if (hour > 23 || minute > 59 || second > 60) return notSeconds;
  if (month < 1 || month > 12 || day < 1 || day > daysOfMonth(year, month)) return notSeconds;
  return daysSinceEpoch(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
}

function parseOffset(bytes: Uint8Array, at: number, end: number): number | undefined {
  const sign = bytes[at];
  if (at + 1 === end && (sign === 0x5a || sign === 0x7a)) return 0;
  if (at + 6 !== end || (sign !== 0x2b && sign !== 0x2d) || bytes[at + 3] !== 0x3a)
    return undefined;
  const hours = twoDigits(bytes, at + 1);
  const minutes = twoDigits(bytes, at + 4);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined;
  const seconds = hours * 3600 + minutes * 60;
  return sign === 0x2b ? seconds : -seconds;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - 0x30;
  const ones = (bytes[at + 1] ?? 0) - 0x30;
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1000 : tens * 10 + ones;
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Years begin in March here, so that the day of the leap year comes last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const shiftedYear = month > 2 ? year : year - 1;
  const shiftedMonth = (month + 9) % 12;
  const leapDays =
    Math.floor(shiftedYear / 4) - Math.floor(shiftedYear / 100) + Math.floor(shiftedYear / 400);
  return shiftedYear * 365 + leapDays + Math.floor((153 * shiftedMonth + 2) / 5) + day - 719469;
}

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const base64Values = new Int8Array(128).map((_, code) =>
  base64Digits.indexOf(String.fromCharCode(code)),
);
const hexOfBytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Lower-case hex of standard base64, padded or not; undefined when it is not base64. */
export function hexFromBase64(text: string): string | undefined {
  const length = base64Length(text);
  if (length % 4 === 1) return undefined;
  let bits = 0;
  let value = 0;
  let hex = "";
  for (let i = 0; i < length; i++) {
    const digit = base64Values[text.charCodeAt(i)] ?? -1;
    if (digit < 0) return undefined;
    value = ((value << 6) | digit) & 0x3fff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    hex += hexOfBytes[(value >> bits) & 0xff];
  }
  return hex;
}

/** **Unit**: bytes that standard base64 stands for, by its length alone. */
export function sizeOfBase64(text: string): number {
  return Math.floor((base64Length(text) * 3) / 4);
}

export function hexFromBytes(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += hexOfBytes[byte];
  return hex;
}

function base64Length(text: string): number {
  if (text.endsWith("==")) return text.length - 2;
  return text.endsWith("=") ? text.length - 1 : text.length;
}

/** Bits of a mask in hex such as `000001ffffffffff`, lowest first; undefined when it is none. */
export function bitsOfHexMask(text: string): readonly number[] | undefined {
  if (!/^(?:0x)?[0-9a-fA-F]{1,16}$/.test(text)) return undefined;
  const digits = text.startsWith("0x") ? text.slice(2) : text;
  const bits: number[] = [];
  for (let i = digits.length - 1, bit = 0; i >= 0; i--, bit += 4) {
    const digit = Number.parseInt(digits.charAt(i), 16);
    for (let j = 0; j < 4; j++) if ((digit >> j) & 1) bits.push(bit + j);
  }
  return bits;
}
