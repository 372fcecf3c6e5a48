/**
 * Holds what Tetragon checks of the selectors of one hook: how many there are, and whether their
 * values fit what the kernel programs can compare.
 * In: a hook. Out: nothing, or a refusal in Tetragon's words.
 * Source: `pkg/selectors/kernel.go` of Tetragon 1.7.0, on a kernel since 5.11.
 */
import { isIP } from "node:net";
import { isPlain, listAt, type Plain, textAt, textsAt, typeOf } from "./policy-fields.ts";

import { Refusal } from "./refusal.ts";

const selectorCountMax = 5;
const filterCountMax = 5;
const actionCountMax = 3;
/** Of values that are numbers; text is looked up in tables without a bound. */
const numberCountMax = 4;
const sizeBytesMax = { equal: 4096, prefix: 256, postfix: 127, binary: 255, part: 99 } as const;

/** **Errors**: throws `Refusal`. */
export function checkSelectors(hook: Plain): void {
  const selectors = listAt(hook, "selectors");
  if (selectors.length > selectorCountMax) {
    const given = `(${selectors.length} provided)`;
    throw new Refusal(`no more than ${selectorCountMax} selectors supported ${given}`);
  }
  const args = listAt(hook, "args");
  for (const selector of selectors) {
    within("parseMatchNamespaces", () => checkNamespaces(selector));
    within("parseMatchBinaries", () => checkBinaries(listAt(selector, "matchBinaries")));
    within("parseMatchParentBinaries", () => refuseParents(selector));
    within("parseMatchArgs ", () => checkFilters(selector, args, listAt(hook, "data")));
    within("parseMatchActions", () => checkActions(listAt(selector, "matchActions")));
  }
  const returned = hook["returnArg"];
  if (hook["return"] !== true || !isPlain(returned)) return;
  for (const selector of selectors) {
    const filters = { matchArgs: selector["matchReturnArgs"] };
    within("parseMatchArgs ", () => checkFilters(filters, [returned], []));
    within("parseMatchActions", () => checkActions(listAt(selector, "matchReturnActions")));
  }
}

function within(step: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(`${step} error: ${error.message}`);
  }
}

function checkNamespaces(selector: Plain): void {
  for (const filter of listAt(selector, "matchNamespaces")) {
    const count = textsAt(filter, "values").length;
    if (count <= numberCountMax) continue;
    throw new Refusal(
      `matchNamespace supports up to ${numberCountMax} values per filter ` +
        `(current number of values is ${count})`,
    );
  }
}

function checkBinaries(filters: readonly Plain[]): void {
  const which = "matchBinaries";
  for (const filter of filters) {
    const operator = textAt(filter, "operator");
    const values = textsAt(filter, "values");
    if (operator === "In" || operator === "NotIn") {
      if (!values.some((value) => Buffer.byteLength(value) > sizeBytesMax.binary)) continue;
      const most = `> ${sizeBytesMax.binary} chars`;
      throw new Refusal(`${which} error: Binary names ${most} not supported`);
    }
    if (filter["followChildren"] === true) {
      throw new Refusal(`${which}: followChildren not yet implemented for operation '${operator}'`);
    }
    // Both kinds are told as prefixes.
    const what = `failed to write the prefix operator for the ${which} selector: MatchBinaries`;
    checkLengths(what, values, operator.endsWith("refix") ? "prefix" : "postfix");
  }
}

function refuseParents(selector: Plain): void {
  if (listAt(selector, "matchParentBinaries").length === 0) return;
  throw new Refusal("matchParentBinaries selector can be used only with parents map enabled");
}

