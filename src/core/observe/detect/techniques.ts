/**
 * Holds what rules may say in the words of ATT&CK: names of techniques and tactics of version 19,
 * and what ids of before are called now.
 * In: ids as rules of any age write them. Out: ids and tactics of one version.
 * Must never guess: an id that nobody knows stays what it is.
 */
import { techniqueRows } from "./technique-rows.ts";

/** The version whose ids and tactics are used everywhere. */
export const attackVersion = "19";

export interface Technique {
  readonly id: string;
  /** Of a sub-technique: its own name, without that of the technique above. */
  readonly name: string;
  /** Short names, for example `credential-access`. */
  readonly tactics: readonly string[];
  /** In the matrix of containers, and not only in that of Linux. */
  readonly inContainers: boolean;
}

/** **Order**: as an attack usually goes. Names as ATT&CK writes them. */
export const attackTactics: ReadonlyMap<string, string> = new Map([
  ["reconnaissance", "Reconnaissance"],
  ["resource-development", "Resource Development"],
  ["initial-access", "Initial Access"],
  ["execution", "Execution"],
  ["persistence", "Persistence"],
  ["privilege-escalation", "Privilege Escalation"],
  ["stealth", "Stealth"],
  ["defense-impairment", "Defense Impairment"],
  ["credential-access", "Credential Access"],
  ["discovery", "Discovery"],
  ["lateral-movement", "Lateral Movement"],
  ["collection", "Collection"],
  ["command-and-control", "Command and Control"],
  ["exfiltration", "Exfiltration"],
  ["impact", "Impact"],
]);

/** **Order**: by id. */
export const techniques: readonly Technique[] = techniqueRows.map(
  ([id, name, tactics, inContainers]) => {
    return { id, name, tactics: tactics.split(" "), inContainers: inContainers === true };
  },
);

const byId = new Map(techniques.map((technique) => [technique.id, technique]));

/** Ids that version 19, or one before it, replaced. */
const replaced: ReadonlyMap<string, string> = new Map([
  ["T1562", "T1685"],
  ["T1562.001", "T1685"],
  ["T1562.003", "T1690"],
  ["T1562.004", "T1686"],
  ["T1562.008", "T1685.002"],
  ["T1562.009", "T1688"],
  ["T1562.010", "T1689"],
  ["T1562.012", "T1685.004"],
  ["T1070.002", "T1685.006"],
  ["T1002", "T1560"],
  ["T1009", "T1027.001"],
  ["T1022", "T1560"],
  ["T1032", "T1573"],
  ["T1064", "T1059"],
  ["T1065", "T1571"],
  ["T1081", "T1552.001"],
  ["T1089", "T1685"],
  ["T1094", "T1095"],
  ["T1099", "T1070.006"],
  ["T1100", "T1505.003"],
  ["T1107", "T1070.004"],
  ["T1139", "T1552.003"],
  ["T1145", "T1552.004"],
  ["T1146", "T1070.003"],
  ["T1148", "T1690"],
  ["T1156", "T1546.004"],
  ["T1158", "T1564.001"],
  ["T1166", "T1548.001"],
  ["T1168", "T1053.003"],
  ["T1169", "T1548.003"],
  ["T1215", "T1547.006"],
  ["T1501", "T1543.002"],
]);

/** The techniques that take part of what was one tactic, `defense-evasion`, until version 18. */
const evasionTactics = ["stealth", "defense-impairment"];

/** Undefined for ids outside of the table: they may still be right. */
export function techniqueOf(id: string): Technique | undefined {
  return byId.get(id);
}

/**
 * The id of now for one of any version and spelling: `attack.t1562.001` is `T1685`. A
 * sub-technique of one that was replaced, not known by itself, becomes what replaced that one.
 * **Errors**: undefined for what is no id of a technique.
 */
export function translateTechnique(text: string): string | undefined {
  const found = /^(?:attack\.)?(t\d{4}(?:\.\d{3})?)$/i.exec(text);
  const id = found?.[1]?.toUpperCase();
  if (id === undefined) return undefined;
  const above = id.slice(0, 5);
  return replaced.get(id) ?? (id === above ? id : withReplacedParent(id, above));
}

function withReplacedParent(id: string, above: string): string {
  return replaced.get(above) ?? id;
}

/**
 * The short name of now of a tactic; `defense-evasion` becomes what the techniques beside it are
 * about, and `stealth` where they do not tell. Spaces, underscores and `attack.` are taken.
 * **Errors**: empty for what is no tactic.
 */
export function translateTactic(text: string, beside: readonly string[] = []): readonly string[] {
  const name = text
    .replace(/^attack\./i, "")
    .replace(/[_ ]/g, "-")
    .toLowerCase();
  if (name !== "defense-evasion") return attackTactics.has(name) ? [name] : [];
  const told = tacticsOf(beside).filter((tactic) => evasionTactics.includes(tactic));
  return told.length > 0 ? told : ["stealth"];
}

/** All tactics that techniques serve. **Order**: as an attack usually goes. */
export function tacticsOf(ids: readonly string[]): readonly string[] {
  const found = new Set(ids.flatMap((id) => knownTactics(id)));
  return [...attackTactics.keys()].filter((tactic) => found.has(tactic));
}

/** A sub-technique outside of the table serves what the technique above it serves. */
function knownTactics(id: string): readonly string[] {
  return (byId.get(id) ?? byId.get(id.slice(0, 5)))?.tactics ?? [];
}

/** `T1059.004 Command and Scripting Interpreter: Unix Shell`; the id alone when unknown. */
export function nameTechnique(id: string): string {
  const technique = byId.get(id);
  if (technique === undefined) return id;
  const above = id.length > 5 ? byId.get(id.slice(0, 5)) : undefined;
  return above === undefined ? `${id} ${technique.name}` : `${id} ${above.name}: ${technique.name}`;
}
