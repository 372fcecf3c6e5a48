/**
 * Holds the reading of tables of containers: tab or comma separated with a header, or the aligned
 * columns that `docker ps` and `crictl ps` print.
 * In: text. Out: rows as maps from normal column names to cells, with line numbers.
 * Must never guess columns without a header.
 */

export interface TableRow {
  /** 1-based. */
  readonly line: number;
  readonly cells: ReadonlyMap<string, string>;
  /** False when the row has fewer or more cells than the header. */
  readonly whole: boolean;
}

/** Undefined when the first line is no header that names containers. */
export function readTable(text: string): readonly TableRow[] | undefined {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  const at = lines.findIndex((line) => line.trim() !== "" && !line.startsWith("#"));
  const header = lines[at];
  if (header === undefined) return undefined;
  const separator = header.includes("\t") ? "\t" : /\w,\s*\w/.test(header) ? "," : "";
  const names = separator === "" ? [] : splitRow(header, separator).map(columnName);
  const starts = separator === "" ? columnStarts(header) : [];
  const known = separator === "" ? starts.map(({ name }) => name) : names;
  if (!known.includes("container_id")) return undefined;
  const rows: TableRow[] = [];
  for (let index = at + 1; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (line.trim() === "" || line.startsWith("#")) continue;
    rows.push(
      separator === ""
        ? alignedRow(line, index + 1, starts)
        : separatedRow(splitRow(line, separator), index + 1, names),
    );
  }
  return rows;
}

const columnAliases: ReadonlyMap<string, string> = new Map([
  ["container", "container_id"],
  ["id", "container_id"],
  ["containerid", "container_id"],
  ["names", "name"],
  ["container_name", "name"],
  ["image_name", "image"],
  ["image_reference", "image"],
  ["digest", "image_digest"],
  ["imageid", "image_id"],
  ["pod_name", "pod"],
  ["user", "uid"],
  ["mounts", "host_mounts"],
]);

/** `CONTAINER ID` and `containerId` become `container_id`. */
function columnName(text: string): string {
  const name = text
    .trim()
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[\s-]+/g, "_");
  return columnAliases.get(name) ?? name;
}

function separatedRow(cells: readonly string[], line: number, names: readonly string[]): TableRow {
  const pairs = names.map((name, index) => [name, (cells[index] ?? "").trim()] as const);
  return { line, cells: new Map(pairs), whole: cells.length === names.length };
}

/** Cells may be quoted; a doubled quote stands for one. */
function splitRow(line: string, separator: string): readonly string[] {
  if (separator === "\t" || !line.includes('"')) return line.split(separator);
  const cells: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^,]*))(,|$)/y;
  for (let more = true; more; ) {
    const match = pattern.exec(line);
    if (match === null) return line.split(separator);
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    more = match[3] === ",";
  }
  return cells;
}

interface Column {
  readonly name: string;
  readonly start: number;
}

/** Columns of an aligned table are two or more spaces apart. */
function columnStarts(header: string): readonly Column[] {
  return [...header.matchAll(/\S+(?: \S+)*/g)].map((match) => ({
    name: columnName(match[0]),
    start: match.index,
  }));
}

function alignedRow(line: string, number: number, columns: readonly Column[]): TableRow {
  const cells = new Map<string, string>();
  columns.forEach(({ name, start }, index) => {
    const end = columns[index + 1]?.start ?? line.length;
    cells.set(name, line.slice(start, end).trim());
  });
  return { line: number, cells, whole: true };
}
