/** Holds that what is packed for a page is unpacked the way a browser does it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compressPage } from "./compress-page.ts";

test("a decompression stream of the web reads it back", async () => {
  const text = '{"a":"ä\\u2028</script>"}'.repeat(500);
  const packed = compressPage(text);
  assert.match(packed, /^[A-Za-z0-9+/]+={0,2}$/);
  assert.ok(packed.length < text.length / 10);
  const stream = new Blob([Buffer.from(packed, "base64")]).stream();
  const unpacked = stream.pipeThrough(new DecompressionStream("deflate-raw"));
  assert.equal(await new Response(unpacked).text(), text);
});
