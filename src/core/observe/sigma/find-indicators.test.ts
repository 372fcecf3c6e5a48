/** Tests what is given of a match to search for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { execAct, sampleAct, sampleSubject } from "../../../testing/act-samples.ts";
import { IndicatorFinder } from "./find-indicators.ts";

const finder = new IndicatorFinder();
const find = (act: ReturnType<typeof sampleAct>) =>
  finder.find(act).map(({ type, value }) => `${type} ${value}`);

test("hosts, addresses and files of arguments, never the machine itself", () => {
  const line = "/usr/bin/curl -o /tmp/.x/y http://198.51.100.7/a https://Ex.ample.org/b 127.0.0.1";
  assert.deepEqual(find(execAct(line)).slice(1), [
    "url http://198.51.100.7/a",
    "url https://Ex.ample.org/b",
    "domain ex.ample.org",
    "ip 198.51.100.7",
    "file /tmp/.x/y",
  ]);
});

test("what the act itself is about comes first, and changed arguments are read anew", () => {
  const subject = sampleSubject({ binary: "/tmp/a", arguments: "10.0.0.9" });
  const act = sampleAct({ kind: "connect", subject, address: "203.0.113.4" });
  assert.deepEqual(find(act), ["command /tmp/a 10.0.0.9", "ip 203.0.113.4", "ip 10.0.0.9"]);
  subject.arguments = "10.0.0.8";
  assert.ok(find(act).includes("ip 10.0.0.8"));
  assert.deepEqual(find(sampleAct({ subject, path: "/tmp/a" }))[1], "file /tmp/a");
});

test("there are at most sixteen", () => {
  const many = Array.from({ length: 99 }, (_, at) => `10.0.0.${at}`).join(" ");
  assert.equal(find(execAct(`/bin/nmap ${many}`)).length, 16);
});
