/**
 * Holds how the shipped policies are told to people: the head of each file, and one document.
 * In: shipped policies. Out: lines of a comment, Markdown.
 * Must never say a number that is not in the data.
 */
import { estimateMemory } from "./estimate-memory.ts";
import { costsOf, type PolicyCost } from "./measured-costs.ts";
import { oldestTetragon } from "./oldest-tetragon.ts";
import { renderPolicy } from "./render-policy.ts";
import { policyGroups, type ShippedPolicy } from "./shipped-policy.ts";

/** **Unit**: columns of a comment. */
const commentWidth = 98;

/** A shipped policy as its file: what it is for, what it costs, then the policy. */
export function renderShipped(one: ShippedPolicy): string {
  const lines = [
    `${capital(one.shows)}. Observes only.`,
    `Feeds: ${one.feeds}.`,
    `Cost: ${costText(one)}.`,
    `Kernel memory: about ${kilobytes(one)} KB, estimated.`,
    `Needs: kernel ${one.kernel}; Tetragon ${oldestTetragon(one.policy.spec)} or later.`,
    "Does not see:",
    ...one.blindSpots.map((text) => `- ${text}`),
    "Written by scripts/policies.ts; the end of its name is a hash of what it says.",
  ];
  return renderPolicy(
    one.policy,
    lines.flatMap((line) => wrap(line, commentWidth)),
  );
}

/** **Shape**: Markdown, at most 120 columns a line. */
export function policiesDocument(policies: readonly ShippedPolicy[]): string {
  const groups = policyGroups.flatMap((group) => {
    const members = policies.filter((one) => one.group === group);
    return [`## ${groupTitles[group]}`, "", ...members.flatMap(describeOne)];
  });
  return [...introduction, "", ...overview(policies), "", ...groups].join("\n");
}

const groupTitles: Readonly<Record<(typeof policyGroups)[number], string>> = {
  use: "Use of packages",
  flows: "Flows",
  rights: "Rights and credentials",
  attacks: "Attacks",
};

const introduction = `# Policies

Tracing policies that waggle ships in \`policies/\`, one purpose each. All of them only
observe: none stops, kills or changes anything, and the code that writes them has no way to
say so.

Load them with \`waggle policy apply\`, or with \`kubectl apply -f policies/NAME.yaml\`. The end
of a policy's name is a hash of what it says: the same content has the same name, and a new
content is loaded before the old one is removed.

Cost is counted, not guessed: the events of a recording that pass the hooks and filters of
the policy, over the whole time of the recording. \`shop-full\` and \`shop-late\` are ten
containers on an emulated, slow machine, \`host-smoke\` is a host without containers,
\`attacks-dev\` and \`ordinary-dev\` are attacks and ordinary work beside background traffic.
Cost follows what a machine does: \`waggle policy status\` tells how many events each policy
gave on yours.

Beside these, \`waggle policy plan\` makes policies of its own, \`files\` and \`mappings\`, which
watch only the files that still decide whether a vulnerable package is used. Where it has
SBOMs and scans they take the place of \`file-use\` and \`code-mappings\`, at a small part of
the cost.

Two things are true of all of them. A policy over TCP would report the sending of its own
events: the agent's own programs are left out, but not waggle, which should ask over the
unix socket. And what a policy did not see before it was loaded stays unseen.`.split("\n");

function overview(policies: readonly ShippedPolicy[]): readonly string[] {
  const rows = policies.map((one) => {
    const { purpose } = one.policy;
    const cells = [`[\`${purpose}\`](#${purpose})`, one.group, rateText(one)];
    return `| ${[...cells, one.isDefault ? "yes" : ""].join(" | ")} |`;
  });
  return ["| policy | set | events/s | loaded by default |", "|---|---|---|---|", ...rows];
}

function rateText({ policy }: ShippedPolicy): string {
  const costs = costsOf(policy.purpose);
  if (costs.length === 0) return "not measured";
  const rates = costs.map(({ perSecond }) => perSecond);
  const low = Math.min(...rates);
  const high = Math.max(...rates);
  return low === high ? String(low) : `${low} to ${high}`;
}

function describeOne(one: ShippedPolicy): readonly string[] {
  const { policy, costNote } = one;
  const { loader, hooks } = policy.spec;
  const calls = [...(loader === true ? ["loader"] : []), ...hooks.map(({ call }) => call)];
  const measured = costsOf(policy.purpose).map((cost) => `  - ${countText(cost)}`);
  return [
    `### ${policy.purpose}`,
    "",
    ...bullet(`${capital(one.shows)}.`),
    ...bullet(`Hooks: ${calls.map((call) => `\`${call}\``).join(", ")}.`),
    ...bullet(`Feeds: ${one.feeds}.`),
    ...(measured.length > 0 ? ["- Cost:", ...measured] : []),
    ...(costNote === "" ? [] : bullet(`Of its cost: ${costNote}.`)),
    ...bullet(`Kernel memory: about ${kilobytes(one)} KB, estimated.`),
    ...bullet(`Kernel: ${one.kernel}. Tetragon: ${oldestTetragon(policy.spec)} or later.`),
    "- Does not see:",
    ...one.blindSpots.flatMap((text) => wrap(`  - ${text}`, 118, "    ")),
    "",
  ];
}

function bullet(text: string): readonly string[] {
  return wrap(`- ${text}`, 118, "  ");
}

function costText({ policy, costNote }: ShippedPolicy): string {
  const counted = costsOf(policy.purpose).map(countText).join("; ");
  return [counted, costNote].filter((text) => text !== "").join("; ");
}

function countText({ recording, eventCount, perSecond }: PolicyCost): string {
  return `${eventCount} events in ${recording}, ${perSecond} a second`;
}

/** **Unit**: 1,000 bytes. */
function kilobytes({ policy }: ShippedPolicy): number {
  return Math.ceil(estimateMemory(policy.spec) / 1000);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function wrap(text: string, width: number, indent = "  "): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/(?<=\S) /)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length > width && line !== "") {
      lines.push(line);
      line = indent + word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}
