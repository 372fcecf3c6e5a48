/** Tests of `pino-log.ts` and `memory-log.ts`: what a line holds, and what it must not. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { type LogFields, logLevels } from "../../ports/log.ts";
import { MemoryLog } from "./memory-log.ts";
import { createPinoLog } from "./pino-log.ts";

function linesOf(write: (log: ReturnType<typeof createPinoLog>) => void): readonly string[] {
  const lines: string[] = [];
  write(createPinoLog("debug", { write: (line) => lines.push(line) }));
  return lines;
}

function lineOf(fields: LogFields, sentence = "Said."): Record<string, unknown> {
  const [line = ""] = linesOf((log) => log.info(sentence, fields));
  return JSON.parse(line) as Record<string, unknown>;
}

test("lines are JSON on standard error, with time, level by name, sentence and fields", () => {
  const module = new URL("pino-log.ts", import.meta.url).href;
  const program =
    `const { createPinoLog } = await import(${JSON.stringify(module)});` +
    `const log = createPinoLog("warn");` +
    `log.info("Not said."); log.warn("Said.", { count: 3, isLive: true, names: ["a", "b"] });` +
    `log.error("Then."); process.kill(process.pid, "SIGKILL");`;
  const done = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
  });
  assert.equal(done.stdout, "");
  const lines = done.stderr
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(lines.length, 2, done.stderr);
  const { time, ...rest } = lines[0];
  assert.deepEqual(rest, {
    level: "warn",
    count: 3,
    isLive: true,
    names: ["a", "b"],
    msg: "Said.",
  });
  assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.equal(lines[1].level, "error");
});

test("fields named like secrets are not written, counts of them are", () => {
  const value = "geheim";
  const names = [
    "token authToken AUTH_TOKEN password passwd db.password secret clientSecret authorization",
    "apiKey api_key private-key tlsKey signing.key key set-cookie credentials proxyAuthorization",
  ];
  for (const name of names.join(" ").split(" ")) {
    const line = lineOf({ [name]: value, [`${name}s2`]: 2 });
    assert.equal(line[name], "[redacted]", name);
    assert.equal(line[`${name}s2`], 2);
    assert.deepEqual(lineOf({ [name]: [value] })[name], "[redacted]");
  }
  const plain = { monkey: "m", path: "/p", keyboard: "k", container: "c", message: "m" };
  const { time, ...line } = lineOf(plain);
  assert.deepEqual(line, { level: "info", ...plain, msg: "Said." });
  assert.equal(typeof time, "string");
});

test("secrets that stand within texts and sentences are cut out", () => {
  const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";
  const secrets = [
    `Authorization: Bearer ${jwt}`,
    `got ${jwt}.`,
    "Bearer c2lnbmF0dXJl12",
    "https://user:c2lnbmF0dXJl@host/path",
    "https://host/hook?token=c2lnbmF0dXJl&x=1",
    "-----BEGIN EC PRIVATE KEY-----\nc2lnbmF0dXJl\n-----END EC PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\nc2lnbmF0dXJl",
  ];
  for (const text of secrets) {
    const line = JSON.stringify(lineOf({ detail: text, list: [text] }, `Told: ${text}`));
    assert.doesNotMatch(line, /c2lnbmF0dXJl/, text);
    assert.match(line, /\[redacted\]/);
  }
  assert.equal(lineOf({ url: "https://host:8080/a@b" })["url"], "https://host:8080/a@b");
});

test("whatever the fields are, a line is one line of plain JSON with our own keys", () => {
  const value = fc.oneof(
    fc.string({ unit: "binary", maxLength: 3000 }),
    fc.integer(),
    fc.boolean(),
    fc.array(fc.string({ unit: "binary" }), { maxLength: 40 }),
  );
  const key = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("msg", "time", "level"));
  fc.assert(
    fc.property(fc.dictionary(key, value, { maxKeys: 60 }), fc.string(), (fields, sentence) => {
      const lines = linesOf((log) => log.error(sentence, fields));
      assert.equal(lines.length, 1);
      const line = lines[0] ?? "";
      assert.match(line, /^[^\p{Cc}\p{Cf}\u2028\u2029]*\n$/u);
      assert.ok(line.length < 41 * 21 * 6000);
      assert.equal(JSON.parse(line).level, "error");
      for (const name of ["level", "time", "msg"]) {
        assert.equal(line.split(`"${name}":`).length >= 2, true);
      }
    }),
    { numRuns: 60 },
  );
  assert.equal(String(lineOf({ text: "x".repeat(1e6) })["text"]).length, 1000);
  assert.equal((lineOf({ many: Array(50).fill("x") })["many"] as string[]).at(-1), "… 30 more");
  const wide = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`f${n}`, n]));
  assert.equal(lineOf(wide)["fieldsLeftOut"], 10);
  assert.deepEqual(lineOf({ msg: "a", level: "b" })["msg_"], "a");
});

test("a log in memory keeps what was said, up to its bound", () => {
  const log = new MemoryLog();
  for (const level of logLevels) log[level](`On ${level}.`, { level });
  assert.deepEqual(log.said("warn"), ["On warn."]);
  assert.deepEqual(
    log.entries.map(({ level }) => level),
    [...logLevels],
  );
  for (let n = 0; n < 10_000; n += 1) log.info("More.");
  assert.equal(log.entries.length, 10_000);
  assert.equal(log.droppedCount, 4);
});
