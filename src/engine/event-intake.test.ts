/** Holds what happens to single records: each is counted as one thing, also in a copy. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemLog } from "../core/event/problem.ts";
import { recordedLines } from "../testing/recorded-events.ts";
import { DuplicateWindow } from "./duplicate-window.ts";
import { createDecoders, EventIntake, type IntakeDump } from "./event-intake.ts";
import { EventRange } from "./event-range.ts";
import { InputProblems } from "./note-problems.ts";

test("an intake that goes on from a copy counts on, and knows how its input ended", () => {
  const [window, said] = [new DuplicateWindow(), [] as string[]];
  const begin = (dumped?: IntakeDump) =>
    new EventIntake(
      {
        ...{ decoders: createDecoders(), window, range: new EventRange(undefined, undefined) },
        ...{ problems: new InputProblems(new ProblemLog(), "in"), index: 3 },
        onEvent: ({ input }) => said.push(`event of ${input}`),
        onDuplicate: () => said.push("copy"),
        onCut: () => said.push("cut"),
      },
      dumped,
    );
  const give = (intake: EventIntake, bytes: Uint8Array, complete = true) =>
    intake.take({ bytes, start: 0, end: bytes.length, offset: 0, line: 9, complete });
  const [first, second] = recordedLines("pairs");
  assert.ok(first !== undefined && second !== undefined);
  const intake = begin();
  give(intake, first);
  give(intake, Buffer.from("bad"));
  const next = begin(structuredClone(intake.dump()));
  give(next, first);
  give(next, second);
  give(next, second.subarray(0, 50), false);
  assert.deepEqual(said, ["event of 3", "copy", "event of 3", "cut"]);
  const file = { name: "in", compression: "plain", sizeBytes: -1 };
  const last = begin(structuredClone(next.dump())).summarize(file, undefined);
  const { eventCount, duplicateCount, unreadableCount, cut, damage } = last;
  assert.deepEqual([eventCount, duplicateCount, unreadableCount], [2, 1, 2]);
  assert.equal(cut, "its last line is not whole");
  assert.equal(damage?.count, 1);
});
