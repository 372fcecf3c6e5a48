/**
 * Holds the tests of the fold from events to file uses, and the laws it must obey.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  containerA,
  containerB,
  createStory,
  observe,
  type Story,
  startContainer,
} from "../../testing/event-story.ts";
import { recordedStart } from "../../testing/recorded-start.ts";
import type { Event, FileArgument, Process } from "../event/event.ts";
import { useCountMax } from "./process-uses.ts";

const inA = { containerId: containerA, inInitTree: true };
const second = 1_000_000;

function file(path: string, permission = "-rw-r--r--", flags = ""): FileArgument {
  return { kind: "file", label: "", path, flags, permission };
}

function started(): { readonly story: Story; readonly app: Process } {
  const story = createStory();
  const { first } = startContainer(story, { pid: 10, binary: "/usr/bin/app" });
  return { story, app: first };
}

test("what the kernel opens for a new program is credited to it, not to the runtime before", () => {
  const { story } = started();
  const { lines, uses } = observe(story.events);
  assert.deepEqual(
    lines(containerA),
    [
      "executed runtime /proc/self/exe",
      "executed service /usr/bin/app",
      "mapped service /usr/bin/app",
      "read service /usr/bin/app",
      "mapped service /usr/lib/x86_64-linux-gnu/ld-2.31.so",
      "read service /usr/lib/x86_64-linux-gnu/ld-2.31.so",
      "mapped runtime /usr/lib/x86_64-linux-gnu/libseccomp.so.2.5.4",
    ].filter((line) => !line.includes("/proc/")),
  );
  const mapped = uses(containerA).find(({ how, path }) => how === "mapped" && path.endsWith("app"));
  assert.deepEqual(mapped?.binaries, ["/usr/bin/app"]);
  assert.equal(mapped?.citations[0]?.binary, "/usr/sbin/runc", "cited as the event names it");
});

test("a script executes its interpreter, and the old program keeps its libraries", () => {
  const { story, app } = started();
  story.map(app, "/usr/lib/libold.so.1");
  const fork = story.fork(app, { pid: 11 });
  story.open(fork, "/opt/tool.sh", "-rwxr-xr-x");
  story.prelude(fork, "/usr/bin/dash");
  story.exec({ ...inA, pid: 11, binary: "/opt/tool.sh", parent: app });
  const next = story.fork(app, { pid: 10 });
  assert.ok(next.execId !== "");
  story.prelude(app, "/usr/bin/other");
  story.exec({ ...inA, pid: 10, binary: "/usr/bin/link", flags: "execve", parent: app });
  const { uses } = observe(story.events);
  const by = (path: string, how: string) =>
    uses(containerA).find((one) => one.path === path && one.how === how)?.binaries;
  assert.deepEqual(by("/usr/bin/dash", "executed"), ["/opt/tool.sh"]);
  assert.deepEqual(by("/opt/tool.sh", "read"), ["/opt/tool.sh"]);
  assert.deepEqual(by("/usr/bin/other", "executed"), ["/usr/bin/link"]);
  assert.deepEqual(by("/usr/bin/link", "executed"), ["/usr/bin/link"]);
  assert.deepEqual(by("/usr/lib/libold.so.1", "mapped"), ["/usr/bin/app"]);
});

test("what a program outside had before it entered a container is not the container's", () => {
  const story = createStory();
  const host = story.exec({ pid: 5, binary: "/usr/bin/enter" });
  story.map(host, "/usr/bin/host-tool");
  const flags = "execve";
  story.exec({ ...inA, pid: 5, binary: "/app", flags, parent: host });
  assert.deepEqual(observe(story.events).lines(containerA), ["executed service /app"]);
});

test("with loader events alone a fork's program is the next one's", () => {
  const { story, app } = started();
  const fork = story.fork(app, { pid: 11 });
  story.load(fork, "/usr/lib/redis/real-server");
  story.load(fork, "/lib64/ld-linux-x86-64.so.2");
  const next = story.exec({ ...inA, pid: 11, binary: "/usr/bin/redis", parent: app });
  story.load(next, "/usr/lib/libc.so.6");
  const { uses } = observe(story.events);
  const found = uses(containerA).filter(({ binaries }) => binaries.includes("/usr/bin/redis"));
  assert.deepEqual(found.map(({ how, path }) => `${how} ${path}`).sort(), [
    "executed /usr/bin/redis",
    "executed /usr/lib/redis/real-server",
    "mapped /lib64/ld-linux-x86-64.so.2",
    "mapped /usr/lib/libc.so.6",
    "mapped /usr/lib/redis/real-server",
  ]);
});

test("a mapping is code only with the right to execute", () => {
  const { story, app } = started();
  story.map(app, "/usr/lib/liba.so.1", 5);
  story.map(app, "/usr/lib/libb.so.1", 1);
  const { lines } = observe(story.events);
  assert.ok(lines(containerA).includes("mapped service /usr/lib/liba.so.1"));
  assert.ok(lines(containerA).includes("read service /usr/lib/libb.so.1"));
  assert.ok(!lines(containerA).includes("mapped service /usr/lib/libb.so.1"));
});

test("directories, devices, sockets, /proc, cut paths and failed calls are not use", () => {
  const { story, app } = started();
  story.open(app, "/usr/lib/python3", "drwxr-xr-x");
  story.open(app, "/dev/null", "crw-rw-rw-");
  story.open(app, "/run/x.sock", "srwxr-xr-x");
  story.open(app, "/proc/1/environ");
  story.open(app, "relative/path");
  const cut = file("/lib/half", "-rw-r--r--", "unresolvedPathComponents");
  story.hook(app, "security_file_open", { arguments: [cut] });
  const refused = { kind: "integer" as const, label: "", value: -13 };
  story.hook(app, "security_file_open", { arguments: [file("/etc/no")], returned: refused });
  const path = { kind: "text" as const, label: "", value: "/etc/maybe" };
  story.hook(app, "__x64_sys_openat", { arguments: [path] });
  story.hook(app, "__x64_sys_openat", { arguments: [path], returned: refused });
  story.hook(app, "security_inode_getattr", { arguments: [file("/etc/stat")] });
  const { lines } = observe(story.events);
  const others = lines(containerA).filter((line) => !/\/usr\/(?:bin\/app|lib\/x86)/.test(line));
  assert.deepEqual(others, []);
});

test("hooks are known by function, whatever the kind of sensor or the policy is called", () => {
  const { story, app } = started();
  const done = { kind: "integer" as const, label: "", value: 3 };
  const text = (value: string) => ({ kind: "text" as const, label: "", value });
  const number = (value: number, label = "") => ({ kind: "integer" as const, label, value });
  story.hook(app, "file_open", { type: "lsm", arguments: [file("/etc/a")] });
  story.hook(app, "fd_install", { arguments: [number(3), file("/etc/b")] });
  const opened = [text("/etc/c"), number(0)];
  story.hook(app, "__x64_sys_openat", { arguments: opened, returned: done });
  const created = [text("/tmp/d"), number(0o101)];
  story.hook(app, "__arm64_sys_openat", { arguments: created, returned: done });
  const permission = (path: string, mask: number) => ({
    arguments: [file(path), number(mask, "mask")],
    returned: number(0),
  });
  story.hook(app, "security_file_permission", permission("/etc/e", 4));
  story.hook(app, "security_file_permission", permission("/etc/f", 2));
  story.hook(app, "security_file_truncate", { arguments: [file("/etc/g")] });
  const folder = file("/dev/shm/../../var/lib", "drwxr-xr-x");
  story.hook(app, "security_path_unlink", { arguments: [folder, file("/h")] });
  const renamed = [folder, file("/i"), file("/srv", "drwxr-xr-x"), file("/j")];
  story.hook(app, "security_path_rename", { arguments: renamed });
  const { lines } = observe(story.events);
  const touched = lines(containerA).filter((line) => !/app|ld-2|libsecc/.test(line));
  assert.deepEqual(touched.sort(), [
    "read service /etc/a",
    "read service /etc/b",
    "read service /etc/c",
    "read service /etc/e",
    "written service /etc/f",
    "written service /etc/g",
    "written service /srv/j",
    "written service /tmp/d",
    "written service /var/lib/h",
    "written service /var/lib/i",
  ]);
});

test("a use after a write in the container is marked, a use before it is not", () => {
  const { story, app } = started();
  const mask = { kind: "integer" as const, label: "mask", value: 2 };
  story.open(app, "/app/early.py");
  for (const path of ["/app/early.py", "/app/late.py"]) {
    story.hook(app, "security_file_permission", { arguments: [file(path), mask] });
  }
  story.open(app, "/app/early.py");
  story.open(app, "/app/late.py");
  const { uses } = observe(story.events);
  const reads = uses(containerA).filter(({ how, path }) => how === "read" && /app\//.test(path));
  assert.deepEqual(
    reads.map(({ path, afterWrite }) => [path, afterWrite]),
    [
      ["/app/early.py", false],
      ["/app/late.py", true],
    ],
  );
});

test("paths are those of the container: deleted, foreign roots and detours are put right", () => {
  const { story, app } = started();
  story.map(app, "/usr/lib/libx.so.1 (deleted)");
  story.exec({ ...inA, pid: 11, binary: "/proc/1/root/usr/bin/../bin//tool", parent: app });
  const { lines } = observe(story.events);
  assert.ok(lines(containerA).includes("mapped service /usr/lib/libx.so.1"));
  assert.ok(lines(containerA).includes("executed service /usr/bin/tool"));
});

test("what a package manager reads is set apart, what it runs belongs to whose tree it is", () => {
  const { story, app } = started();
  const apt = { ...inA, pid: 11, binary: "/usr/bin/apt-get", arguments: "update", parent: app };
  const installer = story.exec(apt);
  story.map(installer, "/usr/lib/libapt-pkg.so.6");
  story.open(installer, "/usr/share/doc/x/copyright");
  const { uses } = observe(story.events);
  const of = (how: string) =>
    uses(containerA)
      .filter((one) => one.how === how && one.binaries.includes("/usr/bin/apt-get"))
      .map(({ actor, origin, path }) => `${actor} ${origin} ${path}`);
  assert.deepEqual(of("executed"), ["service service /usr/bin/apt-get"]);
  assert.deepEqual(of("mapped"), ["service service /usr/lib/libapt-pkg.so.6"]);
  assert.deepEqual(of("read"), ["package-manager service /usr/share/doc/x/copyright"]);
});

test("a file walker is told by what it does; a runtime keeps its own modules", () => {
  const { story, app } = started();
  for (let at = 0; at < 200; at++) {
    story.open(app, `/app/lib/python3/site-packages/p${at % 20}/m${at}.py`);
  }
  const walker = story.exec({ ...inA, pid: 11, binary: "/opt/agent", parent: app });
  for (let at = 0; at < 90; at++) {
    const folder = `/usr/share/doc/d${at % 30}`;
    story.open(walker, `${folder}/f${at}`);
    story.open(walker, `/app/lib/python3/site-packages/p${at % 20}/m${at}.py`);
    story.open(walker, `/app/node_modules/n${at % 20}/index${at}.js`);
  }
  const { uses } = observe(story.events);
  const reads = (binary: string, actor: string) =>
    uses(containerA).filter(
      (one) => one.how === "read" && one.actor === actor && one.binaries.includes(binary),
    ).length;
  assert.equal(reads("/usr/bin/app", "bulk-reader"), 0);
  assert.equal(reads("/opt/agent", "bulk-reader"), 180);
});

test("a process that opens its libraries where mappings are not watched is no bulk reader", () => {
  const { story, app } = started();
  for (let at = 0; at < 300; at++) story.open(app, `/usr/lib/dir${at % 40}/lib${at}.so.1`);
  const { uses } = observe(story.events);
  assert.equal(uses(containerA).filter(({ actor }) => actor === "bulk-reader").length, 0);
});

test("equal paths in two containers are two facts", () => {
  const { story, app } = started();
  const second_ = startContainer(story, { pid: 30, binary: "/b", containerId: containerB }).first;
  story.open(app, "/etc/x");
  story.open(second_, "/etc/x");
  const { uses } = observe(story.events);
  for (const container of [containerA, containerB]) {
    assert.equal(uses(container).filter(({ path }) => path === "/etc/x").length, 1);
  }
});

test("beyond its bounds a process loses files, and the loss is told", () => {
  const { story, app } = started();
  for (let at = 0; at < useCountMax.read + 10; at++) story.open(app, `/data/file${at}`);
  const { uses, facts } = observe(story.events);
  const reads = uses(containerA).filter(({ path }) => path.startsWith("/data/"));
  assert.ok(reads.length <= useCountMax.read);
  const loss = facts.losses.find(({ reason }) => reason === "eviction");
  assert.equal(loss?.container, containerA);
  assert.ok((loss?.count ?? 0) >= 10);
});

test("many written files lose no uses", () => {
  const { story, app } = started();
  for (let at = 0; at < useCountMax.written + 5; at++) {
    story.hook(app, "security_file_truncate", { arguments: [file(`/tmp/t${at}`)] });
  }
  story.open(app, "/etc/x");
  const { lines, facts } = observe(story.events);
  assert.ok(lines(containerA).includes("read service /etc/x"));
  assert.deepEqual(
    facts.losses.map(({ reason, count }) => [reason, count]),
    [["write-eviction", 5]],
  );
});

test("recorded: programs are credited with their start, the runtime with none of ours", () => {
  const { facts } = observe(recordedStart());
  const uses = [...facts.containers].flatMap(({ container }) => facts.fileUses(container));
  const own = uses.filter(({ actor }) => actor !== "runtime");
  const hostOnly = /libseccomp|ld-linux-x86-64|libc\.so\.6|\/runc/;
  assert.deepEqual(
    own.filter(({ path }) => hostOnly.test(path)),
    [],
  );
  assert.ok(uses.some(({ actor, path }) => actor === "runtime" && /libseccomp/.test(path)));
  const executed = own
    .filter(({ how, actor }) => how === "executed" && actor === "service")
    .map(({ path }) => path);
  assert.deepEqual([...new Set(executed)].sort(), [
    "/usr/bin/redis-check-rdb",
    "/usr/bin/redis-server",
    "/usr/sbin/nginx",
  ]);
  const dash = own.filter(({ path, how }) => path === "/usr/bin/dash" && how === "executed");
  assert.ok(dash.every(({ binaries }) => binaries.every((one) => /\.sh$|\/sh$/.test(one))));
  const curl = own.filter(({ path }) => path === "/usr/bin/curl");
  assert.ok(curl.length > 0 && curl.every(({ actor }) => actor === "probe"));
});

/** Loader events carry no time: when they happened depends on what came before them. */
function withoutLoads(events: readonly Event[]): readonly Event[] {
  return events.filter(({ type }) => type !== "loader");
}

