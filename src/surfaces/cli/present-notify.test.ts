/** Tests of `present-notify.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListedRoute, NotifyOutput } from "../../operations/notify.ts";
import { notifyPresentation } from "./present-notify.ts";

const route: ListedRoute = {
  ...{ name: "on-call", kind: "pagerduty", target: "https://events.pagerduty.com/v2/enqueue" },
  ...{ filters: ["minSeverity: high"], outcome: "ready", trouble: "", preview: null },
};

function show(output: NotifyOutput, over: { format?: "text" | "json"; top?: number } = {}) {
  const view = { format: "text", width: 100, color: false, top: 0, ...over } as const;
  const { document, exitStatus } = notifyPresentation.show(output, view);
  const isStream = typeof document === "object" && "next" in document;
  return { text: isStream ? [...document].join("") : document.toString(), exitStatus };
}

test("routes are a table; what is broken or failed gives the status", () => {
  const list = (one: ListedRoute) => show({ action: "list", routes: [one], letters: null });
  const { text, exitStatus } = list(route);
  assert.match(text, /^ROUTE +KIND +IS +WHERE\non-call +pagerduty +ready +https:\/\/events\.pager/);
  assert.match(text, /minSeverity: high/);
  assert.equal(exitStatus, 0);
  const broken = list({ ...route, outcome: "broken", trouble: "needs\x1b[2J an address" });
  assert.match(broken.text, /needs\\x1b\[2J an address/);
  assert.equal(broken.exitStatus, 2);
  assert.equal(list({ ...route, outcome: "failed", trouble: "x" }).exitStatus, 7);
  assert.match(show({ action: "list", routes: [], letters: null }).text, /No route is configured/);
});

test("a preview is shown so that nothing in it moves the cursor, and cut", () => {
  const preview = { method: "POST", target: "t", body: `{"x":"\x1b[2J"}${"y".repeat(9000)}` };
  const output = { action: "test", routes: [{ ...route, preview }], letters: null } as const;
  const { text } = show(output);
  assert.match(text, /on-call: POST t\n\{"x":"\\x1b\[2J"\}yyy/);
  assert.match(text, /… 5,0\d\d characters more/);
  assert.equal(
    JSON.parse(show(output, { format: "json" }).text).routes[0].preview.body,
    preview.body,
  );
});

test("letters tell what went and why others stay", () => {
  const kept = [1, 2].map((at) => ({
    ...{ route: "chat", incident: `inc-${at}`, headline: "Reverse\nshell" },
    ...{ timeUs: Date.UTC(2026, 0, 2) * 1000, why: "it answered 500" },
  }));
  const letters = { isDry: false, sentCount: 3, knownCount: 1, damagedCount: 1, kept };
  const { text, exitStatus } = show({ action: "resend", routes: [], letters });
  assert.match(text, /2026-01-02 00:00:00 +chat +inc-1 +Reverse\\nshell: it answered 500/);
  assert.match(text, /3 sent, 1 known by now, 2 stay; 1 line not understood$/);
  assert.equal(exitStatus, 7);
  const dry = show({ action: "resend", routes: [], letters: { ...letters, isDry: true } });
  assert.match(dry.text, /2 dead letters; nothing was sent/);
  assert.equal(dry.exitStatus, 0);
  const cut = show({ action: "resend", routes: [], letters }, { top: 1 });
  assert.match(cut.text, /1 more: --top shows them/);
});
