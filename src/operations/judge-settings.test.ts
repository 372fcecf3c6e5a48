/** Tests of `judge-settings.ts`: what a configuration says of judging, and of signed decisions. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultSettings } from "../core/judge/default-settings.ts";
import { readConfig } from "./config.ts";
import { judgeSettings, readSigned } from "./judge-settings.ts";

const settingsOf = (text: string) => ({ file: "waggle.yaml", config: readConfig(text, "w") });
const timeUs = (text: string) => Date.parse(text) * 1000;

test("windows and severities are those of the configuration, else the defaults", () => {
  assert.deepEqual(judgeSettings(settingsOf("")), defaultSettings);
  const { minimumWindowUs, criticalSeverities } = judgeSettings(
    settingsOf("minimum-window: 10m\ncritical-severities: [High]\n"),
  );
  assert.deepEqual([minimumWindowUs, criticalSeverities], [600e6, ["High"]]);
});

function endOf(until: string): number {
  const fields = "vulnerability: CVE-1, status: fixed, reason: r, by: p";
  const text = `decisions: [{${fields}, until: ${until}}]`;
  const [decision] = readSigned(settingsOf(text), undefined, 0).decisions;
  return decision?.endUs ?? 0;
}

test("a day holds until it is over in UTC, a time until that moment", () => {
  assert.equal(endOf("2026-12-31"), timeUs("2027-01-01T00:00:00Z"));
  assert.equal(endOf('"2026-12-31T12:00:00+02:00"'), timeUs("2026-12-31T10:00:00Z"));
});

test("decisions are held against the time that was given, else the end of the input", () => {
  const settings = settingsOf("");
  assert.equal(readSigned(settings, undefined, 7).nowUs, 7);
  const now = "2026-03-01T12:00:00Z";
  assert.equal(readSigned(settings, now, 7).nowUs, timeUs(now));
  assert.equal(readSigned(settings, now, 7).input, "waggle.yaml");
});
