/** Tests each kind of search identifier and each modifier on acts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { linearRegex } from "../../../operations/detect/linear-regex.ts";
import { execAct, sampleAct, sampleBook, sampleSubject } from "../../../testing/act-samples.ts";
import type { Act } from "../detect/act.ts";
import { actFields } from "../detect/act-fields.ts";
import { ActReader } from "../detect/act-reader.ts";
import { compileSelection } from "./compile-selection.ts";

const placeholders = new Map([["admins", ["alice", "bob*"]]]);
const commandLine = actFields.get("CommandLine");
assert.ok(commandLine);
const options = {
  ...{ fields: actFields, regex: linearRegex, placeholders, keywordFields: [commandLine] },
};
const reader = new ActReader();

function compile(plain: unknown) {
  const { selection, problems } = compileSelection(plain, options);
  assert.ok(selection, JSON.stringify(problems));
  return selection;
}

function holds(plain: unknown, given: Act | string): boolean {
  reader.show(typeof given === "string" ? execAct(given) : given, sampleBook());
  return compile(plain).test(reader);
}

function problemOf(plain: unknown) {
  const { selection, problems } = compileSelection(plain, options, ["detection", "s"]);
  assert.equal(selection, undefined, JSON.stringify(plain));
  const [problem] = problems;
  assert.ok(problem);
  return problem;
}

test("fields of a map are joined by and, lists of values and of maps by or", () => {
  const both = { "Image|endswith": "/SH", CommandLine: ["*-c*", "nothing"] };
  assert.equal(holds(both, "/bin/sh -c id"), true);
  assert.equal(holds(both, "/bin/sh x"), false);
  assert.equal(holds([{ Image: "/bin/ls" }, { User: "root" }], "/bin/sh"), true);
  assert.equal(holds({ Image: "/bin" }, "/bin/sh"), false);
});

test("numbers and truths compare as their text", () => {
  const act = sampleAct({ kind: "connect", address: "10.0.0.1", port: 4444 });
  assert.equal(holds({ DestinationPort: 4444 }, act), true);
  assert.equal(holds({ DestinationPort: ["1", "4444"] }, act), true);
  assert.equal(holds({ Initiated: true }, act), true);
  assert.equal(holds({ container: "true" }, act), true);
  assert.equal(holds({ "port|gt": 4443, "port|lte": 4444 }, act), true);
  assert.equal(holds({ "port|lt": 4444 }, act), false);
  assert.equal(holds({ "address|gt": 1 }, act), false);
});

test("keywords are looked for in the command line", () => {
  assert.equal(holds(["wget * - http* | perl"], "/bin/sh -c wget x - http://y | perl z"), true);
  assert.equal(holds(["nothing", "PERL"], "/usr/bin/perl"), true);
  assert.equal(holds({ "|all": ["a", "zz"] }, "/bin/a"), false);
  assert.equal(holds({ "|all": ["bin", "a"] }, "/bin/a"), true);
  assert.equal(holds("perl", "/usr/bin/perl"), true);
});

test("null and exists ask whether a field is known; an empty text is one", () => {
  const act = execAct("/bin/ls");
  assert.equal(holds({ ParentImage: null }, act), true);
  assert.equal(holds({ Image: null }, act), false);
  assert.equal(holds({ "ParentImage|exists": false }, act), true);
  assert.equal(holds({ "Image|exists": true }, act), true);
  assert.equal(holds({ arguments: "" }, act), true);
  assert.equal(holds({ ParentImage: "" }, act), false);
});

test("texts: where they stand, all of them, cases", () => {
  const line = "/usr/bin/curl -s http://X/a";
  assert.equal(holds({ "CommandLine|contains|all": [" -S ", "HTTP"] }, line), true);
  assert.equal(holds({ "CommandLine|all|contains": [" -s ", "ftp"] }, line), false);
  assert.equal(holds({ "CommandLine|contains|cased": "HTTP" }, line), false);
  assert.equal(holds({ "CommandLine|cased|contains": "http" }, line), true);
  assert.equal(holds({ "CommandLine|startswith": "/USR" }, line), true);
  assert.equal(holds({ "CommandLine|endswith": "x/?" }, line), true);
  assert.equal(holds({ "Image|neq": "/bin/ls" }, line), true);
  assert.equal(holds({ "Image|neq": ["/bin/ls", "/usr/bin/curl"] }, line), false);
  assert.equal(holds({ "ParentImage|neq": "/bin/ls" }, line), false, "nothing is known of it");
});

test("regular expressions tell cases apart unless they are told not to", () => {
  assert.equal(holds({ "CommandLine|re": "b.sh$" }, "/BIN/BASH"), false);
  assert.equal(holds({ "CommandLine|re|i": "b.sh$" }, "/BIN/BASH"), true);
  assert.equal(holds({ "CommandLine|re|i|m|s": "^x.y" }, "/bin/sh -c\nX\nY"), true);
  assert.equal(problemOf({ "CommandLine|re": "(?=x)" }).isUnsupported, true);
});

test("encodings: what a decoder would find", () => {
  assert.equal(holds({ "CommandLine|base64|contains": "foobar" }, "echo Zm9vYmFy"), true);
  for (const before of ["", "1", "22"]) {
    const encoded = Buffer.from(`${before}/bin/bash${before}`).toString("base64");
    assert.equal(
      holds({ "CommandLine|base64offset|contains": "/bin/bash" }, `echo ${encoded}`),
      true,
      encoded,
    );
    const wide = Buffer.from(`${before}whoami`, "utf16le").toString("base64");
    assert.equal(holds({ "CommandLine|wide|base64offset|contains": "whoami" }, wide), true);
  }
  const big = Buffer.from("hi", "utf16le").swap16().toString("base64");
  assert.equal(holds({ "CommandLine|utf16be|base64": "hi" }, big), true);
  const marked = Buffer.from("\ufeffhi", "utf16le").toString("base64");
  assert.equal(holds({ "CommandLine|utf16|base64": "hi" }, marked), true);
});

test("windash spells options with every dash", () => {
  const asked = { "CommandLine|windash|contains": " -x -y" };
  for (const line of ["a -x -y", "a /x -y", "a \u2013x \u2015y"])
    assert.equal(holds(asked, line), true);
  assert.equal(holds({ "CommandLine|windash|contains": "a-b" }, "a/b"), false);
  assert.match(problemOf({ "CommandLine|windash": "-a -b -c -d -e" }).message, /too many/);
});

test("addresses are compared by networks", () => {
  const asked = { "DestinationIp|cidr": ["10.0.0.0/8", "fd00::/8"] };
  const at = (address: string) => sampleAct({ kind: "connect", address });
  assert.equal(holds(asked, at("10.2.3.4")), true);
  assert.equal(holds(asked, at("fd12::1")), true);
  assert.equal(holds(asked, at("11.0.0.1")), false);
  assert.equal(holds(asked, at("")), false);
  assert.match(problemOf({ "DestinationIp|cidr": "10.0.0.0/99" }).message, /no network/);
});

test("times are taken apart in UTC", () => {
  const act = sampleAct({ timeUs: Date.UTC(2026, 0, 1, 23, 7) * 1000 });
  assert.equal(holds({ "time|hour": 23, "time|minute": 7, "time|day": 1 }, act), true);
  assert.equal(holds({ "time|month": 1, "time|year": 2026, "time|week": 1 }, act), true);
  assert.equal(holds({ "time|hour|gte": 22 }, act), true);
  assert.equal(holds({ "time|hour|lt": [5, 6] }, act), false);
  assert.match(problemOf({ "Image|hour": 3 }).message, /no time/);
});

test("placeholders need values", () => {
  assert.equal(holds({ "CommandLine|expand|contains": "su %admins%" }, "su bobby"), true);
  assert.equal(holds({ "CommandLine|contains": "%admins%" }, "echo %admins%"), true);
  assert.equal(holds({ "CommandLine|expand|contains": "\\%x%admins%" }, "echo %xalice"), true);
  assert.equal(problemOf({ "CommandLine|expand": "%nobody%" }).isUnsupported, true);
});

test("one field is compared with another", () => {
  const parent = sampleSubject({ binary: "/bin/Sh" });
  const act = execAct("/bin/sh", { parent });
  assert.equal(holds({ "Image|fieldref": "ParentImage" }, act), true);
  assert.equal(holds({ "Image|fieldref|cased": "ParentImage" }, act), false);
  assert.equal(holds({ "Image|fieldref|neq": "ParentImage" }, act), false);
  assert.equal(holds({ "Image|fieldref|endswith": "parent.name" }, act), true);
  assert.equal(holds({ "Image|fieldref": "ParentImage" }, "/bin/sh"), false);
  assert.equal(problemOf({ "Image|fieldref": "Nothing" }).isUnsupported, true);
});

test("any value of a field with several is enough", () => {
  const grand = sampleSubject({ binary: "/usr/sbin/nginx" });
  const parent = sampleSubject({ binary: "/bin/sh", parent: grand });
  const act = execAct("/usr/bin/id -u", { parent, roles: new Set(["discovery"]) });
  assert.equal(holds({ "ancestor.name": "NGINX" }, act), true);
  assert.equal(holds({ "ancestor.name|all": ["nginx", "sh"] }, act), true);
  assert.equal(holds({ role: ["shell", "discovery"], words: "-u" }, act), true);
  assert.equal(holds({ "ancestor.name|neq": "nginx" }, act), false);
});

test("what is not understood refuses the selection, with its place", () => {
  assert.deepEqual(problemOf({ "Image|endwith": "x" }), {
    path: ["detection", "s", "Image|endwith"],
    message: 'there is no modifier "endwith"',
    isUnsupported: false,
  });
  assert.equal(problemOf({ Hashes: "x" }).isUnsupported, true);
  const wrong: readonly unknown[] = [
    ...[null, [], {}, [["a"]], { Image: [] }, { Image: {} }, { Image: ["a", null] }],
    ...[{ "Image|all": "x" }, { "Image|contains|startswith": "x" }, { "Image|re|cidr": "x" }],
    ...[{ "Image|i": "x" }, { "Image|contains|base64": "x" }, { "Image|base64": "a*" }],
    ...[{ "Image|re|base64": "x" }, { "Image|gt": "x" }, { "Image|exists": "perhaps" }],
    ...[{ "Image|exists|all": [true, false] }, { "Image|re|contains": "x" }],
  ];
  for (const plain of wrong) assert.equal(problemOf(plain).isUnsupported, false);
  assert.deepEqual(problemOf([{ Image: "a" }, { Image: ["a", {}] }]).path[2], 1);
});

test("it says why, what was excepted is not said", () => {
  const selection = compile({ "Image|endswith": ["/ls", "/sh"], "CommandLine|contains": " -c" });
  reader.show(execAct("/bin/sh -c id"), sampleBook());
  assert.deepEqual(selection.explain(reader), [
    "Image ends with /sh",
    'CommandLine contains " -c"',
  ]);
});

test("needed texts: the rarer part of an and, all parts of an or, nothing of a negation", () => {
  const needsOf = (plain: unknown) => compile(plain).needs?.map(({ how, text }) => [how, text]);
  assert.deepEqual(needsOf({ "Image|endswith": ["/x/LS", "/sh"] }), [
    ["name", "ls"],
    ["name", "sh"],
  ]);
  assert.deepEqual(needsOf({ "Image|endswith": "/sh", "CommandLine|contains": "/dev/tcp/" }), [
    ["within", "/dev/tcp/"],
  ]);
  assert.equal(needsOf([{ "Image|re": "x" }, { Image: "/bin/x" }]), undefined);
  assert.equal(needsOf({ "Image|neq": "/bin/x" }), undefined);
  assert.equal(needsOf({ "Image|contains": ["*", "x"] }), undefined);
});
