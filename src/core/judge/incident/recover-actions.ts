/**
 * Holds what makes things whole and closes the way in: renew secrets, upgrade, rebuild, restore.
 * In: a scene of actions. Out: actions with the evidence they rest on.
 */
import { isHostKey } from "../../observe/container-key.ts";
import type { Family } from "../../observe/detect/rule.ts";
import { nameWorkload } from "../name-workload.ts";
import {
  type ActionScene,
  action,
  citationsOf,
  containerOf,
  deedsOf,
  enteredOf,
  perKindMax,
  podsOf,
  signalsOf,
} from "./action-scene.ts";
import type { IncidentAction } from "./incident.ts";
import { programOf } from "./name-process.ts";
import { quoteCommand, quoteList } from "./quote-command.ts";
import type { Deed } from "./read-deeds.ts";
import { secretOf } from "./secret-table.ts";
import { shellCommand } from "./shell-word.ts";
import { isStrong } from "./weigh-signals.ts";

export function recoverActions(scene: ActionScene): readonly IncidentAction[] {
  return [
    ...renewSecrets(scene),
    ...renewSettings(scene),
    ...closeHole(scene),
    ...narrowSudo(scene),
    ...narrowEntry(scene),
    ...rebuildNodes(scene),
    ...rebuildHosts(scene),
    ...restoreData(scene),
    ...rebuildImages(scene),
  ];
}

/** One action for each kind of secret, naming the files. */
function renewSecrets(scene: ActionScene): readonly IncidentAction[] {
  const read = deedsOf(scene, "secret");
  const groups = Map.groupBy(read, ({ subject }) => secretOf(subject)?.renew ?? "Renew");
  const renewals = [...groups].slice(0, perKindMax).map(([renew, same]) =>
    action("recover", {
      text: `${renew}: ${quoteList(
        same.map(({ subject }) => subject),
        3,
      )}`,
      because: `the session went for them (${same[0]?.detail ?? ""})`,
      command: accountCommand(scene, same),
      citations: citationsOf(same),
    }),
  );
  const asked = deedsOf(scene, "metadata");
  if (asked.length === 0) return renewals;
  const role = action("recover", {
    text: "Make the credentials of the node's or pod's cloud role void, and look at their use",
    because: `the metadata service gives them out: ${quoteList(
      asked.map((one) => one.subject),
      2,
    )}`,
    command: "",
    citations: citationsOf(asked),
  });
  return [...renewals, role];
}

/** Which service account it is. */
function accountCommand(scene: ActionScene, same: readonly Deed[]): string {
  const [first] = same.filter(({ detail }) => detail === "service account token");
  const fact = first === undefined ? undefined : containerOf(scene, first.container);
  if (fact === undefined || fact.pod === "") return "";
  const { namespace, pod } = fact;
  const field = "jsonpath={.spec.serviceAccountName}";
  return shellCommand`kubectl -n ${namespace} get pod ${pod} -o ${field}`;
}

function renewSettings(scene: ActionScene): readonly IncidentAction[] {
  const read = deedsOf(scene, "look");
  if (read.length === 0) return [];
  return [
    action("recover", {
      text: `Renew passwords and keys that stand in ${quoteList(
        read.map(({ subject }) => subject),
        4,
      )}`,
      because: "a command of the session brought out what is in it",
      command: "",
      citations: citationsOf(read),
    }),
  ];
}

/** Where sudo was the way up, it is so for whoever comes next. */
function narrowSudo(scene: ActionScene): readonly IncidentAction[] {
  const risen = signalsOf(scene, "privilege-escalation").filter(isStrong);
  const sudo = scene.given.processes.filter((one) => programOf(one) === "sudo");
  if (risen.length === 0 || sudo.length === 0) return [];
  return [
    action("recover", {
      text: "Narrow what sudo allows: no tool that can start a shell",
      because: `${quoteList(
        risen.map(({ title }) => title),
        2,
        80,
      )} matched, and sudo was used`,
      command: isHostKey(sudo[0]?.container ?? "")
        ? "grep -rn -v '^#' /etc/sudoers /etc/sudoers.d"
        : "",
      citations: citationsOf(sudo),
    }),
  ];
}

