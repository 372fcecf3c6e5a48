/**
 * Holds the xz half of decompression, through the WebAssembly build of xz-embedded.
 * In: stored chunks that begin with the xz signature. Out: decompressed chunks up to any damage.
 * Several streams and padding between them are read as one. Must never be started twice for one
 * reader that waits for another: the decoder is single and each stream holds it to its end.
 */

/** Filled in by whoever finds the stream broken; its text goes into a sentence, in parentheses. */
export interface Damage {
  text: string | undefined;
}

/** Numbers of `enum xz_ret` in xz-embedded's `xz.h`. */
const failures: Readonly<Record<string, string>> = {
  "3": "it needs more memory than the decoder may take",
  "4": "its dictionary is larger than the decoder may take; compress it again with `xz -9` at most",
  "5": "what follows the first stream is not xz",
  "6": "it uses a filter or a check that is not supported; compress it again with plain `xz`",
  "7": "its data do not match their check",
};

/**
 * **Errors**: none; what is wrong goes into `damage`. Of damaged data, not of a cut file, the
 * decoder keeps back what it had made last: up to 64 KiB before the damage are missing.
 */
export async function* decompressXz(
  stored: AsyncGenerator<Uint8Array>,
  damage: Damage,
): AsyncGenerator<Uint8Array> {
  const { default: xz } = await import("xz-decompress");
  const reader = new xz.XzReadableStream(toWebStream(stored)).getReader();
  let ended = false;
  try {
    for (;;) {
      const next = await reader.read();
      if (next.done) break;
      if (next.value.length > 0) yield next.value;
    }
    ended = true;
  } catch (error) {
    ended = true;
    damage.text ??= tellFailure(error);
  } finally {
    // Only cancelling gives the single decoder back to the next stream.
    if (!ended) await reader.cancel();
    await stored.return(undefined);
  }
}

/** Chunks wait in its queue while the next is read: they are copied. */
function toWebStream(stored: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await stored.next();
      if (next.done === true) controller.close();
      else controller.enqueue(Uint8Array.from(next.value));
    },
  });
}

function tellFailure(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const number = /error code (\d+)$/.exec(message)?.[1] ?? "";
  if (number === "8") return "its xz stream was cut";
  return `its xz stream is damaged: ${failures[number] ?? message}`;
}
