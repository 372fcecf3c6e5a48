/** Holds what "explain" finds, and what it says of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleWorkloadContext } from "../../testing/sample-edges.ts";
import { sampleEvidence, sampleWorkload } from "../../testing/sample-judgement.ts";
import { shopReport } from "../../testing/sample-shop.ts";
import { explain } from "./explain-finding.ts";
import { renderExplanation } from "./render-explanation.ts";

const show = (query: string, width = 100) =>
  renderExplanation(explain(shopReport, query), { width, color: false }).toString();

test("a vulnerability is found by its CVE and by its alias, in any case", () => {
  for (const query of ["CVE-2020-14343", "ghsa-8q59-q68h-6hv4"]) {
    const found = explain(shopReport, query);
    assert.equal(found.understoodAs, "vulnerability");
    assert.deepEqual(
      found.findings.map(({ finding }) => finding.package.name),
      ["pyyaml"],
    );
  }
});

test("a finding is found by the start of its id", () => {
  const id = shopReport.findings[0]?.id ?? "";
  assert.equal(explain(shopReport, id.slice(0, 8)).findings[0]?.finding.id, id);
  assert.equal(explain(shopReport, id.slice(0, 3)).understoodAs, "nothing");
});

test("a place narrows what was asked for; where it is not, the places of it are near", () => {
  const [one] = shopReport.findings.filter(
    ({ vulnerability }) => vulnerability.id === "CVE-2022-0778",
  );
  assert.ok(one !== undefined);
  const { namespace, name } = one.workload;
  const owner = namespace === "" ? name : `${namespace}/${name}`;
  for (const place of [
    owner,
    one.image.reference,
    "openssl",
    one.packages[0]?.package.name ?? "",
  ]) {
    const found = explain(shopReport, "cve-2022-0778", [place]);
    assert.deepEqual(found, explain(shopReport, `cve-2022-0778 ${place}`));
    assert.ok(
      found.findings.some(({ finding }) => finding.id === one.id),
      place,
    );
  }
  const lost = explain(shopReport, "CVE-2022-0778 elsewhere");
  assert.equal(lost.understoodAs, "nothing");
  assert.match(lost.near[0] ?? "", /^CVE-2022-0778 \S+$/);
  const [near = ""] = lost.near;
  assert.equal(
    explain(shopReport, near).understoodAs,
    "vulnerability",
    "what is near can be asked",
  );
});

test("a package is found by name, name and version, purl, and by its source package", () => {
  for (const query of [
    "libssl1.1",
    "LIBSSL1.1@1.1.1k-1",
    "pkg:deb/libssl1.1@1.1.1k-1",
    "openssl",
  ]) {
    assert.equal(explain(shopReport, query).findings.length, 1, query);
  }
});

test("a package without a vulnerability has its verdict explained", () => {
  const found = explain(shopReport, "left-pad");
  assert.equal(found.findings.length, 0);
  assert.equal(found.packages[0]?.verdict.usage.state, "not-observed");
  assert.match(show("left-pad"), /no finding: no known vulnerability matches/);
});

test("every proof is shown with its time, path, process, file and offset", () => {
  const text = show("CVE-2022-0778");
  assert.match(text, /2026-01-01T10:00:01\.000Z mapped .*libssl\.so\.1\.1/);
  assert.match(text, /by \/usr\/bin\/sampled \(pid 42, 3 times\)/);
  assert.match(text, /mmap\s+\(loader\) · events\.jsonl:1234/);
  assert.match(text, /events\.jsonl:99/, "the privilege has its own proof");
});

test("why it stands there, what would change it, and what to do are said", () => {
  const text = show("CVE-2022-0778");
  assert.match(text, /known to be exploited \(CISA KEV/);
  assert.match(text, /upgrade openssl to 1\.1\.1n-0/);
  assert.match(text, /change {3}lower: an image that does not contain or use the package/);
});

test("the row that decided is shown with its answers, what each rests on, and modifiers", () => {
  const decision = shopReport.findings[0]?.decision;
  assert.ok(decision !== undefined && decision.inputs.length === 4);
  const text = show("CVE-2022-0778").replace(/\s+/g, " ");
  assert.ok(text.includes(`row ${decision.row} of the table: `));
  for (const { value, assumed, basis } of decision.inputs) {
    assert.ok(text.includes(`: ${value}${assumed ? ", assumed" : ""} · ${basis}`), basis);
  }
  for (const { name, because } of decision.modifiers) {
    assert.match(text, new RegExp(`${name} (?:raises|lowers|may not|changes)[^·]* · `));
    assert.ok(text.includes(because));
  }
  assert.doesNotMatch(text, /why act now/, "what the decision has told is not told again");
});

test("the way by which the workload is reached is shown, with its proof", () => {
  const context = sampleWorkloadContext({ workload: sampleWorkload("web") });
  const exposure = { ...context.exposure, evidence: ["flow1"] };
  const proof = sampleEvidence({ id: "flow1", shows: "accepted from 203.0.113.7", offset: 777 });
  const report = {
    ...shopReport,
    workloads: [{ ...context, exposure }],
    evidence: { ...shopReport.evidence, flow1: proof },
  };
  const found = explain(report, "CVE-2022-0778");
  assert.equal(found.findings[0]?.exposureProofs[0]?.id, "flow1");
  const text = renderExplanation(found, { width: 100, color: false }).toString();
  assert.match(text, /observed: internet → shop\/web :8080/);
  assert.match(text, /accepted from 203\.0\.113\.7\n.*\(pid 42\).*events\.jsonl:777/);
});

test("what is not there is answered with what is near", () => {
  const found = explain(shopReport, "CVE-2022-0777");
  assert.equal(found.understoodAs, "nothing");
  assert.ok(found.near.includes("CVE-2022-0778"));
  assert.match(show("libsl1.1"), /Near: libssl1\.1/);
  assert.equal(explain(shopReport, "__proto__").understoodAs, "nothing");
  assert.equal(explain(shopReport, "").understoodAs, "nothing");
});

test("findings that rest on the same proofs are told in full once", () => {
  const { findings } = shopReport;
  const [first] = findings;
  assert.ok(first !== undefined);
  const vulnerability = { ...first.vulnerability, id: "CVE-2022-9999", aliases: [] };
  const twin = { ...first, id: "ffff", rank: 9, vulnerability };
  const report = { ...shopReport, findings: [...findings, twin] };
  const text = renderExplanation(explain(report, "openssl"), { width: 100, color: false });
  const said = text.toString();
  assert.equal(said.match(/libssl\.so\.1\.1/g)?.length, 1);
  assert.match(said, /#9 {2}CVE-2022-9999[\s\S]*proofs as of #1/);
});

test("a package of thousands of workloads is explained without comparing each with each", () => {
  const places = Array.from({ length: 3000 }, (_, at) => `w${at}`);
  const move = <One extends { workload: object }>(ones: readonly One[]): One[] =>
    places.flatMap((name) => ones.map((one) => ({ ...one, workload: { ...one.workload, name } })));
  const { findings, packages, coverage } = shopReport;
  const wide = {
    ...shopReport,
    findings: move(findings.slice(0, 1)),
    packages: move(packages.filter(({ package: { name } }) => name === "libssl1.1").slice(0, 1)),
    coverage: move(coverage.slice(0, 1)),
  };
  const start = performance.now();
  const found = explain(wide, "libssl1.1");
  assert.ok(performance.now() - start < 3000);
  assert.equal(found.packages.length, 3000);
  assert.ok(found.packages.every((one) => one.coverage.length <= 1));
});
