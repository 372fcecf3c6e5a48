/**
 * Holds which sensors of a container would have seen a use of a file, and how surely.
 * In: the coverage that concerns the container. Out: for any file: yes, partly, or no, and why.
 * Must never look at losses or at how long was watched: that is `judge-watch.ts`.
 */
import { baseName } from "../inventory/container-path.ts";
import type { ContainerFact, CoverageFact, LossFact } from "../observe/fact.ts";
import { createPathScope, type PathScope } from "../observe/path-scope.ts";
import { namespaceLimit, namespaceLimitPrefix } from "../observe/tracing-policy.ts";

/**
 * A file whose use would show that its package is used. **Shape**: `path` as the kernel resolves
 * it, so links and a merged `/usr` are resolved by the caller; `/directory/` stands for whatever
 * lies below.
 */
export interface CodeFile {
  readonly path: string;
  readonly kind: "elf" | "interpreted" | "archive" | "data";
}

/** `why` is a phrase without a full stop; empty under "yes". */
export interface Sight {
  readonly kind: "yes" | "partly" | "no";
  readonly why: string;
}

export interface Watchers {
  see(file: CodeFile): Sight;
  /**
   * True when the mapping of that file as code, at that time, would have been reported: only then
   * its lack says that the file was not loaded. **Unit**: microseconds.
   */
  seesMapping(path: string, timeUs: number): boolean;
}

interface Watcher {
  readonly scope: PathScope;
  /** Why it is not sure to see all; "" when it is. */
  readonly doubt: string;
}

interface WatcherOptions {
  readonly container: ContainerFact;
  readonly sensors: readonly CoverageFact[];
  /** **Unit**: microseconds; start of the container. */
  readonly startUs: number;
  /** One loss of each policy that had any. */
  readonly losses: ReadonlyMap<string, LossFact>;
}

/**
 * **Unit**: microseconds. The first event of a sensor can be one of the container itself, where
 * nothing else ran: so much later than its start it still shows that the sensor was there.
 */
const slackUs = 2_000_000;

const yes: Sight = { kind: "yes", why: "" };

export function createWatchers(options: WatcherOptions): Watchers {
  const { container, sensors } = options;
  const watchersOf = (sensor: CoverageFact["sensor"]): readonly Watcher[] =>
    sensors
      .filter((fact) => fact.sensor === sensor && appliesTo(fact, container))
      .map((fact) => ({
        scope: createPathScope(fact.pathPrefixes),
        doubt: doubtOf(fact, options),
      }));
  const opens = watchersOf("open");
  const mappings = watchersOf("mmap");
  const execs = watchersOf("exec");
  const hasLoader = watchersOf("loader").length > 0;

  /** Sensors that see only some uses of the kind, where no better one watches. */
  const fallback = (file: CodeFile): Sight | undefined => {
    if (file.kind === "elf") {
      if (isProgram(file.path) && execs.length > 0) return seeProgram(file.path);
      if (hasLoader) return partly("the loader sensor sees only libraries with a build id");
    }
    if (file.kind === "interpreted" && isInProgramDirectory(file.path) && execs.length > 0) {
      return partly("of a script only its own start would show, and not what else reads it");
    }
    const inListing = file.kind === "elf" || file.kind === "archive";
    if (container.dumped && inListing) {
      return partly("only a listing of the processes running at one moment could show it");
    }
    return undefined;
  };

  const mapped = sensors
    .filter((fact) => fact.sensor === "mmap" && appliesTo(fact, container) && isUnnarrowed(fact))
    .map(({ sinceUs, pathPrefixes }) => ({ sinceUs, scope: createPathScope(pathPrefixes) }));

  return {
    seesMapping: (path, timeUs) =>
      mapped.some(({ sinceUs, scope }) => sinceUs <= timeUs + slackUs && scope.holds(path)),
    see: (file) => {
      const best = file.kind === "elf" ? [...opens, ...mappings] : opens;
      const watched = best.filter(({ scope }) => scope.holds(file.path));
      if (watched.some(({ doubt }) => doubt === "")) return yes;
      const other = fallback(file);
      if (other?.kind === "yes") return other;
      const [first] = watched;
      if (first !== undefined) return partly(first.doubt);
      return other ?? { kind: "no", why: whyUnseen(file, best) };
    },
  };
}

function partly(why: string): Sight {
  return { kind: "partly", why };
}

function whyUnseen({ kind }: CodeFile, watchers: readonly Watcher[]): string {
  if (watchers.every(({ scope }) => scope.isEmpty)) {
    return kind === "elf"
      ? "no sensor for opened or mapped files was active"
      : "no sensor for opened files was active";
  }
  return "outside of the paths that the policies watch";
}

function appliesTo({ limits }: CoverageFact, { namespace }: ContainerFact): boolean {
  const namespaces = limits.filter((limit) => limit.startsWith(namespaceLimitPrefix));
  return namespaces.length === 0 || namespaces.includes(namespaceLimit(namespace));
}

/** It was there, and reports the mappings of whoever is in its namespace. */
function isUnnarrowed({ eventCount, limits }: CoverageFact): boolean {
  return eventCount > 0 && limits.every((limit) => limit.startsWith(namespaceLimitPrefix));
}

function doubtOf(fact: CoverageFact, { container, startUs, losses }: WatcherOptions): string {
  const name = fact.policy === "" ? `the ${fact.sensor} sensor` : `policy ${fact.policy}`;
  if (fact.sensor === "exec") return "";
  if (fact.basis === "inferred") {
    return `which paths ${name} watches is only inferred from its events; give the policy file`;
  }
  if (fact.eventCount === 0) return `${name} gave no event at all: it may not have been active`;
  const limits = fact.limits.filter((limit) => limit !== namespaceLimit(container.namespace));
  const own = limits.filter((limit) => !limit.startsWith(namespaceLimitPrefix));
  if (own.length > 0) return `${name} is narrowed: ${own.slice(0, 3).join("; ")}`;
  const loss = losses.get(fact.policy);
  if (loss !== undefined) return `${name} lost events: ${loss.detail.slice(0, 200)}`;
  if (container.fromStart && fact.sinceUs > startUs + slackUs) {
    return `${name} gave its first event only after the container had started`;
  }
  return "";
}

/** Programs lie in directories for programs, or have no extension at all. */
function isProgram(path: string): boolean {
  if (path.endsWith("/")) return false;
  const name = baseName(path);
  return isInProgramDirectory(path) || !name.includes(".");
}

function isInProgramDirectory(path: string): boolean {
  return /\/(?:s?bin|libexec)\//.test(path);
}

/** What can stand behind `#!`: its own start is not named when a script is executed. */
const interpreters: ReadonlySet<string> = new Set(
  (
    "sh bash dash ash zsh ksh mksh csh tcsh fish busybox env perl python pypy ruby node nodejs " +
    "php lua luajit tclsh wish expect awk gawk mawk nawk sed make rscript java groovy guile bun " +
    "deno escript elixir pwsh raku ocaml runghc jq nft bc psql gnuplot octave r"
  ).split(" "),
);

function seeProgram(path: string): Sight {
  const name = baseName(path).toLowerCase();
  // Versions stand behind the name: python3.11, perl5.36.0, php-8.2.
  return interpreters.has(name.replace(/[-\d.]+$/, ""))
    ? partly("the interpreter of a script is not named when the script is executed")
    : yes;
}
