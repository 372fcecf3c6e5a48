/**
 * Holds the decoding of Grype JSON: DB v5 and v6, releases 0.85 to 0.121.
 * In: elements of `matches` and what surrounds them, in any order. Out: a `Scan`.
 * Must never need a field that a release lacks, nor a location: scans of SPDX and CycloneDX have
 * none.
 */
import { decodeVulnerability } from "./decode-vulnerability.ts";
import type { DocumentDecoder, DocumentProblems } from "./document-decoder.ts";
import { documentLimits } from "./document-decoder.ts";
import type { Match, Scan, Vulnerability } from "./image.ts";
import type { JsonPlace } from "./json-elements.ts";
import type { Faults, JsonObject } from "./json-value.ts";
import {
  isObject,
  nameKind,
  readObject,
  readObjects,
  readRequiredText,
  readText,
  readTexts,
} from "./json-value.ts";
import { parsePurl, syftType } from "./purl.ts";
import { readLocations } from "./read-locations.ts";
import { noIdentity, readDescriptor, readSource } from "./syft-source.ts";

export function createGrypeDecoder(problems: DocumentProblems): DocumentDecoder<Scan> {
  const matches: Match[] = [];
  const shareText = createTextPool(200_000);
  let ignoredCount = 0;
  let endOfLifeDistro = false;
  let hasFixes = false;
  let scan = { tool: "grype", toolVersion: "", databaseBuilt: "", identity: noIdentity };

  const addMatch = (value: unknown, place: JsonPlace): void => {
    if (matches.length >= documentLimits.matches) {
      problems.tooMany("matches", documentLimits.matches);
      return;
    }
    const faults: Faults = { first: undefined };
    const match = isObject(value) ? decodeMatch(value, faults, shareText) : undefined;
    if (match === undefined) {
      problems.leftOut(place, faults.first ?? `expected an object, found ${nameKind(value)}`);
    } else {
      problems.doubt(place, faults);
      matches.push(match);
      hasFixes ||= isObject(value) && saysFix(value);
    }
  };
  const setDescriptor = (value: unknown, place: JsonPlace): void => {
    const faults: Faults = { first: undefined };
    if (!isObject(value)) return;
    const { tool, toolVersion, database } = readDescriptor(value, faults);
    const databaseBuilt = database === undefined ? "" : readBuilt(database, faults);
    scan = { ...scan, tool, toolVersion, databaseBuilt };
    problems.doubt(place, faults);
  };
  const setSource = (value: unknown, place: JsonPlace): void => {
    const faults: Faults = { first: undefined };
    if (isObject(value)) scan = { ...scan, identity: readSource(value, faults) };
    problems.doubt(place, faults);
  };
  return {
    lists: new Map([
      ["matches", addMatch],
      [
        "ignoredMatches",
        () => {
          ignoredCount += 1;
        },
      ],
      [
        "alertsByPackage",
        (value: unknown) => {
          endOfLifeDistro ||= isObject(value) && saysEndOfLife(value);
        },
      ],
    ]),
    values: new Map([
      ["descriptor", setDescriptor],
      ["source", setSource],
    ]),
    finish: () => {
      if (!hasFixes) remarkNoFixes(matches.length, problems);
      return { input: problems.input, ...scan, matches, ignoredCount, endOfLifeDistro };
    },
  };
}

function remarkNoFixes(matchCount: number, problems: DocumentProblems): void {
  if (matchCount === 0) return;
  const text =
    "no match says whether a fix exists, so none of them counts as fixable; " +
    "scan again with a newer Grype.";
  problems.remark("scan-without-fixes", "doubtful", text, matchCount);
}

/** The first releases told at most a version; later ones always say whether there is a fix. */
function saysFix(match: JsonObject): boolean {
  const vulnerability = match["vulnerability"];
  return isObject(vulnerability) && isObject(vulnerability["fix"]);
}

/** One text for many equal ones: a CVE is described once per package it hits. */
function createTextPool(countMax: number): (text: string) => string {
  const pool = new Map<string, string>();
  return (text) => {
    const known = pool.get(text);
    if (known === undefined && pool.size < countMax) pool.set(text, text);
    return known ?? text;
  };
}

