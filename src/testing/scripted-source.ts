/**
 * Holds a source of events that says what a test tells it to.
 * In: signals, an error, an end. Out: the same, as a source gives them.
 */
import type {
  EventSource,
  SourcePosition,
  SourceSignal,
  SourceStatus,
} from "../ports/event-source.ts";

export class ScriptedSource implements EventSource {
  readonly name: string;
  readonly durable: boolean;
  /** Where it was asked to go on, each time. */
  readonly asked: (SourcePosition | undefined)[] = [];
  state: SourceStatus["state"] = "connected";
  detail = "";
  /** It heeds no `stop`. */
  isStubborn = false;
  private readonly waiting: (SourceSignal | { readonly thrown: unknown })[] = [];
  private wake: () => void = () => {};
  private isStopped = false;

  constructor(name: string, durable: boolean) {
    this.name = name;
    this.durable = durable;
  }

  give(...signals: readonly SourceSignal[]): void {
    this.waiting.push(...signals);
    this.wake();
  }

  fail(thrown: unknown): void {
    this.waiting.push({ thrown });
    this.wake();
  }

  /** Signals that nobody took yet. */
  get waitingCount(): number {
    return this.waiting.length;
  }

  async *signals(position: SourcePosition | undefined): AsyncGenerator<SourceSignal> {
    this.asked.push(position);
    for (;;) {
      const next = this.waiting.shift();
      if (next !== undefined && "thrown" in next) throw next.thrown;
      if (next !== undefined) yield next;
      else if (this.isStopped && !this.isStubborn) return;
      else {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
    }
  }

  status(): SourceStatus {
    const { state, detail, waitingCount } = this;
    return { state, detail, waitingCount, node: "", reconnectCount: 0, lostCount: 0 };
  }

  stop(): void {
    this.isStopped = true;
    this.wake();
  }
}
