/**
 * Scores signals and incidents against what was done: recall, precision, delay, false incidents.
 * In: truth, owners of processes, what detection said. Out: numbers and lists of misses.
 * Must never give credit for an incident that cites no process of the story.
 */
import type { Incident } from "../../src/core/judge/incident/incident.ts";
import type { SignalFact } from "../../src/core/observe/detect/detect-fact.ts";
import { type Level, levels } from "../../src/core/observe/detect/rule.ts";
import type { Scenario } from "./labels.ts";
import type { Owner, Owners } from "./owners.ts";

/** A signal with the event time at which detection first told of it. */
export interface TimedSignal {
  readonly signal: SignalFact;
  /** **Unit**: microseconds. */
  readonly toldUs: number;
}

export interface Detected {
  readonly signals: readonly TimedSignal[];
  readonly incidents: readonly Incident[];
}

/** What of an incident a scorer looks at. */
export interface JudgedIncident {
  readonly incident: Incident;
  /** Attack scenarios whose processes it cites. */
  readonly attacks: readonly Scenario[];
  /** Benign scenarios whose processes it cites. */
  readonly benign: readonly Scenario[];
  readonly citesBackground: boolean;
  /** Nothing but work of the recorder: counts for nothing. */
  readonly isRecorder: boolean;
}

export interface ScenarioResult {
  readonly scenario: Scenario;
  readonly signals: readonly TimedSignal[];
  readonly incidents: readonly JudgedIncident[];
  /** Of the gravest incident; undefined without one. */
  readonly severity: Level | undefined;
  /** It has an incident of at least medium, or of a single technique a signal. */
  readonly isFound: boolean;
  readonly delay: Delay | undefined;
  readonly evidence: Evidence;
}

/** **Unit**: seconds of event time. */
export interface Delay {
  /** From the event that decided it (the last that its first telling signal cites) to the telling. */
  readonly afterDeciding: number;
  /** From the first event that any of its signals cites. */
  readonly afterFirstCited: number;
  readonly afterStart: number;
}

export interface Evidence {
  /** Processes of the story that its incidents list, of those that it had. */
  readonly listed: number;
  readonly all: number;
  /** Addresses and files that a good report names, of those that the truth names. */
  readonly artefacts: number;
  readonly artefactsAll: number;
}

export function isAtLeast(level: Level | undefined, least: Level): boolean {
  return level !== undefined && levels.indexOf(level) >= levels.indexOf(least);
}

/** To whom the signals of an incident belong. */
export function judgeIncident(incident: Incident, owners: Owners): JudgedIncident {
  const found = incident.signals.map((signal) => owners.of(signal.process, signal.firstSeenUs));
  const scenarios = (kind: Scenario["kind"]) => {
    const own = found.flatMap((owner) => (owner.kind === "scenario" ? [owner.scenario] : []));
    return [...new Set(own)].filter((scenario) => scenario.kind === kind);
  };
  return {
    incident,
    attacks: scenarios("attack"),
    benign: scenarios("benign"),
    citesBackground: found.some(({ kind }) => kind === "ordinary"),
    isRecorder: found.length > 0 && found.every(({ kind }) => kind === "recorder"),
  };
}

/** An incident is false when it cites no process of any attack, but some of ordinary work. */
export function isFalse(judged: JudgedIncident): boolean {
  return judged.attacks.length === 0 && !judged.isRecorder;
}

export function scoreScenario(
  scenario: Scenario,
  detected: Detected,
  about: { readonly judged: readonly JudgedIncident[]; readonly owners: Owners },
): ScenarioResult {
  const isOwn = (owner: Owner) => owner.kind === "scenario" && owner.scenario === scenario;
  const signals = detected.signals.filter(({ signal }) =>
    isOwn(about.owners.of(signal.process, signal.firstSeenUs)),
  );
  const list = scenario.kind === "attack" ? "attacks" : "benign";
  const incidents = about.judged.filter((one) => one[list].includes(scenario));
  const ranks = incidents.map(({ incident }) => levels.indexOf(incident.severity));
  const severity = ranks.length === 0 ? undefined : levels[Math.max(...ranks)];
  return {
    ...{ scenario, signals, incidents, severity },
    isFound: isStory(scenario) ? isAtLeast(severity, "medium") : signals.length > 0,
    delay: delayOf(scenario, signals),
    evidence: evidenceOf(scenario, incidents, about.owners),
  };
}

