/** Tests what tracing policies watch: recorded ones, and shapes that no policy should have. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { ProblemLog } from "../event/problem.ts";
import { collectStated } from "./stated-sensors.ts";
import { type PolicyScope, readTracingPolicy, watches } from "./tracing-policy.ts";

const fixtures = new URL("../../../fixtures/policies/", import.meta.url);

function readRecorded(name: string): readonly PolicyScope[] {
  const text = readFileSync(new URL(`${name}.yaml`, fixtures), "utf8");
  return readDocument(parse(text));
}

function readDocument(document: unknown): readonly PolicyScope[] {
  const problems = new ProblemLog();
  const scopes = readTracingPolicy(document, "policy.yaml", problems);
  assert.deepEqual(problems.list(), []);
  return scopes;
}

/** A policy with one hook on opened files. */
function filePolicy(hook: object, spec: object = {}): object {
  const args = [{ index: 0, type: "file" }];
  const kprobes = [{ call: "security_file_open", syscall: false, args, ...hook }];
  return { kind: "TracingPolicy", metadata: { name: "files" }, spec: { kprobes, ...spec } };
}

function paths(operator: string, ...values: string[]): object {
  return { index: 0, operator, values };
}

function ask(scopes: readonly PolicyScope[], sensor: string, path: string): readonly string[] {
  return scopes.filter((one) => one.sensor === sensor).map((one) => watches(one, path, "shop"));
}

test("a recorded policy for files says yes below its directories and no elsewhere", () => {
  const scopes = readRecorded("20-file-open");
  for (const sensor of ["open", "mmap"]) {
    assert.deepEqual(ask(scopes, sensor, "/usr/lib/x86_64-linux-gnu/libz.so.1.2.11"), ["yes"]);
    assert.deepEqual(ask(scopes, sensor, "/app/server.py"), ["yes"]);
    assert.deepEqual(ask(scopes, sensor, "/var/www/html/index.php"), ["no"]);
    assert.deepEqual(ask(scopes, sensor, "/lib/libz.so.1"), ["no"]);
  }
});

test("the recorded loader policy watches every path", () => {
  const [loader] = readRecorded("10-loader");
  assert.equal(loader?.sensor, "loader");
  assert.equal(loader && watches(loader, "/anything", ""), "yes");
});

test("policies for sockets and rights feed no file sensor", () => {
  for (const [name, sensor] of [
    ["30-tcp", "network"],
    ["40-privileges", "other"],
  ] as const) {
    assert.ok(readRecorded(name).length > 0);
    assert.ok(readRecorded(name).every((scope) => scope.sensor === sensor));
  }
});

test("a recorded policy for sockets watches all that they do", () => {
  const scopes = readRecorded("30-tcp");
  const doings = new Set(scopes.flatMap((scope) => scope.doings));
  assert.deepEqual([...doings].sort(), ["accepts", "connects", "listens", "receives", "sends"]);
  assert.deepEqual(
    scopes.flatMap(({ limits }) => limits),
    [],
    "leaving out the sensor's own process and other families narrows nothing",
  );
});

test("without its result an accepting call names no far end; a filter by port narrows", () => {
  const hook = (call: string, more: object) => ({
    kind: "TracingPolicy",
    metadata: { name: "p" },
    spec: { kprobes: [{ call, args: [{ index: 0, type: "sock" }], ...more }] },
  });
  const [accept] = readDocument(hook("inet_csk_accept", {}));
  assert.deepEqual(accept?.doings, ["listens"]);
  const filter = { index: 0, operator: "DPort", values: ["443"] };
  const [connect] = readDocument(hook("tcp_connect", { selectors: [{ matchArgs: [filter] }] }));
  assert.deepEqual(connect?.doings, ["connects"]);
  assert.match(connect?.limits[0] ?? "", /DPort 443/);
  const [unknown] = readDocument(hook("a_new_function", {}));
  assert.deepEqual([unknown?.sensor, unknown?.doings], ["network", []]);
});

test("the mask of a permission hook tells reading from writing", () => {
  const sensorsOf = (name: string) => new Set(readRecorded(name).map(({ sensor }) => sensor));
  assert.deepEqual(sensorsOf("50-sensitive-files"), new Set(["open", "write"]));
  assert.deepEqual(sensorsOf("52-file-write"), new Set(["write"]));
  assert.deepEqual(sensorsOf("53-credential-read"), new Set(["open"]));
  const sensitive = readRecorded("50-sensitive-files");
  assert.ok(ask(sensitive, "open", "/root/x/authorized_keys").includes("yes"), "by its ending");
  assert.ok(!ask(sensitive, "open", "/usr/lib/libz.so.1").includes("yes"));
});

