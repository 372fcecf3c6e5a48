/**
 * Measures what matching Sigma rules adds to each event, beside asking every rule one by one.
 * In: a recording; directories of rules (default: those that ship). Out: the section "Rules" of the
 * benchmarks, through `print`. Machines are noisy: read the ratios.
 */
import { createNodeFiles } from "../src/adapters/files/node-files.ts";
import { ProblemLog } from "../src/core/event/problem.ts";
import type { Act } from "../src/core/observe/detect/act.ts";
import { ActReader } from "../src/core/observe/detect/act-reader.ts";
import { createDetection } from "../src/core/observe/detect/detection.ts";
import type { Detector } from "../src/core/observe/detect/detector.ts";
import type { SubjectBook } from "../src/core/observe/detect/subject.ts";
import type { RuleSet } from "../src/core/observe/sigma/compile-rules.ts";
import { createSigmaDetector } from "../src/core/observe/sigma/sigma-detector.ts";
import { createObserver } from "../src/engine/observe-events.ts";
import { readEvents } from "../src/engine/read-events.ts";
import { readRuleFiles } from "../src/operations/detect/load-rules.ts";
import { parseRules } from "../src/operations/detect/parse-rules.ts";
import type { RuleFile } from "../src/operations/detect/parsed-rules.ts";
import { median } from "./print-ratios.ts";

export interface RulesPlan {
  readonly recording: string;
  readonly directories: readonly string[];
  /** How many rules are tried; files are taken again with other words until there are as many. */
  readonly ruleCounts: readonly number[];
  readonly roundCount: number;
  readonly tell: (what: string) => void;
}

/** **Unit**: rules; what is aimed at for each, in events a second on one core. */
const targets: ReadonlyMap<number, number> = new Map([
  [150, 100_000],
  [3000, 20_000],
]);

/** Copies of the acts, for the record is used again. What is measured afterwards is matching alone. */
async function recordActs(recording: string) {
  const acts: Act[] = [];
  let book: SubjectBook | undefined;
  const recorder: Detector<undefined> = {
    ...{ name: "recorder", listings: [], start: () => undefined },
    step(_, act, context) {
      book = context.book;
      acts.push({ ...act });
    },
  };
  const observer = createObserver({
    folds: [createDetection({ detectors: [recorder] })],
    emit: () => {},
  });
  const inputs = await readEvents({
    files: createNodeFiles(),
    names: [recording],
    problems: new ProblemLog(),
    onEvent: observer.observe,
  });
  const eventCount = inputs.reduce((sum, input) => sum + input.eventCount, 0);
  if (book === undefined) throw new Error(`${recording}: no act in it`);
  return { acts, book, eventCount };
}

/** A value of a search: an entry of a list, or a field with one. */
const valueLine = /^( {6,}- ['"]?.*[a-z]|\s+[A-Z]\w*(?:\|\w+)*: ['"]?.*[a-z])(['"]?)$/gm;

/** The same rules again ask for other words: else an index would find all copies at once. */
function multiply(files: readonly RuleFile[], count: number): readonly RuleFile[] {
  const all: RuleFile[] = [];
  for (let round = 0; all.length < count && files.length > 0; round += 1) {
    for (const { source, text } of files.slice(0, count - all.length)) {
      const changed =
        round === 0
          ? text
          : text
              .replace(
                /^(id|title|name): *(.*)$/gm,
                (_, key, value) => `${key}: r${round} ${value}`,
              )
              .replace(valueLine, (_, start: string, end: string) => `${start}${round}${end}`);
      all.push({ source: `${round}/${source}`, text: changed });
    }
  }
  return all;
}

/** **Unit**: seconds of this thread alone: others may be at work on the machine. */
function timed<T>(work: () => T): { readonly seconds: number; readonly value: T } {
  const before = process.threadCpuUsage();
  const value = work();
  const { user, system } = process.threadCpuUsage(before);
  return { seconds: (user + system) / 1e6, value };
}

function runIndexed(set: RuleSet, acts: readonly Act[], book: SubjectBook) {
  const detector = createSigmaDetector(set);
  const state = detector.start();
  let hits = 0;
  const hit = () => {
    hits += 1;
  };
  const context = { nowUs: 0, book, hit };
  const { seconds } = timed(() => {
    for (const act of acts) detector.step(state, act, context);
  });
  return { seconds, hits };
}

/** Each rule for each act of its kinds, with the same compiled tests. */
function runNaively(set: RuleSet, acts: readonly Act[], book: SubjectBook) {
  const reader = new ActReader();
  let hits = 0;
  const { seconds } = timed(() => {
    for (const act of acts) {
      reader.show(act, book);
      for (const { selection, kinds, isSilent } of set.rules) {
        if (kinds.includes(act.kind) && selection?.test(reader) === true && !isSilent) hits += 1;
      }
    }
  });
  return { seconds, hits };
}

export async function measureRules(plan: RulesPlan, print: (line?: string) => void): Promise<void> {
  const { acts, book, eventCount } = await recordActs(plan.recording);
  const problems = new ProblemLog();
  const sources = { names: plan.directories, problems };
  const files = await readRuleFiles(createNodeFiles(), sources);
  const execs = acts.filter(({ kind }) => kind === "exec").length;
  const number = (value: number) => Math.round(value).toLocaleString("en");
  print(
    `${number(eventCount)} events with ${number(acts.length)} acts, ${number(execs)} of them execs.`,
  );
  print();
  print(
    "| rules | that can run | compiling, ms | events/s | µs an event | one by one, events/s | × | hits | target |",
  );
  print("|--:|--:|--:|--:|--:|--:|--:|--:|---|");
  for (const count of plan.ruleCounts) {
    plan.tell(`${count} rules …`);
    const chosen = multiply(files, count);
    const { value, seconds: compiling } = timed(() => parseRules(chosen));
    const { set } = value;
    const rounds = Array.from({ length: plan.roundCount }, () => {
      return { indexed: runIndexed(set, acts, book), naive: runNaively(set, acts, book) };
    });
    const [first] = rounds;
    if (first === undefined || first.indexed.hits !== first.naive.hits) {
      throw new Error(
        `${count} rules: the index finds ${first?.indexed.hits} of ${first?.naive.hits}`,
      );
    }
    const indexed = median(rounds.map((one) => one.indexed.seconds));
    const naive = median(rounds.map((one) => one.naive.seconds));
    const speed = eventCount / indexed;
    const target = targets.get(count);
    const verdict =
      target === undefined ? "" : `${number(target)}: ${speed >= target ? "met" : "missed"}`;
    const running = set.rules.filter(({ selection }) => selection !== undefined).length;
    const cells = [
      ...[number(count), number(running), number(1000 * compiling), number(speed)],
      ...[((indexed * 1e6) / eventCount).toFixed(2), number(eventCount / naive)],
      ...[(naive / indexed).toFixed(1), number(first.indexed.hits), verdict],
    ];
    print(`| ${cells.join(" | ")} |`);
  }
  print();
  plan.tell("");
}
