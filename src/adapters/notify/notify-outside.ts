/**
 * Holds what telling people needs of this machine: its environment, clock, output and chance.
 * In: how incidents are written, or nothing. Out: the openers of the port.
 */
import type { NoticeDocuments } from "../../ports/notifier.ts";
import type { NotifyOutside } from "../../ports/notify-outside.ts";
import { createLetterFile } from "./letter-file.ts";
import { openNotifier } from "./open-notifier.ts";

/** The incident as it is; a finding of OCSF needs the renderer of reports. */
const plainDocuments: NoticeDocuments = {
  incident: ({ incident }) => JSON.stringify(incident),
  ocsf: undefined,
};

export function createNotifyOutside(documents: NoticeDocuments = plainDocuments): NotifyOutside {
  const options = {
    ...{ documents, environment: process.env, nowMs: () => Date.now(), output: process.stdout },
  };
  return {
    open: (target) => openNotifier(target, options),
    deadLetters: (file) => createLetterFile(file),
    random: () => Math.random(),
  };
}
