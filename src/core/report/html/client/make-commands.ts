/**
 * Holds the commands that a reader can copy.
 * In: names and places from the report, which an attacker may have chosen. Out: a command for a
 * shell, or "" where a part of it is not plain enough to be sure that a shell takes it as a word.
 */

/** What no shell reads as more than letters; a leading `-` would be an option. */
const plainWord = /^[A-Za-z0-9@._/:+~][A-Za-z0-9@._/:+~=-]*$/;
const upgrades: Readonly<Record<string, (name: string, version: string) => string>> = {
  deb: (name, version) => `apt-get install --only-upgrade ${name}=${version}`,
  apk: (name, version) => `apk add --upgrade ${name}=${version}`,
  rpm: (name, version) => `dnf upgrade ${name}-${version}`,
  npm: (name, version) => `npm install ${name}@${version}`,
  python: (name, version) => `pip install --upgrade ${name}==${version}`,
  gem: (name, version) => `gem install ${name} -v ${version}`,
  "go-module": (name, version) => `go get ${name}@${version}`,
  "rust-crate": (name, version) => `cargo update -p ${name} --precise ${version}`,
};

/** "" for types whose version stands in a file that a person edits. */
export function upgradeCommand(type: string, name: string, version: string): string {
  const write = Object.hasOwn(upgrades, type) ? upgrades[type] : undefined;
  const isPlain = plainWord.test(name) && plainWord.test(version) && !name.includes("=");
  return write !== undefined && isPlain ? write(name, version) : "";
}

/** Prints the raw event: inputs are addressed by byte after decompression. */
export function eventCommand(input: string, offset: number): string {
  // Visible text writes what nobody sees as escapes: such a name would open another file.
  const isExact = /^[^\\…'\p{Cc}]+$/u.test(input) && !input.startsWith("-");
  if (!isExact || !Number.isSafeInteger(offset) || offset < 0) return "";
  const file = `'${input}'`;
  const reader = readers.find(({ ending }) => ending.test(input))?.command ?? "cat";
  return `${reader} ${file} | tail -c +${offset + 1} | head -n 1`;
}

const readers = [
  { ending: /\.xz$/, command: "xz -dc" },
  { ending: /\.gz$/, command: "gzip -dc" },
  { ending: /\.zst$/, command: "zstd -dc" },
];

export function explainCommand(vulnerability: string): string {
  return plainWord.test(vulnerability)
    ? `waggle explain ${vulnerability} --report report.json`
    : "";
}
