/**
 * Holds the choice of adapters for what a daemon needs on one machine: SQLite, files, gRPC.
 * In: where the program's own files are. Out: openers; each adapter is loaded when it is first
 * asked for. Must never hold logic.
 */
import { fileURLToPath } from "node:url";
import { systemClock } from "../adapters/clock/system-clock.ts";
import type { NotifyOutside } from "../ports/notify-outside.ts";
import type { Outside, ServiceOpeners, SourceOpeners, StateOpeners } from "../ports/outside.ts";

/** `version` of the program; `home` has its rules and workflows. */
export function createOutside(home: URL, version: string): Outside {
  const shipped = {
    rules: fileURLToPath(new URL("rules", home)),
    workflows: fileURLToPath(new URL("workflows", home)),
  };
  return { shipped, state, sources, services: { ...services, notify: () => openNotify(version) } };
}

const state: StateOpeners = {
  store: async (directory, mode) => {
    const { openSqliteStore } = await import("../adapters/store/sqlite-store.ts");
    return openSqliteStore(directory, mode);
  },
  archiveWriter: async (directory, limits) => {
    const { openArchiveWriter } = await import("../adapters/archive/archive-writer.ts");
    return openArchiveWriter(directory, limits);
  },
  archiveReader: async (directory) => {
    const { openArchiveReader } = await import("../adapters/archive/archive-reader.ts");
    return openArchiveReader(directory);
  },
};

const sources: SourceOpeners = {
  tetragon: async (address) => {
    const { createTetragonSource } = await import("../adapters/tetragon/tetragon-source.ts");
    return createTetragonSource(address);
  },
  follow: async (file) => {
    const { followFile } = await import("../adapters/source/follow-file.ts");
    return followFile(file, { readsBackups: true });
  },
  control: async (address) => {
    const { createTetragonControl } = await import("../adapters/tetragon/tetragon-control.ts");
    return createTetragonControl(address);
  },
  cluster: async (kubeconfig) => {
    const { watchCluster } = await import("../adapters/cluster/watch-cluster.ts");
    return watchCluster(kubeconfig);
  },
  scrape: async (url) => {
    const { scrape } = await import("../adapters/scrape/fetch-text.ts");
    return scrape(url);
  },
};

const services: Omit<ServiceOpeners, "notify"> = {
  clock: systemClock,
  log: async (level) => {
    const { createPinoLog } = await import("../adapters/log/pino-log.ts");
    return createPinoLog(level);
  },
  variable: (name) => process.env[name],
  statusServer: async () => {
    const adapter = await import("../adapters/status-server/http-status-server.ts");
    return adapter.createStatusServer();
  },
  reportMaker: async () => {
    const { createReportMaker } = await import("../adapters/report-maker/spawn-report.ts");
    return createReportMaker();
  },
  canaryRunner: async () => {
    const { createCanaryRunner } = await import("../adapters/canary/run-canary.ts");
    return createCanaryRunner();
  },
  replayServer: async () => {
    const { createReplayServer } = await import("../adapters/replay-server/replay-server.ts");
    return createReplayServer();
  },
  sink: async (target) => {
    const { openSink } = await import("../adapters/sink/open-sink.ts");
    const { makeDirectory } = await import("../adapters/store/make-directory.ts");
    const secretFile = process.env["WAGGLE_WEBHOOK_SECRET_FILE"];
    return openSink(target, {
      makeDirectory,
      ...(secretFile === undefined ? {} : { secretFile }),
    });
  },
};

async function openNotify(version: string): Promise<NotifyOutside> {
  const { createNotifyOutside } = await import("../adapters/notify/notify-outside.ts");
  const { createNoticeDocuments } = await import("../adapters/notify/notice-documents.ts");
  return createNotifyOutside(createNoticeDocuments(version));
}
