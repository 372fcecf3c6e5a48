/** Tests verdicts on use: whose use counts, what proves it, and what absence means. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  elf,
  judgeSample,
  placed,
  sampleContainer,
  sampleUse,
} from "../../testing/sample-image.ts";
import type { Actor, FileUseHow } from "../observe/fact.ts";
import { type EvidenceLevel, evidenceLevels, type Usage } from "./verdict.ts";

const curl = { name: "curl", files: ["/usr/bin/curl"] };
const curlFiles = { "/usr/bin/curl": elf() };

function judgeCurl(
  uses: Parameters<typeof judgeSample>[0]["uses"],
  grade: "good" | "partial" = "good",
) {
  const usages = judgeSample({ packages: [curl], files: curlFiles, uses, coverage: { grade } });
  return usages.get("curl");
}

test("what the workload and its start-up execute is in use", () => {
  for (const actor of ["service", "startup"] as const) {
    const usage = judgeCurl([{ path: "/usr/bin/curl", how: "executed", actor }]);
    assert.deepEqual([usage?.state, usage?.level, usage?.by], ["in-use", "executed", [actor]]);
    assert.equal(usage?.evidence.length, 1);
    assert.equal(usage?.firstSeen, "2023-11-14T22:13:20.000000Z");
  }
});

test("what only probes, operators and the runtime do is kept apart", () => {
  for (const actor of ["probe", "operator", "runtime"] as const) {
    const uses = [{ path: "/usr/bin/curl", how: "executed" as const, actor }];
    const good = judgeCurl(uses);
    assert.deepEqual(
      [good?.state, good?.level, good?.by, good?.firstSeen],
      ["not-observed", "none", [actor], null],
    );
    assert.match(good?.because ?? "", /^used only by .*, not by the workload itself/);
    assert.equal(good?.evidence.length, 1, "the other's use is cited");
    assert.equal(judgeCurl(uses, "partial")?.state, "unknown");
  }
});

test("absence is not observed under good coverage, and unknown under any other", () => {
  const good = judgeCurl([]);
  assert.deepEqual(
    [good?.state, good?.coverage, good?.coverageReasons],
    ["not-observed", "good", []],
  );
  const partial = judgeCurl([], "partial");
  assert.deepEqual([partial?.state, partial?.coverage], ["unknown", "partial"]);
  assert.match(partial?.because ?? "", /a sensor was missing/);
});

test("a package manager's own program counts for who started it, what it reads does not", () => {
  const packages = [
    { name: "dpkg", files: ["/usr/bin/dpkg"] },
    { name: "zlib1g", files: ["/usr/lib/libz.so.1"] },
    { name: "pip", type: "python", files: ["/usr/lib/python3/dist-packages/pip/x.py"] },
  ];
  const tool = { actor: "package-manager" as const, origin: "startup" as const };
  const usages = judgeSample({
    packages,
    uses: [
      { path: "/usr/bin/dpkg", how: "executed", ...tool },
      { path: "/usr/lib/libz.so.1", ...tool },
      {
        path: "/usr/lib/python3/dist-packages/pip/x.py",
        binaries: ["/usr/bin/python3"],
        ...tool,
      },
    ],
  });
  assert.equal(usages.get("dpkg")?.state, "in-use");
  assert.equal(usages.get("zlib1g")?.state, "not-observed");
  assert.deepEqual(usages.get("zlib1g")?.by, ["package-manager"]);
  assert.equal(usages.get("pip")?.state, "unknown", "it may have run itself");
});

test("a tool that an operator started is the operator's", () => {
  const uses = [
    {
      path: "/usr/bin/curl",
      how: "executed" as const,
      actor: "bulk-reader" as const,
      origin: "operator" as const,
    },
  ];
  assert.equal(judgeCurl(uses)?.state, "not-observed");
});

test("a library that a scanner only opens is not in use, one that is mapped is", () => {
  const image = { packages: [{ name: "zlib1g", files: ["/usr/lib/libz.so.1"] }] };
  const scanned = judgeSample({
    ...image,
    uses: [{ path: "/usr/lib/libz.so.1", binaries: ["/usr/bin/cat"] }],
  });
  assert.equal(scanned.get("zlib1g")?.state, "not-observed");
  const mapped = judgeSample({ ...image, uses: [{ path: "/usr/lib/libz.so.1", how: "mapped" }] });
  assert.equal(mapped.get("zlib1g")?.level, "mapped");
});

test("a library below no watched directory of mappings counts when opened", () => {
  const image = { packages: [{ name: "libx", files: ["/opt/lib/libx.so.1"] }] };
  const uses = [{ path: "/opt/lib/libx.so.1" }];
  const state = (prefixes: readonly string[]) =>
    judgeSample({ ...image, uses, coverage: { prefixes } }).get("libx")?.state;
  assert.equal(state(["/usr/lib"]), "in-use");
  assert.equal(state(["/usr/lib", "/opt"]), "unknown");
});

test("code that an unknown program reads is read, and copied code is not use", () => {
  const path = "/usr/share/perl5/JSON.pm";
  const packages = [{ name: "libjson-perl", files: [path] }];
  const unknown = judgeSample({ packages, uses: [{ path, binaries: ["/opt/embedded"] }] });
  assert.equal(unknown.get("libjson-perl")?.level, "read");
  const copied = judgeSample({ packages, uses: [{ path, binaries: ["/usr/bin/tar"] }] });
  assert.equal(copied.get("libjson-perl")?.state, "not-observed");
});

test("documents, databases and configuration are no use; time zones and locales are", () => {
  const files = [
    "/usr/share/doc/x/copyright",
    "/usr/share/locale/de/LC_MESSAGES/x.mo",
    "/var/lib/dpkg/info/x.list",
    "/etc/ssl/openssl.cnf",
  ];
  for (const path of files) {
    const packages = [{ name: "openssl", files: [path, "/usr/bin/openssl"] }];
    const usage = judgeSample({ packages, uses: [{ path }] }).get("openssl");
    assert.equal(usage?.state, "not-observed", path);
  }
  for (const path of ["/usr/share/zoneinfo/Etc/UTC", "/usr/lib/locale/C.UTF-8/LC_CTYPE"]) {
    const packages = [{ name: "tzdata", files: [path] }];
    const usage = judgeSample({ packages, uses: [{ path }] }).get("tzdata");
    assert.deepEqual([usage?.state, usage?.level], ["in-use", "read"], path);
  }
});

test("configuration that was read is told, with its evidence", () => {
  const packages = [{ name: "openssl", files: ["/etc/ssl/openssl.cnf", "/usr/bin/openssl"] }];
  const usage = judgeSample({ packages, uses: [{ path: "/etc/ssl/openssl.cnf" }] }).get("openssl");
  assert.equal(usage?.evidence.length, 1);
  assert.match(usage?.because ?? "", /only \/etc\/ssl\/openssl\.cnf was read/);
});

test("libraries that a running program imports are linked, with theirs", () => {
  const libraries = "/usr/lib/x86_64-linux-gnu";
  const usages = judgeSample({
    packages: [
      { name: "curl", files: ["/usr/bin/curl"] },
      { name: "libcurl4", files: [`${libraries}/libcurl.so.4.7.0`] },
      { name: "libnghttp2", files: [`${libraries}/libnghttp2.so.14`] },
      { name: "libssl3", files: [`${libraries}/libssl.so.3`] },
    ],
    files: {
      "/usr/bin/curl": elf("libcurl.so.4"),
      [`${libraries}/libcurl.so.4`]: "-> libcurl.so.4.7.0",
      [`${libraries}/libcurl.so.4.7.0`]: elf("libnghttp2.so.14", "libcurl.so.4"),
      [`${libraries}/libnghttp2.so.14`]: elf(),
      [`${libraries}/libssl.so.3`]: elf(),
    },
    uses: [{ path: "/usr/bin/curl", how: "executed" }],
  });
  assert.equal(usages.get("libcurl4")?.level, "linked");
  assert.equal(usages.get("libnghttp2")?.level, "linked");
  assert.match(usages.get("libnghttp2")?.because ?? "", /imports .*libnghttp2/);
  assert.equal(usages.get("libssl3")?.state, "not-observed");
});

test("nothing is linked through files that were read, changed, or used by others", () => {
  const packages = [{ name: "libz", files: ["/usr/lib/libz.so.1"] }];
  const files = { "/usr/bin/curl": elf("libz.so.1"), "/usr/lib/libz.so.1": elf() };
  const path = "/usr/bin/curl";
  const uses = [
    { path },
    { path, how: "executed" as const, afterWrite: true },
    { path, how: "executed" as const, actor: "probe" as const },
  ];
  for (const use of uses) {
    assert.equal(judgeSample({ packages, files, uses: [use] }).get("libz")?.state, "not-observed");
  }
});

test("a program that was replaced in the container is not the image's", () => {
  const usage = judgeCurl([{ path: "/usr/bin/curl", how: "executed", afterWrite: true }]);
  assert.deepEqual([usage?.state, usage?.level], ["unknown", "read"]);
  assert.match(usage?.because ?? "", /no longer the image's file/);
});

test("a file that is mounted over the image's is not the image's", () => {
  const uses = [{ path: "/usr/bin/curl", how: "executed" as const }];
  const image = { packages: [curl], files: curlFiles, uses };
  const mounted = judgeSample({ ...image, mountPaths: ["/usr/bin/"] });
  assert.equal(mounted.get("curl")?.state, "not-observed");
  const beside = judgeSample({ ...image, mountPaths: ["/usr/b", "/", ""] });
  assert.equal(beside.get("curl")?.state, "in-use");
});

test("a directory is not use", () => {
  const packages = [{ name: "x", files: ["/usr/lib/x", "/usr/lib/x/y.so"] }];
  const files = { "/usr/lib/x": "directory" as const, "/usr/lib/x/y.so": elf() };
  const usages = judgeSample({ packages, files, uses: [{ path: "/usr/lib/x" }] });
  assert.equal(usages.get("x")?.state, "not-observed");
});

test("what has no code or data of its own is unknown, and says so", () => {
  const packages = [
    { name: "meta", files: ["/usr/share/doc/meta/copyright"] },
    { name: "empty", files: [] },
  ];
  const usages = judgeSample({ packages, uses: [] });
  for (const usage of usages.values()) {
    assert.deepEqual([usage.state, usage.coverage], ["unknown", "none"]);
    assert.match(usage.because, /the SBOM names no code or data file of the package/);
  }
});

test("an SBOM without paths leaves everything unknown", () => {
  const usages = judgeSample({ packages: [{ name: "x" }], hasLocations: false, uses: [] });
  assert.equal(usages.get("x")?.state, "unknown");
  assert.match(usages.get("x")?.because ?? "", /names no files/);
});

test("a container runs no kernel of its own, a host does", () => {
  const packages = [
    { name: "linux-image-6.1.0-18-amd64", files: ["/boot/vmlinuz"] },
    { name: "linux-libc-dev", files: ["/usr/include/linux/bpf.h"] },
    { name: "kernel-core", type: "rpm", files: ["/lib/modules/6/vmlinuz"] },
    { name: "linux-pam", type: "rpm", files: ["/usr/lib64/libpam.so.0"] },
  ];
  const inside = judgeSample({ packages, uses: [] });
  for (const { name } of packages.slice(0, 3)) {
    assert.equal(inside.get(name)?.state, "not-observed", name);
    assert.match(inside.get(name)?.because ?? "", /kernel of its host/);
  }
  assert.doesNotMatch(inside.get("linux-pam")?.because ?? "", /kernel/);
  const host = { path: "/usr/bin/x", container: "host:node-1", actor: "host" as const };
  const coverage = { grade: "partial" as const };
  const outside = judgeSample({ packages, uses: [host], coverage });
  assert.equal(outside.get("linux-image-6.1.0-18-amd64")?.state, "unknown");
});

test("on a host the host's own processes count", () => {
  const use = { path: "/usr/bin/curl", how: "executed" as const, actor: "host" as const };
  assert.equal(judgeCurl([{ ...use, container: "host:node-1" }])?.state, "in-use");
  assert.equal(judgeCurl([use])?.state, "not-observed");
});

test("the path as called credits the package of the link, and the file's own", () => {
  const packages = [
    { name: "redis-server", files: ["/etc/redis/redis.conf", "/usr/lib/systemd/system/x.service"] },
    { name: "redis-tools", files: ["/usr/bin/redis-check-rdb"] },
    { name: "redis", files: [] },
  ];
  const files = {
    "/usr/bin/redis-server": "-> redis-check-rdb",
    "/usr/bin/redis-check-rdb": elf(),
  };
  const uses = [{ path: "/usr/bin/redis-server", how: "executed" as const }];
  for (const known of [files, {}]) {
    const usages = judgeSample({ packages, files: known, uses });
    assert.equal(usages.get("redis-server")?.level, "executed");
    assert.equal(usages.get("redis")?.state, "unknown");
  }
  assert.equal(judgeSample({ packages, files, uses }).get("redis-tools")?.level, "executed");
});

test("links of the alternatives system belong to no package by their name", () => {
  const packages = [
    { name: "java", files: ["/usr/share/java/a.jar"] },
    { name: "openjdk", files: ["/opt/jdk/bin/java"] },
  ];
  const files = {
    "/usr/bin/java": "-> /etc/alternatives/java",
    "/etc/alternatives/java": "-> /opt/jdk/bin/java",
    "/opt/jdk/bin/java": elf(),
  };
  const usages = judgeSample({
    packages,
    files,
    uses: [{ path: "/usr/bin/java", how: "executed" }],
  });
  assert.equal(usages.get("openjdk")?.state, "in-use");
  assert.equal(usages.get("java")?.state, "not-observed");
});

test("without links a program's name leads to its only version", () => {
  const packages = [
    { name: "python3.9-minimal", files: ["/usr/bin/python3.9"] },
    { name: "dash", files: ["/bin/dash"] },
    { name: "openjdk", files: ["/opt/jdk/bin/java"] },
  ];
  const uses = ["/usr/bin/python3", "/bin/sh", "/usr/bin/java"].map((path) => ({
    path,
    how: "executed" as const,
  }));
  for (const usage of judgeSample({ packages, uses }).values()) assert.equal(usage.state, "in-use");
  const two = [...packages, { name: "python3.11-minimal", files: ["/usr/bin/python3.11"] }];
  const ambiguous = judgeSample({ packages: two, uses: uses.slice(0, 1) });
  assert.equal(ambiguous.get("python3.9-minimal")?.state, "not-observed");
});

test("paths that are hostile names are only paths", () => {
  const packages = [{ name: "__proto__", files: ["/__proto__/constructor.py"] }];
  const uses = [{ path: "/__proto__/constructor.py", binaries: ["/usr/bin/python3"] }];
  assert.equal(judgeSample({ packages, uses }).get("__proto__")?.state, "in-use");
});

const paths = [
  "/usr/bin/tool",
  "/usr/lib/liba.so.1",
  "/app/x.py",
  "/etc/tool.conf",
  "/usr/share/tool/data.bin",
  "/usr/share/doc/tool/README",
];
const anyUse = fc
  .record({
    path: fc.constantFrom(...paths),
    how: fc.constantFrom<FileUseHow>("executed", "mapped", "read", "written"),
    actor: fc.constantFrom<Actor>(
      "service",
      "startup",
      "probe",
      "operator",
      "bulk-reader",
      "runtime",
    ),
    origin: fc.constantFrom<Actor>("service", "probe"),
    binaries: fc.subarray(["/usr/bin/python3", "/usr/bin/cat", "/usr/bin/tool"]),
    afterWrite: fc.boolean(),
    firstSeenUs: fc.integer({ min: 1, max: 1000 }),
  })
  .map((one) => sampleUse({ ...one, container: sampleContainer }));

const lawImage = {
  packages: [
    { name: "tool", files: paths },
    { name: "module", type: "go-module", ...placed("/usr/bin/tool") },
  ],
  files: { "/usr/bin/tool": elf("liba.so.1"), "/usr/lib/liba.so.1": elf() },
};
const coverage = { sensors: ["exec", "open", "mmap"] as const };

function rankOf(level: EvidenceLevel | undefined): number {
  return evidenceLevels.indexOf(level ?? "none");
}

const stateRank: Readonly<Record<Usage["state"], number>> = {
  "not-observed": 0,
  unknown: 1,
  "in-use": 2,
};

test("one more use never lowers a level nor a state", () => {
  fc.assert(
    fc.property(fc.array(anyUse, { maxLength: 6 }), anyUse, (uses, more) => {
      // Who loads an interpreter is a runtime: only uses of the same reader are compared.
      const before = judgeSample({ ...lawImage, coverage, uses });
      const after = judgeSample({ ...lawImage, coverage, uses: [...uses, more] });
      for (const [name, usage] of before) {
        const later = after.get(name);
        assert.ok(rankOf(later?.level) <= rankOf(usage.level));
        assert.ok(stateRank[later?.state ?? "not-observed"] >= stateRank[usage.state]);
      }
    }),
  );
});

test("the order of uses does not matter", () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyUse, { selector: keyOf, maxLength: 8 }), (uses) => {
      const forward = judgeSample({ ...lawImage, coverage, uses });
      const backward = judgeSample({ ...lawImage, coverage, uses: [...uses].reverse() });
      assert.deepEqual(forward, backward);
    }),
  );
});

function keyOf({ path, how, actor }: ReturnType<typeof sampleUse>): string {
  return `${path} ${how} ${actor}`;
}

test("not observed is never said without good coverage, in use never without evidence", () => {
  const grades = fc.constantFrom<"good" | "partial" | "none">("good", "partial", "none");
  fc.assert(
    fc.property(fc.array(anyUse, { maxLength: 6 }), grades, (uses, grade) => {
      for (const usage of judgeSample({ ...lawImage, coverage: { grade }, uses }).values()) {
        if (usage.state === "not-observed") assert.equal(usage.coverage, "good");
        if (usage.state === "in-use") assert.ok(usage.evidence.length > 0);
      }
    }),
  );
});
