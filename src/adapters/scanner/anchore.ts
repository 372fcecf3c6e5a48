/**
 * Holds the port `Scanner` over the programs `syft` and `grype`.
 * In: a target. Out: an SBOM that lists all files, symlinks included, and the vulnerabilities that
 * Grype matches to exactly that SBOM, so that the ids in both agree.
 * Must never fetch the programs, nor decide about updates of their data: their environment does.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Scanner, ScanRequest, ScanResult } from "../../ports/scanner.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { findTool } from "./find-tool.ts";
import { nameTarget } from "./name-target.ts";
import { runTool, type ToolEnd } from "./run-tool.ts";
import { putFile, withWorkFolder } from "./work-folder.ts";

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

interface Step {
  readonly tool: ToolName;
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What the tool writes; renamed to `file` when it is done. */
  readonly temporary: string;
  readonly file: string;
  readonly acceptedCodes: readonly number[];
}

export function createAnchoreScanner(): Scanner {
  return { scan };
}

async function scan(request: ScanRequest): Promise<ScanResult> {
  const target = await nameTarget(request.target);
  const syft = requireTool("syft");
  const grype = requireTool("grype");
  const toolVersions = { syft: await versionOf(syft), grype: await versionOf(grype) };
  const name = fileNameOf(request.name);
  const sbomFile = join(request.outputDirectory, `${name}.syft.json`);
  const vulnerabilitiesFile = join(request.outputDirectory, `${name}.grype.json`);
  const deadlineMs = Date.now() + request.timeoutMs;
  await withWorkFolder(request.outputDirectory, async (folder) => {
    const temporary = join(folder, "document.json");
    await runStep(request, deadlineMs, {
      tool: "syft",
      program: syft,
      arguments: [target, "-o", `json=${temporary}`],
      environment: syftEnvironment,
      temporary,
      file: sbomFile,
      acceptedCodes: [0],
    });
    await runStep(request, deadlineMs, {
      tool: "grype",
      program: grype,
      arguments: [`sbom:${sbomFile}`, "-o", `json=${temporary}`],
      environment: {},
      temporary,
      file: vulnerabilitiesFile,
      acceptedCodes: [0, grypeThresholdCode],
    });
  });
  return { sbomFile, vulnerabilitiesFile, toolVersions };
}

async function runStep(request: ScanRequest, deadlineMs: number, step: Step): Promise<void> {
  request.onProgress(`running ${step.tool}`);
  const end = await runTool({
    program: step.program,
    arguments: step.arguments,
    environment: step.environment,
    timeoutMs: Math.max(1, deadlineMs - Date.now()),
    onLine: request.onProgress,
  });
  const isAccepted = end.code !== undefined && step.acceptedCodes.includes(end.code);
  if (!isAccepted || !hasContent(step.temporary)) throw failure(step, end, isAccepted);
  putFile(step.temporary, step.file);
}

function failure(step: Step, end: ToolEnd, isAccepted: boolean): WaggleError {
  const how = isAccepted ? `${end.how} but wrote nothing` : end.how;
  const said =
    end.lastLines.length === 0 ? "" : `\nIts last lines:\n  ${end.lastLines.join("\n  ")}`;
  const command = commandLine(step);
  return new WaggleError("tool-failed", `${step.tool} ${how}.${said}\nThe command was: ${command}`);
}

/** As a person would type it, writing where waggle wanted it. */
function commandLine(step: Step): string {
  const settings = Object.entries(step.environment).map(([key, value]) => `${key}=${value}`);
  const words = step.arguments.map((one) => quote(one.replace(step.temporary, step.file)));
  return [...settings, step.tool, ...words].join(" ");
}

function quote(word: string): string {
  if (/^[\w./:=@%+,-]+$/.test(word)) return word;
  return /[\p{Cc}\p{Cf}]/u.test(word) ? JSON.stringify(word) : `'${word.replaceAll("'", "'\\''")}'`;
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

function hasContent(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
