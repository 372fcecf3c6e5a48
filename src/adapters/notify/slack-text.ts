/**
 * Holds how text is put into a message of Slack.
 * In: text of any origin. Out: text objects of Block Kit in which it is nothing but text: no link,
 * mention, channel, emoji or format can begin in it.
 * **Source**: docs.slack.dev, "Formatting message text" (escaping `&`, `<`, `>`), "Text object".
 */
import { cutText } from "../../core/event/bounds.ts";
import { makeVisible } from "../../core/report/safe-text.ts";

export interface PlainText {
  readonly type: "plain_text";
  readonly text: string;
  readonly emoji: false;
}

export interface MarkedText {
  readonly type: "mrkdwn";
  readonly text: string;
  /** Names and addresses are left as they stand. */
  readonly verbatim: true;
}

const names: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
]);

/** Visible and escaped. **Shape**: at most `lengthMax` code units as sent; never empty. */
export function slackEscape(text: string, lengthMax: number): string {
  const escaped = makeVisible(text, lengthMax).replace(/[&<>]/g, (one) => names.get(one) ?? "");
  return cutEscaped(escaped === "" ? "–" : escaped, lengthMax);
}

/** Never through an entity. */
function cutEscaped(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  return `${cutText(text, lengthMax - 1).replace(/&[a-z]*$/, "")}…`;
}

/** Lines of any origin, each on its own line. */
export function slackPlain(lines: readonly string[], lengthMax: number): PlainText {
  const shown = lines.map((line) => slackEscape(line, lengthMax)).join("\n");
  return { type: "plain_text", text: cutEscaped(shown, lengthMax) || "–", emoji: false };
}

/** A code span that its content cannot leave. */
export function slackCode(text: string, lengthMax: number): string {
  const inner = slackEscape(text.replaceAll("`", "'"), lengthMax - 2);
  return `\`${inner}\``;
}

/** `text` is ours, with hostile parts as code spans; as many lines as fit, whole. */
export function slackMarked(lines: readonly string[], lengthMax: number): MarkedText {
  const shown: string[] = [];
  let length = 0;
  for (const line of lines) {
    length += line.length + 1;
    if (length > lengthMax) break;
    shown.push(line);
  }
  return { type: "mrkdwn", text: shown.join("\n") || "–", verbatim: true };
}
