/**
 * Holds the reading of lists of containers: who a container id is, when events do not say.
 * In: the text of `docker ps`, `docker inspect`, `crictl ps -o json`, `nerdctl`, `podman`, a TSV or
 * CSV with a header, or Kubernetes objects. Out: identities, each container once.
 * Must never decide by the name of the file.
 */
import type { ProblemLog, ProblemWeight } from "../event/problem.ts";
import {
  capabilityNames,
  containerIdOf,
  mountPathsOf,
  newIdentity,
  numericUser,
  parseTimeUs,
  podNamesOf,
  readImageNames,
} from "./container-identity.ts";
import type { TableRow } from "./container-table.ts";
import { readTable } from "./container-table.ts";
import { decodeRuntimeContainer } from "./decode-runtime-container.ts";
import type { ContainerIdentity } from "./image.ts";
import type { Faults } from "./json-value.ts";
import { isObject, nameKind } from "./json-value.ts";
import { KubernetesObjects } from "./read-kubernetes.ts";
import { digestOf } from "./syft-source.ts";

/** **Unit**: containers of one input. */
const containerCountMax = 200_000;

const remedy =
  "expected the output of `docker ps --no-trunc`, `docker inspect`, `crictl ps -o json`, " +
  "`nerdctl ps`, or a TSV with the columns container_id, name, image, image_digest";

/**
 * Reads who containers are.
 * **Order**: as in the text. **Errors**: rows that cannot be read are left out and counted; text of
 * another kind gives no containers and one problem.
 */
export function readContainers(
  text: string,
  input: string,
  problems: ProblemLog,
): readonly ContainerIdentity[] {
  const list = new ContainerList(input, problems);
  const bare = text.replace(/^\ufeff/, "").trimStart();
  if (bare.startsWith("{") || bare.startsWith("[")) return readJson(bare, list);
  const rows = readTable(text);
  if (rows === undefined) {
    const what = bare === "" ? "it is empty" : "it has no header that names containers";
    list.report("containers-unreadable", "unreadable", `${what}; ${remedy}`, 0);
    return [];
  }
  for (const row of rows) addRow(row, list);
  return list.finish();
}

class ContainerList {
  readonly input: string;
  readonly problems: ProblemLog;
  private readonly byId = new Map<string, ContainerIdentity>();

  constructor(input: string, problems: ProblemLog) {
    this.input = input;
    this.problems = problems;
  }

  add(identity: ContainerIdentity, line: number): void {
    if (this.byId.has(identity.containerId)) {
      const why = `container ${identity.containerId} is listed again; the first entry counts`;
      this.report("container-duplicate", "notice", why, line);
    } else if (this.byId.size >= containerCountMax) {
      const why = `more than ${containerCountMax} containers; the rest is left out`;
      this.report("list-too-long", "lost", why, line);
    } else {
      this.byId.set(identity.containerId, identity);
    }
  }

  report(code: string, weight: ProblemWeight, why: string, line: number): void {
    const place = { input: this.input, offset: -1, line };
    this.problems.add({ code, weight, message: `${why}.`, place });
  }

  finish(): readonly ContainerIdentity[] {
    return [...this.byId.values()];
  }
}

function readJson(text: string, list: ContainerList): readonly ContainerIdentity[] {
  const whole = parseJson(text);
  if (whole === undefined) return readJsonLines(text, list);
  if (isObject(whole) && (Array.isArray(whole["items"]) || isObject(whole["spec"]))) {
    return readObjects(whole, list);
  }
  const inner = isObject(whole) ? (whole["containers"] ?? whole["Containers"]) : undefined;
  const elements = Array.isArray(whole) ? whole : Array.isArray(inner) ? inner : [whole];
  for (const [index, one] of elements.entries()) addJson(one, `[${index}]`, 0, list);
  return list.finish();
}

