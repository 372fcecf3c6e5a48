/**
 * Holds what is told about joins that failed or are doubtful.
 * In: joins, and what they were made from. Out: problems, each with what to do.
 * Must never print a name from telemetry unquoted.
 */
import { cutText } from "../event/bounds.ts";
import type { ProblemLog, ProblemWeight } from "../event/problem.ts";
import type { Sbom, Scan } from "../inventory/image.ts";
import type { ContainerFact } from "../observe/fact.ts";
import type { NameRefusal } from "./match-by-hand.ts";

const shownLengthMax = 120;

/** JSON's escapes make control characters and quotes visible. */
export function quote(text: string): string {
  return JSON.stringify(cutText(text, shownLengthMax));
}

export function reportNames(refusals: readonly NameRefusal[], problems: ProblemLog): void {
  for (const { given, reason } of refusals) {
    const message = `${quote(given.name)} was not joined to ${quote(given.input)}: ${reason}.`;
    add(problems, { code: "name-not-joined", weight: "unreadable", message, input: given.input });
  }
}

interface Joined {
  readonly container: ContainerFact;
  readonly sbom: Sbom | undefined;
  readonly scan: Scan | undefined;
  readonly by: string;
  readonly note: string;
}

interface Given {
  readonly sboms: readonly Sbom[];
  readonly scans: readonly Scan[];
  readonly problems: ProblemLog;
}

export function reportJoins(joins: readonly Joined[], { sboms, scans, problems }: Given): void {
  for (const join of joins) reportJoin(join, problems);
  const usedSboms = new Set(joins.map(({ sbom }) => sbom));
  for (const { input } of sboms.filter((one) => !usedSboms.has(one))) {
    const message =
      "No container that was seen runs this image, as far as digests, ids and names tell; `--sbom NAME=FILE` joins it by hand.";
    add(problems, { code: "sbom-not-joined", weight: "notice", message, input });
  }
  const usedScans = new Set(joins.flatMap((join) => (join.sbom === undefined ? [] : [join.scan])));
  for (const { input } of scans.filter((one) => !usedScans.has(one))) {
    const message =
      "The SBOM this scan was made of is not joined to any container: use of its packages is unknown. Give the SBOM of the same build.";
    add(problems, { code: "scan-without-sbom", weight: "doubtful", message, input });
  }
}

function reportJoin({ container, sbom, by, note }: Joined, problems: ProblemLog): void {
  if (container.container.startsWith("host:")) return;
  const name = quote(container.containerName || container.pod || container.container);
  const input = sbom?.input ?? "";
  if (sbom === undefined) {
    const reason = note === "" ? "no SBOM given has its digest, image id, reference or name" : note;
    const message = `Container ${name} has no SBOM: ${reason}. Its packages are unknown; \`--sbom NAME=FILE\` joins one by hand.`;
    add(problems, { code: "container-without-sbom", weight: "doubtful", message, input });
  } else if (note !== "") {
    const message = `Container ${name} is joined by ${by}: ${note}.`;
    add(problems, { code: "join-doubtful", weight: "doubtful", message, input });
  }
}

function add(
  problems: ProblemLog,
  told: { code: string; weight: ProblemWeight; message: string; input: string },
): void {
  const { code, weight, message, input } = told;
  problems.add({ code, weight, message, place: { input, offset: -1, line: 0 } });
}
