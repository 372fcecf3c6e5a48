/**
 * Holds what a workload is: the rules of `role-rules.ts` tried on what it was seen to do.
 * In: signals of a place, what a person pinned. Out: roles with confidence, reasons and evidence.
 * Must never rate a name above "low", nor what a person pinned below anything.
 */

import type { FileUseFact } from "../../observe/fact.ts";
import type { EvidenceBook } from "../evidence-book.ts";
import { quoteName } from "../quote-name.ts";
import type { Place } from "./context-scene.ts";
import { judgeConduct } from "./judge-conduct.ts";
import { bestByRole, type RoleClaim } from "./role-claim.ts";
import { roleRules, storePorts } from "./role-rules.ts";
import { isOwnUse, plainProgram, proveProgram, type RoleSignals } from "./role-signals.ts";
import type { RoleRule } from "./store-rules.ts";
import type { RoleName, RoleVerdict } from "./workload-context.ts";

/** Surest first. Only what a person pinned, where somebody did. */
export function judgeRoles(
  signals: RoleSignals,
  pins: ReadonlyMap<string, readonly RoleName[]>,
  evidence: EvidenceBook,
): readonly RoleVerdict[] {
  const pinned = findPin(signals.place, pins);
  if (pinned !== undefined) {
    const because = ["pinned in the configuration"];
    return [...new Set(pinned)].map((role) => {
      return { role, confidence: "pinned" as const, because, evidence: [] };
    });
  }
  const products = matchingRules(signals).flatMap((rule) => claimOf(rule, signals, evidence) ?? []);
  return bestByRole([...products, ...judgeConduct(signals, products)]);
}

/** By its kind and name, container or pod; with or without its namespace. */
function findPin(
  { workload, pods }: Place,
  pins: ReadonlyMap<string, readonly RoleName[]>,
): readonly RoleName[] | undefined {
  if (pins.size === 0) return undefined;
  const { namespace, kind, name, container } = workload;
  const plain = [`${name}/${container}`, `${kind}/${name}`, name, container];
  const names = [...plain, ...pods.map(({ pod }) => pod)].filter((one) => one !== "");
  const qualified = namespace === "" ? [] : names.map((one) => `${namespace}/${one}`);
  return [...qualified, ...names].map((one) => pins.get(one)).find((roles) => roles !== undefined);
}

interface RuleIndex {
  readonly byProgram: ReadonlyMap<string, readonly RoleRule[]>;
  readonly byPort: ReadonlyMap<number, readonly RoleRule[]>;
  readonly byImage: ReadonlyMap<string, readonly RoleRule[]>;
  readonly byPackage: ReadonlyMap<string, readonly RoleRule[]>;
}

function words(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(" ").filter((word) => word !== "");
}

function indexBy<Key>(keysOf: (rule: RoleRule) => readonly Key[]): ReadonlyMap<Key, RoleRule[]> {
  const found = new Map<Key, RoleRule[]>();
  for (const rule of roleRules) {
    for (const key of keysOf(rule)) {
      const known = found.get(key);
      if (known === undefined) found.set(key, [rule]);
      else if (!known.includes(rule)) known.push(rule);
    }
  }
  return found;
}

const index: RuleIndex = {
  byProgram: indexBy(({ programs }) => words(programs).map(plainProgram)),
  byPort: indexBy(({ ports = [] }) => ports),
  byImage: indexBy(({ images }) => words(images)),
  byPackage: indexBy(({ packages }) => words(packages)),
};
const fileRules = roleRules.filter(({ files }) => files !== undefined);

/** Whether a program is one that passes requests on: a proxy, or a web server used as one. */
export function isForwardingProgram(binary: string): boolean {
  const rules = index.byProgram.get(plainProgram(binary)) ?? [];
  return rules.some(({ role }) => role === "proxy" || role === "web-server");
}

/** **Order**: of the table. */
function matchingRules(signals: RoleSignals): readonly RoleRule[] {
  const { programs, listening, images, packages, uses } = signals;
  const found = new Set<RoleRule>();
  const addAll = (rules: readonly RoleRule[] | undefined) => {
    for (const rule of rules ?? []) found.add(rule);
  };
  for (const name of programs.keys()) addAll(index.byProgram.get(name));
  for (const { port } of listening) addAll(index.byPort.get(port));
  for (const name of images) addAll(rulesOfImage(name));
  for (const name of packages.keys()) addAll(index.byPackage.get(name));
  const telling = uses.filter(({ path }) => tellingFile.test(path));
  addAll(fileRules.filter(({ files }) => telling.some(({ path }) => files?.test(path))));
  return roleRules.filter((rule) => found.has(rule));
}

