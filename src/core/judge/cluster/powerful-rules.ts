/**
 * Holds which rights give more than they name: over secrets, other accounts, nodes, the cluster.
 * In: a rule of a role. Out: whether it is one of them.
 * **Source**: Kubernetes, "Role Based Access Control Good Practices", privilege escalation risks.
 */
import type { AccessRule } from "../../inventory/cluster/cluster-objects.ts";

interface PowerfulRight {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const core = "";
const change = ["create", "update", "patch"];

const powerfulRights: readonly PowerfulRight[] = [
  { group: core, resources: ["secrets"], verbs: ["get", "list", "watch"] },
  { group: core, resources: ["pods", "replicationcontrollers"], verbs: change },
  {
    group: "apps",
    resources: ["deployments", "daemonsets", "statefulsets", "replicasets"],
    verbs: change,
  },
  { group: "batch", resources: ["jobs", "cronjobs"], verbs: change },
  // To read from these is enough: a connection upgraded from GET runs commands.
  { group: core, resources: ["pods/exec", "pods/attach"], verbs: ["get", "create"] },
  { group: core, resources: ["pods/ephemeralcontainers"], verbs: ["update", "patch"] },
  { group: core, resources: ["nodes/proxy"], verbs: ["get", "create", "update", "patch"] },
  { group: core, resources: ["persistentvolumes"], verbs: ["create"] },
  { group: core, resources: ["serviceaccounts/token"], verbs: ["create"] },
  { group: core, resources: ["namespaces"], verbs: ["update", "patch"] },
  { group: core, resources: ["users", "groups", "serviceaccounts"], verbs: ["impersonate"] },
  {
    group: "rbac.authorization.k8s.io",
    resources: ["roles", "clusterroles"],
    verbs: ["bind", "escalate"],
  },
  {
    group: "certificates.k8s.io",
    resources: ["certificatesigningrequests", "certificatesigningrequests/approval"],
    verbs: change,
  },
  {
    group: "admissionregistration.k8s.io",
    resources: ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"],
    verbs: change,
  },
];

function takesResource({ resources }: AccessRule, wanted: string): boolean {
  const slash = wanted.indexOf("/");
  return resources.some(
    (one) => one === "*" || one === wanted || (slash > 0 && one === `*${wanted.slice(slash)}`),
  );
}

/** Reading secrets that it names one by one is no power over secrets. */
function namesSecrets(rule: AccessRule, resource: string): boolean {
  return resource === "secrets" && rule.names.length > 0;
}

/** Whether any verb and resource that the rule takes is in the table. */
export function isPowerful(rule: AccessRule): boolean {
  const has = (list: readonly string[], one: string) => list.includes("*") || list.includes(one);
  return powerfulRights.some(
    ({ group, resources, verbs }) =>
      has(rule.groups, group) &&
      verbs.some((verb) => has(rule.verbs, verb)) &&
      resources.some((one) => takesResource(rule, one) && !namesSecrets(rule, one)),
  );
}

/** Everything that can be done with every object. */
export function isEverything({ verbs, groups, resources, names }: AccessRule): boolean {
  return [verbs, groups, resources].every((list) => list.includes("*")) && names.length === 0;
}
