/** Tests what of a command line stays, what is named and not kept; hostile text is quick. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { argumentTemplate, nameTemplate, templateLengthMax } from "./argument-template.ts";

const of = (text: string, program = "") => argumentTemplate(text.split(" "), program);

test("what changes from run to run is named: numbers, hashes, dates, temporary names", () => {
  assert.equal(of("-n 42 run2026 sha256"), "-n <n> run<n> sha256");
  assert.equal(of("0f8fad5b-d9cb-469f-a165-70867728950e"), "<uuid>");
  assert.equal(of("/var/lib/jobs/6fa2b61c9d.sh"), "/var/lib/jobs/<hex>.sh");
  assert.equal(of("backup-2026-08-07T10:11:12Z.tgz"), "backup-<date>.tgz");
  assert.equal(of("-C /tmp/build.Xy12/obj /etc/tmp.aB3dE9"), "-C /tmp/<name> /etc/tmp.<name>");
  assert.equal(of("10.1.2.3"), "<address>");
});

test("of a web address stay scheme and host, and never who logs in", () => {
  assert.equal(of("-o x https://u:pw@repo.example/a/b?c=1"), "-o x https://repo.example/<rest>");
  assert.equal(of("http://192.0.2.7:80/x"), "http://<address>:<n>/<rest>");
});

test("the same job of another day has the same shape, another job has not", () => {
  const monday = of("czf /backup/db-2026-08-03.tgz /data");
  assert.equal(monday, of("czf /backup/db-2026-08-04.tgz /data"));
  assert.notEqual(monday, of("czf /backup/db-2026-08-04.tgz /etc"));
});

test("passwords and tokens are not kept, wherever tools take them", () => {
  const told = [
    of("--password hunter2x"),
    of("--db-password=hunter2x"),
    of("-u alice:hunter2x"),
    of("-phunter2x -h db", "mysqldump"),
    of("-p hunter2x ssh a", "sshpass"),
    of("API_KEY=hunter2x"),
    argumentTemplate(["-H", "Authorization: Bearer hunter2x.abc"]),
    argumentTemplate(["-c", "mysql -phunter2x -e 'select 1'"]),
    argumentTemplate(["-c", "TOKEN=hunter2x curl --user bob:hunter2x db"]),
  ];
  for (const text of told) assert.doesNotMatch(text, /hunter2x/);
  assert.match(told[0] ?? "", /^--password <secret>$/);
});

test("long texts that begin alike stay apart", () => {
  const start = "word ".repeat(60).trim();
  const [a, b] = [of(`${start} x`), of(`${start} y`)];
  assert.ok(a.length <= templateLengthMax && b.length <= templateLengthMax);
  const script = "a b c ".repeat(40);
  assert.notEqual(argumentTemplate([`${script}x`]), argumentTemplate([`${script}y`]));
});

test("names keep their versions and lose what is by chance", () => {
  assert.equal(nameTemplate("/usr/bin/python3.11"), "/usr/bin/python3.11");
  assert.equal(nameTemplate("/proc/4242/environ"), "/proc/<n>/environ");
  assert.equal(nameTemplate("/tmp/.x/miner"), "/tmp/<name>");
});

test("law: any words give a short, well-formed text, and the same one again", () => {
  const odd = fc.constantFrom(
    "-u",
    "--token",
    "Bearer",
    "://",
    "a:b@",
    "\u202e",
    "\ud800",
    "/tmp/",
  );
  const word = fc.oneof(odd, fc.string({ unit: "binary", maxLength: 80 }));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 50 }), (words) => {
      const made = argumentTemplate(words);
      assert.ok(made.length <= templateLengthMax);
      assert.ok(made.isWellFormed());
      assert.equal(argumentTemplate(words), made);
    }),
  );
});

test("words made to keep patterns busy end", () => {
  for (const piece of ["://", "a@", "a-", "1-", "0a", "Bearer ", "passwd", "A1_", "/tmp/"]) {
    const word = piece.repeat(Math.floor(4096 / piece.length));
    assert.ok(argumentTemplate([word, word, `-c ${word}`]).length > 0);
    assert.ok(nameTemplate(word).length > 0);
  }
});