/** `docker ps --format json` and `nerdctl ps --format json` print one object a line. */
function readJsonLines(text: string, list: ContainerList): readonly ContainerIdentity[] {
  text.split("\n").forEach((line, index) => {
    if (line.trim() === "") return;
    const value = parseJson(line);
    if (value === undefined) {
      const why = `line ${index + 1} is not valid JSON; it was left out; ${remedy}`;
      list.report("container-row-left-out", "unreadable", why, index + 1);
    } else {
      addJson(value, `line ${index + 1}`, index + 1, list);
    }
  });
  return list.finish();
}

/** Undefined when it is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function addJson(value: unknown, path: string, line: number, list: ContainerList): void {
  const faults: Faults = { first: undefined };
  const identity = isObject(value) ? decodeRuntimeContainer(value, list.input, faults) : undefined;
  if (identity === undefined) {
    const why = faults.first ?? `expected an object, found ${nameKind(value)}`;
    list.report("container-row-left-out", "unreadable", `${path}: ${why}; it was left out`, line);
    return;
  }
  if (faults.first !== undefined) {
    const why = `${path}.${faults.first}; taken as absent`;
    list.report("field-wrong-type", "doubtful", why, line);
  }
  list.add(identity, line);
}

function readObjects(
  whole: Readonly<Record<string, unknown>>,
  list: ContainerList,
): readonly ContainerIdentity[] {
  const objects = new KubernetesObjects(list.input, list.problems);
  const items = whole["items"];
  const kind = typeof whole["kind"] === "string" ? whole["kind"].replace(/List$/, "") : "";
  if (!Array.isArray(items)) objects.add(whole, { path: "", offset: -1 }, "");
  else {
    items.forEach((one: unknown, index) => {
      objects.add(one, { path: `items[${index}]`, offset: -1 }, kind);
    });
  }
  return objects.finish();
}

function addRow(row: TableRow, list: ContainerList): void {
  const cell = (name: string) => {
    const text = row.cells.get(name) ?? "";
    return text === "-" || text === "<none>" ? "" : text;
  };
  const id = containerIdOf(cell("container_id"));
  if (id === "" || !row.whole) {
    const why =
      id === ""
        ? `line ${row.line} has no container id of at least 12 hex digits`
        : `line ${row.line} has another number of cells than the header`;
    list.report("container-row-left-out", "unreadable", `${why}; it was left out`, row.line);
    return;
  }
  const names = readImageNames(cell("image"), cell("image_id"));
  const inPod = podNamesOf(cell("name"));
  const named = digestOf(cell("image_digest").replace(/^.*@/, ""));
  list.add(
    {
      ...newIdentity(list.input, id),
      name: cell("name").split(",")[0] ?? "",
      namespace: cell("namespace"),
      pod: cell("pod"),
      podUid: cell("pod_uid"),
      workloadKind: cell("workload_kind"),
      workload: cell("workload"),
      ...inPod,
      ...names,
      imageDigest: named === "" ? names.imageDigest : named,
      privileged: readYesNo(cell("privileged")),
      hostPid: readYesNo(cell("host_pid")),
      hostNetwork: readYesNo(cell("host_network")),
      uid: numericUser(cell("uid")),
      addedCapabilities: capabilityNames(split(cell("capabilities"))),
      hostMounts: split(cell("host_mounts")).filter((mount) => mount.includes(":")),
      mountPaths: mountPathsOf(
        split(cell("host_mounts")).map((mount) => mount.split(":")[1] ?? ""),
      ),
      probeCommands: cell("probe_commands")
        .split(";")
        .map((one) => one.trim())
        .filter(Boolean),
      startedUs: parseTimeUs(cell("started_at")),
    },
    row.line,
  );
}

function split(text: string): readonly string[] {
  return text
    .split(/[,;]/)
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

function readYesNo(text: string): boolean | undefined {
  if (/^(yes|true|1|y)$/i.test(text)) return true;
  return /^(no|false|0|n)$/i.test(text) ? false : undefined;
}
