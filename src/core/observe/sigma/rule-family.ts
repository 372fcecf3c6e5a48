/**
 * Holds which kind of behaviour a rule is about when it does not say so.
 * In: ATT&CK techniques and tactics. Out: a family.
 * Must never be asked where the rule names its family.
 */
import type { Family } from "../detect/rule.ts";

/** **Order**: the first that fits; longer ids before shorter. **Source**: ATT&CK v18 and v19. */
const techniqueFamilies: readonly (readonly [string, Family])[] = [
  ["T1552.005", "cloud-metadata"],
  ["T1552.007", "cluster-api"],
  ["T1505.003", "web-shell"],
  ["T1496", "miner"],
  ["T1611", "escape"],
  ["T1609", "interactive-exec"],
  ["T1610", "cluster-api"],
  ["T1613", "cluster-api"],
  ["T1195", "supply-chain"],
  ["T1620", "fileless"],
  ["T1036", "masquerading"],
  ["T1105", "download-execute"],
  ["T1046", "scanning"],
  ["T1595", "scanning"],
  ["T1070", "tampering"],
  ["T1562", "tampering"],
  ["T1685", "tampering"],
  ["T1686", "tampering"],
  ["T1190", "web-shell"],
];

const tacticFamilies: readonly (readonly [string, Family])[] = [
  ["credential-access", "credential-access"],
  ["impact", "impact"],
  ["exfiltration", "exfiltration"],
  ["command-and-control", "command-and-control"],
  ["lateral-movement", "lateral-movement"],
  ["privilege-escalation", "privilege-escalation"],
  ["persistence", "persistence"],
  ["discovery", "discovery"],
  ["collection", "exfiltration"],
  ["reconnaissance", "scanning"],
  ["initial-access", "web-shell"],
  ["resource-development", "supply-chain"],
  ["defense-evasion", "tampering"],
  ["stealth", "tampering"],
  ["defense-impairment", "tampering"],
];

/** `drift`, a program that nobody expects, when nothing is known of it. */
export function familyOf(techniques: readonly string[], tactics: readonly string[]): Family {
  for (const [id, family] of techniqueFamilies) {
    if (techniques.some((one) => one === id || one.startsWith(`${id}.`))) return family;
  }
  return tacticFamilies.find(([tactic]) => tactics.includes(tactic))?.[1] ?? "drift";
}
