/**
 * Tries each sequence of the pack on the cases beside it, through the same process tree, subjects
 * and fold as everything else.
 */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Event } from "../../core/event/event.ts";
import { decodeCases } from "../../core/observe/detect/decode-cases.ts";
import type { SignalFact } from "../../core/observe/detect/detect-fact.ts";
import { createDetection } from "../../core/observe/detect/detection.ts";
import { runCases } from "../../core/observe/detect/run-cases.ts";
import { createSequenceDetector } from "../../core/observe/sequence/sequence-detector.ts";
import { createObserver } from "../../engine/observe-events.ts";
import { readYaml } from "../read-yaml.ts";
import { parseSequences } from "./parse-sequences.ts";

const folder = fileURLToPath(new URL("../../../rules/sequences/", import.meta.url));
const sources = globSync("*/*.yaml", { cwd: folder })
  .filter((name) => !name.endsWith(".cases.yaml"))
  .sort();
const { rules, problems } = parseSequences(
  sources.map((source) => ({ source, text: readFileSync(join(folder, source), "utf8") })),
);
const detector = createSequenceDetector(rules);

function detect(events: readonly Event[]): readonly SignalFact[] {
  const signals = new Map<string, SignalFact>();
  const observer = createObserver({
    folds: [createDetection({ detectors: [detector] })],
    emit: (fact) => {
      if (fact.kind === "signal") signals.set(`${fact.rule} ${fact.process}`, fact);
    },
  });
  for (const event of events) observer.observe(event);
  observer.finish();
  return [...signals.values()];
}

test("each sequence of the pack is understood", () => {
  assert.deepEqual(problems, []);
  assert.ok(rules.length > 50);
});

test("a sequence is named as its file, and lies in the folder of its family or a near one", () => {
  for (const { head } of rules) {
    assert.equal(basename(head.source, ".yaml"), head.id);
    assert.ok(head.description !== "" && head.author !== "", head.id);
    assert.ok(head.techniques.length > 0, head.id);
  }
});

for (const { head } of rules) {
  test(`${head.id} matches what it must and nothing that looks alike`, () => {
    const path = join(folder, head.source.replace(/\.yaml$/, ".cases.yaml"));
    assert.ok(existsSync(path), `${path} is missing`);
    const [document] = readYaml(readFileSync(path, "utf8"), { takesAliases: false });
    assert.equal(document?.kind, "read", JSON.stringify(document));
    const cases = decodeCases(document?.kind === "read" ? document.value : undefined);
    assert.deepEqual(cases.problems, []);
    assert.ok(cases.matching.length > 0 && cases.quiet.length > 0, "needs cases of both kinds");
    for (const result of runCases(head.id, cases, detect)) {
      assert.ok(result.passed, `${result.name}: ${result.why} (${result.signals.join(", ")})`);
    }
  });
}
