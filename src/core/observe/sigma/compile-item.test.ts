/** Tests single questions: what they need, and what fields that are not known answer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { linearRegex } from "../../../operations/detect/linear-regex.ts";
import { execAct, sampleBook } from "../../../testing/act-samples.ts";
import { actFields } from "../detect/act-fields.ts";
import { ActReader } from "../detect/act-reader.ts";
import { compileItem } from "./compile-item.ts";
import { compileReference } from "./compile-reference.ts";
import { readModifiers } from "./read-modifiers.ts";
import { comparing, compileScalar } from "./scalar-test.ts";

const scalarOptions = { regex: linearRegex, placeholders: new Map() };
const options = { ...scalarOptions, fields: actFields, keywordFields: [] };

test("kinds are needed by nobody: rules are sorted by them already", () => {
  const item = compileItem("kind", "mount", [], options);
  assert.ok("kind" in item);
  assert.equal(item.needs, undefined);
});

test("where keywords have no field they are not evaluable", () => {
  const item = compileItem("", ["x"], ["detection", "k"], options);
  assert.ok("message" in item && item.isUnsupported);
});

test("a name of a program is known of a path's last part only", () => {
  const modifiers = readModifiers("Image|endswith");
  assert.ok(typeof modifiers === "object");
  const nameOf = (value: string) => {
    const compiled = compileScalar(value, modifiers, scalarOptions);
    return "message" in compiled ? undefined : compiled[0]?.baseName;
  };
  assert.deepEqual(["/sh", "bin/sh", "sh", "/bin/", "/s*"].map(nameOf), ["sh", "sh", "", "", ""]);
});

test("what is no number compares with nothing", () => {
  assert.equal(comparing("lt", 5)(undefined), false);
  assert.equal(comparing("lte", 5)(5), true);
});

test("all other fields must equal, or any", () => {
  const reader = new ActReader();
  reader.show(execAct("/bin/a"), sampleBook());
  const refer = (key: string) => {
    const modifiers = readModifiers(key);
    assert.ok(typeof modifiers === "object");
    const item = compileReference(modifiers, ["binary", "name"], [], actFields);
    assert.ok("kind" in item);
    return item.test(reader);
  };
  assert.equal(refer("Image|fieldref"), true);
  assert.equal(refer("Image|fieldref|all"), false);
  assert.equal(refer("Image|fieldref|neq"), false);
  assert.equal(refer("Image|fieldref|neq|all"), true);
});
