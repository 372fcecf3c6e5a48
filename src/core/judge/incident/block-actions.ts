/**
 * Holds what keeps traffic from an intruder's places: addresses, names, the cloud's metadata.
 * In: a scene of actions. Out: actions with the evidence they rest on.
 */
import { isInternetAddress } from "../../event/ip-address.ts";
import { isHostKey } from "../../observe/container-key.ts";
import { type ActionScene, action, citationsOf, deedsOf, perKindMax } from "./action-scene.ts";
import type { IncidentAction } from "./incident.ts";
import { parseEnd } from "./parse-end.ts";
import { quoteCommand, quoteList } from "./quote-command.ts";
import { readCommandLine } from "./read-command-line.ts";
import { isBelow, parentNames } from "./read-targets.ts";
import { shellCommand } from "./shell-word.ts";

/** **Order**: what was contacted, what was named alone, the metadata service. */
export function blockActions(scene: ActionScene): readonly IncidentAction[] {
  return [...blockAddresses(scene), ...blockNamed(scene), ...blockMetadata(scene)];
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
    .flatMap((process) => readCommandLine(process).map((one) => ({ ...one, process })))
    .filter(({ type, value }) => type === "ip" && isInternetAddress(value) && !known.has(value));
  const addresses = [...Map.groupBy(named, ({ value }) => value)].map(([address, same]) =>
    action("contain", {
      text: `Block ${address} everywhere`,
      because: "a command names it, although no connection to it was seen from here",
      command: "",
      citations: citationsOf(same.map(({ process }) => process)),
    }),
  );
  const lookUps = deedsOf(scene, "lookup");
  const suspect = lookUps.filter(({ process }) => marked.has(process));
  const names = parentNames(lookUps.map(({ subject }) => subject))
    .filter((name) => suspect.some(({ subject }) => isBelow(subject, name)))
    .slice(0, perKindMax);
  const domains = names.map((name) =>
    action("contain", {
      text: `Have resolvers refuse ${quoteCommand(name)} and all names below it`,
      because: "it was looked up",
      command: "",
      citations: citationsOf(suspect.filter(({ subject }) => isBelow(subject, name))),
    }),
  );
  return [...addresses.slice(0, perKindMax), ...domains];
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
