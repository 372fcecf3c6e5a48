/**
 * Holds asking Grype which vulnerability data it has.
 * In: the program. Out: schema and time of building, or "". Must never make it fetch any.
 */
import { offlineEnvironment } from "./offline-environment.ts";
import { runTool, type ToolEnd } from "./run-tool.ts";

const timeoutMs = 30_000;
const lineCountMax = 100;

/** **Source**: `grype db status`, as JSON since 0.80, as lines of `Key: value` before. */
export async function readDataVersion(program: string): Promise<string> {
  const asJson = await ask(program, ["db", "status", "-o", "json"]);
  const json = parseStatus(asJson.lines.join("\n"));
  if (json !== "") return json;
  const asText = await ask(program, ["db", "status"]);
  return asText.end.code === 0 ? parseLines(asText.lines) : "";
}

async function ask(
  program: string,
  words: readonly string[],
): Promise<{ readonly end: ToolEnd; readonly lines: readonly string[] }> {
  const lines: string[] = [];
  const end = await runTool({
    program,
    arguments: words,
    // An answer about data must not fetch it, whatever the environment says of scans.
    environment: { ...offlineEnvironment(process.env, undefined), GRYPE_DB_AUTO_UPDATE: "false" },
    timeoutMs,
    onLine: (line) => lines.length < lineCountMax && lines.push(line),
  });
  return { end, lines };
}

/** Data that Grype calls too old is still data; its scans say so by failing. */
function parseStatus(text: string): string {
  const start = text.indexOf("{");
  if (start < 0) return "";
  try {
    const status: unknown = JSON.parse(text.slice(start, text.lastIndexOf("}") + 1));
    if (typeof status !== "object" || status === null) return "";
    const { built, schemaVersion } = status as { built?: unknown; schemaVersion?: unknown };
    return version(schemaVersion, built);
  } catch {
    // Grype before 0.80 answers in words, and is asked for them next.
    return "";
  }
}

function parseLines(lines: readonly string[]): string {
  const lineOf = (key: string) =>
    lines.map((line) => new RegExp(`^${key}:\\s*(.+)$`, "i").exec(line)?.[1]).find(Boolean);
  return version(lineOf("schema"), lineOf("built"));
}

function version(schema: unknown, built: unknown): string {
  if (typeof built !== "string" || built === "" || built.startsWith("0001-")) return "";
  return `${String(schema ?? "")} ${built}`.trim().slice(0, 100);
}
