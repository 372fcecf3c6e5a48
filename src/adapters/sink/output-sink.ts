/**
 * Holds the sink that prints: the report as text, on standard output.
 * In: a delivery. Out: text in which nothing from outside can move the cursor.
 */
import type { Writable } from "node:stream";
import { renderText } from "../../core/report/render-text.ts";
import { terminal } from "../../core/report/safe-text.ts";
import { plural } from "../../core/report/text-layout.ts";
import type { Sink } from "../../ports/sink.ts";
import { WaggleError } from "../../ports/waggle-error.ts";

/** **Unit**: columns; where it goes nobody knows. */
const width = 100;

export function createOutputSink(stream: Writable): Sink {
  return {
    name: "standard output",
    deliver: async ({ report, id, trigger, changes }) => {
      const changed = plural(changes.length, "change");
      const head = terminal`Report ${id}: ${trigger}, ${changed}`;
      const body = renderText(report, { width, color: false, top: 0 });
      await write(stream, `${head}\n\n${body}\n\n`);
    },
  };
}

function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: Error) => {
      const message = "Standard output takes no report any more.";
      reject(new WaggleError("delivery-failed", message, { cause }));
    };
    // A stream that ended tells it by an event; without a listener that would end the program.
    stream.once("error", refuse);
    stream.write(text, (error) => {
      if (error) return refuse(error);
      stream.off("error", refuse);
      resolve();
    });
  });
}