test("an LSM hook with Equal watches exactly that path", () => {
  const scopes = readRecorded("91-override-lsm");
  assert.deepEqual(ask(scopes, "open", "/opt/secret2"), ["yes"]);
  assert.deepEqual(ask(scopes, "open", "/opt/secret2/x"), ["no"]);
});

test("no selectors watch everything", () => {
  assert.deepEqual(ask(readDocument(filePolicy({})), "open", "/x"), ["yes"]);
  const inGeneral = filePolicy({ selectors: [{ matchActions: [{ action: "Post" }] }] });
  assert.deepEqual(ask(readDocument(inGeneral), "open", "/x"), ["yes"]);
});

test("selectors are alternatives, filters of one selector must all hold", () => {
  const selectors = [
    { matchArgs: [paths("Prefix", "/usr"), paths("NotPrefix", "/usr/share")] },
    { matchArgs: [paths("Postfix", ".jar")] },
  ];
  const scopes = readDocument(filePolicy({ selectors }));
  const yes = (path: string) => ask(scopes, "open", path).includes("yes");
  assert.ok(yes("/usr/lib/x"));
  assert.ok(!yes("/usr/share/x"));
  assert.ok(yes("/usr/share/x.jar"));
  assert.ok(!yes("/opt/x"));
});

test("two filters that both name paths are not claimed", () => {
  const selectors = [{ matchArgs: [paths("Prefix", "/usr"), paths("Postfix", ".so")] }];
  assert.deepEqual(ask(readDocument(filePolicy({ selectors })), "open", "/usr/x.so"), ["unsure"]);
});

test("what narrows a policy makes the answer unsure", () => {
  const narrow: readonly (readonly [object, object])[] = [
    [{ matchBinaries: [{ operator: "In", values: ["/usr/bin/cat"] }] }, {}],
    [{ matchBinaries: [{ operator: "NotIn", values: ["/usr/bin/dpkg"] }] }, {}],
    [{ matchPIDs: [{ operator: "NotIn", values: [0, 1], isNamespacePID: true }] }, {}],
    [{ matchNamespaces: [{ namespace: "Pid", operator: "NotIn", values: ["host_ns"] }] }, {}],
    [{ matchCapabilities: [{ type: "Effective", operator: "In", values: ["CAP_BPF"] }] }, {}],
    [{ matchActions: [{ action: "Post", rateLimit: "1m" }] }, {}],
    [{ matchArgs: [{ index: 0, operator: "SubString", values: ["lib"] }] }, {}],
    [{ macros: ["mine"] }, {}],
    [{ matchMoonPhase: [{ operator: "In", values: ["full"] }] }, {}],
    [{}, { podSelector: { matchLabels: { app: "x" } } }],
    [{}, { containerSelector: { matchExpressions: [{ key: "name" }] } }],
  ];
  for (const [selector, spec] of narrow) {
    const scopes = readDocument(filePolicy({ selectors: [selector] }, spec));
    assert.deepEqual(ask(scopes, "open", "/lib/x"), ["unsure"], JSON.stringify(selector));
  }
});

test("filters that every workload meets narrow nothing", () => {
  const wide: readonly object[] = [
    { matchBinaries: [{ operator: "NotIn", values: ["/usr/bin/tetragon"] }] },
    { matchNamespaces: [{ namespace: "Mnt", operator: "NotIn", values: ["host_ns"] }] },
    { matchReturnArgs: [{ index: 0, operator: "Equal", values: ["0"] }] },
    { matchArgs: [{ index: 0, operator: "FileType", values: ["reg"] }] },
  ];
  for (const selector of wide) {
    const scopes = readDocument(filePolicy({ selectors: [selector] }, { podSelector: {} }));
    assert.deepEqual(ask(scopes, "open", "/x"), ["yes"], JSON.stringify(selector));
  }
});

test("a selector with NoPost takes its paths from those after it", () => {
  const selectors = [
    { matchArgs: [paths("Prefix", "/usr/lib/locale")], matchActions: [{ action: "NoPost" }] },
    { matchArgs: [paths("Prefix", "/usr")] },
  ];
  const scopes = readDocument(filePolicy({ selectors }));
  assert.deepEqual(ask(scopes, "open", "/usr/lib/locale/C"), ["no"]);
  assert.deepEqual(ask(scopes, "open", "/usr/lib/x"), ["yes"]);
});