function checkFilters(selector: Plain, args: readonly Plain[], data: readonly Plain[]): void {
  const onArgs = listAt(selector, "matchArgs");
  const onData = listAt(selector, "matchData");
  const count = onArgs.length + onData.length;
  if (count > filterCountMax) {
    const given = `(${count} provided)`;
    throw new Refusal(`parseMatchArgs: supports up to ${filterCountMax} filters ${given}`);
  }
  for (const filter of onArgs) {
    if (textAt(filter, "operator") === "CelExpr") continue;
    checkFilter(filter, typeOf(argumentOf(filter, args)));
  }
  for (const filter of onData) {
    const at = filter["args"] === undefined ? Number(filter["index"] ?? 0) : -1;
    const found = at < 0 ? argumentOf(filter, data) : data[at];
    if (found === undefined) {
      throw new Refusal(`matchData index out of bonds (0,${data.length})`);
    }
    checkFilter(filter, typeOf(found));
  }
}

function argumentOf(filter: Plain, args: readonly Plain[]): Plain {
  const [at] = textsAt(filter, "args");
  if (at !== undefined) {
    const found = args[Number(at)];
    if (found !== undefined) return found;
    throw new Refusal(`wrong ArgSelector.Arg value ${at}, max(${args.length})`);
  }
  const index = Number(filter["index"] ?? 0);
  const found = args.find((argument) => Number(argument["index"]) === index);
  if (found === undefined) throw new Refusal("argFilter for unknown index");
  return found;
}

const textTypes: ReadonlySet<string> = new Set([
  ...["fd", "file", "filename", "path", "string", "char_buf", "linux_binprm", "data_loc"],
  ...["net_device", "sockaddr_un", "dentry"],
]);
const socketTypes: ReadonlySet<string> = new Set(["sock", "skb", "sockaddr", "socket"]);
const signedTypes = /^(s?int(8|16|32|64)?|long|size_t|syscall64)$/;
const unsignedTypes = /^(uint(8|16|32|64)|ulong)$/;
const mapOperators = /^(InMap|NotInMap)$/;
const portOperators = /^((Not)?[SD]Port|Protocol|Family|State)$/;
const addressOperators = /^(Not)?[SD]Addr$/;

function checkFilter(filter: Plain, type: string): void {
  const operator = textAt(filter, "operator");
  const values = textsAt(filter, "values");
  const kinds = "sock/socket/skb/sockaddr";
  if (operator.endsWith("InRange")) checkRanges(values);
  else if (mapOperators.test(operator)) {
    within("writeMatchRangesInMap", () => checkNumbers(values, type));
  } else if (operator.endsWith("Prefix") || operator.endsWith("Postfix")) {
    const kind = operator.endsWith("Prefix") ? "prefix" : "postfix";
    const step = kind === "prefix" ? "writePrefixStrings" : "writePostfixStrings";
    checkLengths(`${step} error: MatchArgs`, values, kind);
  } else if (operator.startsWith("SubString")) checkParts(values);
  else if (portOperators.test(operator)) {
    if (socketTypes.has(type) || type === "sockaddr_un") return;
    const told = `${kinds}/sockaddr_un`;
    throw new Refusal(`${told} operators specified for non-${told} type`);
  } else if (addressOperators.test(operator)) {
    if (!socketTypes.has(type)) {
      throw new Refusal(`${kinds} operators specified for non-${kinds} type`);
    }
    checkAddresses(values);
  } else if (/^(Not)?Equal$/.test(operator) && textTypes.has(type)) {
    within("writeMatchStrings", () => checkTexts(values));
  } else if (!/Priv$|FileType$|Gained$/.test(operator)) {
    within("writeMatchValues", () => checkFew(values, type, operator));
  }
}

function checkFew(values: readonly string[], type: string, operator: string): void {
  if (values.length > numberCountMax) {
    throw new Refusal(
      `selector does not support more than ${numberCountMax} values: ` +
        "consider using InMap or NotInMap operators",
    );
  }
  if (values.length > 0 && (socketTypes.has(type) || type === "net_device")) {
    const what = "sock, socket, skb, sockaddr and net_device";
    throw new Refusal(`MatchArgs type ${what} do not support operator ${operator}`);
  }
  if (signedTypes.test(type) || unsignedTypes.test(type)) checkNumbers(values, type);
}

