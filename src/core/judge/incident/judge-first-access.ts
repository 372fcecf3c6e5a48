/**
 * Holds how somebody came in, as far as the events tell.
 * In: a case. Out: one sentence with its ground, and how sure it is.
 * Must never call likely what nothing was seen of.
 */
import { formatTime } from "../../event/format-time.ts";
import { isHostKey } from "../../observe/container-key.ts";
import type { ProcessFact } from "../../observe/detect/detect-fact.ts";
import type { EntryKind } from "../../observe/detect/subject.ts";
import { nameWorkload } from "../name-workload.ts";
import { workloadKey } from "../workload-key.ts";
import type { FirstAccess } from "./incident.ts";
import type { IncidentCase } from "./incident-case.ts";
import { commandOf, programOf } from "./name-process.ts";
import { quoteCommand, quoteList } from "./quote-command.ts";
import type { Session } from "./session.ts";

/** Of the session that acted first. */
export function judgeFirstAccess(given: IncidentCase): FirstAccess {
  const [session] = given.sessions;
  if (session === undefined) return unseen("", "No session is known.");
  const root = given.processOf(session.entry);
  const host = given.processOf(session.host);
  const visit = given.processOf(given.visitor?.entry ?? "");
  const seen = [root, host, visit].flatMap((one) => one?.citations ?? []);
  const citations = seen.slice(0, 3);
  const said = describe(session, { root, host, given });
  return { how: session.entryKind, process: session.entry, citations, ...said };
}

function unseen(process: string, text: string): FirstAccess {
  return { how: "unknown", text, process, confidence: "unknown", citations: [] };
}

interface Ground {
  readonly root: ProcessFact | undefined;
  readonly host: ProcessFact | undefined;
  readonly given: IncidentCase;
}

type Said = Pick<FirstAccess, "text" | "confidence">;

function describe(session: Session, ground: Ground): Said {
  const { root, host, given } = ground;
  const command = root === undefined ? "a process" : quoteCommand(commandOf(root), 100);
  const by = host === undefined ? "" : ` (${quoteCommand(programOf(host), 40)}, pid ${host.pid})`;
  const seen = host === undefined ? "likely" : "seen";
  const say = (text: string, confidence: FirstAccess["confidence"]): Said => ({ text, confidence });
  const kinds: Readonly<Record<EntryKind, () => Said>> = {
    service: () => describeService(session, ground),
    operator: () =>
      say(
        `Somebody entered the container from outside, as kubectl exec does${by}, ` +
          `and ran ${command}.`,
        "seen",
      ),
    login: () => say(`It began in a login session${by} with ${command}${account(root)}.`, seen),
    scheduled: () => say(`A scheduled job${by} ran ${command}.`, seen),
    startup: () =>
      isHostKey(session.container)
        ? say(
            `The machine's own start${by} ran ${command}: a unit or timer of it did it.`,
            "likely",
          )
        : say(
            `The container's own start ran ${command}: its image or entry point did it.`,
            "likely",
          ),
    probe: () => say(`A probe of the container${by} ran ${command}.`, seen),
    "package-manager": () => say(`An installation of packages${by} ran ${command}.`, seen),
    runtime: () => say(`The container runtime${by} ran ${command}.`, "likely"),
    unknown: () =>
      say(
        host === undefined
          ? `It began with ${command}; who started it was not seen.`
          : `${quoteCommand(commandOf(host), 80)} (pid ${host.pid}) started ${command}; how ` +
              "somebody came to it is not known.",
        "unknown",
      ),
  };
  return addVisitor(addContact(kinds[session.entryKind](), given), given);
}

/** A person in the container at that moment is the likelier hand than a request from far away. */
function addVisitor(said: Said, { visitor, processOf, firstSeenUs }: IncidentCase): Said {
  const root = visitor === undefined ? undefined : processOf(visitor.entry);
  if (root === undefined) return said;
  const who = `${quoteCommand(commandOf(root), 60)}, pid ${root.pid}`;
  const before = (visitor?.processes ?? []).filter(
    ({ process, startUs }) => process !== root.process && startUs <= firstSeenUs,
  );
  const last = before.slice(-2).map(commandOf);
  const ran = last.length === 0 ? "" : `, and ran ${quoteList(last, 2, 100)}`;
  const text = `${said.text} Just before, somebody was in the container (${who})${ran}.`;
  return { ...said, text };
}

function account(root: ProcessFact | undefined): string {
  if (root === undefined || root.auid < 0) return "";
  return ` (login uid ${root.auid})`;
}

/** A service runs commands for whoever sends it requests, if it has a hole. */
function describeService(session: Session, { root, host, given }: Ground): Said {
  const command = root === undefined ? "a command" : quoteCommand(commandOf(root), 100);
  if (host === undefined) {
    const isServer =
      root?.process === session.entry && session.signals[0]?.process === root?.process;
    return isServer
      ? { text: `The service ${command} did it itself.`, confidence: "likely" }
      : { text: `A service started ${command}; which one was not seen.`, confidence: "unknown" };
  }
  const name = quoteCommand(programOf(host), 40);
  const from = clientsOf(given);
  const text =
    `The service ${name} (pid ${host.pid}) started ${command}: a request to it probably made it ` +
    `run commands${from}.`;
  return { text, confidence: "likely" };
}

const clientCountMax = 3;

/** Who was seen to connect to the workload, those from the internet first. */
function clientsOf({ input, workloads, firstSeenUs }: IncidentCase): string {
  const keys = new Set(workloads.map(workloadKey));
  const before = formatTime(firstSeenUs) ?? "";
  const names = input.flows
    .filter(({ to, firstSeen }) => {
      const isOurs = to.workload !== null && keys.has(workloadKey(to.workload));
      return isOurs && firstSeen !== null && firstSeen <= before;
    })
    .sort((a, b) => Number(b.from.kind === "internet") - Number(a.from.kind === "internet"))
    .map(({ from }) => (from.workload === null ? from.name : nameWorkload(from.workload)));
  const shown = [...new Set(names)].slice(0, clientCountMax).map((name) => quoteCommand(name));
  return shown.length === 0 ? "" : `; it had connections from ${shown.join(", ")}`;
}

/** Where a connection of another session led to this one, that is how. */
function addContact(said: Said, { group, sessions }: IncidentCase): Said {
  const [first] = sessions;
  const link = group.links.find(({ to, why }) => to === first?.entry && why.startsWith("it conn"));
  return link === undefined ? said : { ...said, text: `${said.text} Before, ${link.why}.` };
}
