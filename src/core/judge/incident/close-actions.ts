/**
 * Holds what closes the ways that an intruder has: accounts, nodes, credentials, logins and jobs.
 * In: a scene of actions. Out: actions with the evidence they rest on.
 */
import type { TimeUs } from "../../event/event.ts";
import { formatTime } from "../../event/format-time.ts";
import { isHostKey } from "../../observe/container-key.ts";
import type { EntryKind } from "../../observe/detect/subject.ts";
import {
  type ActionScene,
  action,
  citationsOf,
  deedsOf,
  enteredOf,
  perKindMax,
  podsOf,
  signalsOf,
} from "./action-scene.ts";
import type { IncidentAction } from "./incident.ts";
import { commandOf } from "./name-process.ts";
import { quoteCommand, quoteList } from "./quote-command.ts";
import { shellCommand } from "./shell-word.ts";
import { isStrong } from "./weigh-signals.ts";

/** **Order**: most urgent first. */
export function closeActions(scene: ActionScene): readonly IncidentAction[] {
  return [
    ...lockAccounts(scene),
    ...closeNodes(scene),
    ...closeOperatorWay(scene),
    ...closeHostWay(scene),
  ];
}

/**
 * Expired as well: a lock alone lets keys in. Only what root changed did change, and nobody
 * may be led to lock himself out.
 */
function lockAccounts(scene: ActionScene): readonly IncidentAction[] {
  return deedsOf(scene, "account")
    .slice(0, perKindMax)
    .map((one) => {
      const isChanged = scene.given.processOf(one.process)?.uid === 0 && one.subject !== "root";
      const lock = shellCommand`usermod -L -e 1 ${one.subject}`;
      return action("contain", {
        text: `${isChanged ? "Lock" : "Look at"} the account ${quoteCommand(one.subject, 40)}`,
        because: `${quoteCommand(one.detail, 40)} ${isChanged ? "made or changed it" : "was run"}`,
        command: isChanged && isHostKey(one.container) ? lock : "",
        citations: one.citations,
      });
    });
}

/** Who left a container, or commands its runtime, is not held by a policy of the pod. */
function closeNodes(scene: ActionScene): readonly IncidentAction[] {
  if (podsOf(scene).length === 0) return [];
  const grounds = [
    ...signalsOf(scene, "escape")
      .filter(isStrong)
      .map(({ node, title, citations }) => ({ node, title, citations })),
    ...deedsOf(scene, "socket").map(({ node, subject, citations }) => {
      return { node, title: `use of ${subject}`, citations };
    }),
  ];
  return [...Map.groupBy(grounds, ({ node }) => node)].slice(0, 3).map(([node, same]) => {
    const titles = same.map(({ title }) => title);
    return action("contain", {
      text: `Let nothing new start on node ${quoteCommand(node, 60)}, and cut it off if you can`,
      because: `the container may have been left: ${quoteList(titles, 2, 80)}`,
      command: shellCommand`kubectl cordon ${node}`,
      citations: citationsOf(same),
    });
  });
}

function closeOperatorWay(scene: ActionScene): readonly IncidentAction[] {
  const entered = enteredOf(scene);
  if (entered.length === 0) return [];
  const pods = podsOf(scene).filter((one) =>
    entered.some(({ container }) => container === one.container),
  );
  return pods.slice(0, 2).map(({ namespace, pod }) => {
    const name = quoteCommand(`${namespace}/${pod}`);
    return action("contain", {
      text: `Find out whose credentials entered ${name}, and withdraw them`,
      because: "the session came from outside of the container, as kubectl exec does",
      command: shellCommand`kubectl auth can-i create pods/exec -n ${namespace} --as USER`,
      citations: citationsOf([
        ...signalsOf(scene, "interactive-exec"),
        ...entered.flatMap(({ signals }) => signals),
      ]),
    });
  });
}

const hostWays: Readonly<Partial<Record<EntryKind, readonly [string, string]>>> = {
  login: ["Lock the account behind the login that ran", "it began in a login session"],
  scheduled: ["Stop the job that runs", "a scheduler started it, and will again"],
  unknown: ["Find out what started", "how the session began was not seen"],
};

/** On a host nobody can be cut off by a policy of the cluster: who started it is what to stop. */
function closeHostWay({ given }: ActionScene): readonly IncidentAction[] {
  const [first] = given.sessions;
  const way = first === undefined ? undefined : hostWays[first.entryKind];
  const root = first === undefined ? undefined : given.processOf(first.entry);
  if (first === undefined || way === undefined || root === undefined) return [];
  if (!isHostKey(first.container)) return [];
  const uid = root.auid < 0 ? "" : ` (login uid ${root.auid})`;
  return [
    action("contain", {
      text: `${way[0]} ${quoteCommand(commandOf(root), 80)}${uid}`,
      because: way[1],
      command: journalCommand(first.fromUs),
      citations: citationsOf([root, ...first.signals]),
    }),
  ];
}

/** Logins and jobs of the minutes before. */
function journalCommand(fromUs: TimeUs): string {
  const [since, until] = [fromUs - 10 * minuteUs, fromUs + minuteUs].map((timeUs) => {
    return `${(formatTime(timeUs) ?? "").slice(0, 19).replace("T", " ")} UTC`;
  });
  return shellCommand`journalctl --since ${since ?? ""} --until ${until ?? ""}`;
}

const minuteUs = 60_000_000;
