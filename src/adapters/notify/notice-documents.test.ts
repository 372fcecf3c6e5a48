/** Tests of `notice-documents.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleNotice } from "../../testing/sample-notice.ts";
import { createNoticeDocuments } from "./notice-documents.ts";

const documents = createNoticeDocuments("1.2.3");

test("an incident is written as the command line writes it, times in words", () => {
  const plain = JSON.parse(documents.incident(sampleNotice));
  assert.equal(plain.id, sampleNotice.incident.id);
  assert.match(plain.firstSeen, /^\d{4}-\d\d-\d\dT/);
  assert.equal(plain.firstSeenUs, undefined);
});

test("findings of OCSF are a list: the incident, then its rules, techniques by name", () => {
  const [incident, ...detections] = JSON.parse(documents.ocsf?.(sampleNotice) ?? "[]");
  assert.equal(incident.class_uid, 2005);
  assert.equal(incident.metadata.product.version, "1.2.3");
  for (const { class_uid: number } of detections) assert.equal(number, 2004);
});
