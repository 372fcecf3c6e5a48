/**
 * Holds what times, base64 and masks come to. In: texts. Out: passes or fails.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  bitsOfHexMask,
  hexFromBase64,
  hexFromBytes,
  parseTimeText,
  sizeOfBase64,
  timeFromSeconds,
} from "./event-text.ts";

test("a time agrees with the platform's, to the microsecond and cut, not rounded", () => {
  const cases: readonly [string, number][] = [
    ["2026-11-22T13:59:55.897024283Z", 1_795_355_995_897_024],
    ["2026-11-22T13:59:55.897024999Z", 1_795_355_995_897_024],
    ["2026-11-22T13:59:55Z", 1_795_355_995_000_000],
    ["2026-11-22T13:59:55.5Z", 1_795_355_995_500_000],
    ["2026-11-22t13:59:55.000001z", 1_795_355_995_000_001],
    ["2026-11-22T15:29:55+01:30", 1_795_355_995_000_000],
    ["2026-11-22T05:59:55-08:00", 1_795_355_995_000_000],
    ["1970-01-01T00:00:00Z", 0],
    ["0001-01-01T00:00:00Z", 0],
    ["1969-12-31T23:59:59Z", 0],
    ["2024-02-29T00:00:00Z", 1_709_164_800_000_000],
    ["2000-02-29T00:00:00Z", 951_782_400_000_000],
  ];
  for (const [text, expected] of cases) assert.equal(parseTimeText(text), expected, text);
});

test("any time of the platform is read the same", () => {
  const dates = fc.date({
    min: new Date("1970-01-01T00:00:00Z"),
    max: new Date("2255-01-01T00:00:00Z"),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(dates, (date) => {
      assert.equal(parseTimeText(date.toISOString()), date.getTime() * 1000);
    }),
  );
});

test("what is no time is told by -1", () => {
  const cases = [
    ..."2026-11-22 2026-13-22T13:59:55Z 2026-02-29T13:59:55Z 2026-11-00T13:59:55Z".split(" "),
    ..."2026-11-22T24:00:00Z 2026-11-22T13:60:55Z 2026-11-22T13:59:61Z".split(" "),
    ..."2026-11-22T13:59:55 2026-11-22T13:59:55.Z 2026-11-22T13:59:55.1234567890Z".split(" "),
    ..."2026-11-22T13:59:55ZZ 2026-11-22T13:59:55+0100 2026-11-22T13:59:55+25:00".split(" "),
    ..."x026-11-22T13:59:55Z 2026/11/22T13:59:55Z 9999-12-31T23:59:59Z".split(" "),
    "",
    "2026-11-22 13:59:55Z",
    `2026-11-22T13:59:55Z${" ".repeat(100)}`,
    "2100-02-29T00:00:00Z",
    "２026-11-22T13:59:55Z",
  ];
  for (const text of cases) assert.equal(parseTimeText(text), -1, text);
});

test("seconds beyond what a number can hold in microseconds are no time", () => {
  assert.equal(timeFromSeconds(Number.MAX_SAFE_INTEGER, 0), -1);
  assert.equal(timeFromSeconds(-5, 0), 0);
});

test("base64 becomes the hex of its bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const text = Buffer.from(bytes).toString("base64");
      const hex = Buffer.from(bytes).toString("hex");
      assert.equal(hexFromBase64(text), hex);
      assert.equal(hexFromBase64(text.replace(/=+$/, "")), hex);
      assert.equal(hexFromBytes(bytes), hex);
      assert.equal(sizeOfBase64(text), bytes.length);
    }),
  );
  for (const text of ["a", "a_-b", "=", "a===", "é", "ab c"]) {
    assert.equal(hexFromBase64(text), text === "=" ? "" : undefined, text);
  }
});

test("a mask tells its bits, lowest first", () => {
  assert.deepEqual(bitsOfHexMask("0000020000000003"), [0, 1, 41]);
  assert.deepEqual(bitsOfHexMask("0x5"), [0, 2]);
  assert.equal(bitsOfHexMask("ffffffffffffffff")?.length, 64);
  for (const text of ["", "xyz", "1ffffffffffffffff", "-1"]) {
    assert.equal(bitsOfHexMask(text), undefined, text);
  }
});
