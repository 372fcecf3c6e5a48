/**
 * Holds what every implementation of the port `Notifier` must do.
 * In: a way to open one at a receiver that checks what it gets. Out: one test a promise.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import { hostileNotice, hostileTexts, sampleNotice } from "../testing/sample-notice.ts";
import { DeliveryError } from "./delivery-error.ts";
import type { Notice, Notifier } from "./notifier.ts";

export interface NotifierUnderTest {
  readonly notifier: Notifier;
  /** Messages that the receiver has taken, once they have arrived. */
  acceptedCount(wanted: number): Promise<number>;
  refused(): readonly string[];
  /** None may be seen anywhere but by the receiver. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

const never = new AbortController().signal;

export function checkNotifier(adapter: string, make: () => Promise<NotifierUnderTest>): void {
  const promise = (what: string, check: (one: NotifierUnderTest) => Promise<void>): void => {
    test(`${adapter}: ${what}`, async () => {
      const one = await make();
      try {
        await check(one);
      } finally {
        await one.close();
      }
    });
  };

  promise("takes an incident from its start to its end", async (one) => {
    let thread = "";
    const send = async (notice: Notice) => {
      ({ thread } = await one.notifier.send({ ...notice, thread }, never));
    };
    await send(sampleNotice);
    await send({ ...sampleNotice, kind: "update", news: ["new tactic: discovery"] });
    const acknowledgement = { by: "ann", text: "on it", timeUs: 1 };
    const incident = { ...sampleNotice.incident, acknowledgement };
    await send({ ...sampleNotice, incident, kind: "acknowledge", news: ["ann has it in hand"] });
    await send({ ...sampleNotice, kind: "resolve" });
    assert.deepEqual(one.refused(), []);
    assert.ok((await one.acceptedCount(4)) >= 4);
  });

  promise("takes what tries to break out of its format", async (one) => {
    let sentCount = 0;
    for (const text of hostileTexts) {
      for (const kind of ["open", "update", "acknowledge", "resolve"] as const) {
        const notice = hostileNotice(text, { kind });
        const acknowledgement = { by: text, text, timeUs: 1 };
        const incident = { ...notice.incident, acknowledgement };
        await one.notifier.send({ ...notice, incident }, never);
        sentCount += 1;
        assert.deepEqual(one.refused(), [], `${kind} ${JSON.stringify(text)}`);
      }
    }
    assert.ok((await one.acceptedCount(sentCount)) >= sentCount);
  });

  promise("takes fields of a megabyte and lists of a thousand", async (one) => {
    const text = "<!channel>|=\\\n".repeat(80_000);
    const notice = hostileNotice(text);
    const { artefacts, actions, timeline } = notice.incident;
    const many = <Value>(list: readonly Value[]) =>
      Array.from({ length: 1000 }, (_, at) => list[at % list.length] as Value);
    const incident = {
      ...notice.incident,
      ...{ artefacts: many(artefacts), actions: many(actions), timeline: many(timeline) },
    };
    await one.notifier.send({ ...notice, incident }, never);
    assert.deepEqual(one.refused(), []);
    assert.ok((await one.acceptedCount(1)) >= 1);
  });

  promise("takes empty texts and lists", async (one) => {
    const nothing = { workloads: [], story: [], artefacts: [], actions: [], families: [] };
    const rest = { containers: [], processes: [], techniques: [], tactics: [], images: [] };
    const incident = { ...hostileNotice("").incident, ...nothing, ...rest, firstSeenUs: 0 };
    await one.notifier.send({ ...sampleNotice, incident, news: [], cluster: "" }, never);
    assert.deepEqual(one.refused(), []);
    assert.ok((await one.acceptedCount(1)) >= 1);
  });

  promise("takes any text at all", async (one) => {
    let sentCount = 0;
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 60 }), async (text) => {
        await one.notifier.send(hostileNotice(text), never);
        sentCount += 1;
        assert.deepEqual(one.refused(), []);
      }),
      { numRuns: 40 },
    );
    assert.ok((await one.acceptedCount(sentCount)) >= sentCount);
  });

  promise("shows what it would send, without secrets and without sending", async (one) => {
    const preview = one.notifier.preview(sampleNotice);
    assert.ok(preview.method !== "" && preview.target !== "" && preview.body !== "");
    for (const secret of one.secrets) assert.ok(!inspect(preview, { depth: 9 }).includes(secret));
    assert.equal(await one.acceptedCount(0), 0);
  });

  promise("tries a route with a notice that says it is a test", async (one) => {
    await one.notifier.send({ ...sampleNotice, kind: "test" }, never);
    assert.deepEqual(one.refused(), []);
    assert.ok((await one.acceptedCount(1)) >= 1);
  });
}

/** Of those that a connection carries: an end that was asked for can be tried again. */
export function checkInterrupted(adapter: string, make: () => Promise<NotifierUnderTest>): void {
  test(`${adapter}: when the program ends it says so, and that later may help`, async () => {
    const one = await make();
    try {
      const error: unknown = await one.notifier
        .send(sampleNotice, AbortSignal.abort())
        .catch((thrown: unknown) => thrown);
      assert.ok(error instanceof DeliveryError, inspect(error));
      assert.equal(error.retryable, true);
      for (const secret of one.secrets) assert.ok(!inspect(error).includes(secret));
      assert.equal(await one.acceptedCount(0), 0);
    } finally {
      await one.close();
    }
  });
}
