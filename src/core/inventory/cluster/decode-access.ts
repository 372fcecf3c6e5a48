/**
 * Holds the decoding of who may do what: service accounts, roles, bindings.
 * In: parsed objects of `rbac.authorization.k8s.io` and ServiceAccounts. Out: bounded rules.
 */
import type { Faults, JsonObject } from "../json-value.ts";
import { readFlag, readObject, readText } from "../json-value.ts";
import type { BindingObject, RoleObject, ServiceAccountObject } from "./cluster-objects.ts";
import {
  readLabels,
  readMetadata,
  readNames,
  readObjectName,
  readParts,
  readSelector,
} from "./object-parts.ts";

export function decodeServiceAccount(
  object: JsonObject,
  faults: Faults,
): ServiceAccountObject | undefined {
  const name = readObjectName(object, faults);
  if (name === undefined) return undefined;
  return { ...name, automountsToken: readFlag(object, "automountServiceAccountToken", faults) };
}

/** A Role, or a ClusterRole: then its namespace is "". */
export function decodeRole(object: JsonObject, faults: Faults): RoleObject | undefined {
  const name = readObjectName(object, faults);
  if (name === undefined) return undefined;
  const aggregation = readObject(object, "aggregationRule", faults) ?? {};
  return {
    ...name,
    labels: readLabels(readMetadata(object, faults), "labels", faults),
    rules: readParts(object, "rules", faults).map((rule) => ({
      verbs: readNames(rule, "verbs", faults),
      groups: readNames(rule, "apiGroups", faults),
      resources: readNames(rule, "resources", faults),
      names: readNames(rule, "resourceNames", faults),
    })),
    aggregates: readParts(aggregation, "clusterRoleSelectors", faults).map((one) =>
      readSelector(one, faults),
    ),
  };
}

/** A RoleBinding, or a ClusterRoleBinding: then its namespace is "". */
export function decodeBinding(object: JsonObject, faults: Faults): BindingObject | undefined {
  const name = readObjectName(object, faults);
  const role = readObject(object, "roleRef", faults);
  if (name === undefined || role === undefined) return undefined;
  return {
    ...name,
    role: { kind: readText(role, "kind", faults), name: readText(role, "name", faults) },
    subjects: readParts(object, "subjects", faults).map((one) => ({
      kind: readText(one, "kind", faults),
      namespace: readText(one, "namespace", faults) || name.namespace,
      name: readText(one, "name", faults),
    })),
  };
}
