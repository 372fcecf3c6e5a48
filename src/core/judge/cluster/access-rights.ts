/**
 * Holds what a service account may do: its bindings resolved to rules.
 * In: service accounts, roles, bindings. Out: grants of one account, each with its scope.
 * **Source**: Kubernetes, Using RBAC Authorization: subjects, groups of service accounts,
 * aggregated cluster roles.
 */
import type {
  AccessRule,
  BindingObject,
  ClusterObjects,
  ObjectName,
  RoleObject,
} from "../../inventory/cluster/cluster-objects.ts";
import { matchSelector } from "./match-selector.ts";

/** One binding of an account. */
export interface Grant {
  readonly roleKind: string;
  readonly roleName: string;
  /** "" for the whole cluster. */
  readonly namespace: string;
  /** undefined: the role is not among the objects. */
  readonly rules: readonly AccessRule[] | undefined;
}

export interface AccessRights {
  /** False when no binding is among the objects: then nothing is known of anybody's rights. */
  readonly isKnown: boolean;
  grantsOf(account: ObjectName): readonly Grant[];
}

export function indexRights(objects: ClusterObjects): AccessRights {
  const bindings = new Map<string, BindingObject[]>();
  for (const binding of objects.bindings) {
    for (const key of new Set(binding.subjects.map(subjectKey))) {
      const list = bindings.get(key);
      if (list === undefined) bindings.set(key, [binding]);
      else list.push(binding);
    }
  }
  const roles = new Map(objects.roles.map((role) => [roleKey(role), role]));
  const clusterRoles = objects.roles.filter(({ namespace }) => namespace === "");
  const rules = new Map<RoleObject, readonly AccessRule[]>();
  const rulesOf = (role: RoleObject | undefined): readonly AccessRule[] | undefined => {
    if (role === undefined) return undefined;
    const known = rules.get(role) ?? aggregate(role, clusterRoles);
    rules.set(role, known);
    return known;
  };
  const grantOf = ({ namespace, role }: BindingObject): Grant => {
    const key = roleKey({ namespace: role.kind === "ClusterRole" ? "" : namespace, ...role });
    return {
      roleKind: role.kind,
      roleName: role.name,
      namespace,
      rules: rulesOf(roles.get(key)),
    };
  };
  return {
    isKnown: objects.bindings.length > 0,
    grantsOf: (account) =>
      [...new Set(keysOf(account).flatMap((key) => bindings.get(key) ?? []))].map(grantOf),
  };
}

function roleKey({ namespace, name }: ObjectName): string {
  return `${namespace}/${name}`;
}

function subjectKey({ kind, namespace, name }: BindingObject["subjects"][number]): string {
  return kind === "ServiceAccount" ? `${kind} ${namespace}/${name}` : `${kind} ${name}`;
}

/** All ways in which a binding can mean it. */
function keysOf({ namespace, name }: ObjectName): readonly string[] {
  return [
    `ServiceAccount ${namespace}/${name}`,
    `User system:serviceaccount:${namespace}:${name}`,
    "Group system:serviceaccounts",
    `Group system:serviceaccounts:${namespace}`,
    "Group system:authenticated",
  ];
}

/** Usually the cluster has filled them in already. */
function aggregate(role: RoleObject, others: readonly RoleObject[]): readonly AccessRule[] {
  if (role.aggregates.length === 0) return role.rules;
  const selected = others.filter((other) =>
    role.aggregates.some((selector) => {
      return matchSelector(selector, (key) => other.labels.get(key)) === true;
    }),
  );
  const all = [...role.rules, ...selected.flatMap(({ rules }) => rules)];
  return [...new Map(all.map((rule) => [JSON.stringify(rule), rule])).values()];
}
