/**
 * Holds what is told about joins that failed or are doubtful.
 * In: joins, and what they were made from. Out: problems, each with what to do.
 * Must never print a name from telemetry unquoted.
 */

import type { ProblemLog, ProblemWeight } from "../event/problem.ts";
import type { Sbom, Scan } from "../inventory/image.ts";
import { isHostKey } from "../observe/container-key.ts";
import type { ContainerFact } from "../observe/fact.ts";
import type { NameRefusal } from "./match-by-hand.ts";
import { quoteName } from "./quote-name.ts";

export function reportNames(refusals: readonly NameRefusal[], problems: ProblemLog): void {
  for (const { given, reason } of refusals) {
    const names = `${quoteName(given.name)} was not joined to ${quoteName(given.input)}`;
    const message = `${names}: ${reason}.`;
    add(problems, { code: "name-not-joined", weight: "unreadable", message, input: given.input });
  }
}

/** A join with what is to be said of it, by what it is about. */
interface ToldJoin {
  readonly join: {
    readonly container: ContainerFact;
    readonly sbom: Sbom | undefined;
    readonly by: string;
  };
  readonly sbomNote: string;
  readonly scanNote: string;
}

interface Given {
  readonly sboms: readonly Sbom[];
  /** Those that belong to no given SBOM. */
  readonly scans: readonly Scan[];
  readonly problems: ProblemLog;
}

/** **Order**: containers as given, then documents that fit none. */
export function reportJoins(told: readonly ToldJoin[], { sboms, scans, problems }: Given): void {
  for (const one of told) reportJoin(one, problems);
  const usedSboms = new Set(told.map(({ join }) => join.sbom));
  for (const { input } of sboms.filter((one) => !usedSboms.has(one))) {
    const message =
      "No container that was seen runs this image, as far as digests, ids and names tell; " +
      "`--sbom NAME=FILE` joins it by hand.";
    add(problems, { code: "sbom-not-joined", weight: "notice", message, input });
  }
  for (const { input } of scans) {
    const message =
      "The SBOM this scan was made of was not given: use of the packages it names is unknown. " +
      "Give the SBOM of the same build.";
    add(problems, { code: "scan-without-sbom", weight: "doubtful", message, input });
  }
}

function reportJoin({ join, sbomNote, scanNote }: ToldJoin, problems: ProblemLog): void {
  const { container, sbom, by } = join;
  if (isHostKey(container.container)) return;
  const name = quoteName(container.containerName || container.pod || container.container);
  const input = sbom?.input ?? "";
  const tell = (code: string, message: string) =>
    add(problems, { code, weight: "doubtful", message, input });
  if (sbom === undefined) {
    const reason = sbomNote === "" ? "none given has its digest, image id or name" : sbomNote;
    tell(
      "container-without-sbom",
      `Container ${name} has no SBOM: ${reason}. Its packages are unknown; ` +
        "`--sbom NAME=FILE` joins one by hand.",
    );
    return;
  }
  if (sbomNote !== "") tell("join-doubtful", `Container ${name} is joined by ${by}: ${sbomNote}.`);
  if (scanNote !== "") {
    const message = `The SBOM of container ${name} has no scan: ${scanNote}.`;
    tell("sbom-without-scan", `${message} Its vulnerabilities are not known.`);
  }
}

function add(
  problems: ProblemLog,
  told: { code: string; weight: ProblemWeight; message: string; input: string },
): void {
  const { code, weight, message, input } = told;
  problems.add({ code, weight, message, place: { input, offset: -1, line: 0 } });
}
