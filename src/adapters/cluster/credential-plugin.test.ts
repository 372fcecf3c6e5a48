/** Tests of credential plugins with real programs: how they are run, and what is believed. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { WaggleError } from "../../ports/waggle-error.ts";
import { CredentialPlugin, type PluginRun } from "./credential-plugin.ts";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "waggle-plugin-"));
});
after(() => rm(folder, { recursive: true }));

/** A real program, in a file of its own; what it does is given by `body`. */
async function make(
  body: string,
  more: object = {},
  run: Partial<PluginRun> = {},
): Promise<CredentialPlugin> {
  await writeFile(join(folder, "plugin.cjs"), `#!${process.execPath}\n${body}`);
  await chmod(join(folder, "plugin.cjs"), 0o755);
  const fields = {
    apiVersion: "client.authentication.k8s.io/v1",
    command: "./plugin.cjs",
    args: ["$(id)", "; id"],
    env: [{ name: "MARK", value: "m" }],
    interactiveMode: "Never",
    ...more,
  };
  const usual = { environment: {}, timeoutMs: 5000, cluster: {}, now: Date.now };
  return new CredentialPlugin({ fields, folder }, "config", { ...usual, ...run });
}

const answer = (status: string) =>
  `console.log(JSON.stringify({apiVersion:"client.authentication.k8s.io/v1",` +
  `kind:"ExecCredential",status:${status}}));`;

test("a credential plugin is run without a shell, once, until its token ends", async () => {
  const log = join(folder, "runs");
  const body =
    `const fs=require("fs");fs.appendFileSync(${JSON.stringify(log)},"x");` +
    `const info=JSON.parse(process.env.KUBERNETES_EXEC_INFO);` +
    answer(
      `{token:[process.argv.slice(2).join("|"),process.env.MARK,info.spec.cluster.server,` +
        `process.env.GIVEN].join(" "),expirationTimestamp:"2026-01-01T00:10:00Z"}`,
    );
  let nowMs = Date.parse("2026-01-01T00:00:00Z");
  const cluster = { server: "https://k" };
  const run = { now: () => nowMs, environment: { GIVEN: "g" }, cluster };
  const plugin = await make(body, { provideClusterInfo: true }, run);
  const [one, two] = await Promise.all([plugin.credential(), plugin.credential()]);
  assert.equal(one.token, `$(id)|; id m https://k g`);
  assert.equal(two.token, one.token);
  const runs = () => readFileSync(log, "utf8").length;
  assert.equal(runs(), 1);
  nowMs += 9 * 60_000;
  await plugin.credential();
  assert.equal(runs(), 1);
  nowMs += 50_000;
  await plugin.credential();
  assert.equal(runs(), 2, "it is asked before the token ends");
  nowMs = Date.parse("2026-01-01T00:00:00Z");
  plugin.forget();
  await plugin.credential();
  assert.equal(runs(), 3, "and after it was refused");
});

const failures: readonly (readonly [string, string, RegExp])[] = [
  ["fails", `console.error("geheim");process.exit(3)`, /ended with exit code 3/],
  ["prints no answer", `console.log("geheim")`, /did not print an ExecCredential/],
  [
    "prints without end",
    `const f=()=>process.stdout.write("geheim".repeat(9999),f);f()`,
    /more than 1 MiB/,
  ],
  ["never ends", "setInterval(()=>{},1000)", /took longer than/],
  ["gives nothing", answer("{}"), /no token and no certificate/],
];
for (const [what, body, told] of failures) {
  test(`a credential plugin that ${what} is told, without its words`, async () => {
    const plugin = await make(body, {}, { timeoutMs: 1500 });
    await assert.rejects(plugin.credential(), (error: WaggleError) => {
      assert.match(error.message, told);
      assert.doesNotMatch(`${error.message} ${error.stack}`, /geheim/);
      return error.code === "tool-failed" && error.retryable;
    });
  });
}

test("a plugin that is missing, asks a person or speaks otherwise is refused", async () => {
  const missing = await make("", { command: "./no-such-plugin" });
  await assert.rejects(missing.credential(), /was not found/);
  await assert.rejects(make("", { interactiveMode: "Always" }), /wants to ask a person/);
  await assert.rejects(make("", { command: "" }), /without a command/);
  const old = make("", { apiVersion: "client.authentication.k8s.io/v1alpha1" });
  await assert.rejects(old, /of version/);
  const other = await make(answer("{token:'x'}").replace("io/v1", "io/v2"));
  await assert.rejects(other.credential(), /another version/);
});
