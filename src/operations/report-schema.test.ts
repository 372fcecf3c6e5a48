/** Holds the schema to the type, and a report to the published schema. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import type * as z from "zod";
import { renderJson } from "../core/report/render-json.ts";
import type { Report } from "../core/report/report.ts";
import { shopReport } from "../testing/sample-shop.ts";
import { reportJsonSchema, reportSchema } from "./report-schema.ts";

const printedOf = (report: Report) => [...renderJson(report)].join("");

type Frozen<Value> = Value extends string | number | boolean | null | undefined
  ? Value
  : { readonly [Key in keyof Value]: Frozen<Value[Key]> };
type Described = Frozen<z.infer<typeof reportSchema>>;

// Compile-time: each must be assignable to the other, field by field.
const asDescribed: (report: Frozen<Report>) => Described = (report) => report;
const asReport: (described: Described) => Report = (described) => described;

test("the schema and the type say the same, field by field", () => {
  assert.equal(asReport(asDescribed(shopReport)), shopReport);
});

test("a printed report has no field that the schema does not describe", () => {
  const printed: unknown = JSON.parse(printedOf(shopReport));
  assert.deepEqual(reportSchema.parse(printed), printed);
});

test("a printed report is valid by the published JSON Schema, and a broken one is not", () => {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(reportJsonSchema());
  const printed: Record<string, unknown> = JSON.parse(printedOf(shopReport));
  assert.ok(validate(printed), JSON.stringify(validate.errors));
  assert.ok(validate({ ...printed, aFieldOfALaterVersion: 1 }));
  assert.equal(validate({ ...printed, funnel: undefined }), false);
  assert.equal(validate({ ...printed, findings: [{ id: 1 }] }), false);
});

test("printing is the same to the byte each time and ends in a newline", () => {
  assert.equal(printedOf(shopReport), printedOf(structuredClone(shopReport)));
  assert.ok(printedOf(shopReport).endsWith("}\n"));
});

test("every field of the schema says what it means or has a name that does", () => {
  const text = JSON.stringify(reportJsonSchema());
  assert.ok((text.match(/"description"/g) ?? []).length > 60);
});
