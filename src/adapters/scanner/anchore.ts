/**
 * Holds the port `Scanner` over the programs `syft` and `grype`.
 * In: a target. Out: an SBOM that lists all files, symlinks included, and the vulnerabilities that
 * Grype matches to exactly that SBOM, so that the ids in both agree.
 * Must never fetch the programs, nor in the background anything else that was not asked for.
 */
import { join } from "node:path";
import type {
  ImageSource,
  MatchRequest,
  MatchResult,
  Scanner,
  ScanRequest,
  ScanResult,
  ToolRequest,
} from "../../ports/scanner.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { findTool } from "./find-tool.ts";
import { requireLocalImage } from "./local-image.ts";
import { nameTarget } from "./name-target.ts";
import { offlineEnvironment } from "./offline-environment.ts";
import { readDataVersion } from "./read-data-version.ts";
import { type Deadline, runStep } from "./run-step.ts";
import { runTool } from "./run-tool.ts";
import { withWorkFolder } from "./work-folder.ts";

/** Without it Syft lists regular files only, and libraries are found by their symlinks. */
const syftEnvironment = { SYFT_FILE_METADATA_SELECTION: "all" };
/** Only the threshold of the user's own configuration was met: the report is written. */
const grypeThresholdCode = 2;
const versionTimeoutMs = 15_000;

const sources = {
  syft: "https://github.com/anchore/syft",
  grype: "https://github.com/anchore/grype",
} as const;

type ToolName = keyof typeof sources;

export function createAnchoreScanner(): Scanner {
  return { scan, match, dataVersion };
}

async function scan(request: ScanRequest): Promise<ScanResult> {
  const target = await targetOf(request);
  const syft = requireTool("syft");
  const grype = requireTool("grype");
  if (request.isBackground === true) await requireLocalImage(request);
  const toolVersions = { syft: await versionOf(syft), grype: await versionOf(grype) };
  const sbomFile = join(request.outputDirectory, `${fileNameOf(request.name)}.syft.json`);
  const deadline = deadlineOf(request);
  const vulnerabilitiesFile = await withWorkFolder(request.outputDirectory, async (folder) => {
    const temporary = join(folder, "document.json");
    await runStep(deadline, {
      tool: "syft",
      program: syft,
      arguments: [target, "-o", `json=${temporary}`],
      environment: syftEnvironment,
      quietEnvironment: quietEnvironmentOf(request, request.imageSource),
      temporary,
      file: sbomFile,
      acceptedCodes: [0],
    });
    return runGrype({ ...request, sbomFile }, { deadline, grype, folder });
  });
  return { sbomFile, vulnerabilitiesFile, toolVersions };
}

async function match(request: MatchRequest): Promise<MatchResult> {
  const grype = requireTool("grype");
  const toolVersions = { grype: await versionOf(grype) };
  const deadline = deadlineOf(request);
  const vulnerabilitiesFile = await withWorkFolder(request.outputDirectory, (folder) =>
    runGrype(request, { deadline, grype, folder }),
  );
  return { vulnerabilitiesFile, toolVersions };
}

async function dataVersion(): Promise<string> {
  const grype = findTool("grype");
  return grype === undefined ? "" : readDataVersion(grype);
}

interface GrypeRun {
  readonly deadline: Deadline;
  readonly grype: string;
  readonly folder: string;
}

async function runGrype(request: MatchRequest, run: GrypeRun): Promise<string> {
  const temporary = join(run.folder, "document.json");
  const file = join(request.outputDirectory, `${fileNameOf(request.name)}.grype.json`);
  await runStep(run.deadline, {
    tool: "grype",
    program: run.grype,
    arguments: [`sbom:${request.sbomFile}`, "-o", `json=${temporary}`],
    environment: {},
    quietEnvironment: quietEnvironmentOf(request, undefined),
    temporary,
    file,
    acceptedCodes: [0, grypeThresholdCode],
  });
  return file;
}

/** A reference from outside is never a path: such as `dir:/` would make Syft read the host. */
async function targetOf({ target, imageSource }: ScanRequest): Promise<string> {
  return imageSource === undefined ? nameTarget(target) : `${imageSource}:${target}`;
}

function quietEnvironmentOf(
  { isBackground }: ToolRequest,
  source: ImageSource | undefined,
): Readonly<Record<string, string>> {
  return isBackground === true ? offlineEnvironment(process.env, source) : {};
}

function deadlineOf(request: ToolRequest): Deadline {
  return { request, atMs: Date.now() + request.timeoutMs };
}

function requireTool(tool: ToolName): string {
  const program = findTool(tool);
  if (program !== undefined) return program;
  throw new WaggleError(
    "tool-missing",
    `${tool} is not on PATH. Get it from ${sources[tool]} (or \`brew install ${tool}\`). Or scan ` +
      "elsewhere with `SYFT_FILE_METADATA_SELECTION=all syft TARGET -o json=sbom.json` and " +
      "`grype sbom:sbom.json -o json=vulns.json`, and give both files to `waggle report`.",
  );
}

/** "" when the tool does not tell. */
async function versionOf(program: string): Promise<string> {
  const lines: string[] = [];
  const end = await runTool({
    program,
    arguments: ["version"],
    environment: {},
    timeoutMs: versionTimeoutMs,
    onLine: (line) => lines.length < 50 && lines.push(line),
  });
  const version = lines.map((line) => /^Version:\s*(\S{1,40})/.exec(line)?.[1]).find(Boolean);
  return end.code === 0 ? (version ?? "") : "";
}

/** A name from outside must stay one file inside the folder. */
function fileNameOf(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[.-]+/, "");
  return safe.slice(0, 100) || "scan";
}
