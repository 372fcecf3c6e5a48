/** Tests of `choose-route.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleIncident } from "../../testing/sample-notice.ts";
import { hears, type RouteFilter } from "./choose-route.ts";

const rolesOf = ({ name }: { readonly name: string }) => (name === "api" ? ["api", "proxy"] : []);
const does = (route: RouteFilter, incident = sampleIncident) => hears(route, incident, rolesOf);

test("a route without filters hears of what is medium or worse", () => {
  assert.equal(does({}), true);
  assert.equal(does({}, { ...sampleIncident, severity: "medium" }), true);
  assert.equal(does({}, { ...sampleIncident, severity: "low" }), false);
  assert.equal(does({ minSeverity: "low" }, { ...sampleIncident, severity: "low" }), true);
  assert.equal(does({ minSeverity: "critical" }), false);
});

test("all filters must hold; of each list one member is enough", () => {
  const cases: readonly (readonly [RouteFilter, boolean])[] = [
    [{ namespaces: ["shop"] }, true],
    [{ namespaces: ["other", "sh*"] }, true],
    [{ namespaces: ["hop"] }, false],
    [{ namespaces: [] }, false],
    [{ workloads: ["shop/api"] }, true],
    [{ workloads: ["*/api"] }, true],
    [{ workloads: ["*o*a*i"] }, true],
    [{ workloads: ["shop/a*api"] }, false],
    [{ workloads: ["api"] }, false],
    [{ roles: ["database", "proxy"] }, true],
    [{ roles: ["database"] }, false],
    [{ families: ["miner", "reverse-shell"] }, true],
    [{ families: ["miner"] }, false],
    [{ namespaces: ["shop"], families: ["miner"] }, false],
  ];
  for (const [route, wanted] of cases) assert.equal(does(route), wanted, JSON.stringify(route));
  const host = { ...sampleIncident, workloads: [] };
  assert.equal(does({}, host), true);
  assert.equal(does({ namespaces: ["*"] }, host), false);
});

test("a pattern of many stars is no work for whoever names workloads", () => {
  const [place] = sampleIncident.workloads;
  assert.ok(place !== undefined);
  const incident = { ...sampleIncident, workloads: [{ ...place, name: "a".repeat(50_000) }] };
  assert.equal(does({ workloads: [`${"*a".repeat(290)}*b`] }, incident), false);
});
