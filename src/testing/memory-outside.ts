/**
 * Holds all that a daemon reaches, in memory: the reference adapters, and sources that tests drive.
 * In: what a test wants of it. Out: a context, and hands on everything behind it.
 */
import { MemoryArchive } from "../adapters/archive/memory-archive.ts";
import { ManualClock } from "../adapters/clock/manual-clock.ts";
import { createMemoryFiles } from "../adapters/files/memory-files.ts";
import { MemoryLog } from "../adapters/log/memory-log.ts";
import { createStatusServer } from "../adapters/status-server/http-status-server.ts";
import { createMemoryStore } from "../adapters/store/memory-store.ts";
import type { OperationContext, Settings } from "../operations/operation.ts";
import type { ClusterWatch } from "../ports/cluster-watch.ts";
import type { DeadLetters } from "../ports/dead-letters.ts";
import type { Notice, Notifier, NotifierTarget } from "../ports/notifier.ts";
import type { ReportMaker } from "../ports/report-maker.ts";
import type { Scanner } from "../ports/scanner.ts";
import type { Delivery } from "../ports/sink.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { createFakeControl, type FakeControl } from "./fake-control.ts";
import type { ScriptedSource } from "./scripted-source.ts";
import { noOutside } from "./still-context.ts";

/** What outlives a daemon: give it to the next one, as a restart does. */
export class MemoryMachine {
  readonly store = createMemoryStore();
  readonly archive = new MemoryArchive();
  readonly stored = new Map<string, Uint8Array>();
  readonly letters = createMemoryLetters();
  /** Thrown by each commit, or each setting, while it is set. */
  refusal: WaggleError | undefined;
  settingRefusal: WaggleError | undefined;
}

export class MemoryOutside {
  readonly machine: MemoryMachine;
  readonly clock = new ManualClock();
  readonly log = new MemoryLog();
  readonly sources = new Map<string, ScriptedSource>();
  /** By address; made when first asked for. */
  readonly controls = new Map<string, FakeControl>();
  readonly ending = new AbortController();
  readonly delivered: Delivery[] = [];
  /** What receivers took, by route; one of a name in `deafRoutes` takes nothing. */
  readonly notified: { readonly route: string; readonly notice: Notice }[] = [];
  readonly deafRoutes = new Set<string>();
  /** Name of the directory of rules that come along; "": there are none. */
  shippedRules = "";
  /** Of the environment. */
  readonly variables = new Map<string, string>();
  readonly scraped: string[] = [];
  /** Words of each report that was asked for. */
  readonly made: (readonly string[])[] = [];
  maker: ReportMaker["make"] = async () => recordedText({});
  pages: (url: string) => string = () => {
    throw new WaggleError("connection-failed", "nobody answers");
  };
  cluster: ClusterWatch | undefined;
  scanner: Scanner = {
    scan: async () => Promise.reject(new WaggleError("tool-missing", "syft is not installed")),
    match: async () => Promise.reject(new WaggleError("tool-missing", "grype is not installed")),
    dataVersion: async () => "",
  };
  settings: Settings = { file: "", config: {} };
  closedCount = 0;
  private readonly reloads: (() => void)[] = [];

  constructor(machine = new MemoryMachine()) {
    this.machine = machine;
  }

  /** As SIGHUP does. */
  reload(): void {
    for (const listener of this.reloads) listener();
  }

  write(name: string, text: string): void {
    this.machine.stored.set(name, new TextEncoder().encode(text));
  }

  context(): OperationContext {
    return {
      files: createMemoryFiles(this.machine.stored),
      scanner: this.scanner,
      now: undefined,
      settings: this.settings,
      onProgress: () => {},
      outside: {
        shipped: { rules: this.shippedRules, workflows: "" },
        state: this.state(),
        sources: this.openers(),
        services: this.services(),
      },
      signal: this.ending.signal,
      onReload: (listener) => void this.reloads.push(listener),
    };
  }