function decodeMatch(
  record: JsonObject,
  faults: Faults,
  shareText: (text: string) => string,
): Match | undefined {
  const artifact = readObject(record, "artifact", faults);
  if (artifact === undefined) {
    faults.first ??= `artifact: expected an object, found ${nameKind(record["artifact"])}`;
    return undefined;
  }
  const packageName = readRequiredText(artifact, "name", faults);
  const vulnerability = decodeVulnerability(record, faults);
  if (packageName === "" || vulnerability === undefined) return undefined;
  const purl = readText(artifact, "purl", faults);
  const details = readObjects(record, "matchDetails", faults);
  return {
    vulnerability: withSharedTexts(vulnerability, shareText),
    artifactId: shareText(readText(artifact, "id", faults)),
    packageName,
    packageVersion: readText(artifact, "version", faults),
    packageType: shareText(packageType(artifact, purl, faults)),
    purl,
    locations: readLocations(artifact, faults),
    upstreams: readUpstreams(artifact, faults),
    matchType: weakestMatch(details, faults),
    matchedSymbols: readSymbols(details, faults),
  };
}

function withSharedTexts(
  vulnerability: Vulnerability,
  shareText: (text: string) => string,
): Vulnerability {
  const { description, dataSource, namespace } = vulnerability;
  return {
    ...vulnerability,
    description: shareText(description),
    dataSource: shareText(dataSource),
    namespace: shareText(namespace),
  };
}

/** Grype knows no type for binaries of an SPDX document: the package URL does. */
function packageType(artifact: JsonObject, text: string, faults: Faults): string {
  const type = readText(artifact, "type", faults);
  if (type !== "" && type !== "UnknownPackage") return type;
  const purl = parsePurl(text);
  return purl === undefined ? type : syftType(purl);
}

function readUpstreams(artifact: JsonObject, faults: Faults): readonly string[] {
  const names = readObjects(artifact, "upstreams", faults).map((one) =>
    readText(one, "name", faults),
  );
  return [...new Set(names.filter((name) => name !== ""))];
}

const matchTypes: readonly string[] = ["exact-direct-match", "exact-indirect-match", "cpe-match"];

/** The weakest of the ways it matched; a way that is not known counts as weaker than all. */
function weakestMatch(details: readonly JsonObject[], faults: Faults): string {
  const types = details.map((one) => readText(one, "type", faults)).filter((type) => type !== "");
  const rank = (type: string) =>
    matchTypes.includes(type) ? matchTypes.indexOf(type) : matchTypes.length;
  return [...types].sort((a, b) => rank(b) - rank(a))[0] ?? "";
}

/** **Shape**: since Grype 0.116, `found.matchedSymbols`: names, or objects that carry one. */
function readSymbols(details: readonly JsonObject[], faults: Faults): readonly string[] {
  const symbols = new Set<string>();
  for (const detail of details) {
    const found = readObject(detail, "found", faults);
    const list = found?.["matchedSymbols"];
    if (found === undefined || !Array.isArray(list)) continue;
    if (list.some(isObject)) {
      for (const one of readObjects(found, "matchedSymbols", faults)) {
        const name = readText(one, "name", faults);
        symbols.add(name === "" ? readText(one, "symbol", faults) : name);
      }
    } else {
      for (const name of readTexts(found, "matchedSymbols", faults)) symbols.add(name);
    }
  }
  symbols.delete("");
  return [...symbols].sort().slice(0, 1000);
}

/** **Shape**: DB v6 `{status: {built}}`, DB v5 `{built}`. */
function readBuilt(database: JsonObject, faults: Faults): string {
  const status = readObject(database, "status", faults);
  return readText(status ?? database, "built", faults);
}

function saysEndOfLife(record: JsonObject): boolean {
  const faults: Faults = { first: undefined };
  return readObjects(record, "alerts", faults).some(
    (alert) => readText(alert, "type", faults) === "distro-eol",
  );
}
