/**
 * Holds the Threat Matrix for Kubernetes: its techniques, and which of them this kind of sensor can
 * see at all. In: nothing. Out: a table, and answers about single ids.
 * Must never claim to see what only audit logs tell.
 */

/** `none`: "not claimed". `partial`: by its effects, or with objects of the cluster. */
export type Observability = "strong" | "partial" | "none";

export interface MatrixTechnique {
  /** For example `MS-TA9006`. */
  readonly id: string;
  readonly name: string;
  /** Its own ten tactics: other than in ATT&CK there is one `defense-evasion`. */
  readonly tactics: readonly string[];
  /** ATT&CK ids that it is mapped to. */
  readonly techniques: readonly string[];
  readonly observability: Observability;
  /** By what it shows, or why it does not. */
  readonly signal: string;
}

type Row = readonly [
  id: string,
  name: string,
  tactics: string,
  techniques: string,
  observability: Observability,
  signal: string,
];

/** **Order**: as an attack usually goes. */
export const matrixTactics: ReadonlyMap<string, string> = new Map([
  ["initial-access", "Initial Access"],
  ["execution", "Execution"],
  ["persistence", "Persistence"],
  ["privilege-escalation", "Privilege Escalation"],
  ["defense-evasion", "Defense Evasion"],
  ["credential-access", "Credential Access"],
  ["discovery", "Discovery"],
  ["lateral-movement", "Lateral Movement"],
  ["collection", "Collection"],
  ["impact", "Impact"],
]);

