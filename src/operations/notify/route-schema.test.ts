/** Tests of `route-schema.ts`, `secret-address.ts` and `open-routes.ts`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import type { NotifierTarget } from "../../ports/notifier.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { notifyFiles, openRoutes } from "./open-routes.ts";
import { notifyConfigSchema, readRoute, targetOf } from "./route-schema.ts";
import { holdsSecret } from "./secret-address.ts";

const base = { name: "a", kind: "webhook", url: "https://receiver.test/hook" };

function mistake(route: object): string {
  const result = notifyConfigSchema.safeParse([route]);
  if (result.success) return "";
  const [issue] = result.error.issues;
  return `${issue?.path.slice(1).join(".")}: ${issue?.message}`;
}

test("a secret in the file is refused, and what to write instead is said", () => {
  const slack = "https://hooks.slack.com/services/T000/B000/XXXXXXXX";
  const refused: readonly (readonly [object, RegExp])[] = [
    [{ ...base, token: "xoxb-1" }, /^token: a secret has no place in this file: write token-file/],
    [{ ...base, "routing-key": "R0" }, /^routing-key: a secret .* token-file or token-env/],
    [{ ...base, secret: "s" }, /^secret: a secret .* signing-key-file or signing-key-env/],
    [{ ...base, password: "" }, /^password: a secret/],
    [{ ...base, url: slack }, /^url: the address holds a secret: .* url-file or url-env/],
    [{ ...base, url: "https://u:p@receiver.test/" }, /^url: the address holds a secret/],
    [{ ...base, url: "https://receiver.test/?api_key=x" }, /^url: the address holds a secret/],
    [
      { ...base, "token-env": "xoxb-17-really-a-token" },
      /^token-env: expected the name of a variable/,
    ],
  ];
  for (const [route, says] of refused) {
    const told = mistake(route);
    assert.match(told, says);
    assert.doesNotMatch(told, /xoxb|XXXX|api_key=x/);
  }
});

test("addresses that are secrets are told from those that are not", () => {
  const secret = [
    "https://hooks.slack.com/services/T/B/x",
    "https://acme.webhook.office.com/webhookb2/x",
    "https://discord.com/api/webhooks/1/x",
    "https://receiver.test/in/a8F3kd92kfKD82jf7A61kdh3",
    "https://receiver.test/in?x=a8F3kd92kfKD82jf7A61kdh3",
  ];
  const open = [
    "https://events.pagerduty.com/v2/enqueue",
    "http://falcosidekick.falco.svc.cluster.local:2801/",
    "https://alertmanager.monitoring.svc:9093/api/v2/alerts",
    "tls://logs.example.test:6514",
    "https://slack.com/api/chat.postMessage",
    "no address",
  ];
  assert.deepEqual(
    secret.filter((one) => !holdsSecret(one)),
    [],
  );
  assert.deepEqual(open.filter(holdsSecret), []);
});

test("what is misspelt, doubled or impossible is refused by its key", () => {
  const refused: readonly (readonly [object, RegExp])[] = [
    [{ ...base, name: "My Route" }, /^name: expected small letters/],
    [{ ...base, kind: "pager" }, /^kind: /],
    [{ ...base, "url-file": "/run/url" }, /^url: give one of url, url-file and url-env/],
    [{ ...base, "token-file": "/a", "token-env": "A" }, /^token-file: give one of/],
    [{ ...base, families: ["reverse-shel"] }, /^families\.0: /],
    [{ ...base, roles: ["databse"] }, /^roles\.0: /],
    [{ ...base, "min-severity": "severe" }, /^min-severity: /],
    [{ ...base, kinds: [] }, /^kinds: /],
    [{ ...base, "rate-per-hour": 0 }, /^rate-per-hour: /],
    [
      { ...base, "quiet-hours": { from: "22:00", to: "24:00" } },
      /^quiet-hours\.to: expected a time of/,
    ],
    [
      { ...base, "quiet-hours": { from: "22:00", to: "07:00", timezone: "Europe/Atlantis" } },
      /^quiet-hours\.timezone: expected a time zone/,
    ],
    [{ ...base, minseverity: "high" }, /Unrecognized key/],
  ];
  for (const [route, says] of refused) assert.match(mistake(route), says);
  assert.equal(notifyConfigSchema.safeParse([base, base]).success, false);
  assert.equal(
    mistake({ ...base, "quiet-hours": { from: "22:00", to: "07:00", timezone: "Asia/Kolkata" } }),
    "",
  );
  assert.ok(JSON.stringify(z.toJSONSchema(notifyConfigSchema)).includes("quiet-hours"));
});

test("a target has no secret, and paths are those beside the configuration file", () => {
  const routes = notifyConfigSchema.parse([
    { name: "a", kind: "slack", "url-file": "secrets/url", "ca-file": "/etc/ca.pem" },
    { name: "b", kind: "pagerduty", "token-env": "PD_KEY" },
  ]);
  const [slack, pager] = routes.map((one) => targetOf(readRoute(one), "etc/waggle.yaml"));
  assert.deepEqual(slack?.urlPlace, { from: "file", name: "etc/secrets/url" });
  assert.equal(slack?.caFile, "/etc/ca.pem");
  assert.deepEqual(pager?.tokenPlace, { from: "environment", name: "PD_KEY" });
  assert.equal(pager?.urlPlace, undefined);
});

test("a route that cannot be opened is told beside those that can", () => {
  const outside = {
    open: (target: NotifierTarget) => {
      if (target.kind === "file") throw new WaggleError("usage", "needs a path");
      const refuse = () => assert.fail("nothing is sent");
      return { name: target.name, kind: target.kind, preview: refuse, send: refuse };
    },
    deadLetters: () => assert.fail("no letters"),
    random: () => 0,
  };
  const settings = (config: object) => ({ file: "waggle.yaml", config });
  const two = settings({ notify: [base, { name: "b", kind: "file" }] });
  const [good, bad] = openRoutes(two, outside);
  assert.equal(good?.notifier?.name, "a");
  assert.deepEqual([bad?.notifier, bad?.trouble], [undefined, "needs a path"]);
  assert.deepEqual(openRoutes(settings({}), outside), []);
  const broken = settings({ notify: [{ ...base, kind: "x" }] });
  assert.throws(() => openRoutes(broken, outside), /^WaggleError: waggle\.yaml: notify\.0\.kind: /);
  assert.deepEqual(notifyFiles("/var/lib/waggle/"), {
    memory: "/var/lib/waggle/told-notices.json",
    letters: "/var/lib/waggle/dead-letters.jsonl",
  });
});
