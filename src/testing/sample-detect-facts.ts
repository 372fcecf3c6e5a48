/**
 * Holds small made-up facts of detection for tests.
 * In: what a test cares about. Out: whole values. Nothing here is taken from a recording.
 */
import type { ProcessFact, SignalFact, StepFact } from "../core/observe/detect/detect-fact.ts";
import { sampleContainer, sampleStartUs } from "./sample-facts.ts";

export function sampleSignal(given: Partial<SignalFact> = {}): SignalFact {
  return {
    kind: "signal",
    container: sampleContainer,
    node: "node-1",
    entry: "entry",
    entryKind: "service",
    host: "host",
    process: "process",
    others: [],
    actor: "service",
    workload: undefined,
    rule: "rule",
    title: "a rule",
    ruleKind: "sigma",
    family: "discovery",
    level: "medium",
    score: 25,
    techniques: ["T1082"],
    tactics: ["discovery"],
    matrix: [],
    author: "",
    because: [],
    indicators: [],
    incomplete: false,
    count: 1,
    firstSeenUs: sampleStartUs,
    lastSeenUs: sampleStartUs,
    citations: [],
    ...given,
  };
}

export function sampleProcessFact(given: Partial<ProcessFact> = {}): ProcessFact {
  return {
    kind: "process",
    container: sampleContainer,
    node: "node-1",
    process: "process",
    parent: "parent",
    entry: "entry",
    workload: undefined,
    image: "",
    pid: 1,
    uid: 0,
    auid: -1,
    binary: "/bin/sh",
    arguments: "",
    cwd: "/",
    actor: "service",
    startUs: sampleStartUs,
    exitUs: 0,
    exitStatus: "",
    citations: [],
    ...given,
  };
}

export function sampleStep(given: Partial<StepFact> = {}): StepFact {
  return {
    kind: "step",
    container: sampleContainer,
    node: "node-1",
    entry: "entry",
    process: "process",
    what: "read",
    subject: "/etc/shadow",
    detail: "",
    sentBytes: 0,
    receivedBytes: 0,
    count: 1,
    firstSeenUs: sampleStartUs,
    lastSeenUs: sampleStartUs,
    citations: [],
    ...given,
  };
}