function narrowEntry(scene: ActionScene): readonly IncidentAction[] {
  const entered = enteredOf(scene);
  const pods = podsOf(scene).filter((one) =>
    entered.some(({ container }) => container === one.container),
  );
  return pods.slice(0, 1).map(({ namespace }) =>
    action("recover", {
      text: `Let only those enter pods of ${quoteCommand(namespace, 60)} who must (pods/exec)`,
      because: "somebody entered one from outside",
      command: "kubectl get rolebindings,clusterrolebindings -A -o wide",
      citations: citationsOf([...entered.flatMap(({ signals }) => signals)]),
    }),
  );
}

const foreignCode: readonly Family[] = [
  ...(["download-execute", "reverse-shell", "fileless", "masquerading"] as const),
  ...(["miner", "web-shell"] as const),
];

/** Who ran a program of his own as root may have left what no event shows. */
function rebuildHosts(scene: ActionScene): readonly IncidentAction[] {
  const { processOf } = scene.given;
  const told = signalsOf(scene, ...foreignCode).filter(
    (one) => isStrong(one) && isHostKey(one.container) && processOf(one.process)?.uid === 0,
  );
  return [...Map.groupBy(told, ({ node }) => node)].slice(0, 3).map(([node, same]) =>
    action("recover", {
      text: `Set ${quoteCommand(node, 60)} up anew, or compare it with a known state`,
      because: `as root: ${quoteList(
        same.map(({ title }) => title),
        2,
        80,
      )}`,
      command: "",
      citations: citationsOf(same),
    }),
  );
}

function closeHole(scene: ActionScene): readonly IncidentAction[] {
  const { given, causes } = scene;
  const [first] = given.sessions;
  if (first?.entryKind !== "service") return [];
  const upgrades = causes.slice(0, 3).map((cause) =>
    action("recover", {
      text:
        `Upgrade ${quoteCommand(cause.packageName, 60)} (${cause.vulnerability}): it may be ` +
        "how they came in",
      because: cause.why,
      command: shellCommand`waggle explain ${cause.vulnerability}`,
      citations: citationsOf(first.signals),
    }),
  );
  const host = given.processOf(first.host);
  const name = host === undefined ? "the service" : quoteCommand(programOf(host), 40);
  const look = action("recover", {
    text: `Find the request that made ${name} run commands, and mend the service`,
    because: "it started the session",
    command: "",
    citations: citationsOf(first.signals),
  });
  return [...upgrades, look];
}

function rebuildNodes(scene: ActionScene): readonly IncidentAction[] {
  const escapes = signalsOf(scene, "escape").filter(({ level }) => level !== "low");
  const nodes = [...new Set(escapes.map(({ node }) => node))];
  return nodes.slice(0, 3).map((node) =>
    action("recover", {
      text: `Take node ${quoteCommand(node, 60)} for lost: drain it and set it up anew`,
      because: `${quoteList(
        escapes.map(({ title }) => title),
        2,
        80,
      )} matched on it`,
      command: shellCommand`kubectl drain ${node} --ignore-daemonsets --delete-emptydir-data`,
      citations: citationsOf(escapes),
    }),
  );
}

function restoreData(scene: ActionScene): readonly IncidentAction[] {
  const harm = signalsOf(scene, "impact");
  if (harm.length === 0) return [];
  const files = deedsOf(scene, "delete", "write").map(({ subject }) => subject);
  const servers = deedsOf(scene, "lateral").map(({ subject }) => subject);
  const objects = files.length > 0 ? files : servers;
  const named = objects.length === 0 ? "" : `: ${quoteList(objects, 3)}`;
  return [
    action("recover", {
      text: `Restore data from a copy that was made before${named}`,
      because: `${quoteList(
        harm.map(({ title }) => title),
        2,
        80,
      )} matched`,
      command: "",
      citations: citationsOf(harm),
    }),
  ];
}

/** What came with the image comes again with each new pod. */
function rebuildImages(scene: ActionScene): readonly IncidentAction[] {
  const { given } = scene;
  const installed = signalsOf(scene, "supply-chain");
  const started = given.sessions.slice(0, 1).filter(({ entryKind }) => entryKind === "startup");
  if (installed.length === 0 && started.length === 0) return [];
  const images = given.containers.map(({ imageName }) => imageName).filter((name) => name !== "");
  const names = images.length > 0 ? images : given.workloads.map(nameWorkload);
  const told = [...installed, ...started.flatMap(({ signals }) => signals)];
  return [
    action("recover", {
      text: `Look into ${quoteList(names, 3)} and build it anew from sources you trust`,
      because:
        installed.length > 0
          ? "an installation ran the commands"
          : "the container's own processes did it: a new pod would do it again",
      command: "",
      citations: citationsOf(told),
    }),
  ];
}
