/** Holds what each input is taken from, and that what is missing takes the safer side. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleDraft, sampleUsage } from "../../../testing/sample-judgement.ts";
import { unknownExposure } from "../context/unknown-exposure.ts";
import type { FindingVulnerability } from "../verdict.ts";
import { keyOf, readInputs } from "./read-inputs.ts";

const { vulnerability: plain } = sampleDraft({}, sampleUsage("in-use")).finding;
const whole = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const local = "CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N";
const closed = { ...unknownExposure("seen whole"), exposed: "no" as const };

function read(given: Partial<FindingVulnerability>, exposure = closed) {
  const inputs = readInputs({ ...plain, ...given }, exposure);
  const byName = Object.fromEntries(inputs.map((one) => [one.name, one]));
  return { key: keyOf(inputs), byName };
}

test("a vector tells automation and impact, and nothing is assumed", () => {
  const { key, byName } = read({ cvssVector: whole });
  assert.deepEqual(key, { kev: false, exposed: false, automatable: true, impact: "total" });
  assert.equal(byName["impact"]?.basis, whole);
  assert.ok(Object.values(byName).every(({ assumed }) => !assumed));
  const other = read({ cvssVector: local }).key;
  assert.deepEqual([other.automatable, other.impact], [false, "partial"]);
});

test("the catalogue tells exploitation, with its date", () => {
  const kev = { dateAdded: "2021-12-10", dueDate: "", ransomware: true };
  const { key, byName } = read({ kev });
  assert.equal(key.kev, true);
  assert.match(byName["kev"]?.basis ?? "", /since 2021-12-10, used in ransomware/);
});

test("unknown exposure is taken for exposed and named, never for no", () => {
  const { key, byName } = read(
    { cvssVector: whole },
    unknownExposure("no sensor") as typeof closed,
  );
  assert.equal(key.exposed, true);
  assert.equal(byName["exposed"]?.assumed, true);
  assert.match(byName["exposed"]?.basis ?? "", /no sensor/);
});

test("without a vector it is automatable, and the severity tells the impact", () => {
  const impactOf = (
    severity: FindingVulnerability["severity"],
    cvssScore: number | null = null,
  ) => {
    const { byName } = read({ cvssVector: "", severity, cvssScore });
    assert.equal(byName["automatable"]?.value, "yes");
    assert.equal(byName["automatable"]?.assumed, true);
    return [byName["impact"]?.value, byName["impact"]?.assumed];
  };
  for (const severity of ["Critical", "High", "Unknown"] as const) {
    assert.deepEqual(impactOf(severity), ["total", true], severity);
  }
  for (const severity of ["Medium", "Low", "Negligible"] as const) {
    assert.deepEqual(impactOf(severity), ["partial", false], severity);
  }
  assert.deepEqual(impactOf("Unknown", 5), ["partial", false]);
});

test("a vector that cannot be read counts as none, and is said to be one", () => {
  const { byName } = read({ cvssVector: "CVSS:3.1/AV:N", severity: "High" });
  assert.match(byName["impact"]?.basis ?? "", /cannot be read; severity High/);
  assert.equal(byName["automatable"]?.assumed, true);
});

test("a distributor's Negligible outweighs the vector of upstream, Low does not", () => {
  const negligible = read({ cvssVector: whole, severity: "Negligible" });
  assert.equal(negligible.key.impact, "partial");
  assert.match(negligible.byName["impact"]?.basis ?? "", /Negligible, against CVSS/);
  assert.equal(read({ cvssVector: whole, severity: "Low" }).key.impact, "total");
});
