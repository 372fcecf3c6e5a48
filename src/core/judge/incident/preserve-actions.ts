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
  enteredOf,
  execCommand,
  perKindMax,
  podsOf,
  runningOf,
  signalsOf,
} from "./action-scene.ts";
import type { IncidentAction } from "./incident.ts";
import { commandOf } from "./name-process.ts";
import { isKernelSetting } from "./persistence-table.ts";
import { quoteCommand, quoteList } from "./quote-command.ts";
import type { Deed } from "./read-deeds.ts";
import { shellCommand, wholeCommand } from "./shell-word.ts";

const minuteUs = 60_000_000;

/** **Order**: what is gone soonest first. */
export function preserveActions(scene: ActionScene): readonly IncidentAction[] {
  return [
    ...keepPrograms(scene),
    ...keepPasswords(scene),
    ...keepFiles(scene),
    ...keepLogs(scene),
    keepEvents(scene),
    ...keepAudit(scene),
    ...findLostFiles(scene),
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
  const files = deedsOf(scene, "foothold", "drop").filter(
    ({ subject }) => !deleted.has(subject) && !isKernelSetting(subject),
  );
  const sorted = [...files].sort((a, b) => weightOf(b) - weightOf(a));
  return sorted.slice(0, perKindMax).map((file) =>
    action("preserve", {
      text: `Copy ${quoteCommand(file.subject)} as it is now`,
      because: file.detail === "run" ? "it was written, then run" : sayWritten(file),
      command: copyCommand(scene, file),
      citations: file.citations,
    }),
  );
}

/** What was run and is gone can be known only from where it came. */
function findLostFiles(scene: ActionScene): readonly IncidentAction[] {
  const deleted = new Set(deedsOf(scene, "delete").map(({ subject }) => subject));
  const lost = deedsOf(scene, "drop").filter(
    ({ subject, detail }) => detail === "run" && deleted.has(subject),
  );
  if (lost.length === 0) return [];
  const from = deedsOf(scene, "download").map(({ subject }) => subject);
  const names = quoteList(
    lost.map(({ subject }) => subject),
    3,
  );
  const where = from.length === 0 ? "" : `; or fetch ${quoteList(from, 2)} from a machine apart`;
  return [
    action("preserve", {
      text: `Look in backups and images of the disk for a copy of ${names}${where}`,
      because: "it was run, then deleted: what it was can be told from a copy alone",
      command: "",
      citations: citationsOf(lost),
    }),
  ];
}

const encryptions = new RegExp(
  "(?:^|/)(?:openssl\\s.*\\s-(?:pass\\s+pass:|[kK]\\s)|gpg2?\\s.*--passphrase[\\s=]|" +
    "zip\\s.*\\s-P\\s|7z\\w?\\s.*\\s-p\\S)",
);

/** Files that were encrypted can be decrypted with what the command line gave away. */
function keepPasswords(scene: ActionScene): readonly IncidentAction[] {
  const harm = signalsOf(scene, "impact");
  const told = deedsOf(scene, "command").filter(({ subject }) => encryptions.test(subject));
  const [first] = told;
  if (harm.length === 0 || first === undefined) return [];
  return [
    action("preserve", {
      text: "Keep the password that the commands show: files may be decrypted with it",
      because: `${told.length} commands like ${quoteCommand(first.subject, 100)} were seen`,
      command: "",
      citations: citationsOf(told),
    }),
  ];
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
  const [first] = enteredOf(scene);
  const fact = first === undefined ? undefined : containerOf(scene, first.container);
  if (first === undefined || fact === undefined || fact.pod === "") return [];
  const at = (formatTime(first.fromUs) ?? "").slice(0, 19);
  const name = `"name":"${fact.pod}"`;
  return [
    action("preserve", {
      text: `Save the audit log of the cluster's API around ${at}Z: it names who called pods/exec`,
      because: "the session came from outside of the container",
      command: wholeCommand(
        shellCommand`grep ${'"subresource":"exec"'} AUDIT-LOG | grep -F ${name}`,
        shellCommand`> ${copyOf(scene, "audit.jsonl")}`,
      ),
      citations: citationsOf(first.signals),
    }),
  ];
}