function checkNumbers(values: readonly string[], type: string): void {
  const isUnsigned = unsignedTypes.test(type);
  const shape = isUnsigned ? /^(0x)?[0-9a-f_]+$/i : /^[-+]?(0x)?[0-9a-f_]+$/i;
  for (const value of values) {
    if (value.startsWith("list:") || value.includes(":")) continue;
    if (shape.test(value) && !Number.isNaN(Number(value.replace(/^[-+]|_/g, "")))) continue;
    const parser = isUnsigned ? "ParseUint" : "ParseInt";
    const why = `strconv.${parser}: parsing "${value}": invalid syntax`;
    throw new Refusal(`MatchArgs value ${value} invalid: ${why}`);
  }
}

function checkRanges(values: readonly string[]): void {
  const step = "writeMatchValuesIntervals error";
  if (values.length > numberCountMax) {
    throw new Refusal(`${step}: selector does not support more than ${numberCountMax} values`);
  }
  for (const value of values) {
    if (value.split(":").length === 2) continue;
    throw new Refusal(`${step}: MatchArgs value ${value} invalid: range should be 'min:max'`);
  }
}

function checkLengths(what: string, values: readonly string[], kind: "prefix" | "postfix"): void {
  const most = sizeBytesMax[kind];
  const long = values.find((value) => Buffer.byteLength(value) > most);
  if (long === undefined) return;
  throw new Refusal(`${what} value ${long} invalid: string is longer than ${most} characters`);
}

function checkTexts(values: readonly string[]): void {
  const long = values.find((value) => Buffer.byteLength(value) > sizeBytesMax.equal);
  if (long === undefined) return;
  throw new Refusal(`MatchArgs value ${long} invalid: string is too long`);
}

function checkParts(values: readonly string[]): void {
  const long = values.find((value) => Buffer.byteLength(value) > sizeBytesMax.part);
  if (long === undefined) return;
  const told = `(${Buffer.byteLength(long)}) ${long}`;
  const what = "Substring is bigger than 100 chars";
  throw new Refusal(`writeMatchSubString error: substring error: ${what} ${told}`);
}

function checkAddresses(values: readonly string[]): void {
  for (const value of values) {
    const [address = "", length] = value.split("/");
    const version = isIP(address);
    const isFit = length === undefined || /^\d{1,3}$/.test(length);
    if (version !== 0 && isFit && Number(length ?? 0) <= (version === 4 ? 32 : 128)) continue;
    const where = `writeMatchAddrsInMap error: MatchArgs value ${value} invalid: parse IP`;
    throw new Refusal(
      length === undefined
        ? `${where}: IP address is invalid: ParseAddr("${value}"): unable to parse IP`
        : `${where}: CIDR is invalid: netip.ParsePrefix("${value}"): invalid prefix`,
    );
  }
}

const limitScopes: ReadonlySet<string> = new Set(["", "thread", "process", "global"]);

function checkActions(actions: readonly Plain[]): void {
  if (actions.length > actionCountMax) {
    throw new Refusal(
      `only ${actionCountMax} actions are support for selector ` +
        `(current number of values is ${actions.length})`,
    );
  }
  for (const action of actions) {
    const limit = textAt(action, "rateLimit");
    if (limit === "") continue;
    const name = textAt(action, "action");
    if (name !== "Post") {
      throw new Refusal(`rate limiting can only applied to post action (was applied to '${name}')`);
    }
    const invalid = (what: string) => new Refusal(`parseRateLimit: ${what} is invalid`);
    if (!/^\d{1,9}[smh]?$/i.test(limit)) throw invalid(`rateLimit value ${limit}`);
    const scope = textAt(action, "rateLimitScope");
    if (!limitScopes.has(scope)) throw invalid(`rateLimitScope value ${scope}`);
  }
}
