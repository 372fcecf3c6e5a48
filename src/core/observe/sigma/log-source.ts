/**
 * Holds which acts a rule is about by its `logsource`, and which fields it may ask for.
 * In: category, product, service. Out: kinds of acts with a table of fields, or why there are none.
 * Must never take one source for another: a rule about logs that are not read here does not run.
 */
import type { ActKind } from "../detect/act.ts";
import { actFields, auditFields, type FieldTable } from "../detect/act-fields.ts";
import { actKinds } from "../detect/act-sensors.ts";
import type { PlainReader } from "./plain-reader.ts";

export interface LogSource {
  readonly category: string;
  readonly product: string;
  readonly service: string;
}

export interface SourceActs {
  readonly kinds: readonly ActKind[];
  readonly fields: FieldTable;
}

/** **Errors**: problems of the reader; undefined where there is none. */
export function readLogSource(reader: PlainReader): LogSource | undefined {
  const source = reader.map("logsource");
  if (source === undefined) {
    if (reader.get("logsource") === undefined) reader.fail("logsource", "a rule needs a logsource");
    return undefined;
  }
  const word = (key: string) => (source.text(key) ?? "").toLowerCase();
  const [category, product, service] = [word("category"), word("product"), word("service")];
  if (`${category}${product}${service}` === "") {
    reader.fail("logsource", "a logsource names a category, a product or a service");
  }
  return { category, product, service };
}

/** **Source**: Sigma specification, appendix of the taxonomy. */
const categories: ReadonlyMap<string, readonly ActKind[]> = new Map([
  ["process_creation", ["exec"]],
  ["process_termination", ["exit"]],
  ["network_connection", ["connect", "accept"]],
  ["file_event", ["write", "rename", "link"]],
  ["file_change", ["write", "truncate", "mode"]],
  ["file_rename", ["rename"]],
  ["file_delete", ["delete"]],
  ["file_access", ["read"]],
]);

/** Acts that auditd would tell of. */
const audited = actKinds.filter((kind) => !/^(?:exit|close|map)$/.test(kind));

/** Our own rules may ask for any act: `product: linux`, `service: waggle`, and `kind:`. */
const services: ReadonlyMap<string, SourceActs> = new Map([
  ["auditd", { kinds: audited, fields: auditFields }],
  ["waggle", { kinds: actKinds, fields: actFields }],
]);

/** **Errors**: half a sentence. */
export function actsOf({ category, product, service }: LogSource): SourceActs | string {
  if (product !== "" && product !== "linux") return `it is about ${show(product)}`;
  if (service !== "") {
    const found = services.get(service);
    if (found === undefined) return `logs of ${show(service)} are not read`;
    return category === "" ? found : `${show(category)} of ${show(service)} is not known`;
  }
  if (category === "") return { kinds: ["exec"], fields: actFields };
  const kinds = categories.get(category);
  return kinds === undefined
    ? `events of ${show(category)} are not told`
    : { kinds, fields: actFields };
}

function show(word: string): string {
  return JSON.stringify(word.slice(0, 40));
}

/** Whether a filter for one is for the other: what it names must be equal. */
export function isWithin(source: LogSource, filter: LogSource): boolean {
  return (["category", "product", "service"] as const).every(
    (key) => filter[key] === "" || filter[key] === source[key],
  );
}
