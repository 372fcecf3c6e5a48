/**
 * Holds what stops an intruder from going on: isolate, block, freeze.
 * In: a scene of actions. Out: actions with the evidence they rest on.
 * Must never advise to stop what nothing speaks against, or to destroy evidence.
 */
import { isHostKey } from "../../observe/container-key.ts";
import type { ProcessFact } from "../../observe/detect/detect-fact.ts";
import type { EntryKind } from "../../observe/detect/subject.ts";
import {
  type ActionScene,
  action,
  citationsOf,
  deedsOf,
  perKindMax,
  podsOf,
  runningOf,
  signalsOf,
} from "./action-scene.ts";
import type { IncidentAction } from "./incident.ts";
import { commandOf } from "./name-process.ts";
import { parseEnd } from "./parse-end.ts";
import { quoteCommand, quoteList } from "./quote-command.ts";
import { shellCommand } from "./shell-word.ts";
import { isStrong } from "./weigh-signals.ts";

/** **Order**: most urgent first. */
export function containActions(scene: ActionScene): readonly IncidentAction[] {
  return [
    ...isolatePods(scene),
    ...blockAddresses(scene),
    ...blockMetadata(scene),
    ...freezeProcesses(scene),
    ...closeOperatorWay(scene),
    ...closeHostWay(scene),
    ...lookAtServers(scene),
  ];
}

/** Denies all traffic of the one pod; the label is what the policy finds it by. */
function isolatePods(scene: ActionScene): readonly IncidentAction[] {
  const moving = deedsOf(scene, "contact", "lateral", "metadata", "listen");
  const told = scene.given.signals.filter(isStrong);
  return podsOf(scene)
    .slice(0, perKindMax)
    .map(({ namespace, pod, container }) => {
      const own = moving.filter((one) => one.container === container);
      const here = told.filter((one) => one.container === container);
      const ends = quoteList(
        own.map(({ subject }) => subject),
        3,
      );
      const because =
        own.length > 0
          ? `it exchanged data with ${ends}`
          : `rules matched in it: ${quoteList(
              here.map(({ title }) => title),
              2,
              80,
            )}`;
      const policy =
        `{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":` +
        `"quarantine-${scene.id}"},"spec":{"podSelector":{"matchLabels":{"waggle/quarantine":` +
        `"${scene.id}"}},"policyTypes":["Ingress","Egress"]}}`;
      const mark = `waggle/quarantine=${scene.id}`;
      const label = shellCommand`kubectl -n ${namespace} label pod ${pod} ${mark}`;
      const apply = shellCommand`echo ${policy} | kubectl -n ${namespace} apply -f -`;
      return action("contain", {
        text: `Isolate pod ${quoteCommand(`${namespace}/${pod}`)} by a network policy`,
        because,
        command: label === "" || apply === "" ? "" : `${label} && ${apply}`,
        citations: citationsOf(own.length > 0 ? own : here),
      });
    });
}

function blockAddresses(scene: ActionScene): readonly IncidentAction[] {
  const groups = Map.groupBy(
    deedsOf(scene, "contact"),
    ({ subject }) => parseEnd(subject)?.address ?? "",
  );
  return [...groups]
    .filter(([address]) => address !== "")
    .slice(0, perKindMax)
    .map(([address, contacts]) => {
      const isHost = contacts.every(({ container }) => isHostKey(container));
      const tool = address.includes(":") ? "ip6tables" : "iptables";
      const places = quoteList(
        contacts.map(({ node }) => node),
        3,
      );
      return action("contain", {
        text: `Block ${address} on the way out of ${places}, then everywhere`,
        because: `connections to ${quoteList(
          contacts.map(({ subject }) => subject),
          3,
        )} were seen`,
        command: isHost
          ? shellCommand`${tool} -I OUTPUT -d ${address} -j REJECT`
          : shellCommand`${tool} -I FORWARD -d ${address} -j REJECT`,
        citations: citationsOf(contacts),
      });
    });
}

function blockMetadata(scene: ActionScene): readonly IncidentAction[] {
  const asked = deedsOf(scene, "metadata");
  const [first] = asked;
  if (first === undefined) return [];
  return [
    action("contain", {
      text: "Keep the workload from the cloud's metadata service",
      because: `it connected to ${quoteList(
        asked.map(({ subject }) => subject),
        2,
      )}`,
      command: "",
      citations: citationsOf(asked),
    }),
  ];
}

/** Stopped, not killed: what it holds in memory and its open files stay to be looked at. */
function freezeProcesses(scene: ActionScene): readonly IncidentAction[] {
  return runningOf(scene)
    .slice(0, perKindMax)
    .map((process) =>
      action("contain", {
        text: `Freeze ${quoteCommand(commandOf(process), 80)} ${placeOf(process)}`,
        because: "a rule matched it, and its end was not seen",
        command: shellCommand`kill -STOP ${process.pid}`,
        citations: process.citations,
      }),
    );
}

function placeOf({ pid, node }: ProcessFact): string {
  return `(pid ${pid} on ${quoteCommand(node, 60)})`;
}

function closeOperatorWay(scene: ActionScene): readonly IncidentAction[] {
  const { sessions } = scene.given;
  const entered = sessions.filter(({ entryKind }) => entryKind === "operator");
  if (entered.length === 0) return [];
  const pods = podsOf(scene).filter((one) =>
    entered.some(({ container }) => container === one.container),
  );
  return pods.slice(0, 2).map(({ namespace, pod }) => {
    const name = quoteCommand(`${namespace}/${pod}`);
    return action("contain", {
      text: `Find out whose credentials entered ${name}, and withdraw them`,
      because: "the session came from outside of the container, as kubectl exec does",
      command: shellCommand`kubectl auth can-i --list -n ${namespace} --as USER`,
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
      command: "",
      citations: citationsOf([root, ...first.signals]),
    }),
  ];
}

/** A server that somebody reached from here may have been made to do things, and not be watched. */
function lookAtServers(scene: ActionScene): readonly IncidentAction[] {
  if (signalsOf(scene, "lateral-movement").length === 0) return [];
  const reached = deedsOf(scene, "lateral");
  if (reached.length === 0) return [];
  const ends = reached.map(({ subject }) => subject);
  return [
    action("contain", {
      text: `Look at what ${quoteList(ends, 3)} was made to do, and cut it off from here`,
      because: "connections to it were seen, and a rule of lateral movement matched",
      command: "",
      citations: citationsOf(reached),
    }),
  ];
}
