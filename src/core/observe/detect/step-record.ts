/**
 * Holds what one process did again and again to one thing.
 * In: what it was, events that tell of it. Out: the same, with citations.
 * Must take little room, for there are tens of thousands: most are told by one event, which says of
 * the process what is known of it anyway.
 */
import type { TimeUs } from "../../event/event.ts";
import type { Citation } from "../fact.ts";
import { rememberAnswers } from "../remember-answers.ts";
import type { StepFact } from "./detect-fact.ts";

/** What is told of a step beside whose it is and its citations. */
export type StepFields = Omit<
  StepFact,
  "kind" | "container" | "node" | "entry" | "process" | "citations"
>;

/** Whose step it is: always the same for one. */
export type StepOwner = Pick<Citation, "execId" | "node" | "pid">;

/** What tells of many steps in the same words. */
type Source = Pick<Citation, "binary" | "sensor" | "policy">;

/** One object for equal ones, while they are asked for. */
const shareSource = rememberAnswers((text: string): Source => JSON.parse(text), 256);

const noCitations: readonly Citation[] = [];

export class StepRecord implements StepFields {
  readonly what: StepFact["what"];
  readonly subject: string;
  detail: string;
  sentBytes: number;
  receivedBytes: number;
  count: number;
  firstSeenUs: TimeUs;
  lastSeenUs: TimeUs;
  /** A source: of the one event of its owner, at `firstSeenUs` and the place that follows. */
  private cited: Source | readonly Citation[] = noCitations;
  private input = 0;
  private offset = 0;

  constructor(fields: StepFields) {
    this.what = fields.what;
    this.subject = fields.subject;
    this.detail = fields.detail;
    this.sentBytes = fields.sentBytes;
    this.receivedBytes = fields.receivedBytes;
    this.count = fields.count;
    this.firstSeenUs = fields.firstSeenUs;
    this.lastSeenUs = fields.lastSeenUs;
  }

  /** What was given, as it is now. */
  get fields(): StepFields {
    const { what, subject, detail, sentBytes, receivedBytes, count, firstSeenUs, lastSeenUs } =
      this;
    return { what, subject, detail, sentBytes, receivedBytes, count, firstSeenUs, lastSeenUs };
  }

  /** The earliest few. **Order**: by time. */
  citationsBy(owner: StepOwner): readonly Citation[] {
    const { cited, firstSeenUs, input, offset } = this;
    if (isList(cited)) return cited;
    const { execId, node, pid } = owner;
    return [{ timeUs: firstSeenUs, node, execId, pid, ...cited, input, offset }];
  }

  /** In place of those that there are; `firstSeenUs` must be final for them. */
  cite(citations: readonly Citation[], owner: StepOwner): void {
    const [only] = citations;
    if (only === undefined || citations.length > 1 || !this.isOwn(only, owner)) {
      this.cited = citations;
      this.input = this.offset = 0;
      return;
    }
    const { binary, sensor, policy } = only;
    this.cited = shareSource(JSON.stringify({ binary, sensor, policy }));
    this.input = only.input;
    this.offset = only.offset;
  }

  private isOwn(citation: Citation, { execId, node, pid }: StepOwner): boolean {
    return (
      citation.timeUs === this.firstSeenUs &&
      citation.execId === execId &&
      citation.node === node &&
      citation.pid === pid
    );
  }
}

function isList(cited: Source | readonly Citation[]): cited is readonly Citation[] {
  return Array.isArray(cited);
}
