/** Tests of `notify.ts`: routes of a configuration at real servers. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createNodeFiles } from "../adapters/files/node-files.ts";
import { createLetterFile } from "../adapters/notify/letter-file.ts";
import { openNotifier } from "../adapters/notify/open-notifier.ts";
import type { DeadLetter } from "../ports/dead-letters.ts";
import { WaggleError } from "../ports/waggle-error.ts";
import { MemoryOutside } from "../testing/memory-outside.ts";
import { labOptions, labSecrets } from "../testing/notifier-lab.ts";
import { pagerdutyVendor, serveVendor, slackHookVendor } from "../testing/notify-servers.ts";
import { sampleIncident, sampleNotice } from "../testing/sample-notice.ts";
import { readLetter } from "./notify/read-letter.ts";
import { resendLetters } from "./notify/resend-letters.ts";
import { makeTestNotice } from "./notify/test-notice.ts";
import { notify } from "./notify.ts";
import { type OperationContext, readInput } from "./operation.ts";

async function open(context: TestContext) {
  const alerts = new Map<string, string>();
  const slack = await serveVendor(slackHookVendor(labSecrets.slackPath));
  const pager = await serveVendor(pagerdutyVendor(labSecrets.routingKey, alerts));
  const folder = await mkdtemp(join(tmpdir(), "waggle-notify-"));
  context.after(async () => {
    await Promise.all([slack.close(), pager.close()]);
    await rm(folder, { recursive: true, force: true });
  });
  const config: object = {
    notify: [
      { name: "chat", kind: "slack", "url-env": "HOOK", insecure: true, "min-severity": "high" },
      ...[{ name: "on-call", kind: "pagerduty", "token-env": "ROUTING", insecure: true }].map(
        (one) => ({ ...one, url: `${pager.origin}/v2/enqueue` }),
      ),
      { name: "broken", kind: "slack" },
    ],
  };
  const environment = {
    ...{ HOOK: `${slack.origin}${labSecrets.slackPath}`, ROUTING: labSecrets.routingKey },
  };
  const outside = new MemoryOutside();
  const base = outside.context();
  const letters = join(folder, "dead-letters.jsonl");
  const operations: OperationContext = {
    ...base,
    files: createNodeFiles(),
    settings: { file: "", config },
    outside: {
      ...base.outside,
      services: {
        ...base.outside.services,
        notify: async () => ({
          open: (target) => openNotifier(target, labOptions({ environment })),
          deadLetters: (file) => createLetterFile(file),
          random: () => 0,
        }),
      },
    },
  };
  const run = (raw: Readonly<Record<string, unknown>>) =>
    notify.run(readInput(notify, { state: folder, ...raw }), operations);
  return { run, slack, pager, alerts, box: createLetterFile(letters), context: operations };
}

const outcomes = (output: Awaited<ReturnType<typeof notify.run>>) =>
  output.routes.map(({ name, outcome }) => `${name} ${outcome}`);

test("list tells each route, its filters, what is wrong, and no secret", async (context) => {
  const { run, slack, pager } = await open(context);
  const output = await run({ action: "list" });
  assert.deepEqual(outcomes(output), ["chat ready", "on-call ready", "broken broken"]);
  assert.deepEqual(output.routes[0]?.filters, ["min-severity: high"]);
  assert.equal(output.routes[0]?.target, '(address in variable "HOOK")');
  assert.match(output.routes[2]?.trouble ?? "", /needs an address/);
  const text = JSON.stringify(output);
  for (const secret of Object.values(labSecrets)) assert.ok(!text.includes(secret));
  assert.equal(slack.accepted.length + pager.accepted.length, 0);
});

test("test sends to one route, or to all, and says which failed", async (context) => {
  const { run, slack, pager, alerts } = await open(context);
  assert.deepEqual(outcomes(await run({ action: "test", route: "on-call" })), ["on-call sent"]);
  assert.deepEqual([...alerts.values()], ["resolve"]);
  slack.faults.push({ status: 403, body: "no_service" });
  const output = await run({ action: "test" });
  assert.deepEqual(outcomes(output), ["chat failed", "on-call sent", "broken broken"]);
  assert.match(output.routes[0]?.trouble ?? "", /answered 403 "no_service"/);
  assert.equal(pager.accepted.length, 4);
  assert.equal(slack.refused.length, 0);
});

test("a dry run shows and sends nothing", async (context) => {
  const { run, pager } = await open(context);
  const output = await run({ action: "test", route: "on-call", dryRun: true });
  assert.deepEqual(outcomes(output), ["on-call shown"]);
  assert.match(output.routes[0]?.preview?.body ?? "", /"routing_key":"\[secret\]"/);
  assert.equal(pager.accepted.length, 0);
});

test("a route that is not there is answered with the nearest name", async (context) => {
  const { run } = await open(context);
  await assert.rejects(run({ action: "test", route: "oncall" }), /Did you mean on-call\?/);
  await assert.rejects(run({ action: "test", route: "zzzzzzzzz" }), /There are: chat, on-call/);
});

test("without letters nothing is sent, and nothing is written", async (context) => {
  const { context: at, box } = await open(context);
  const outside = { ...(await at.outside.services.notify()), deadLetters: () => box };
  const files = { memory: "/nowhere/told.json", letters: "" };
  const letters = await resendLetters({ openings: [], files, isDry: false, outside }, at);
  const { sentCount, knownCount, damagedCount, kept } = letters;
  assert.deepEqual([sentCount, knownCount, damagedCount, kept], [0, 0, 0, []]);
});

test("resend sends what is still news, and keeps the rest with its reason", async (context) => {
  const { run, slack, alerts, box } = await open(context);
  const letter = (route: string, id: string): DeadLetter => ({
    ...{ timeUs: 5, route, reason: "it was down", tryCount: 10 },
    notice: { ...sampleNotice, incident: { ...sampleIncident, id } },
  });
  await box.add([letter("on-call", "a"), letter("on-call", "a"), letter("gone", "b")]);
  await box.add([letter("chat", "c"), letter("chat", "d"), { route: "odd" } as DeadLetter]);
  const dry = await run({ action: "resend", dryRun: true });
  assert.deepEqual([dry.letters?.kept.length, dry.letters?.damagedCount], [5, 1]);
  assert.equal(dry.letters?.kept[0]?.why, "it was down");
  slack.faults.push({ status: 500, body: "" });
  const { letters } = await run({ action: "resend" });
  assert.deepEqual([letters?.sentCount, letters?.knownCount, letters?.damagedCount], [1, 1, 1]);
  assert.deepEqual(
    letters?.kept.map(({ route, incident, why }) => `${route} ${incident} ${why.slice(0, 24)}`),
    [
      "gone b no such route was asked ",
      "chat c Route lab-x: it answered",
      "chat d Route lab-x: it answered",
    ].map((text) => text.replace("Route lab-x: it answered", "Route chat: it answered ")),
  );
  assert.deepEqual([...alerts], [["a", "trigger"]]);
  assert.equal(slack.accepted.length, 0, "one that failed is not tried for its other letters");
  const again = await run({ action: "resend", route: "chat" });
  assert.equal(again.letters?.sentCount, 2);
  assert.deepEqual(
    again.letters?.kept.map(({ route }) => route),
    ["gone"],
  );
  assert.equal((await box.list()).letters.length, 2);
});

test("a letter that is none, or was edited into nonsense, is told from one that is", () => {
  const letter = { timeUs: 5, route: "a", reason: "r", tryCount: 1, notice: sampleNotice };
  assert.deepEqual(readLetter(JSON.parse(JSON.stringify(letter))), letter);
  const odd: readonly unknown[] = [
    ...[undefined, null, 1, [], {}, { ...letter, tryCount: "x" }],
    { ...letter, notice: { ...sampleNotice, kind: "shout" } },
    { ...letter, notice: { ...sampleNotice, incident: { ...sampleIncident, workloads: [1] } } },
    { ...letter, notice: { ...sampleNotice, incident: { ...sampleIncident, severity: "x" } } },
  ];
  for (const one of odd) assert.equal(readLetter(one), undefined);
  const own = { ...letter, notice: makeTestNotice(7, "prod") };
  assert.deepEqual(readLetter(own), own);
  assert.ok(new WaggleError("usage", "x") instanceof Error);
});
