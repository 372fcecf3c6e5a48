/**
 * Holds what each family of rules is called in a headline or a sentence, and the order of tactics.
 * In: nothing. Out: tables.
 */
import type { Family } from "../../observe/detect/rule.ts";

export const familyWords: Readonly<Record<Family, string>> = {
  "reverse-shell": "reverse shell",
  "download-execute": "download and execution",
  miner: "crypto miner",
  "miner-preparation": "preparation for a miner",
  fileless: "fileless execution",
  drift: "program that the image does not have",
  "interactive-exec": "session from outside",
  "copy-from-pod": "copy out of a pod",
  "credential-access": "access to credentials",
  "cloud-metadata": "access to cloud metadata",
  "cluster-api": "access to the cluster's or the runtime's API",
  escape: "escape from a container",
  "privilege-escalation": "privilege escalation",
  discovery: "discovery",
  scanning: "network scan",
  "lateral-movement": "lateral movement",
  exfiltration: "exfiltration",
  "command-and-control": "command and control",
  persistence: "persistence",
  "supply-chain": "malicious installation",
  "web-shell": "commands run by a service",
  tampering: "tampering with traces or defences",
  masquerading: "masquerading",
  flooding: "flooding of telemetry",
  impact: "destruction or encryption of data",
  novelty: "new behaviour",
};

/** **Source**: ATT&CK v19, in the order of its matrix. */
export const tacticOrder: readonly string[] = [
  "reconnaissance",
  "resource-development",
  "initial-access",
  "execution",
  "persistence",
  "privilege-escalation",
  "stealth",
  "defense-impairment",
  "defense-evasion",
  "credential-access",
  "discovery",
  "lateral-movement",
  "collection",
  "command-and-control",
  "exfiltration",
  "impact",
];
