/**
 * Holds how tests read documents: slices of recordings, and documents written by hand.
 * In: names below `fixtures/inventory`, or values. Out: what `readInventory` makes of them, with
 * the problems it reported. Must never be imported by anything but tests.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Problem } from "../core/event/problem.ts";
import { ProblemLog } from "../core/event/problem.ts";
import type { Package, Sbom, Scan } from "../core/inventory/image.ts";
import type { InventoryDocument } from "../core/inventory/read-document.ts";
import { readInventory } from "../core/inventory/read-document.ts";

const folder = new URL("../../fixtures/inventory/", import.meta.url);

export function fixtureBytes(name: string): Uint8Array {
  const bytes = readFileSync(new URL(name, folder));
  return name.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

/** Chunks of an odd size, so that values lie across them. */
export async function* inChunks(bytes: Uint8Array, size = 4099): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export interface Reading {
  readonly document: InventoryDocument;
  readonly problems: readonly Problem[];
}

export async function readBytes(bytes: Uint8Array, size?: number): Promise<Reading> {
  const log = new ProblemLog();
  const document = await readInventory(inChunks(bytes, size), "input.json", log);
  return { document, problems: log.list() };
}

/** Text as it is; everything else as JSON. */
export async function readWritten(value: unknown): Promise<Reading> {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return readBytes(new TextEncoder().encode(text));
}

export async function readSbom(
  value: unknown,
): Promise<{ sbom: Sbom; problems: Reading["problems"] }> {
  const { document, problems } = await readWritten(value);
  assert.equal(document.kind, "sbom", JSON.stringify(document).slice(0, 500));
  return { sbom: document.kind === "sbom" ? document.sbom : assert.fail(), problems };
}

export async function readScan(
  value: unknown,
): Promise<{ scan: Scan; problems: Reading["problems"] }> {
  const { document, problems } = await readWritten(value);
  assert.equal(document.kind, "scan", JSON.stringify(document).slice(0, 500));
  return { scan: document.kind === "scan" ? document.scan : assert.fail(), problems };
}

export async function sbomFixture(name: string): Promise<Sbom> {
  const { document } = await readBytes(fixtureBytes(name));
  return document.kind === "sbom" ? document.sbom : assert.fail(JSON.stringify(document));
}

export async function scanFixture(name: string): Promise<Scan> {
  const { document } = await readBytes(fixtureBytes(name));
  return document.kind === "scan" ? document.scan : assert.fail(JSON.stringify(document));
}

export function packageOf(sbom: Sbom, name: string, type?: string): Package {
  const found = sbom.packages.find(
    (one) => one.name === name && (type === undefined || one.type === type),
  );
  return found ?? assert.fail(`no package ${name}`);
}