const tellingFile = /\.(?:jar|war)$|\/rabbit|\/kaniko\/|\/php[mM]y|\/adminer/;

/** Whether a use may speak for a role by itself, without any inventory. */
export function tellsOfRole(use: FileUseFact): boolean {
  return isOwnUse(use) && (use.how === "executed" || tellingFile.test(use.path));
}

/** `postgresql-repmgr` is a postgresql, if nothing has that very name. */
function rulesOfImage(name: string): readonly RoleRule[] | undefined {
  for (let part = name; part !== ""; part = part.slice(0, Math.max(0, part.lastIndexOf("-")))) {
    const rules = index.byImage.get(part);
    if (rules !== undefined) return rules;
  }
  return undefined;
}

/** Ports that one kind of program alone uses by default: a number that says something by itself. */
const tellingPorts: ReadonlySet<number> = new Set([
  ...storePorts,
  ...[22, 53, 88, 389, 636, 2049, 445, 2375, 2376, 6443, 8200, 9100, 10250, 10257, 10259],
]);

function claimOf(
  rule: RoleRule,
  signals: RoleSignals,
  evidence: EvidenceBook,
): RoleClaim | undefined {
  const { role, product } = rule;
  // An application server is an API only when it is called: that is conduct.
  if (role === "api") return undefined;
  const programs = words(rule.programs)
    .map(plainProgram)
    .filter((one) => signals.programs.has(one));
  const file = signals.uses.find(
    ({ path }) => tellingFile.test(path) && rule.files?.test(path) === true,
  );
  const named = words(rule.packages).filter((name) => signals.packages.has(name));
  const image = [...signals.images].find((name) => rulesOfImage(name)?.includes(rule));
  const served = servedPorts(rule, programs, signals);
  const because: string[] = [];
  const proofs: string[] = [];
  for (const name of programs) {
    because.push(`its own processes run ${quoteName(name)}: ${product}`);
    proofs.push(...proveProgram(name, signals, evidence));
  }
  if (file !== undefined) {
    because.push(`it uses ${quoteName(file.path)}: ${product}`);
    proofs.push(evidence.addUse(file, file.how));
  }
  for (const name of named) {
    because.push(`the package ${quoteName(name)} is in use`);
    proofs.push(...(signals.packages.get(name) ?? []));
  }
  if (served.length > 0) because.push(`it listens on port ${served.join(", ")}`);
  if (image !== undefined) because.push(`its image is called ${quoteName(image)}: ${product}`);
  for (const { port, evidence: ids } of signals.listening) {
    if (served.includes(port)) proofs.push(...ids.slice(0, 1));
  }
  const isShown = programs.length > 0 || file !== undefined;
  const confidence = rate({ isShown, named, image, served, rule });
  return confidence === undefined ? undefined : { role, confidence, because, evidence: proofs };
}

/** Of the rule's programs any port that they listen on; else the rule's default ports. */
function servedPorts(
  rule: RoleRule,
  programs: readonly string[],
  { listening, enteredPorts }: RoleSignals,
): readonly number[] {
  const served = listening.filter(({ binaries }) =>
    binaries.some((binary) => programs.includes(plainProgram(binary))),
  );
  const defaults = (rule.ports ?? []).filter(
    (port) => enteredPorts.has(port) || listening.some((one) => one.port === port),
  );
  const ports = new Set([...served.map(({ port }) => port), ...defaults]);
  return [...ports].sort((a, b) => a - b).slice(0, 4);
}

interface Rated {
  readonly isShown: boolean;
  readonly named: readonly string[];
  readonly image: string | undefined;
  readonly served: readonly number[];
  readonly rule: RoleRule;
}

function rate({ isShown, named, image, served, rule }: Rated): RoleClaim["confidence"] | undefined {
  if (isShown) return served.length > 0 ? "high" : "medium";
  if (named.length > 0) return "medium";
  if (image !== undefined) return served.length > 0 ? "medium" : "low";
  const says = (rule.ports ?? []).some((port) => served.includes(port) && tellingPorts.has(port));
  return says ? "low" : undefined;
}

/** Names alone do not count. */
export function hasRole(roles: readonly RoleVerdict[], role: RoleName): boolean {
  return roles.some((one) => one.role === role && one.confidence !== "low");
}
