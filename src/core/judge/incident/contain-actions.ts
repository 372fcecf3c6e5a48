/**
 * Holds what stops an intruder from going on: isolate, block, freeze.
 * In: a scene of actions. Out: actions with the evidence they rest on.
 * Must never advise to stop what nothing speaks against, or to destroy evidence.
 */
import type { TimeUs } from "../../event/event.ts";
import { formatTime } from "../../event/format-time.ts";
import { classifyAddress, parseAddress } from "../../event/ip-address.ts";
import { isHostKey } from "../../observe/container-key.ts";
import type { ProcessFact } from "../../observe/detect/detect-fact.ts";
import type { EntryKind } from "../../observe/detect/subject.ts";
import {
  type ActionScene,
  action,
  citationsOf,
  deedsOf,
  enteredOf,
  perKindMax,
  podsOf,
  runningOf,
  signalsOf,
} from "./action-scene.ts";
import type { IncidentAction } from "./incident.ts";
import { nameListener } from "./name-listener.ts";
import { commandOf } from "./name-process.ts";
import { parseEnd } from "./parse-end.ts";
import { quoteCommand, quoteList } from "./quote-command.ts";
import { readCommandLine } from "./read-command-line.ts";
import { parentNames } from "./read-targets.ts";
import { shellCommand } from "./shell-word.ts";
import { isStrong } from "./weigh-signals.ts";

/** **Order**: most urgent first. */
export function containActions(scene: ActionScene): readonly IncidentAction[] {
  return [
    ...isolatePods(scene),
    ...blockAddresses(scene),
    ...blockNamed(scene),
    ...blockMetadata(scene),
    ...freezeProcesses(scene),
    ...lockAccounts(scene),
    ...closeNodes(scene),
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
        text: `Isolate pod ${quoteCommand(`${namespace}/${pod}`)} by a network policy; what other policies allow it stays allowed`,
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

/** What commands name but nobody was seen to contact, and names that were looked up. */
function blockNamed(scene: ActionScene): readonly IncidentAction[] {
  const { processes, signals } = scene.given;
  const marked = new Set(signals.map(({ process }) => process));
  const known = new Set(
    deedsOf(scene, "contact").map(({ subject }) => parseEnd(subject)?.address ?? subject),
  );
  const named = processes
    .filter(({ process }) => marked.has(process))
    .flatMap((process) =>
      readCommandLine(process).map(({ type, value }) => ({ type, value, process })),
    )
    .filter(({ type, value }) => type === "ip" && isPublic(value) && !known.has(value));
  const addresses = [...Map.groupBy(named, ({ value }) => value)].map(([address, same]) =>
    action("contain", {
      text: `Block ${address} everywhere`,
      because: "a command names it, although no connection to it was seen from here",
      command: "",
      citations: citationsOf(same.map(({ process }) => process)),
    }),
  );
  const lookUps = deedsOf(scene, "lookup").filter(({ process }) => marked.has(process));
  const names = parentNames(lookUps.map(({ subject }) => subject)).slice(0, perKindMax);
  const domains = names.map((name) =>
    action("contain", {
      text: `Have resolvers refuse ${quoteCommand(name)} and all names below it`,
      because: "it was looked up",
      command: "",
      citations: citationsOf(lookUps.filter(({ subject }) => subject.endsWith(name))),
    }),
  );
  return [...addresses.slice(0, perKindMax), ...domains];
}

function isPublic(address: string): boolean {
  const bytes = parseAddress(address);
  return bytes !== undefined && classifyAddress(bytes) === "internet";
}

/** Expired as well: a lock alone lets keys in. */
function lockAccounts(scene: ActionScene): readonly IncidentAction[] {
  return deedsOf(scene, "account")
    .slice(0, perKindMax)
    .map((one) =>
      action("contain", {
        text: `Lock the account ${quoteCommand(one.subject, 40)}`,
        because: `${quoteCommand(one.detail, 40)} made or changed it`,
        command: isHostKey(one.container) ? shellCommand`usermod -L -e 1 ${one.subject}` : "",
        citations: one.citations,
      }),
    );
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

/** A server that somebody reached from here may have been made to do things, and not be watched. */
function lookAtServers(scene: ActionScene): readonly IncidentAction[] {
  const reached = deedsOf(scene, "lateral");
  const isMoved = signalsOf(scene, "lateral-movement").length > 0;
  const isScanned = signalsOf(scene, "scanning").length > 0;
  if (reached.length === 0 || !(isMoved || isScanned)) return [];
  const { input } = scene.given;
  const ends = reached.flatMap(({ subject }) => parseEnd(subject) ?? []);
  const names = [...new Map(ends.map(({ address, port }) => [address, port]))].map(
    ([address, port]) => `${address}${nameListener(input, address, port)}`,
  );
  const many = names.length > 4 ? ` and ${names.length - 4} more` : "";
  const which = `${names.slice(0, 4).join(", ")}${many}`;
  return [
    action("contain", {
      text: isMoved
        ? `Look at what was done on ${which} from here, and cut it off from here`
        : `Look whether ${which} let somebody in from here`,
      because: `connections to it were tried, and a rule of ${isMoved ? "lateral movement" : "scans"} matched`,
      command: "",
      citations: citationsOf(reached),
    }),
  ];
}
