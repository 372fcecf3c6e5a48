/** Tests of `bound-notice.ts`, `tell-incident.ts` and `read-secret.ts`. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { hostileNotice, sampleIncident, sampleNotice } from "../../testing/sample-notice.ts";
import { boundNotice } from "./bound-notice.ts";
import { readSecret } from "./read-secret.ts";
import { tellPlace, tellSome, tellTitle } from "./tell-incident.ts";

test("an ordinary notice stays as it is; a large one fits and says what was cut", () => {
  assert.equal(boundNotice(sampleNotice), sampleNotice);
  const large = hostileNotice("ä\n".repeat(200_000), { thread: "C1/1.1/high" });
  const many = Array.from({ length: 2000 }, () => large.incident.timeline).flat();
  const bounded = boundNotice(
    { ...large, incident: { ...large.incident, timeline: many } },
    50_000,
  );
  assert.ok(JSON.stringify(bounded).length <= 50_000);
  assert.match(
    bounded.incident.omitted.at(-1) ?? "",
    /texts were shortened and \d+ items left out/,
  );
  assert.equal(bounded.thread, "C1/1.1/high");
  assert.equal(bounded.incident.id, sampleIncident.id);
});

test("words about an incident are one line, bounded, and never empty", () => {
  const notice = hostileNotice("a\nb\u202e".repeat(500), { kind: "update" });
  const title = tellTitle(notice, 150);
  assert.ok(title.length <= 150 && title.startsWith("high: a\\nb\\u{202e}"), title);
  assert.ok(title.endsWith("… (update)"));
  assert.equal(tellPlace({ ...sampleNotice, cluster: "" }), "shop/api");
  const nowhere = { ...sampleIncident, workloads: [], node: "" };
  assert.equal(tellPlace({ ...sampleNotice, incident: nowhere, cluster: "" }), "node unknown");
  assert.deepEqual(tellSome(["a", "b", "c"], { count: 2, length: 9 }), ["a", "b", "… and 1 more"]);
});

test("a secret is read anew each time; what is none is told without a word of it", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "waggle-secret-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const name = join(folder, "key");
  const read = () => readSecret({ from: "file", name }, {});
  await assert.rejects(read(), /cannot be read \(ENOENT\)/);
  for (const secret of ["one", "two"]) {
    await writeFile(name, `${secret}\n`);
    assert.equal(await read(), secret);
  }
  const wrong = [
    ["", /is empty/],
    ["precious\r\nX-Other: 1", /more than one line/],
    ["precious\u00e4", /more than one line of plain text/],
    ["precious".repeat(5000), /too long/],
  ] as const;
  for (const [text, says] of wrong) {
    await writeFile(name, text);
    await assert.rejects(read(), (error: Error) => {
      assert.match(error.message, says);
      return !error.message.includes("precious");
    });
  }
  assert.equal(await readSecret({ from: "environment", name: "KEY" }, { KEY: " v " }), "v");
  await assert.rejects(
    readSecret({ from: "environment", name: "KEY" }, {}),
    /variable "KEY" is empty/,
  );
});
