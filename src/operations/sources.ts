/**
 * Holds the inputs that several operations share: their schema, and how the configuration fills in
 * what the command line left out.
 * In: a parsed input and the settings. Out: one list of sources to read.
 * Must never open a file.
 */
import * as z from "zod";
import { WaggleError } from "../ports/waggle-error.ts";
import type { Config } from "./config.ts";
import type { Settings } from "./operation.ts";
import { readTimeBound, type TimeBound } from "./time-range.ts";

const names = (what: string) => z.array(z.string().min(1)).max(10_000).optional().describe(what);

/** Where events come from, and which of them count. */
export const eventFields = {
  events: names(
    "Events of Tetragon: JSON lines or the protobuf stream, plain, gzip, zstd or xz; a directory " +
      "of rotated files; - for standard input",
  ),
  since: z
    .string()
    .optional()
    .describe("Leave out events before this: an ISO time, or 30m, 2h, 1d before the last event"),
  until: z.string().optional().describe("Leave out events from this time on"),
};

/** What says who a container is and what its processes are for. */
export const identityFields = {
  k8s: names("Objects of the cluster: the output of kubectl get pods,… -A -o json"),
  containers: names(
    "Who a container id is: the output of docker ps or inspect, crictl ps -o json, nerdctl, " +
      "podman, or a table with container_id, name, image, image_digest",
  ),
};

const stateField = {
  state: z
    .string()
    .min(1)
    .optional()
    .describe("State directory of a running or stopped `waggle run`: answers from what it saw"),
};

export const sourceFields = {
  ...stateField,
  ...eventFields,
  sbom: names(
    "SBOMs, best Syft JSON with all file metadata; NAME= in front joins one to a container, pod, " +
      "workload, image or the host by hand; directories are taken too",
  ),
  vulns: names("Vulnerability scans of Grype, JSON; files or directories"),
  kev: names("CISA's catalogue of known exploited vulnerabilities, JSON: fills in what scans lack"),
  epss: names("EPSS scores of FIRST, CSV: fill in what scans lack or have of an older day"),
  ...identityFields,
  policies: names("Tracing policies that were in force, YAML: they tell what could be seen"),
  tetragonMetrics: names(
    "Metrics of Tetragon at the start and the end, and between: they tell what was lost",
  ),
  processes: names("A listing of the processes that ran before Tetragon started"),
};

const sourceSchema = z.strictObject(sourceFields);
export type SourceInput = z.infer<typeof sourceSchema>;

export interface Sources {
  /** "" when events are read. */
  readonly state: string;
  readonly events: readonly string[];
  readonly sbom: readonly string[];
  readonly vulns: readonly string[];
  readonly kev: readonly string[];
  readonly epss: readonly string[];
  readonly k8s: readonly string[];
  readonly containers: readonly string[];
  readonly policies: readonly string[];
  readonly tetragonMetrics: readonly string[];
  readonly processes: readonly string[];
  readonly since: TimeBound | undefined;
  readonly until: TimeBound | undefined;
}

/**
 * What to read: each list of the input, or of the configuration where the input has none.
 * **Errors**: throws `usage` when there are no events, or standard input is named twice.
 */
export function resolveSources(input: SourceInput, settings: Settings): Sources {
  const { config } = settings;
  const pick = (given: readonly string[] | undefined, key: ListKey): readonly string[] =>
    given ?? fromConfig(config[key], settings);
  const bound = (given: string | undefined, key: "since" | "until"): TimeBound | undefined => {
    const text = given ?? (state === "" ? config[key] : undefined);
    return text === undefined ? undefined : readTimeBound(text, key);
  };
  const images = input.sbom === undefined ? imageNames(config, settings) : [];
  const state = input.state ?? (input.events === undefined ? config.state : undefined) ?? "";
  const sources = {
    state,
    events: state !== "" && input.events === undefined ? [] : pick(input.events, "events"),
    sbom: [...pick(input.sbom, "sbom"), ...images],
    vulns: pick(input.vulns, "vulns"),
    kev: pick(input.kev, "kev"),
    epss: pick(input.epss, "epss"),
    k8s: pick(input.k8s, "k8s"),
    containers: pick(input.containers, "containers"),
    policies: pick(input.policies, "policies"),
    tetragonMetrics: pick(input.tetragonMetrics, "tetragon-metrics"),
    processes: pick(input.processes, "processes"),
    since: bound(input.since, "since"),
    until: bound(input.until, "until"),
  };
  checkSources(sources);
  return sources;
}

type ListKey =
  | "events"
  | "sbom"
  | "vulns"
  | "kev"
  | "epss"
  | "k8s"
  | "containers"
  | "policies"
  | "tetragon-metrics"
  | "processes";

function checkSources(sources: Sources): void {
  const { state, since, until } = sources;
  if (state !== "" && (sources.events.length > 0 || since !== undefined || until !== undefined)) {
    throw new WaggleError(
      "usage",
      "A state directory holds what was seen in all: it goes with neither events, since nor until.",
    );
  }
  if (state === "" && sources.events.length === 0 && sources.processes.length === 0) {
    throw new WaggleError(
      "usage",
      "No events: pass --events FILE (Tetragon's export, or `kubectl logs` of its export-stdout " +
        "container), --processes DUMP, or --state DIR of a `waggle run`.",
    );
  }
  const lists = [
    ...[sources.events, sources.sbom, sources.vulns, sources.kev, sources.epss],
    ...[sources.k8s, sources.containers],
    ...[sources.policies, sources.tetragonMetrics, sources.processes],
  ];
  if (lists.flat().filter((name) => name === "-").length > 1) {
    throw new WaggleError("usage", "Standard input (-) can be read only once.");
  }
}

function fromConfig(names: readonly string[] | undefined, settings: Settings): readonly string[] {
  return (names ?? []).map((name) => beside(settings.file, name));
}

/** `images:` of the configuration as `NAME=FILE`, the shape that `--sbom` takes. */
function imageNames(config: Config, settings: Settings): readonly string[] {
  return Object.entries(config.images ?? {}).flatMap(([name, given]) =>
    [given].flat().map((file) => `${name}=${beside(settings.file, file)}`),
  );
}

/** A path of the configuration file, relative to the directory that the file is in. */
function beside(configFile: string, name: string): string {
  const directory = configFile.slice(0, configFile.lastIndexOf("/") + 1);
  const isAbsolute = name.startsWith("/") || /^[A-Za-z]:[\\/]/.test(name);
  if (name === "-" || isAbsolute || directory === "" || directory === "./") return name;
  const at = name.indexOf("=") + 1;
  const file = name.slice(at);
  return file.startsWith("/") ? name : `${name.slice(0, at)}${directory}${file}`;
}