test("a mapping hook counts for code only if its protection filter lets code through", () => {
  const args = [
    { index: 0, type: "file" },
    { index: 1, type: "uint32" },
  ];
  const withMask = (...values: string[]) => {
    const matchArgs = [{ index: 1, operator: "Mask", values }];
    const hook = { call: "security_mmap_file", args, selectors: [{ matchArgs }] };
    return readDocument(filePolicy(hook)).map(({ sensor }) => sensor);
  };
  assert.deepEqual(withMask("4"), ["mmap"]);
  assert.deepEqual(withMask("0x4"), ["mmap"]);
  assert.deepEqual(withMask("2"), ["other"], "only writable mappings");
  const blind = filePolicy({ call: "security_mmap_file" });
  assert.deepEqual(ask(readDocument(blind), "mmap", "/x"), ["unsure"], "protection not reported");
});

test("system calls see paths as they were written", () => {
  const args = [{ index: 1, type: "string" }];
  for (const call of ["sys_openat", "__x64_sys_openat2"]) {
    assert.deepEqual(ask(readDocument(filePolicy({ call, args })), "open", "/x"), ["unsure"]);
  }
});

test("hooks without a path, in programs, or of the kernel's own reading watch no files", () => {
  const blind = [
    filePolicy({ args: [] }),
    filePolicy({ call: "security_kernel_read_file" }),
    filePolicy({ kprobes: [] }, { kprobes: [], uprobes: [{ path: "/x", symbols: ["open"] }] }),
  ];
  for (const policy of blind) {
    assert.deepEqual(
      readDocument(policy).map(({ sensor }) => sensor),
      ["other"],
    );
  }
});

test("a namespaced policy watches its namespace only", () => {
  const policy = { ...filePolicy({}), kind: "TracingPolicyNamespaced" };
  const metadata = { name: "files", namespace: "web" };
  const [scope] = readDocument({ ...policy, metadata });
  assert.equal(scope && watches(scope, "/x", "web"), "yes");
  assert.equal(scope && watches(scope, "/x", "shop"), "no");
});

test("lists of policies, and calls by a list of the policy, are expanded", () => {
  const lists = [{ name: "opens", type: "syscalls", values: ["security_file_open", "fd_install"] }];
  const policy = filePolicy({ call: "list:opens" }, { lists });
  const list = { kind: "List", items: [policy, { kind: "ConfigMap" }] };
  assert.deepEqual(ask(readDocument(list), "open", "/x"), ["yes", "yes"]);
});

test("hostile shapes are problems and never throw", () => {
  const problems = new ProblemLog();
  const bad: unknown[] = [
    null,
    7,
    "kind: TracingPolicy",
    { kind: "ConfigMap" },
    { kind: "TracingPolicy" },
    { kind: "TracingPolicy", metadata: { name: "x" }, spec: [] },
    { kind: "TracingPolicy", metadata: [], spec: {} },
    filePolicy({ selectors: "all" }),
    filePolicy({ selectors: [{ matchArgs: { index: 0 } }] }),
    filePolicy({ args: [{ index: {}, type: [] }] }),
    JSON.parse(
      '{"kind":"TracingPolicy","metadata":{"name":"x"},"spec":{"__proto__":{"loader":true}}}',
    ),
  ];
  for (const document of bad) {
    for (const scope of readTracingPolicy(document, "bad.yaml", problems)) {
      assert.notEqual(scope.sensor, "loader");
      assert.notEqual(watches(scope, "/x", ""), "yes", "what cannot be read may narrow");
    }
  }
  assert.ok(problems.list().length > 0);
});

test("any document gives scopes or nothing, never an error", () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (spec, selector) => {
      const problems = new ProblemLog();
      readTracingPolicy(spec, "x", problems);
      const metadata = { name: "x" };
      readTracingPolicy({ kind: "TracingPolicy", metadata, spec }, "x", problems);
      readTracingPolicy(filePolicy({ selectors: [selector] }), "x", problems);
      readTracingPolicy(filePolicy({ selectors: [{ matchArgs: selector }] }), "x", problems);
    }),
  );
});

test("selectors of a policy are stated together, but only free ones are claimed", () => {
  const narrowed = { matchBinaries: [{ operator: "In", values: ["/bin/cat"] }] };
  const selectors = [
    { matchArgs: [paths("Prefix", "/usr")] },
    { matchArgs: [paths("Prefix", "/opt")] },
    { matchArgs: [paths("Prefix", "/srv")], ...narrowed },
  ];
  const [stated] = collectStated(readDocument(filePolicy({ selectors })));
  assert.deepEqual(stated?.pathPrefixes, ["/usr", "/opt"]);
  assert.deepEqual(stated?.limits, []);
  const [only] = collectStated(readDocument(filePolicy({ selectors: selectors.slice(2) })));
  assert.deepEqual(only?.pathPrefixes, ["/srv"]);
  assert.equal(only?.limits.length, 1);
});
