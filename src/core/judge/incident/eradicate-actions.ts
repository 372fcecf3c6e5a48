/**
 * Holds what takes an intruder's things away: files, footholds, accounts, processes, pods.
 * In: a scene of actions. Out: actions with the evidence they rest on.
 */
import { isHostKey } from "../../observe/container-key.ts";
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
import { programOf } from "./name-process.ts";
import { footholdOf, isWholeFoothold } from "./persistence-table.ts";
import { quoteCommand, quoteList } from "./quote-command.ts";
import type { Deed } from "./read-deeds.ts";
import { shellCommand, wholeCommand } from "./shell-word.ts";

export function eradicateActions(scene: ActionScene): readonly IncidentAction[] {
  return [
    ...removeFootholds(scene),
    ...removeAccounts(scene),
    ...killProcesses(scene),
    ...deleteFiles(scene),
    ...replacePods(scene),
    ...lookForContainers(scene),
    ...lookIntoRuntime(scene),
  ];
}

function removeFootholds(scene: ActionScene): readonly IncidentAction[] {
  return deedsOf(scene, "foothold")
    .slice(0, perKindMax)
    .map((one) =>
      action("eradicate", {
        text: `${footholdOf(one.subject)?.remove ?? "Remove"} ${quoteCommand(one.subject)}`,
        because: `the session changed it (${one.detail})`,
        command: showCommand(scene, one),
        citations: one.citations,
      }),
    );
}

/** Files that also hold good lines are looked at, not deleted. */
function showCommand(scene: ActionScene, { subject, container }: Deed): string {
  if (isHostKey(container) && isWholeFoothold(subject)) {
    return shellCommand`ls -l ${subject} && rm -i -- ${subject}`;
  }
  if (isHostKey(container)) return shellCommand`ls -l ${subject} && tail -n 20 ${subject}`;
  const fact = containerOf(scene, container);
  if (fact === undefined || fact.pod === "") return "";
  return wholeCommand(execCommand(fact), shellCommand`tail -n 20 ${subject}`);
}

function removeAccounts(scene: ActionScene): readonly IncidentAction[] {
  return deedsOf(scene, "account")
    .slice(0, perKindMax)
    .map((one) =>
      action("eradicate", {
        text: `Remove the account ${quoteCommand(one.subject, 40)}, or change it back`,
        because: `${quoteCommand(one.detail, 40)} made or changed it`,
        command: isHostKey(one.container) ? shellCommand`getent passwd ${one.subject}` : "",
        citations: one.citations,
      }),
    );
}

function killProcesses(scene: ActionScene): readonly IncidentAction[] {
  const running = runningOf(scene).slice(0, 2 * perKindMax);
  if (running.length === 0) return [];
  const names = running.map((one) => `${programOf(one)}, pid ${one.pid}`);
  const onHost = running.filter(({ container }) => isHostKey(container));
  const isAll = onHost.length === running.length;
  return [
    action("eradicate", {
      text: `End ${quoteList(names, 4, 60)}, once what they hold is saved`,
      because: "rules matched them, and their end was not seen",
      command: isAll ? `kill -KILL ${onHost.map(({ pid }) => pid).join(" ")}` : "",
      citations: citationsOf(running),
    }),
  ];
}

/** On a host only: in a pod they go with it. */
function deleteFiles(scene: ActionScene): readonly IncidentAction[] {
  const deleted = new Set(deedsOf(scene, "delete").map(({ subject }) => subject));
  const files = deedsOf(scene, "drop").filter(
    ({ container, subject }) => isHostKey(container) && !deleted.has(subject),
  );
  if (files.length === 0) return [];
  const sorted = [...files].sort((a, b) => Number(b.detail === "run") - Number(a.detail === "run"));
  const named = sorted.slice(0, perKindMax).map(({ subject }) => shellCommand`${subject}`);
  return [
    action("eradicate", {
      text: `Delete ${quoteList(
        sorted.map(({ subject }) => subject),
        4,
      )} once copied`,
      because: sorted.some(({ detail }) => detail === "run")
        ? "the session wrote them, and ran some"
        : "the session left them there",
      command: named.includes("") ? "" : `rm -i -- ${named.join(" ")}`,
      citations: citationsOf(sorted),
    }),
  ];
}

function replacePods(scene: ActionScene): readonly IncidentAction[] {
  const written = deedsOf(scene, "drop", "write", "foothold");
  return podsOf(scene)
    .slice(0, perKindMax)
    .map(({ namespace, pod, container }) => {
      const own = written.filter((one) => one.container === container);
      const told = scene.given.signals.filter((one) => one.container === container);
      const because =
        own.length > 0
          ? `what was written in it goes with it: ${quoteList(
              own.map((one) => one.subject),
              2,
            )}`
          : `commands ran in it: ${quoteList(
              told.map(({ title }) => title),
              2,
              80,
            )}`;
      return action("eradicate", {
        text: `Replace pod ${quoteCommand(`${namespace}/${pod}`)}, once files and logs are saved`,
        because,
        command: shellCommand`kubectl -n ${namespace} delete pod ${pod}`,
        citations: citationsOf(own.length > 0 ? own : told),
      });
    });
}

/** Who talked to the runtime may have started containers that nobody declared. */
function lookForContainers(scene: ActionScene): readonly IncidentAction[] {
  const escapes = signalsOf(scene, "escape", "cluster-api");
  if (escapes.length === 0) return [];
  const field = `spec.nodeName=${escapes[0]?.node ?? ""}`;
  const nodes = quoteList(
    escapes.map(({ node }) => node),
    3,
  );
  return [
    action("eradicate", {
      text: `Look for containers and pods on ${nodes} that nobody declared`,
      because: `${quoteList(
        escapes.map(({ title }) => title),
        2,
        80,
      )} matched`,
      command: shellCommand`kubectl get pods -A -o wide --field-selector ${field}`,
      citations: citationsOf(escapes),
    }),
  ];
}

/** What a runtime was told to start itself, no cluster knows of. */
function lookIntoRuntime(scene: ActionScene): readonly IncidentAction[] {
  const spoken = deedsOf(scene, "socket");
  const [first] = spoken;
  if (first === undefined) return [];
  const isDocker = /\/docker\.sock$/.test(first.subject);
  return [
    action("eradicate", {
      text:
        `Look on ${quoteCommand(first.node, 60)} for containers that the runtime was told to ` +
        "start: the cluster does not list them",
      because: `${quoteCommand(first.subject)} was spoken to`,
      command: isDocker ? "docker ps -a --no-trunc" : "crictl ps -a",
      citations: citationsOf(spoken),
    }),
  ];
}
