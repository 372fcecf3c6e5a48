/** Tests of `slack.ts`, `slack-message.ts` and `slack-text.ts` at servers that check. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DeliveryError } from "../../ports/delivery-error.ts";
import { openHttpLab } from "../../testing/notifier-lab.ts";
import { sampleIncident, sampleNotice } from "../../testing/sample-notice.ts";
import { checkSlackMessage } from "../../testing/vendor-rules.ts";
import { buildSlackMessage } from "./slack-message.ts";
import { slackCode, slackEscape, slackPlain } from "./slack-text.ts";

const never = new AbortController().signal;

test("a bot keeps one thread for an incident, and is loud when it gets worse", async (context) => {
  const lab = await openHttpLab("slack-bot");
  context.after(() => lab.close());
  const first = await lab.notifier.send(sampleNotice, never);
  assert.match(first.thread, /^C012AB3CD\/17\d+\.\d+\/high$/);
  const update = { ...sampleNotice, kind: "update", news: ["new tactic"] } as const;
  const second = await lab.notifier.send({ ...update, thread: first.thread }, never);
  assert.equal(second.thread, first.thread);
  const incident = { ...sampleIncident, severity: "critical" } as const;
  const third = await lab.notifier.send({ ...update, incident, thread: second.thread }, never);
  assert.equal(third.thread, first.thread.replace("high", "critical"));
  await lab.notifier.send({ ...sampleNotice, kind: "resolve", thread: third.thread }, never);
  const calls = lab.server.accepted.map(({ body }) => JSON.parse(body));
  const ts = first.thread.split("/")[1];
  assert.deepEqual(
    calls.map((call) => [call.channel, call.thread_ts, call.reply_broadcast]),
    [
      ["#alerts", undefined, undefined],
      ["C012AB3CD", ts, undefined],
      ["C012AB3CD", ts, true],
      ["C012AB3CD", ts, undefined],
    ],
  );
  assert.match(JSON.stringify(calls[1]), /new tactic/);
  assert.ok(!JSON.stringify(calls[1]).includes("Artefacts"), "a reply says only what is new");
});

test("who has it in hand is a line of the thread, or of the message", async (context) => {
  const incident = { ...sampleIncident, acknowledgement: { by: "ann", text: "on it", timeUs: 1 } };
  const news = ["ann has it in hand: on it"];
  const taken = { ...sampleNotice, incident, kind: "acknowledge", news } as const;
  const bot = await openHttpLab("slack-bot");
  const hook = await openHttpLab("slack-hook");
  context.after(() => Promise.all([bot.close(), hook.close()]));
  const { thread } = await bot.notifier.send(sampleNotice, never);
  await bot.notifier.send({ ...taken, thread }, never);
  const reply = bot.server.accepted[1]?.body ?? "";
  assert.match(reply, /\*Acknowledged\* .*ann has it in hand: on it/);
  assert.equal(JSON.parse(reply).blocks.length, 3);
  await hook.notifier.send(taken, never);
  assert.match(hook.server.accepted[0]?.body ?? "", /\*In hand\*\\n`ann: on it`/);
});

test("what was remembered of a thread and makes no sense begins a new one", async (context) => {
  const lab = await openHttpLab("slack-bot");
  context.after(() => lab.close());
  for (const thread of ["x", "C1/1.1/high\n", "../../../x", "C1/1/high"]) {
    await lab.notifier.send({ ...sampleNotice, kind: "update", thread }, never);
  }
  const calls = lab.server.accepted.map(({ body }) => JSON.parse(body));
  assert.deepEqual(new Set(calls.map(({ thread_ts }) => thread_ts)), new Set([undefined]));
  assert.ok(calls.every(({ blocks }) => blocks[0].type === "header"));
});

test("what Slack refuses with status 200 is a failure, by its word", async (context) => {
  const lab = await openHttpLab("slack-bot");
  context.after(() => lab.close());
  const words = [
    ['{"ok":false,"error":"channel_not_found"}', /said channel_not_found/, false],
    ['{"ok":false,"error":"ratelimited"}', /said ratelimited/, true],
    ['{"ok":false,"error":"<!channel> xoxb-917"}', /is not understood/, true],
    ["no json", /is not understood/, true],
    ["null", /is not understood/, true],
  ] as const;
  for (const [body, says, retryable] of words) {
    lab.server.faults.push({ status: 200, body });
    await assert.rejects(lab.notifier.send(sampleNotice, never), (error: unknown) => {
      assert.ok(error instanceof DeliveryError);
      assert.match(error.message, says);
      assert.equal(error.retryable, retryable);
      return true;
    });
  }
});

test("a message says what, where, since when and what to do, and its limits hold", () => {
  const message = buildSlackMessage(sampleNotice);
  const text = JSON.stringify(message);
  const wanted = ["Reverse shell from shop/api", "prod: shop/api", "high, score 90", "203.0.113.7"];
  for (const one of [
    ...wanted,
    "What to do now",
    "kubectl apply -f block.yaml",
    sampleIncident.id,
  ]) {
    assert.ok(text.includes(one), one);
  }
  assert.ok(text.includes("2026-01-02T03:04:05"));
  const actions = Array.from({ length: 40 }, () => sampleIncident.actions[0]).filter(
    (one) => !!one,
  );
  const many = buildSlackMessage({ ...sampleNotice, incident: { ...sampleIncident, actions } });
  assert.match(JSON.stringify(many), /… and 35 more/);
  assert.equal(checkSlackMessage({ ...many }), "");
});

test("escaped text is never longer than asked, nor cut through an entity", () => {
  const odd = fc.string({ unit: fc.constantFrom("&", "<", ">", "`", "a", "\n", "😀", "\ud800") });
  fc.assert(
    fc.property(odd, fc.integer({ min: 3, max: 40 }), (text, lengthMax) => {
      for (const shown of [
        slackEscape(text, lengthMax),
        slackPlain([text, text], lengthMax).text,
      ]) {
        assert.ok(shown.length <= lengthMax && shown !== "", shown);
        assert.doesNotMatch(shown, /[<>]|&(?!amp;|lt;|gt;)/);
        assert.ok(shown.isWellFormed());
      }
      const code = slackCode(text, lengthMax);
      assert.match(code, /^`[^`\n]+`$/);
    }),
  );
});