const rows: readonly Row[] = [
  [
    "MS-TA9001",
    "Using cloud credentials",
    "initial-access",
    "T1078.004",
    "none",
    "only audit logs of the cloud tell",
  ],
  [
    "MS-TA9002",
    "Compromised image in registry",
    "initial-access",
    "T1195.002 T1525",
    "partial",
    "which image ran, and what it did",
  ],
  [
    "MS-TA9003",
    "Kubeconfig file",
    "initial-access",
    "",
    "partial",
    "reads of kubeconfig files; policy credentials",
  ],
  [
    "MS-TA9004",
    "Application vulnerability",
    "initial-access",
    "T1190",
    "partial",
    "a program that serves starts a shell",
  ],
  [
    "MS-TA9005",
    "Exposed sensitive interfaces",
    "initial-access discovery",
    "T1133",
    "partial",
    "accepted connections; policy tcp-accepts",
  ],
  [
    "MS-TA9006",
    "Exec into container",
    "execution",
    "T1609",
    "strong",
    "a program that entered the container and is no probe",
  ],
  [
    "MS-TA9007",
    "Bash or cmd inside container",
    "execution",
    "T1059",
    "strong",
    "a shell is executed",
  ],
  [
    "MS-TA9008",
    "New container",
    "execution",
    "T1610",
    "partial",
    "the first program of a pod or image not seen before",
  ],
  [
    "MS-TA9009",
    "Application exploit (RCE)",
    "execution",
    "T1190",
    "strong",
    "a program that serves starts a shell or tool",
  ],
  [
    "MS-TA9010",
    "SSH server inside container",
    "execution",
    "",
    "strong",
    "an SSH server is executed, or something listens on its port",
  ],
  [
    "MS-TA9011",
    "Sidecar injection",
    "execution",
    "T1610",
    "partial",
    "a container that the workload did not have",
  ],
  [
    "MS-TA9012",
    "Backdoor container",
    "persistence",
    "T1543",
    "partial",
    "a workload that is not what it was",
  ],
  [
    "MS-TA9013",
    "Writable hostPath mount",
    "persistence privilege-escalation lateral-movement",
    "T1611",
    "partial",
    "writes below host mounts; policy file-writes and the pod object",
  ],
  [
    "MS-TA9014",
    "Kubernetes CronJob",
    "persistence",
    "T1053.007",
    "partial",
    "a job or cron job that was not there",
  ],
  [
    "MS-TA9015",
    "Malicious admission controller",
    "persistence credential-access",
    "T1546",
    "none",
    "only audit logs of the cluster tell",
  ],
  [
    "MS-TA9016",
    "Container service account",
    "credential-access lateral-movement persistence",
    "T1528",
    "strong",
    "reads of the token, then the API server; policies credentials, tcp-connections",
  ],
  [
    "MS-TA9017",
    "Static pods",
    "persistence",
    "",
    "strong",
    "writes to /etc/kubernetes/manifests; policy file-writes",
  ],
  [
    "MS-TA9018",
    "Privileged container",
    "privilege-escalation",
    "T1610",
    "strong",
    "the privileged flag of the pod, capabilities of processes",
  ],
  [
    "MS-TA9019",
    "Cluster-admin binding",
    "privilege-escalation",
    "T1078.003",
    "none",
    "only audit logs of the cluster tell",
  ],
  [
    "MS-TA9020",
    "Access cloud resources",
    "privilege-escalation lateral-movement",
    "T1078.004",
    "partial",
    "the metadata address, then command line clients of the cloud",
  ],
  [
    "MS-TA9021",
    "Clear container logs",
    "defense-evasion",
    "T1070",
    "strong",
    "log files of pods deleted or cut; policy path-changes",
  ],
  [
    "MS-TA9022",
    "Delete Kubernetes events",
    "defense-evasion",
    "T1070",
    "partial",
    "kubectl with its arguments, when it runs where a sensor is",
  ],
  [
    "MS-TA9023",
    "Pod / container name similarity",
    "defense-evasion",
    "T1036.005",
    "strong",
    "names that resemble those of the system",
  ],
  [
    "MS-TA9024",
    "Connect from proxy server",
    "defense-evasion",
    "T1090",
    "none",
    "only audit logs of the cluster tell",
  ],
  [
    "MS-TA9025",
    "List Kubernetes secrets",
    "credential-access",
    "T1552.007",
    "partial",
    "kubectl or requests with their arguments, where a sensor is",
  ],
  [
    "MS-TA9026",
    "Mount service principal",
    "credential-access",
    "T1552.001",
    "strong",
    "reads of cloud credential files; policy credentials",
  ],
  [
    "MS-TA9027",
    "Application credentials in configuration files",
    "credential-access lateral-movement",
    "T1552",
    "strong",
    "reads of and searches in configuration files; policy credentials",
  ],
  [
    "MS-TA9028",
    "Access managed identity credentials",
    "credential-access",
    "T1552.005",
    "strong",
    "connections to metadata addresses; policy tcp-connections",
  ],
  [
    "MS-TA9029",
    "Access Kubernetes API server",
    "discovery",
    "T1613",
    "strong",
    "connections to the API server, kubectl; policy tcp-connections",
  ],
  [
    "MS-TA9030",
    "Access Kubelet API",
    "discovery",
    "T1613",
    "strong",
    "connections to ports 10250 and 10255; policy tcp-connections",
  ],
  [
    "MS-TA9031",
    "Network mapping",
    "discovery",
    "T1046",
    "strong",
    "scanners, or many far ends in short time; policy tcp-connections",
  ],
  [
    "MS-TA9033",
    "Instance metadata API",
    "discovery",
    "T1552.005",
    "strong",
    "connections to metadata addresses; policy tcp-connections",
  ],
  [
    "MS-TA9034",
    "Cluster internal networking",
    "lateral-movement",
    "T1210",
    "partial",
    "connections between pods that were not there; policy tcp-connections",
  ],
  [
    "MS-TA9035",
    "CoreDNS poisoning",
    "lateral-movement",
    "T1557",
    "none",
    "only audit logs of the cluster tell",
  ],
  [
    "MS-TA9036",
    "ARP poisoning and IP spoofing",
    "lateral-movement",
    "T1557",
    "partial",
    "tools by name; raw sockets are not watched",
  ],
  [
    "MS-TA9037",
    "Images from a private registry",
    "collection",
    "T1530",
    "partial",
    "reads of registry credentials; policy credentials",
  ],
  [
    "MS-TA9038",
    "Data destruction",
    "impact",
    "T1485",
    "strong",
    "tools that destroy, many deletions; policy path-changes",
  ],
  [
    "MS-TA9039",
    "Resource hijacking",
    "impact",
    "T1496",
    "strong",
    "miners by name, arguments, pools",
  ],
  [
    "MS-TA9040",
    "Denial of service",
    "impact",
    "T1498 T1499",
    "partial",
    "floods of programs and connections, throttled events",
  ],
  [
    "MS-TA9041",
    "Collecting data from pod",
    "collection",
    "",
    "strong",
    "tar that writes to its output, started from outside",
  ],
];

/**
 * All 40. **Order**: by id. **Source**: Microsoft, Threat Matrix for Kubernetes (CC BY 4.0), state
 * of January 2023; observability and signals are ours.
 */
export const matrixTechniques: readonly MatrixTechnique[] = rows.map(
  ([id, name, tactics, techniques, observability, signal]) => ({
    ...{ id, name, observability, signal },
    tactics: tactics.split(" "),
    techniques: techniques === "" ? [] : techniques.split(" "),
  }),
);

const byId = new Map(matrixTechniques.map((technique) => [technique.id, technique]));

/** Undefined for ids that the matrix does not have. */
export function matrixTechniqueOf(id: string): MatrixTechnique | undefined {
  return byId.get(id);
}
