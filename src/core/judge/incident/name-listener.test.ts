/** Tests of `name-listener.ts`: whose an address within is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sampleCase, webContainer } from "../../../testing/sample-incident.ts";
import { nameListener } from "./name-listener.ts";

test("an address is named after the only one who listens there", () => {
  const { containers } = sampleCase().input;
  const named = (keys: readonly string[]) =>
    nameListener({ containers, listenersAt: () => keys }, "10.0.0.5", 80);
  assert.equal(named([webContainer]), " (“shop/web”)");
  assert.equal(named([webContainer, "another"]), "");
  assert.equal(named([]), "");
});
