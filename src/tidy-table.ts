/**
 * Holds the table of rooms: which folder may import which folders and packages, and what is exempt
 * from a limit and why. In: nothing. Out: data for `tidy.test.ts`.
 * Changing a line here changes the architecture: write the reason into `docs/decisions/`.
 */

export interface Room {
  /** Other rooms it may import. */
  readonly rooms: readonly string[];
  /** npm packages it may import. */
  readonly packages: readonly string[];
  /** Whether it may import `node:` modules. */
  readonly node: boolean;
}

const event = ["core/event"];
const inventory = [...event, "core/inventory"];
const observe = [...inventory, "core/observe"];
const judge = [...observe, "core/judge"];
const core = [...judge, "core/report", "core/respond"];
const page = "core/report/html/client";

const tidy = ["tidy-table.ts", "tidy-outline.ts", "tidy-sources.ts"];

export const rooms: Readonly<Record<string, Room>> = {
  "core/event": { rooms: [], packages: [], node: false },
  "core/inventory": { rooms: event, packages: [], node: false },
  "core/observe": { rooms: inventory, packages: [], node: false },
  "core/judge": { rooms: observe, packages: [], node: false },
  "core/report": { rooms: [...judge, page], packages: [], node: false },
  "core/respond": { rooms: judge, packages: [], node: false },
  // Runs in the browser: one script is made of it (docs/decisions/0007), so of others only types.
  [page]: { rooms: judge, packages: [], node: false },
  engine: { rooms: [...observe, "ports"], packages: [], node: false },
  ports: { rooms: core, packages: [], node: false },
  operations: {
    rooms: [...core, "engine", "ports"],
    packages: ["zod", "yaml", "re2js"],
    node: false,
  },
  adapters: {
    rooms: [...core, "ports"],
    packages: ["@grpc/grpc-js", "pino", "xz-decompress", "yaml"],
    node: true,
  },
  presets: { rooms: ["adapters", "operations", "ports", "engine"], packages: [], node: true },
  "surfaces/cli": {
    rooms: [...core, "operations", "ports"],
    packages: ["commander", "zod"],
    node: true,
  },
  "main.ts": { rooms: ["presets", "surfaces/cli"], packages: [], node: true },
  testing: {
    rooms: [...core, "operations", "adapters", "ports", "engine"],
    packages: ["fast-check", "playwright-core"],
    node: true,
  },
  "tidy.test.ts": { rooms: tidy, packages: [], node: true },
  "tidy-exports.test.ts": { rooms: tidy, packages: [], node: true },
  "tidy-outline.test.ts": { rooms: tidy, packages: [], node: true },
  "tidy-sources.ts": { rooms: tidy, packages: [], node: true },
  "tidy-outline.ts": { rooms: [], packages: [], node: false },
  "tidy-table.ts": { rooms: [], packages: [], node: false },
  "commands.test.ts": { rooms: [], packages: [], node: true },
};

/** Files that are tables of data: exempt from the length of a file. */
export const tableFiles: readonly string[] = ["core/event/event.ts", "tidy-table.ts"];

export interface Exemption {
  readonly rule:
    | "file-length"
    | "function-length"
    | "line-length"
    | "parameters"
    | "imports"
    | "docstring"
    | "unused-export"
    | "tested";
  readonly path: string;
  readonly reason: string;
}

const decodersTakeBytes =
  "`decode` is called for each event: an object of its arguments would be made millions of times.";

/** Parts of the page's script that draw: they need a document. */
const drawing = [
  "copy-command",
  "draw-map",
  "draw-timeline",
  "list-actions",
  "list-coverage",
  "list-findings",
  "list-pages",
  "make-element",
  "open-drawer",
  "page-context",
  "read-data",
  "show-action",
  "show-evidence",
  "show-finding",
  "show-flow",
  "show-path",
  "show-workload",
  "start-page",
  "switch-theme",
];

export const exemptions: readonly Exemption[] = [
  ...drawing.map((name) => ({
    rule: "tested" as const,
    path: `${page}/${name}.ts`,
    reason: "Runs in a browser: core/report/html/page-in-browser.test.ts.",
  })),
  { rule: "parameters", path: "core/event/event-decoder.ts", reason: decodersTakeBytes },
  { rule: "parameters", path: "core/event/decode-json.ts", reason: decodersTakeBytes },
  { rule: "parameters", path: "core/event/decode-protobuf.ts", reason: decodersTakeBytes },
  { rule: "parameters", path: "core/event/scan-json.ts", reason: decodersTakeBytes },
  {
    rule: "imports",
    path: "surfaces/cli/commands.ts",
    reason: "A table: two files for each command.",
  },
  {
    rule: "function-length",
    path: "engine/observe-events.ts",
    reason: "Closures share what every event passes: a class would look its members up for each.",
  },
  {
    rule: "imports",
    path: "core/observe/process-tree.ts",
    reason: "It ties the parts of the tree together; each of them is small and apart.",
  },
  ...["flow-part", "tree-part"].map((name) => ({
    rule: "tested" as const,
    path: `core/observe/${name}.ts`,
    reason: "Laws over whole observations: engine/partial-facts.test.ts.",
  })),
  {
    rule: "imports",
    path: "engine/live-observation.ts",
    reason: "It ties the parts of live reading together, and is the only file that knows them all.",
  },
  {
    rule: "imports",
    path: "operations/live/open-daemon.ts",
    reason: "It opens each part of a daemon, and is the only file that knows them all.",
  },
  {
    rule: "imports",
    path: "operations/table.ts",
    reason: "A table: one file for each operation.",
  },
  {
    rule: "line-length",
    path: "core/observe/sequence/value-lists.ts",
    reason: "A table of names and patterns: one of these in pieces is no easier to read.",
  },
  {
    rule: "imports",
    path: "operations/judge-sources.ts",
    reason: "It ties loading, observing and judging together, and is the only file that knows all.",
  },
  {
    rule: "imports",
    path: "operations/detect/observe-incidents.ts",
    reason: "It ties observing, judging and what a state knows together.",
  },
  {
    rule: "imports",
    path: "operations/live/running-parts.ts",
    reason: "The list of what a daemon does side by side: one file for each part.",
  },
  {
    rule: "imports",
    path: "surfaces/cli/present-incidents.ts",
    reason: "One renderer for each format of an incident.",
  },
  {
    rule: "imports",
    path: "ports/outside.ts",
    reason: "It names every port that long-running work opens.",
  },
  {
    rule: "imports",
    path: "presets/open-outside.ts",
    reason: "A preset: it names every adapter.",
  },
  {
    rule: "tested",
    path: "presets/open-outside.ts",
    reason: "Runs in the tests of the daemon, surfaces/cli/run-killed.test.ts.",
  },
  {
    rule: "tested",
    path: "main.ts",
    reason: "Runs as a program in the tests of the command line.",
  },
  { rule: "tested", path: "presets/embedded.ts", reason: "Runs in the tests of the command line." },
];
