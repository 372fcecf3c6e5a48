/**
 * Holds what stops an intruder from going on: isolate, block, freeze.
 * In: a scene of actions. Out: actions with the evidence they rest on.
 * Must never advise to stop what nothing speaks against, or to destroy evidence.
 */
import type { ProcessFact } from "../../observe/detect/detect-fact.ts";
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
import { blockActions } from "./block-actions.ts";
import { closeActions } from "./close-actions.ts";
import type { IncidentAction } from "./incident.ts";
import { nameListener } from "./name-listener.ts";
import { commandOf } from "./name-process.ts";
import { parseEnd } from "./parse-end.ts";
import { quoteCommand, quoteList } from "./quote-command.ts";
import { shellCommand } from "./shell-word.ts";
import { isStrong } from "./weigh-signals.ts";

/** **Order**: most urgent first. */
export function containActions(scene: ActionScene): readonly IncidentAction[] {
  return [
    ...isolatePods(scene),
    ...blockActions(scene),
    ...freezeProcesses(scene),
    ...closeActions(scene),
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
        text:
          `Isolate pod ${quoteCommand(`${namespace}/${pod}`)} by a network policy; ` +
          "what other policies allow it stays allowed",
        because,
        command: label === "" || apply === "" ? "" : `${label} && ${apply}`,
        citations: citationsOf(own.length > 0 ? own : here),
      });
    });
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
  const rule = isMoved ? "lateral movement" : "scans";
  return [
    action("contain", {
      text: isMoved
        ? `Look at what was done on ${which} from here, and cut it off from here`
        : `Look whether ${which} let somebody in from here`,
      because: `connections were tried, and a rule of ${rule} matched`,
      command: "",
      citations: citationsOf(reached),
    }),
  ];
}