  /** Lets time pass until it is so; gives up after an hour of the clock. */
  async until(isSo: () => boolean | Promise<boolean>, stepMs = 500): Promise<void> {
    const endMs = this.clock.elapsedMs() + 3_600_000;
    while (!(await isSo())) {
      if (this.clock.elapsedMs() > endMs) throw new Error("it never came to be so");
      await this.pass(stepMs);
    }
  }

  async pass(ms: number): Promise<void> {
    await letRun();
    await this.clock.advance(ms);
    await letRun();
  }

  private state(): OperationContext["outside"]["state"] {
    const { machine } = this;
    const { store, archive } = machine;
    const refusing = {
      ...store,
      facts: Object.assign(Object.create(store.facts), {
        commit: async (batch: Parameters<typeof store.facts.commit>[0]) => {
          if (machine.refusal !== undefined) throw machine.refusal;
          await store.facts.commit(batch);
        },
      }),
      settings: {
        get: store.settings.get,
        set: async (key: string, value: string) => {
          if (machine.settingRefusal !== undefined) throw machine.settingRefusal;
          await store.settings.set(key, value);
        },
      },
      close: async () => {
        this.closedCount += 1;
      },
    };
    return {
      store: async () => refusing,
      archiveWriter: async (_, limits) => archive.openWriter(limits),
      archiveReader: async () => archive.openReader(),
    };
  }

  private controlOf(address: string): FakeControl {
    const control = this.controls.get(address) ?? createFakeControl(address);
    this.controls.set(address, control);
    return control;
  }

  private openers(): OperationContext["outside"]["sources"] {
    const open = async (name: string) => {
      const source = this.sources.get(name);
      if (source === undefined) throw new WaggleError("usage", `no source ${name}`);
      return source;
    };
    return {
      ...noOutside.sources,
      tetragon: async ({ address }) => open(`tetragon:${address}`),
      follow: async (file) => open(`follow:${file}`),
      control: async ({ address }) => this.controlOf(address),
      scrape: async (url) => {
        this.scraped.push(url);
        return this.pages(url);
      },
      cluster: async () => {
        if (this.cluster === undefined) throw new WaggleError("usage", "no cluster");
        return this.cluster;
      },
    };
  }

  private notifier({ name, kind }: NotifierTarget): Notifier {
    return {
      ...{ name, kind },
      preview: () => ({ method: "POST", target: name, body: "" }),
      send: async (notice) => {
        if (this.deafRoutes.has(name)) {
          throw new WaggleError("delivery-failed", `${name} does not answer`, { retryable: true });
        }
        this.notified.push({ route: name, notice });
        return { thread: "" };
      },
    };
  }

  private services(): OperationContext["outside"]["services"] {
    return {
      ...noOutside.services,
      clock: this.clock,
      log: async () => this.log,
      variable: (name) => this.variables.get(name),
      statusServer: async () => createStatusServer(),
      reportMaker: async () => ({
        make: (words, signal) => {
          this.made.push(words);
          return this.maker(words, signal);
        },
      }),
      notify: async () => ({
        open: (target) => this.notifier(target),
        deadLetters: () => this.machine.letters,
        random: () => 0,
      }),
      sink: async (target) => {
        if (target.startsWith("no:")) throw new WaggleError("usage", `${target} is no sink`);
        return {
          name: target,
          deliver: async (delivery) => {
            if (target.startsWith("broken:")) {
              throw new WaggleError("delivery-failed", `${target} does not answer`);
            }
            this.delivered.push(delivery);
          },
        };
      },
    };
  }
}

function createMemoryLetters(): DeadLetters {
  const letters: unknown[] = [];
  return {
    add: async (more) => {
      letters.push(...more);
      return 0;
    },
    list: async () => ({ letters: [...letters], damagedCount: 0 }),
    takeEach: async (take) => {
      for (const letter of letters.splice(0)) if (!(await take(letter))) letters.push(letter);
      return { letters: [...letters], damagedCount: 0 };
    },
  };
}

/** What `record` prints in JSON. */
export function recordedText(what: Readonly<Record<string, unknown>>): string {
  const nothing = { findingCount: 0, changes: [], previousLost: "", deliveries: [] };
  return JSON.stringify({ id: "r-1", time: "", ...nothing, ...what });
}

function letRun(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}
