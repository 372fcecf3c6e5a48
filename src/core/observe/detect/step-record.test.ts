/** Holds that a step gives back what it was told, however little it keeps of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Citation } from "../fact.ts";
import { StepRecord } from "./step-record.ts";

const owner = { execId: "ZWQ6MTIzOjc=", node: "worker-1", pid: 7 };
const fields = {
  what: "read",
  subject: "/etc/shadow",
  detail: "",
  sentBytes: 0,
  receivedBytes: 0,
  count: 1,
  firstSeenUs: 1_700_000_000_000_000,
  lastSeenUs: 1_700_000_000_000_000,
} as const;
const own: Citation = {
  ...{ ...owner, timeUs: fields.firstSeenUs, binary: "/usr/bin/cat" },
  ...{ sensor: "open", policy: "files", input: 3, offset: 2 ** 40 },
};

test("what is cited is given back: of the owner, of others, none or several", () => {
  const sample = {
    timeUs: fc.constantFrom(fields.firstSeenUs, fields.firstSeenUs + 1),
    execId: fc.constantFrom(owner.execId, "other"),
    node: fc.constantFrom(owner.node, "other"),
    pid: fc.constantFrom(owner.pid, 8),
    binary: fc.string(),
    sensor: fc.constantFrom("open", "network"),
    policy: fc.string(),
    input: fc.nat(),
    offset: fc.nat(),
  } as const;
  const anyCitation: fc.Arbitrary<Citation> = fc.record(sample, { noNullPrototype: true });
  fc.assert(
    fc.property(fc.array(anyCitation, { maxLength: 3 }), (citations) => {
      const step = new StepRecord(fields);
      step.cite([own], owner);
      step.cite(citations, owner);
      assert.deepEqual(step.citationsBy(owner), citations);
      assert.deepEqual(step.fields, fields);
    }),
  );
});

test("of the one event of its owner it keeps no object of its own", () => {
  const steps = [new StepRecord(fields), new StepRecord({ ...fields, subject: "/etc/passwd" })];
  for (const step of steps) step.cite([{ ...own }], owner);
  const [first, second] = steps.map((step) =>
    Object.values(step).filter((one) => Object(one) === one),
  );
  assert.equal(first?.length, 1);
  assert.equal(first?.[0], second?.[0], "both share what their events say alike");
  assert.deepEqual(steps[0]?.citationsBy(owner), [own]);
});
