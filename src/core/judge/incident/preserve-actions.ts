/**
 * Holds what must be kept before it is gone: events, logs, files, programs in memory.
 * In: a scene of actions. Out: actions with the evidence they rest on.
 */
import { formatTime } from "../../event/format-time.ts";
import { isHostKey } from "../../observe/container-key.ts";
import type { ProcessFact } from "../../observe/detect/detect-fact.ts";
import {
  type ActionScene,
  action,
  citationsOf,
  containerOf,
  deedsOf,
  execCommand,
  perKindMax,
  podsOf,
  runningOf,
  signalsOf,
} from "./action-scene.ts";
import type { IncidentAction } from "./incident.ts";
import { commandOf } from "./name-process.ts";
import { quoteCommand } from "./quote-command.ts";
import type { Deed } from "./read-deeds.ts";
import { shellCommand, wholeCommand } from "./shell-word.ts";

const minuteUs = 60_000_000;

/** **Order**: what is gone soonest first. */
export function preserveActions(scene: ActionScene): readonly IncidentAction[] {
  return [
    ...keepPrograms(scene),
    ...keepFiles(scene),
    ...keepLogs(scene),
    keepEvents(scene),
    ...keepAudit(scene),
  ];
}

/** A program without a file lives as long as its process. */
function keepPrograms(scene: ActionScene): readonly IncidentAction[] {
  const deleted = new Set(deedsOf(scene, "delete").map(({ subject }) => subject));
  const fileless = new Set(signalsOf(scene, "fileless").map(({ process }) => process));
  return runningOf(scene)
    .filter(({ process, binary }) => fileless.has(process) || deleted.has(binary))
    .slice(0, perKindMax)
    .map((process) =>
      action("preserve", {
        text: `Copy the program of pid ${process.pid} on ${nameOf(process)} while it runs`,
        because: `${quoteCommand(commandOf(process), 80)} has no file that could be copied later`,
        command: shellCommand`cp /proc/${process.pid}/exe ${copyOf(scene, `pid-${process.pid}`)}`,
        citations: process.citations,
      }),
    );
}

function nameOf({ node }: ProcessFact): string {
  return quoteCommand(node, 60);
}

/** Where a copy goes: beside whoever runs the command, named after the incident. */
function copyOf({ id }: ActionScene, name: string): string {
  return `./incident-${id}-${name}`;
}

function keepFiles(scene: ActionScene): readonly IncidentAction[] {
  const deleted = new Set(deedsOf(scene, "delete").map(({ subject }) => subject));
  const files = deedsOf(scene, "foothold", "drop").filter(({ subject }) => !deleted.has(subject));
  const sorted = [...files].sort((a, b) => weightOf(b) - weightOf(a));
  return sorted.slice(0, perKindMax).map((file) =>
    action("preserve", {
      text: `Copy ${quoteCommand(file.subject)} before it is removed`,
      because: file.detail === "run" ? "it was written, then run" : sayWritten(file),
      command: copyCommand(scene, file),
      citations: file.citations,
    }),
  );
}

function weightOf({ kind, detail }: Deed): number {
  return detail === "run" ? 2 : kind === "foothold" ? 1 : 0;
}

function sayWritten({ detail }: Deed): string {
  return detail === "" ? "the session wrote it" : `the session wrote it (${detail})`;
}

function copyCommand(scene: ActionScene, { subject, container }: Deed): string {
  const copy = copyOf(scene, subject.slice(subject.lastIndexOf("/") + 1));
  if (isHostKey(container)) return shellCommand`cp -p ${subject} ${copy}`;
  const fact = containerOf(scene, container);
  if (fact === undefined || fact.pod === "") return "";
  // `kubectl cp` needs tar in the container; what any image has is a way to read a file.
  return wholeCommand(execCommand(fact), shellCommand`cat ${subject} > ${copy}`);
}

/** Requests that led in stand in the service's own log. */
function keepLogs(scene: ActionScene): readonly IncidentAction[] {
  const since = (formatTime(scene.given.firstSeenUs - 10 * minuteUs) ?? "").slice(0, 19);
  const isService = scene.given.sessions[0]?.entryKind === "service";
  return podsOf(scene)
    .slice(0, perKindMax)
    .map(({ namespace, pod, containerName, container }) =>
      action("preserve", {
        text: `Save the logs of ${quoteCommand(`${namespace}/${pod}`)}`,
        because: isService
          ? "a service started the commands: the requests that made it do so are in its log"
          : "they are gone when the pod is replaced",
        command: wholeCommand(
          shellCommand`kubectl -n ${namespace} logs ${pod} -c ${containerName} --timestamps`,
          shellCommand`--since-time=${since}Z > ${copyOf(scene, `${pod}.log`)}`,
        ),
        citations: citationsOf(
          scene.given.signals.filter((signal) => signal.container === container),
        ),
      }),
    );
}

function keepEvents({ id, given }: ActionScene): IncidentAction {
  const since = formatTime(given.firstSeenUs - 10 * minuteUs) ?? "";
  const until = formatTime(given.lastSeenUs + 10 * minuteUs) ?? "";
  return action("preserve", {
    text: "Export the raw events of its time from waggle's archive, which keeps a day",
    because: "each line of the timeline can be proven by them",
    command: wholeCommand(
      shellCommand`waggle archive export --since ${since} --until ${until}`,
      shellCommand`--to ./incident-${id}.jsonl`,
    ),
    citations: citationsOf(given.signals),
  });
}

function keepAudit(scene: ActionScene): readonly IncidentAction[] {
  const entered = scene.given.sessions.filter(({ entryKind }) => entryKind === "operator");
  const [first] = entered;
  const fact = first === undefined ? undefined : containerOf(scene, first.container);
  if (first === undefined || fact === undefined || fact.pod === "") return [];
  const at = (formatTime(first.fromUs) ?? "").slice(0, 19);
  return [
    action("preserve", {
      text: `Save the audit log of the cluster's API around ${at}Z: it names who called pods/exec`,
      because: "the session came from outside of the container",
      command: "",
      citations: citationsOf(first.signals),
    }),
  ];
}
