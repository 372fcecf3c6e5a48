/**
 * Holds which commands of an incident a sentence shows, and which are alike.
 * In: command lines with how grave rules find them. Out: a few, each with how many are like it.
 * Must show the gravest ones, and never a hundred that differ in a file name.
 */

export interface RankedCommand {
  readonly text: string;
  /** How grave the gravest rule about it is; -1 when none is. */
  readonly rank: number;
}

export interface ShownCommand {
  readonly text: string;
  /** Commands of this shape, this one included. */
  readonly count: number;
}

export interface ChosenCommands {
  /** **Order**: as given. */
  readonly shown: readonly ShownCommand[];
  /** Others, of whatever shape. */
  readonly leftCount: number;
}

const readCountMax = 256;

/** Fewer are worth a look each. */
const alikeCountMin = 4;

/** `commands` are in order of time. **Cost**: quadratic in shells with `-c`, 256 read at most. */
export function chooseCommands(
  commands: readonly RankedCommand[],
  countMax: number,
): ChosenCommands {
  const some = withoutWrappers(readable(commands));
  const groups = [...Map.groupBy(some, ({ text }) => shapeOf(text)).values()].flatMap(
    (same): readonly (readonly RankedCommand[])[] =>
      same.length >= alikeCountMin ? [same] : same.map((one) => [one]),
  );
  const programs = new Set(some.filter(({ rank }) => rank >= 0).map(({ text }) => programIn(text)));
  const ranked = groups.map((same) => {
    const best = same.toSorted((a, b) => b.rank - a.rank)[0] ?? { text: "", rank: -1 };
    return { text: best.text, count: same.length, weight: weigh(best, programs) };
  });
  const told = ranked.some(({ weight }) => weight > helperWeight)
    ? ranked.filter(({ weight }) => weight > helperWeight)
    : ranked;
  const gravest = new Set(told.toSorted((a, b) => b.weight - a.weight).slice(0, countMax));
  const order = new Map(some.map(({ text }, at) => [text, at]));
  const shown = ranked
    .filter((one) => gravest.has(one))
    .sort((a, b) => (order.get(a.text) ?? 0) - (order.get(b.text) ?? 0));
  const shownCount = shown.reduce((sum, { count }) => sum + count, 0);
  const left = some.length - shownCount + Math.max(0, commands.length - readCountMax);
  return { shown: shown.map(({ text, count }) => ({ text, count })), leftCount: left };
}

/** Those that rules speak of first: many idle ones must not crowd them out. **Order**: kept. */
function readable(commands: readonly RankedCommand[]): readonly RankedCommand[] {
  if (commands.length <= readCountMax) return commands;
  const marked = commands.filter(({ rank }) => rank >= 0);
  const idle = commands.filter(({ rank }) => rank < 0);
  const read = new Set([...marked, ...idle].slice(0, readCountMax));
  return commands.filter((one) => read.has(one));
}

/** What only passes on what others say, or waits. */
const helpers = new RegExp(
  "^(?:head|tail|sort|uniq|wc|tr|cut|grep|egrep|sed|awk|sleep|true|echo|test|mkdir|" +
    "dirname|basename)$",
);

const helperWeight = -3;

/** Of what no rule speaks, more of a program that one speaks of, then others, then helpers. */
function weigh({ text, rank }: RankedCommand, programs: ReadonlySet<string>): number {
  if (rank >= 0) return rank;
  const program = programIn(text);
  return programs.has(program) ? -1 : helpers.test(program) ? helperWeight : -2;
}

function programIn(text: string): string {
  const [word = ""] = text.split(" ", 1);
  return word.slice(word.lastIndexOf("/") + 1);
}

/** The same program and options, of other files, addresses or processes. */
export function shapeOf(text: string): string {
  return text
    .slice(0, 1024)
    .split(/\s+/)
    .map((word, at) => (at > 0 && /[/.@]|^\d+$/.test(word) ? "*" : word))
    .join(" ");
}

const wrapper = /^(?:\S*\/)?(?:ba|da|z|k|a)?sh\s+(?:-\w+\s+)*-\w*c\s/;

/** `sh -c "x"` says no more than the `x` that it ran, unless rules find it graver. */
function withoutWrappers(commands: readonly RankedCommand[]): readonly RankedCommand[] {
  const plain = commands.filter(({ text }) => !wrapper.test(text));
  return commands.filter(({ text, rank }) => {
    if (!wrapper.test(text)) return true;
    const inner = plain.filter((one) => isWithin(one.text, text));
    return inner.length === 0 || inner.every((one) => one.rank < rank);
  });
}

/** As words of their own: `id` is not in `side`. */
function isWithin(inner: string, outer: string): boolean {
  const at = outer.indexOf(inner);
  if (at < 0 || inner === "") return false;
  const isEdge = (sign: string | undefined) => sign === undefined || !/[\w./-]/.test(sign);
  return isEdge(outer[at - 1]) && isEdge(outer[at + inner.length]);
}
