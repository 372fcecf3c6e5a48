/** Holds that the published document says all that the code does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { actionKinds } from "./action.ts";
import { decisionDocument } from "./decision-document.ts";
import { modifierRules } from "./modifiers.ts";
import { actionRules } from "./plan-actions.ts";

const document = decisionDocument();
const flowing = document.replaceAll(/\s+/g, " ");

test("it has 16 rows, every modifier with its limit, every kind and rule of actions", () => {
  const rows = document.split("\n").filter((line) => /^\| (yes|no) \|/.test(line));
  assert.equal(rows.length, 16);
  for (const { when, effect, limit } of modifierRules) {
    for (const text of [when, effect, limit]) assert.ok(flowing.includes(text), text);
  }
  for (const kind of actionKinds) assert.ok(document.includes(`\`${kind}\``), kind);
  for (const { text } of actionRules) assert.ok(document.includes(text), text);
});

test("it names its source, and fits a page", () => {
  assert.match(document, /Binding Operational Directive 26-04/);
  assert.match(document, /cisa_bod_26_04_1_0_0\.csv/);
  for (const line of document.split("\n")) assert.ok([...line].length <= 120, line);
});