/** A story is a whole attack; of a single technique a signal is asked, not an incident. */
export function isStory({ suite }: Scenario): boolean {
  return suite === "story";
}

/** The first signal that alone is worth an incident tells; without one, the last that came. */
function delayOf(scenario: Scenario, signals: readonly TimedSignal[]): Delay | undefined {
  const byTold = signals.toSorted((a, b) => a.toldUs - b.toldUs);
  const telling = byTold.find(({ signal }) => isAtLeast(signal.level, "medium")) ?? byTold.at(-1);
  if (telling === undefined) return undefined;
  const { toldUs, signal } = telling;
  const firstCited = Math.min(...signals.map((one) => firstEvent(one.signal)));
  const seconds = (fromUs: number) => Math.max(0, toldUs - fromUs) / 1e6;
  return {
    afterDeciding: seconds(signal.firstSeenUs),
    afterFirstCited: seconds(firstCited),
    afterStart: seconds(scenario.startUs),
  };
}

function firstEvent({ citations, firstSeenUs }: SignalFact): number {
  return Math.min(firstSeenUs, ...citations.map(({ timeUs }) => timeUs));
}

function evidenceOf(
  scenario: Scenario,
  incidents: readonly JudgedIncident[],
  owners: Owners,
): Evidence {
  const listed = new Set<string>();
  const named = new Set<string>();
  for (const { incident } of incidents) {
    for (const { process } of incident.processes) listed.add(process);
    for (const { process, others } of incident.signals) {
      for (const one of [process, ...others]) listed.add(one);
    }
    for (const { value } of incident.artefacts) named.add(value);
  }
  const all = owners.processes(scenario).map(({ execId }) => execId);
  const texts = [...named];
  return {
    listed: all.filter((execId) => listed.has(execId)).length,
    all: all.length,
    // A file is also named as part of a command.
    artefacts: scenario.artefacts.filter((one) => texts.some((text) => text.includes(one))).length,
    artefactsAll: scenario.artefacts.length,
  };
}

export interface Totals {
  readonly count: number;
  readonly found: number;
  /** Of the found ones, those that one incident of at least medium tells, and no other does. */
  readonly single: number;
  /** Those whose incident is of at least high. */
  readonly high: number;
  /** Told within two seconds of event time after the deciding event. */
  readonly prompt: number;
  readonly listed: number;
  readonly listedAll: number;
  readonly artefacts: number;
  readonly artefactsAll: number;
}

/** Only what ran counts. */
export function sumResults(results: readonly ScenarioResult[]): Totals {
  const ran = results.filter(({ scenario }) => scenario.ran);
  const found = ran.filter(({ isFound }) => isFound);
  const sum = (of: (one: ScenarioResult) => number) => ran.reduce((all, one) => all + of(one), 0);
  return {
    count: ran.length,
    found: found.length,
    single: found.filter(isSingle).length,
    high: found.filter(({ severity }) => isAtLeast(severity, "high")).length,
    prompt: found.filter(({ delay }) => delay !== undefined && delay.afterDeciding <= 2).length,
    listed: sum(({ evidence }) => evidence.listed),
    listedAll: sum(({ evidence }) => evidence.all),
    artefacts: sum(({ evidence }) => evidence.artefacts),
    artefactsAll: sum(({ evidence }) => evidence.artefactsAll),
  };
}

/** One incident tells it, and tells of no other scenario beside. */
function isSingle({ incidents }: ScenarioResult): boolean {
  const [only] = incidents;
  return incidents.length === 1 && only !== undefined && !isLumped(only);
}

function scenarioCount({ attacks, benign }: JudgedIncident): number {
  return attacks.length + benign.length;
}

export interface Precision {
  /** Incidents of at least medium that tell of an attack. */
  readonly right: number;
  readonly wrong: number;
  /** Of the right ones, those that lump together what has nothing to do with each other. */
  readonly lumped: number;
}

export function precisionOf(judged: readonly JudgedIncident[]): Precision {
  const grave = judged.filter(({ incident }) => isAtLeast(incident.severity, "medium"));
  const right = grave.filter(({ attacks }) => attacks.length > 0);
  return {
    wrong: grave.filter(isFalse).length,
    right: right.length,
    lumped: right.filter(isLumped).length,
  };
}

/** It tells of several scenarios, or of an attack and of ordinary work beside. */
export function isLumped(judged: JudgedIncident): boolean {
  return scenarioCount(judged) + (judged.citesBackground ? 1 : 0) > 1;
}
