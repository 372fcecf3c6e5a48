/**
 * Holds how the command line shows a replay that ended.
 * In: the output of the operation `replay`. Out: a few lines of text, or JSON.
 */
import { renderJson } from "../../core/report/render-json.ts";
import { joinTerminal, type TerminalText, terminal } from "../../core/report/safe-text.ts";
import type { Replayed } from "../../operations/replay.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation } from "./presentation.ts";

export const replayPresentation: Presentation<Replayed> = {
  positionals: [{ key: "events", metavar: "file", required: true }],
  metavars: { listen: "address", speed: "factor", policies: "file" },
  examples: [
    {
      line: "waggle replay tetragon.log --listen unix:///tmp/tetragon.sock --speed 10x",
      says: "Play a recording ten times as fast as it happened, until interrupted",
    },
    {
      line: "waggle replay events.pb.xz --policies policy-list.json --speed max --end",
      says: "All of it to each client at once, with the policies that were in force",
    },
  ],
  formats: ["text", "json"],
  hasTop: false,
  hasConfig: false,
  hasTime: false,
  isService: true,
  show: (replayed, view) => ({
    document: view.format === "json" ? renderJson(replayed) : renderReplayed(replayed),
    notices: [],
    exitStatus: exitStatus.done,
  }),
};

export function renderReplayed(replayed: Replayed): TerminalText {
  const { clientCount, eventCount, servedCount, address } = replayed;
  const lines = [
    terminal`${counted(eventCount, "event")} to ${counted(clientCount, "client")} on ${address}`,
    terminal`  ${counted(servedCount, "recording")} served to the end`,
  ];
  const { addedCount, deletedCount, refusedCount } = replayed;
  if (addedCount + deletedCount > 0) {
    const added = counted(addedCount, "policy", "policies");
    lines.push(terminal`  ${added} added, ${deletedCount} deleted`);
  }
  if (refusedCount > 0) lines.push(terminal`  ${counted(refusedCount, "call")} refused`);
  const { unreadableCount, droppedValueCount } = replayed;
  if (unreadableCount > 0) {
    lines.push(terminal`  ${counted(unreadableCount, "record")} unreadable, left out`);
  }
  if (droppedValueCount > 0) {
    const values = counted(droppedValueCount, "value");
    lines.push(terminal`  ${values} of JSON lines left out that waggle does not read`);
  }
  return joinTerminal(lines);
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
