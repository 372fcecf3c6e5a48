/** Tests what stands for where a program connects to, in sessions, profiles and frozen ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createObserver } from "../../../engine/observe-events.ts";
import { ActScene } from "../../../testing/act-scene.ts";
import { createStory } from "../../../testing/event-story.ts";
import { addSocketHook } from "../../../testing/flow-events.ts";
import type { Event } from "../../event/event.ts";
import { parseAddress } from "../../event/ip-address.ts";
import { hostKey } from "../container-key.ts";
import { createDetection } from "../detect/detection.ts";
import { FactSet } from "../fact-set.ts";
import { buildProfiles, compareProfiles, toProfile } from "./build-profiles.ts";
import { describeEnd, destinationValue, networkCountMax, widerValue } from "./destination-value.ts";
import { allowsValue, FrozenProfiles } from "./frozen-profile.ts";
import { createHeldSessions, holdValue, sessionOf } from "./held-sessions.ts";
import { createNoveltyDetector } from "./novelty-detector.ts";
import { allProfileFacts, createProfileBook, learnSession, wasLearned } from "./profile-book.ts";
import { profilePlaceKey } from "./profile-fact.ts";

const dayUs = 86_400_000_000;
const startUs = 20_000 * dayUs;
const place = { cluster: "", namespace: "shop", kind: "Deployment", name: "api", container: "c" };
const dimension = "destination" as const;
const wide = { dimension, value: "/bin/curl > internet:443" };
const to = (network: number, port = 443) => {
  const value = `/bin/curl > internet 203.0.${network}.0/24:${port}`;
  return { dimension, value };
};

function learn(book: ReturnType<typeof createProfileBook>, networks: readonly number[], day = 0) {
  const times = { count: 1, firstUs: startUs + day * dayUs, lastUs: startUs + day * dayUs };
  const values = networks.map((network) => ({ ...to(network), ...times }));
  return learnSession(book, { place, run: "r", values });
}

test("law: what names a network has a wider value, which has none, whoever connects", () => {
  const programs = fc.oneof(fc.string(), fc.constantFrom("/x > internet 10.0.0.0/24:1", "a > b"));
  const addresses = fc.oneof(fc.ipV4(), fc.ipV6());
  fc.assert(
    fc.property(programs, addresses, fc.nat({ max: 65_535 }), (program, address, port) => {
      const bytes = parseAddress(address);
      assert.ok(bytes !== undefined);
      const end = describeEnd(bytes);
      const value = destinationValue(program, end, port);
      const wider = widerValue({ dimension, value });
      const isNamed = end.startsWith("internet ");
      const plain = destinationValue(program, "internet", port);
      assert.equal(wider, isNamed ? plain : undefined);
      assert.equal(widerValue({ dimension, value: plain }), undefined);
      assert.equal(widerValue({ dimension: "binary", value }), undefined);
    }),
  );
});

test("of one network there is one value, of another spelling too", () => {
  const end = (text: string) => {
    const bytes = parseAddress(text);
    return bytes === undefined ? "" : describeEnd(bytes);
  };
  assert.equal(end("203.0.113.1"), "internet 203.0.113.0/24");
  assert.equal(end("::ffff:203.0.113.200"), end("203.0.113.1"));
  assert.equal(end("2001:470:1::1"), end("2001:0470:0001:ffff::2"));
  assert.equal(end("10.1.2.3"), "private");
});

test("a program has a few networks by name; who goes to more goes to any", () => {
  const book = createProfileBook();
  const few = Array.from({ length: networkCountMax }, (_, at) => at);
  learn(book, few);
  const at = book.places.get(profilePlaceKey(place));
  assert.ok(at !== undefined);
  assert.ok(wasLearned(at, to(3), startUs) && !wasLearned(at, to(99), startUs));
  const [fact] = learn(book, [50, 51, 52]);
  assert.equal(fact?.value, wide.value);
  assert.ok(wasLearned(at, to(99), startUs), "any is expected from now on");
  assert.ok(!wasLearned(at, to(99, 22), startUs), "of that port");
  assert.equal([...allProfileFacts(book)].length, networkCountMax + 1);
  assert.ok(wasLearned(at, to(99), startUs + 30 * dayUs));
  assert.ok(!wasLearned(at, to(99), startUs + 31 * dayUs), "not for ever");
  assert.ok(wasLearned(at, to(3), startUs + 31 * dayUs));
});

test("a session that goes everywhere fills no memory", () => {
  const held = createHeldSessions();
  const session = sessionOf(held, new ActScene().add({ pid: 1, binary: "/c" }), place, 1);
  assert.ok(session !== undefined);
  const news = Array.from({ length: 200 }, (_, at) => holdValue(held, session, to(at), 1));
  assert.equal(news.filter(Boolean).length, networkCountMax + 1);
  assert.equal(session.values.size, networkCountMax + 1);
  assert.equal(held.leftOutCount, 0);
});

test("a frozen profile of before, or one where a person wrote the wider value, allows any", () => {
  const frozenWith = (values: readonly (typeof wide)[]) => {
    const profiles = new FrozenProfiles([{ place, frozen: true, watched: [dimension], values }]);
    return profiles.of(place, profilePlaceKey(place)) ?? assert.fail("there is one");
  };
  assert.ok(allowsValue(frozenWith([wide]), to(1)));
  assert.ok(allowsValue(frozenWith([to(1)]), to(1)));
  assert.ok(!allowsValue(frozenWith([to(1)]), to(2)));
  assert.ok(!allowsValue(frozenWith([to(1)]), wide));
});

test("beside a profile of before nothing differs", () => {
  const fact = { kind: "profile", place, count: 1, days: [1], runs: [] } as const;
  const times = { firstSeenUs: 1, lastSeenUs: 1 };
  const [before, now] = [wide, to(1)].map((value) =>
    buildProfiles([{ ...fact, ...times, ...value }]),
  );
  assert.ok(before !== undefined && now !== undefined);
  const reviewed = before.map((one) => toProfile(one, true));
  assert.deepEqual(compareProfiles(reviewed, now), []);
});

function watchNovelty(events: readonly Event[]): readonly string[] {
  const facts = new FactSet();
  const folds = [createDetection({ detectors: [createNoveltyDetector({ learnsAtEnd: true })] })];
  const observer = createObserver({ folds, emit: facts.add.bind(facts) });
  for (const event of events) observer.observe(event);
  observer.finish();
  return facts.signals(hostKey("node-1")).flatMap(({ because }) => because);
}

test("another network is new to a workload that went to one, and a habit once it was quiet", () => {
  const story = createStory();
  const visit = (address: string) => {
    const cron = story.exec({ pid: 10, binary: "/usr/sbin/cron" });
    const curl = story.exec({ pid: 20, binary: "/usr/bin/curl", parent: cron });
    addSocketHook(story, curl, "tcp_connect", {
      socket: { destinationAddress: address, destinationPort: 443 },
    });
    story.exit(curl);
    story.nowUs += dayUs;
  };
  for (const address of ["198.51.100.7", "198.51.100.8"]) visit(address);
  assert.deepEqual(watchNovelty(story.events), []);
  for (const address of ["203.0.113.7", "203.0.113.8"]) visit(address);
  assert.deepEqual(watchNovelty(story.events), [
    "destination /usr/bin/curl > internet 203.0.113.0/24:443 is not in the learned profile of " +
      "node-1, scheduled",
  ]);
});
