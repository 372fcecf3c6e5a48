/**
 * Two other ways to tell used packages, on the same input, written for this evaluation alone:
 * exact path match, and the published filter of Kubescape (every relationship followed upwards).
 * In: events and a Syft document. Out: the ids of packages each calls used. Shares no code with waggle.
 */
import { readTable } from "./truth.ts";

type Json = Readonly<Record<string, unknown>>;

export interface SyftDocument {
  readonly artifacts: readonly SyftArtifact[];
  readonly artifactRelationships: readonly { parent: string; child: string; type: string }[];
  readonly files?: readonly { id: string; location: { path: string } }[];
}

export interface SyftArtifact {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly locations: readonly { path: string }[];
  readonly metadata?: { readonly files?: readonly { path: string }[] | null };
}

/** Paths executed, opened or mapped, by container name. */
export function pathsByContainer(events: string, containers: string): Map<string, Set<string>> {
  const names = new Map(
    readTable(containers).map((row) => [
      (row.get("container_id") ?? "").slice(0, 31),
      row.get("name") ?? "",
    ]),
  );
  const paths = new Map<string, Set<string>>([...names.values()].map((name) => [name, new Set()]));
  for (const line of events.split("\n")) {
    if (line === "") continue;
    const event = JSON.parse(line) as Json;
    const body = Object.entries(event).find(([key]) => key.startsWith("process_"))?.[1] as Json;
    const process = body?.["process"] as Json | undefined;
    const name = names.get(String(process?.["docker"] ?? ""));
    if (name === undefined) continue;
    for (const path of pathsOf(event, body, process ?? {})) paths.get(name)?.add(path);
  }
  return paths;
}

function pathsOf(event: Json, body: Json, process: Json): readonly string[] {
  if ("process_exec" in event) return [String(process["binary"])];
  if ("process_loader" in event) return [String(body["path"])];
  const values = (body["args"] ?? []) as readonly Json[];
  return values.flatMap((value) => {
    const file = (value["file_arg"] ?? value["path_arg"]) as Json | undefined;
    return file === undefined ? [] : [String(file["path"])];
  });
}

/** A package is used when one of its literal paths was touched. */
export function exactPathMatch(sbom: SyftDocument, paths: ReadonlySet<string>): Set<string> {
  const fileById = new Map((sbom.files ?? []).map((file) => [file.id, file.location.path]));
  const used = new Set<string>();
  for (const artifact of sbom.artifacts) {
    const own = [...(artifact.metadata?.files ?? []), ...artifact.locations].map(
      ({ path }) => path,
    );
    if (own.some((path) => paths.has(path))) used.add(artifact.id);
  }
  for (const { parent, child, type } of sbom.artifactRelationships) {
    if (type === "contains" && paths.has(fileById.get(child) ?? "")) used.add(parent);
  }
  return used;
}

/** Touched files of the document, then everything above them over every kind of relationship. */
export function relationshipClosure(sbom: SyftDocument, paths: ReadonlySet<string>): Set<string> {
  const parents = new Map<string, string[]>();
  for (const { parent, child } of sbom.artifactRelationships) {
    parents.set(child, [...(parents.get(child) ?? []), parent]);
  }
  const reached = new Set<string>();
  const open = (sbom.files ?? [])
    .filter((file) => paths.has(file.location.path))
    .map(({ id }) => id);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    open.push(...(parents.get(id) ?? []));
  }
  return new Set(sbom.artifacts.map(({ id }) => id).filter((id) => reached.has(id)));
}
