/**
 * Holds the other tools on the same file: each a command that reads every event and extracts the
 * same few fields. In: a file. Out: seconds, or why the tool could not be run here.
 */
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

export interface Peer {
  readonly name: string;
  readonly command: (file: string, folder: string) => readonly string[];
  /** undefined when it can be run; else how to get it. */
  readonly missing: () => string | undefined;
}

const jqProgram =
  "(.process_exec // .process_exit // .process_kprobe // .process_loader // {}) | [.process.binary,.process.docker,.function_name,.args[0].file_arg.path?] | @tsv";

const pythonProgram = `
import json, sys
for line in open(sys.argv[1], 'rb'):
    event = json.loads(line)
    body = next((v for k, v in event.items() if k.startswith('process_')), {})
    process = body.get('process', {})
    (process.get('binary'), process.get('docker'), body.get('function_name'))
`;

/** One column per kind of event; every other field is left to DuckDB to skip. */
const duckdbProgram = `
import { createRequire } from "node:module";
const { DuckDBInstance } = createRequire(process.argv[3])("@duckdb/node-api");
const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
const connection = await instance.connect();
const body = "STRUCT(process STRUCT(\\"binary\\" VARCHAR, docker VARCHAR), function_name VARCHAR)";
const columns = ["exec", "exit", "kprobe", "loader"].map((kind) => "process_" + kind + ": '" + body + "'");
await connection.run(
  "SELECT count(*), count(process_kprobe.function_name), count(process_exec.process.binary) FROM read_json('" +
    process.argv[2] + "', format='newline_delimited', maximum_object_size=33554432, columns={" + columns.join(", ") + "})",
);
`;

function onPath(program: string): boolean {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;
}

const duckdbHome = join(import.meta.dirname, ".peers", "package.json");

function duckdbMissing(): string | undefined {
  try {
    createRequire(duckdbHome).resolve("@duckdb/node-api");
    return undefined;
  } catch {
    return "npm install --prefix bench/.peers @duckdb/node-api";
  }
}

export const peers: readonly Peer[] = [
  {
    name: "DuckDB, typed columns, 1 thread",
    command: (file, folder) => {
      const script = join(folder, "duckdb.mjs");
      if (!existsSync(script)) writeFileSync(script, duckdbProgram);
      return [process.execPath, script, file, duckdbHome];
    },
    missing: duckdbMissing,
  },
  {
    name: "Python, json.loads",
    command: (file) => ["python3", "-c", pythonProgram, file],
    missing: () => (onPath("python3") ? undefined : "install python3"),
  },
  {
    name: "jq, plain extraction",
    command: (file) => ["jq", "-r", jqProgram, file],
    missing: () => (onPath("jq") ? undefined : "install jq"),
  },
];
