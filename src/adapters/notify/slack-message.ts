/**
 * Holds a notice as a message of Slack's Block Kit.
 * In: a notice. Out: blocks and the text that notifications show.
 * **Source**: docs.slack.dev, Block Kit reference: 50 blocks a message, header 150, section 3,000,
 * 10 fields of 2,000, 10 elements of a context.
 */
import type { Incident, IncidentAction } from "../../core/judge/incident/incident.ts";
import type { Notice } from "../../ports/notifier.ts";
import {
  type MarkedText,
  type PlainText,
  slackCode,
  slackEscape,
  slackMarked,
  slackPlain,
} from "./slack-text.ts";
import {
  kindWords,
  tellAcknowledged,
  tellPlace,
  tellSome,
  tellTime,
  tellTitle,
} from "./tell-incident.ts";

export type SlackBlock =
  | { readonly type: "header"; readonly text: PlainText }
  | { readonly type: "section"; readonly text: PlainText | MarkedText }
  | { readonly type: "section"; readonly fields: readonly MarkedText[] }
  | { readonly type: "context"; readonly elements: readonly (PlainText | MarkedText)[] }
  | { readonly type: "divider" };

export interface SlackMessage {
  readonly text: string;
  readonly mrkdwn: false;
  readonly blocks: readonly SlackBlock[];
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

const lengths = { header: 150, section: 3000, field: 2000, text: 300 };

/** A whole one where a thread begins; below it only what is new. */
export function buildSlackMessage(notice: Notice): SlackMessage {
  const isReply = notice.thread !== "";
  return {
    text: slackEscape(tellTitle(notice, lengths.text), lengths.text),
    mrkdwn: false,
    blocks: isReply ? replyBlocks(notice) : wholeBlocks(notice),
    ...{ unfurl_links: false, unfurl_media: false },
  };
}

function wholeBlocks(notice: Notice): readonly SlackBlock[] {
  const { incident, news } = notice;
  return [
    headerOf(notice),
    { type: "section", fields: fieldsOf(notice) },
    ...newsBlocks(news),
    ...(incident.story.length > 0 ? [plainSection(tellSome(incident.story, listed.story))] : []),
    ...actionBlocks(incident.actions),
    ...artefactBlocks(incident),
    footOf(notice),
  ];
}

function replyBlocks(notice: Notice): readonly SlackBlock[] {
  const { incident, news, kind } = notice;
  const word = kindWords[kind];
  const level = `${slackCode(incident.severity, 40)}, score ${Math.round(incident.score)}`;
  return [
    { type: "section", text: slackMarked([`*${capital(word)}* · severity ${level}`], 3000) },
    ...newsBlocks(news),
    ...(kind === "update" ? actionBlocks(incident.actions) : []),
    footOf(notice),
  ];
}

const listed = {
  story: { count: 8, length: 600 },
  news: { count: 6, length: 400 },
  doubts: { count: 3, length: 200 },
};

function headerOf(notice: Notice): SlackBlock {
  return { type: "header", text: slackPlain([tellTitle(notice, lengths.header)], lengths.header) };
}

function plainSection(lines: readonly string[]): SlackBlock {
  return { type: "section", text: slackPlain(lines, lengths.section) };
}

function fieldsOf(notice: Notice): readonly MarkedText[] {
  const { incident } = notice;
  const { acknowledgement } = incident;
  const field = (label: string, value: string) =>
    slackMarked([`*${label}*`, slackCode(value, 600)], lengths.field);
  return [
    field("Where", tellPlace(notice)),
    field("Severity", `${incident.severity}, score ${Math.round(incident.score)}`),
    field("Since", tellTime(incident.firstSeenUs)),
    field("Last seen", tellTime(incident.lastSeenUs)),
    field("Confidence", incident.confidence),
    field("First access", `${incident.firstAccess.how} (${incident.firstAccess.confidence})`),
    field("Kinds", tellSome(incident.families, { count: 8, length: 40 }).join(", ")),
    ...(acknowledgement === undefined
      ? []
      : [field("In hand", tellAcknowledged(acknowledgement, 600))]),
    field("Techniques", tellSome(incident.techniques, { count: 12, length: 40 }).join(", ")),
  ];
}

function newsBlocks(news: readonly string[]): readonly SlackBlock[] {
  if (news.length === 0) return [];
  return [plainSection(["What is new:", ...tellSome(news, listed.news).map((one) => `• ${one}`)])];
}

const actionCount = 5;

function actionBlocks(actions: readonly IncidentAction[]): readonly SlackBlock[] {
  if (actions.length === 0) return [];
  const shown = actions.slice(0, actionCount);
  const more = actions.length - shown.length;
  const lines = shown.flatMap(({ phase, text, command }) => [
    `• ${slackCode(phase, 40)} ${slackCode(text, 300)}`,
    ...(command === "" ? [] : [`   ${slackCode(command, 240)}`]),
  ]);
  const rest = more > 0 ? [`… and ${more} more`] : [];
  const text = slackMarked(["*What to do now*", ...lines, ...rest], lengths.section);
  return [{ type: "section", text }];
}

const artefactCount = 10;

function artefactBlocks({ artefacts }: Incident): readonly SlackBlock[] {
  if (artefacts.length === 0) return [];
  const shown = artefacts.slice(0, artefactCount);
  const more = artefacts.length - shown.length;
  const lines = shown.map(({ type, value }) => `• ${slackCode(type, 40)} ${slackCode(value, 200)}`);
  const rest = more > 0 ? [`… and ${more} more`] : [];
  const text = slackMarked(["*Artefacts*", ...lines, ...rest], lengths.section);
  return [{ type: "section", text }];
}

function footOf({ incident }: Notice): SlackBlock {
  const doubts = [...incident.doubts, ...incident.gaps, ...incident.omitted];
  const sure = doubts.length === 0 ? [] : [slackPlain(tellSome(doubts, listed.doubts), 700)];
  const told = slackMarked([`waggle · ${slackCode(incident.id, 120)}`], 300);
  return { type: "context", elements: [told, ...sure] };
}

function capital(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
