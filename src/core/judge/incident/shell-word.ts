/**
 * Holds how names from outside become words of a command that a person may run.
 * In: any text. Out: a word for a POSIX shell, or nothing.
 * Must never make a word of text that does not look as it is: then no command is offered.
 */

const plain = /^[\w@%+=:,./-]+$/;
const printable = /^[ -~]+$/;
const wordLengthMax = 400;

/** Undefined for what holds anything but printable ASCII, is too long, or reads as an option. */
function shellWord(text: string): string | undefined {
  if (!printable.test(text) || text.length > wordLengthMax || text.startsWith("-"))
    return undefined;
  return plain.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Template tag: "" when one of the names cannot be a word, so that no half command is run. */
export function shellCommand(
  literals: TemplateStringsArray,
  ...names: readonly (string | number)[]
): string {
  const words = names.map((name) => shellWord(String(name)));
  if (words.includes(undefined)) return "";
  return literals.reduce((text, literal, index) => text + (words[index - 1] ?? "") + literal, "");
}

/** Parts of one command, with a space between; "" when one of them is. */
export function wholeCommand(...parts: readonly string[]): string {
  return parts.includes("") ? "" : parts.join(" ");
}