function canonical(events: Iterable<Event>): string {
  return observe(events).facts.canonical();
}

/** Each event up to `reachUs` too early or too late. */
function shuffled(events: readonly Event[], reachUs: number, noise: readonly number[]): Event[] {
  return events
    .map((event, at) => ({ event, key: event.timeUs + (noise[at % noise.length] ?? 0) * reachUs }))
    .sort((a, b) => a.key - b.key)
    .map(({ event }) => event);
}

test("law: reordering within the window changes no fact", () => {
  const events = withoutLoads(recordedStart());
  const expected = canonical(events);
  const noise = fc.array(fc.double({ min: -0.5, max: 0.5, noNaN: true }), {
    minLength: 50,
    maxLength: 400,
  });
  fc.assert(
    fc.property(noise, (values) => {
      assert.equal(canonical(shuffled(events, 30 * second, values)), expected);
    }),
    { numRuns: 25 },
  );
});

test("law: reordering changes no use, loads without a time included", () => {
  const events = recordedStart();
  const told = (list: readonly Event[]) => {
    const { facts, lines } = observe(list);
    return [...facts.containers].flatMap(({ container }) => lines(container));
  };
  const noise = fc.array(fc.double({ min: -0.5, max: 0.5, noNaN: true }), { minLength: 97 });
  fc.assert(
    fc.property(noise, (values) => {
      const moved = events.map((event, at) => {
        // A load has a place among the others, if no time.
        const nearUs = event.timeUs || (events[at - 1]?.timeUs ?? 0);
        return { event, key: nearUs + (values[at % values.length] ?? 0) * 30 * second };
      });
      const list = moved.sort((a, b) => a.key - b.key).map(({ event }) => event);
      assert.deepEqual(told(list), told(events));
    }),
    { numRuns: 10 },
  );
});

test("law: duplicates change no fact but counts", () => {
  const events = recordedStart();
  const uncounted = (list: readonly Event[]) => canonical(list).replaceAll(/"count":\d+/g, "");
  const twice = events.flatMap((event) => [event, event]);
  assert.equal(uncounted(twice), uncounted(events));
  const { story, app } = started();
  const fork = story.fork(app, { pid: 11 });
  story.open(fork, "/run.sh", "-rwxr-xr-x");
  story.prelude(fork, "/bin/dash");
  story.exec({ ...inA, pid: 11, binary: "/run.sh", parent: app });
  const often = story.events.flatMap((event) => Array<Event>(4).fill(event));
  assert.equal(canonical(often), canonical(story.events));
  const timed = withoutLoads(events);
  const again = timed.flatMap((event, at) => [event, timed[Math.max(0, at - 40)] ?? event]);
  assert.equal(uncounted(again), uncounted(timed));
});
