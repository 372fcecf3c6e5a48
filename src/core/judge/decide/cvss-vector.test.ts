/** Holds what a CVSS vector answers, and which texts are none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isAutomatable, isTotalImpact, parseCvssVector } from "./cvss-vector.ts";

const answers = (text: string) => {
  const vector = parseCvssVector(text);
  return vector === undefined ? undefined : [isAutomatable(vector), isTotalImpact(vector)];
};
const v4 = (rest: string) => `CVSS:4.0/${rest}/SC:N/SI:N/SA:N`;

test("version 3 asks for network, low complexity, no rights and no person", () => {
  assert.deepEqual(answers("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), [true, true]);
  assert.deepEqual(answers("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:H/A:H"), [true, false]);
  for (const other of ["AV:A/AC:L/PR:N/UI:N", "AV:N/AC:H/PR:N/UI:N", "AV:N/AC:L/PR:L/UI:N"]) {
    assert.deepEqual(answers(`CVSS:3.1/${other}/S:U/C:H/I:H/A:H`), [false, true], other);
  }
  assert.deepEqual(answers("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H"), [false, false]);
});

test("version 4 also asks for no other condition, and the supplier's word wins", () => {
  const whole = "VC:H/VI:H/VA:H";
  assert.deepEqual(answers(v4(`AV:N/AC:L/AT:N/PR:N/UI:N/${whole}`)), [true, true]);
  assert.deepEqual(answers(v4(`AV:N/AC:L/AT:P/PR:N/UI:N/${whole}`)), [false, true]);
  assert.deepEqual(answers(v4(`AV:N/AC:L/AT:N/PR:N/UI:P/${whole}`)), [false, true]);
  assert.deepEqual(answers(`${v4(`AV:N/AC:L/AT:P/PR:N/UI:N/${whole}`)}/E:P/AU:Y`), [true, true]);
  assert.deepEqual(answers(`${v4(`AV:N/AC:L/AT:N/PR:N/UI:N/${whole}`)}/AU:N`), [false, true]);
  assert.deepEqual(answers(v4("AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:L")), [true, false]);
});

test("version 2 has no prefix, and complete is total", () => {
  assert.deepEqual(answers("AV:N/AC:L/Au:N/C:C/I:C/A:C"), [true, true]);
  assert.deepEqual(answers("(AV:N/AC:L/Au:N/C:P/I:P/A:P)"), [true, false]);
  assert.deepEqual(answers("AV:N/AC:M/Au:N/C:C/I:C/A:C"), [false, true]);
  assert.deepEqual(answers("AV:N/AC:L/Au:S/C:P/I:P/A:P"), [false, false]);
});

test("a vector that lacks a metric, doubles one or has another letter is none", () => {
  const whole = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
  const broken = [
    "",
    "CVSS:3.1/",
    whole.replace("/A:H", ""),
    whole.replace("C:H", "C:X"),
    whole.replace("AV:N", "AV:NALP"),
    whole.replace("AV:N", "AV:"),
    `${whole}/C:L`,
    `${whole}/`,
    whole.replace("3.1", "5.0"),
    `${whole}${"/X:Y".repeat(200)}`,
    "v3.1-Primary",
  ];
  for (const text of broken) assert.equal(parseCvssVector(text), undefined, text);
});

test("no text makes it throw", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 80 }), (text) => {
      parseCvssVector(text);
      parseCvssVector(`CVSS:3.1/${text}`);
    }),
    { numRuns: 200 },
  );
});
