/**
 * Holds the table of receivers: each kind with what opens it. A new kind is one file and one line.
 * In: a configured target. Out: its notifier.
 */
import type { Notice, Notifier, NotifierKind, NotifierTarget } from "../../ports/notifier.ts";
import { createAlertmanager } from "./alertmanager.ts";
import { boundNotice } from "./bound-notice.ts";
import { createFalcosidekick } from "./falcosidekick.ts";
import { createFileLines, createOutputLines } from "./line-file.ts";
import type { NotifierOptions } from "./notifier-options.ts";
import { createOcsf } from "./ocsf.ts";
import { createPagerduty } from "./pagerduty.ts";
import { createSlack } from "./slack.ts";
import { createSyslog } from "./syslog.ts";
import { createWebhook } from "./webhook.ts";

type Open = (target: NotifierTarget, options: NotifierOptions) => Notifier;

const table: Readonly<Record<NotifierKind, Open>> = {
  slack: createSlack,
  pagerduty: createPagerduty,
  webhook: createWebhook,
  falcosidekick: createFalcosidekick,
  ocsf: createOcsf,
  alertmanager: createAlertmanager,
  syslog: createSyslog,
  cef: createSyslog,
  stdout: createOutputLines,
  file: createFileLines,
};

/** **Errors**: throws `usage` for what the kind lacks or does not take. */
export function openNotifier(target: NotifierTarget, options: NotifierOptions): Notifier {
  const opened = table[target.kind](target, options);
  const bound = (notice: Notice) => boundNotice(notice);
  const { upkeep } = opened;
  return {
    name: opened.name,
    kind: opened.kind,
    preview: (notice) => opened.preview(bound(notice)),
    send: (notice, signal) => opened.send(bound(notice), signal),
    ...(upkeep === undefined
      ? {}
      : {
          upkeep: {
            everyMs: upkeep.everyMs,
            send: (notices, signal) => upkeep.send(notices.map(bound), signal),
          },
        }),
  };
}
