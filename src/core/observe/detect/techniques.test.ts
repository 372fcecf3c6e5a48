/** Tests of the words of ATT&CK and of the Threat Matrix for Kubernetes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  attackTactics,
  nameTechnique,
  tacticsOf,
  techniqueOf,
  techniques,
  translateTactic,
  translateTechnique,
} from "./techniques.ts";
import { matrixTactics, matrixTechniqueOf, matrixTechniques } from "./threat-matrix.ts";

test("each technique has an id of its own that none replaced, a name and known tactics", () => {
  const ids = techniques.map(({ id }) => id);
  assert.deepEqual(ids, [...new Set(ids)].sort());
  for (const { id, name, tactics } of techniques) {
    assert.match(id, /^T\d{4}(?:\.\d{3})?$/);
    assert.notEqual(name, "");
    for (const tactic of tactics) assert.ok(attackTactics.has(tactic), `${id} ${tactic}`);
    assert.equal(translateTechnique(id), id, "what is in the table is called so now");
  }
});

test("ids of before become those of now, in any spelling", () => {
  assert.equal(translateTechnique("attack.t1562.001"), "T1685");
  assert.equal(translateTechnique("T1070.002"), "T1685.006");
  assert.equal(translateTechnique("t1562.004"), "T1686");
  assert.equal(translateTechnique("T1562.003"), "T1690");
  assert.equal(translateTechnique("T1562.099"), "T1685", "by the technique above it");
  assert.equal(translateTechnique("T1070.004"), "T1070.004");
  assert.equal(translateTechnique("T1999.001"), "T1999.001", "what nobody knows stays");
  for (const text of ["attack.execution", "T15", "T1059.4", "attack.g0020", ""]) {
    assert.equal(translateTechnique(text), undefined);
  }
});

test("the tactic that was split becomes what the techniques beside it are about", () => {
  assert.deepEqual(translateTactic("attack.defense_evasion", ["T1070.003"]), ["stealth"]);
  assert.deepEqual(translateTactic("defense-evasion", ["T1685"]), ["defense-impairment"]);
  assert.deepEqual(translateTactic("defense-evasion"), ["stealth"]);
  assert.deepEqual(translateTactic("Credential Access"), ["credential-access"]);
  assert.deepEqual(translateTactic("attack.t1059"), []);
});

test("tactics of techniques come in the order of an attack", () => {
  assert.deepEqual(tacticsOf(["T1105", "T1059.004", "T1190"]), [
    "initial-access",
    "execution",
    "command-and-control",
  ]);
  assert.deepEqual(tacticsOf(["T1059.099", "T9999"]), ["execution"]);
});

test("a sub-technique is named after the one above it", () => {
  assert.equal(nameTechnique("T1611"), "T1611 Escape to Host");
  const name = "T1059.004 Command and Scripting Interpreter: Unix Shell";
  assert.equal(nameTechnique("T1059.004"), name);
  assert.equal(nameTechnique("T9999"), "T9999");
  assert.equal(techniqueOf("T1611")?.inContainers, true);
  assert.equal(techniqueOf("T1105")?.inContainers, false);
});

test("the matrix has its forty techniques, of which five are not claimed", () => {
  assert.equal(matrixTechniques.length, 40);
  assert.equal(new Set(matrixTechniques.map(({ id }) => id)).size, 40);
  const count = (observability: string) =>
    matrixTechniques.filter((one) => one.observability === observability).length;
  assert.deepEqual([count("strong"), count("partial"), count("none")], [19, 16, 5]);
  for (const { id, tactics, techniques: mapped } of matrixTechniques) {
    for (const tactic of tactics) assert.ok(matrixTactics.has(tactic), `${id} ${tactic}`);
    for (const one of mapped) assert.equal(translateTechnique(one), one, id);
  }
  assert.equal(matrixTechniqueOf("MS-TA9006")?.name, "Exec into container");
  assert.equal(matrixTechniqueOf("MS-TA9032"), undefined);
});
