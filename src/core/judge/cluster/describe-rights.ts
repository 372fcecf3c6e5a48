/**
 * Holds how the rights of an account are said in short phrases.
 * In: its grants. Out: phrases, the powerful ones first, at most a dozen; whether one is powerful.
 */
import { compareText } from "../../event/compare-text.ts";
import type { AccessRule } from "../../inventory/cluster/cluster-objects.ts";
import type { Grant } from "./access-rights.ts";
import { isEverything, isPowerful } from "./powerful-rules.ts";

/** **Unit**: phrases of one account; names in one phrase. */
const limits = { phrases: 12, names: 8 };

export interface RightsText {
  readonly rights: readonly string[];
  readonly powerful: boolean;
}

/**
 * Cluster roles that every cluster has, whether they were among the objects or not.
 * **Source**: Kubernetes, default roles and role bindings.
 */
const defaultRoles: ReadonlyMap<string, { readonly text: string; readonly powerful: boolean }> =
  new Map([
    ["cluster-admin", { text: "everything", powerful: true }],
    [
      "admin",
      { text: "read and change nearly everything, secrets and roles included,", powerful: true },
    ],
    ["edit", { text: "read and change nearly everything, secrets included,", powerful: true }],
    ["view", { text: "read nearly everything but secrets", powerful: false }],
  ]);

/** What every account may do; saying it of each would hide the rest. */
const everyonesRoles: ReadonlySet<string> = new Set([
  "system:basic-user",
  "system:discovery",
  "system:public-info-viewer",
  "system:service-account-issuer-discovery",
]);

/** **Order**: powerful first, then by scope and text. */
export function describeRights(grants: readonly Grant[]): RightsText {
  const phrases = new Map<string, boolean>();
  const open: ScopedRule[] = [];
  for (const grant of grants) {
    const isClusterRole = grant.roleKind === "ClusterRole";
    if (isClusterRole && everyonesRoles.has(grant.roleName)) continue;
    const known = isClusterRole ? defaultRoles.get(grant.roleName) : undefined;
    const scope = scopeOf(grant.namespace);
    if (known !== undefined) {
      phrases.set(`${known.text} in ${scope} (${grant.roleName})`, known.powerful);
    }
    if (grant.rules === undefined) {
      if (known !== undefined) continue;
      const name = `${grant.roleKind} ${grant.roleName}`;
      phrases.set(`whatever ${name} grants in ${scope}: it is not among the objects`, false);
      continue;
    }
    const whole = grant.rules.some(isEverything);
    if (whole) phrases.set(`everything in ${scope} (${grant.roleName})`, true);
    // A well-known role may have been extended: then only what is powerful is said.
    const said = grant.rules.filter((rule) => !isEverything(rule) && rule.resources.length > 0);
    const shown = known === undefined ? said : said.filter(isPowerful);
    if (!whole && known?.powerful !== true) open.push(...shown.map((rule) => ({ rule, scope })));
  }
  for (const [text, powerful] of describeRules(open)) phrases.set(text, powerful);
  return bound(phrases);
}

function scopeOf(namespace: string): string {
  return namespace === "" ? "the cluster" : namespace;
}

interface ScopedRule {
  readonly rule: AccessRule;
  readonly scope: string;
}

/** Rules with the same verbs, names and scope become one phrase. */
function describeRules(rules: readonly ScopedRule[]): ReadonlyMap<string, boolean> {
  const groups = new Map<string, { readonly first: ScopedRule; readonly resources: Set<string> }>();
  for (const one of rules) {
    const { verbs, names } = one.rule;
    const powerful = isPowerful(one.rule);
    const key = JSON.stringify([[...verbs].sort(), [...names].sort(), one.scope, powerful]);
    const group = groups.get(key) ?? { first: one, resources: new Set<string>() };
    groups.set(key, group);
    for (const resource of one.rule.resources) group.resources.add(resource);
  }
  const phrases = new Map<string, boolean>();
  for (const { first, resources } of groups.values()) {
    const { rule, scope } = first;
    const verbs = rule.verbs.includes("*") ? "do anything with" : [...rule.verbs].sort().join(", ");
    const only =
      rule.names.length === 0 ? "" : ` (only ${listNames([...rule.names].sort(compareText))})`;
    const what = resources.has("*") ? everythingOf(rule) : listResources(rule, [...resources]);
    phrases.set(`${verbs} ${what}${only} in ${scope}`, isPowerful(rule));
  }
  return phrases;
}

function everythingOf({ groups }: AccessRule): string {
  if (groups.includes("*")) return "everything";
  return `everything of ${listNames(groups.map((group) => group || "the core group"))}`;
}

/** What gives power goes first: long lists are cut. */
function listResources(rule: AccessRule, resources: readonly string[]): string {
  const strong = resources.filter((one) => isPowerful({ ...rule, resources: [one] }));
  const weak = resources.filter((one) => !strong.includes(one));
  return listNames([...strong.sort(compareText), ...weak.sort(compareText)]);
}

function listNames(names: readonly string[]): string {
  const more = names.length > limits.names ? ` and ${names.length - limits.names} more` : "";
  return names.slice(0, limits.names).join(", ") + more;
}

function bound(phrases: ReadonlyMap<string, boolean>): RightsText {
  const sorted = [...phrases].sort(
    ([a, isStrong], [b, isOtherStrong]) =>
      Number(isOtherStrong) - Number(isStrong) || compareText(a, b),
  );
  const rights = sorted.slice(0, limits.phrases).map(([text]) => text);
  const more = sorted.length - rights.length;
  if (more > 0) rights.push(`and ${more} more`);
  return { rights, powerful: sorted.some(([, powerful]) => powerful) };
}
