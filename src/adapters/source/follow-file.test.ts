/**
 * Tests of `follow-file.ts` over real files: what is appended, in which pieces, over rotations,
 * cuts and restarts; of `find-sibling.ts`, `stored-file.ts` and `tell-trouble.ts` through it.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import type { EventSource, SourcePosition } from "../../ports/event-source.ts";
import { withoutRoot } from "../../testing/without-root.ts";
import { type FollowOptions, followFile } from "./follow-file.ts";

const quick: FollowOptions = { pollMs: 5, settleMs: 1, chunkSizeBytes: 4096 };

/** What came, and what was said between, in one order. */
interface Heard {
  text: string;
  readonly said: string[];
  readonly positions: SourcePosition[];
  /** Where reading would go on after all that came. */
  next: SourcePosition | undefined;
  idleCount: number;
}

async function inFolder(check: (file: string, folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "waggle-follow-"));
  try {
    await check(join(folder, "tetragon.log"), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Listens until `isEnough`, which is asked after each signal. */
async function listen(
  source: EventSource,
  position: SourcePosition | undefined,
  isEnough: (heard: Heard) => boolean,
): Promise<Heard> {
  const heard: Heard = { text: "", said: [], positions: [], next: position, idleCount: 0 };
  for await (const signal of source.signals(position)) {
    if (signal.kind === "bytes") {
      heard.text += Buffer.from(signal.bytes).toString("latin1");
      heard.positions.push(signal.at);
      const offset = Number(signal.at["offset"]) + signal.bytes.length;
      heard.next = { ...signal.at, offset };
    } else if (signal.kind === "gap") heard.said.push(`gap ${signal.reason}`);
    else if (signal.kind === "idle") heard.idleCount++;
    else heard.said.push(signal.kind);
    if (isEnough(heard)) source.stop();
  }
  return heard;
}

const untilIdle = ({ idleCount }: Heard) => idleCount > 0;
const untilText = (text: string) => (heard: Heard) => heard.text.length >= text.length;

function read(file: string, position?: SourcePosition): Promise<Heard> {
  return listen(followFile(file, quick), position, untilIdle);
}

let lineCount = 0;
/** A line that no other is like, long enough that its file can be told by it. */
function line(length = 100): string {
  return `${`{"n":${lineCount++},"pad":"`.padEnd(length, "abcdefghij")}"}\n`;
}

const rotatedName = (folder: string, minute: number) =>
  join(folder, `tetragon-2026-01-02T15-${String(minute).padStart(2, "0")}-05.000.log`);

/** As Tetragon's exporter does it. */
function rotate(file: string, folder: string, minute: number): string {
  const to = rotatedName(folder, minute);
  renameSync(file, to);
  return to;
}

/** As gzip does it: another file, with the time of the plain one. */
function compress(name: string): void {
  const { atime, mtime } = statSync(name);
  writeFileSync(`${name}.gz`, gzipSync(readFileSync(name)));
  utimesSync(`${name}.gz`, atime, mtime);
  rmSync(name);
}

test("a source of a file is named after its whole path and can be read again", () =>
  inFolder(async (file) => {
    const source = followFile(file);
    assert.equal(source.name, `follow:${file}`);
    assert.equal(source.durable, true);
    assert.equal(source.status().state, "starting");
  }));

test("what is there is read from the start, then what is appended in any pieces", () =>
  inFolder(async (file) => {
    let written = line() + line();
    writeFileSync(file, written);
    const source = followFile(file, quick);
    let left = 40;
    const heard = await listen(source, undefined, ({ text }) => {
      if (left > 0 && text.length === written.length) {
        const piece = line().slice(0, 1 + (left % 7) * 13);
        left--;
        appendFileSync(file, piece);
        written += piece;
      }
      return left === 0 && text.length >= written.length;
    });
    assert.equal(heard.text, written);
    assert.deepEqual(heard.said, []);
    assert.equal(new Set(heard.positions.map((at) => at["file"])).size, 1);
    assert.equal(source.status().state, "stopped");
  }));

test("a large file comes in signals of bounded size, and idle is said at its end", () =>
  inFolder(async (file) => {
    const written = Array.from({ length: 300 }, () => line()).join("");
    writeFileSync(file, written);
    const heard = await read(file);
    assert.equal(heard.text, written);
    assert.equal(heard.positions.length, Math.ceil(written.length / 4096));
    assert.equal(heard.idleCount, 1);
  }));

test("a file that is not there yet is waited for, and its status says so", () =>
  inFolder(async (_, folder) => {
    const file = join(folder, "later", "tetragon.log");
    const source = followFile(file, quick);
    const written = line();
    const heard = await listen(source, undefined, ({ idleCount, text }) => {
      if (idleCount === 1 && !existsSync(file)) {
        const { state, detail } = source.status();
        assert.equal(state, "waiting");
        assert.match(detail, /no plain file/);
        mkdirSync(join(folder, "later"));
        writeFileSync(file, written);
      }
      return text !== "";
    });
    assert.equal(heard.text, written);
    assert.deepEqual(heard.said, []);
  }));

test("a file without the right to read it is waited for in words", { skip: isWindows() }, () =>
  inFolder(async (file, folder) => {
    const written = line();
    writeFileSync(file, written);
    chmodSync(file, 0);
    await withoutRoot(folder, async () => {
      const source = followFile(file, quick);
      const heard = await listen(source, undefined, ({ idleCount, text }) => {
        if (idleCount === 1 && text === "") {
          assert.equal(source.status().state, "waiting");
          assert.match(source.status().detail, /no right to read/);
          chmodSync(file, 0o600);
        }
        return text !== "";
      });
      assert.equal(heard.text, written);
    });
  }),
);

test("a file that vanishes and comes back is read on", () =>
  inFolder(async (file, folder) => {
    const first = line();
    const second = line();
    writeFileSync(file, first);
    const source = followFile(file, quick);
    let step = 0;
    const away = join(folder, "elsewhere");
    const heard = await listen(source, undefined, ({ text }) => {
      if (step === 0 && text === first) {
        step = 1;
        renameSync(file, away);
        setTimeout(() => {
          appendFileSync(away, second);
          renameSync(away, file);
        }, 30);
      }
      return text === first + second;
    });
    assert.equal(heard.text, first + second);
    assert.deepEqual(heard.said, []);
  }));

test("a rotated file is read to its end, the end is said, then the new one is read", () =>
  inFolder(async (file, folder) => {
    const before = line();
    const late = line();
    const after = line();
    writeFileSync(file, before);
    const source = followFile(file, quick);
    let step = 0;
    const heard = await listen(source, undefined, ({ text }) => {
      if (step === 0 && text === before) {
        step = 1;
        const rotated = rotate(file, folder, 1);
        writeFileSync(file, "");
        // The writer has the old file open still, until it writes to the new one.
        setTimeout(() => {
          appendFileSync(rotated, late);
          setTimeout(() => writeFileSync(file, after), 30);
        }, 30);
      }
      return text.length >= (before + late + after).length;
    });
    assert.equal(heard.text, before + late + after);
    assert.deepEqual(heard.said, ["file-ended"]);
    const last = heard.positions.at(-1);
    assert.equal(last?.["offset"], 0);
    assert.notEqual(last?.["file"], heard.positions[0]?.["file"]);
  }));

for (const how of ["plain", "gzip"] as const) {
  test(`two rotations while nobody looked are read in order (${how} backups)`, () =>
    inFolder(async (file, folder) => {
      const parts = Array.from({ length: 4 }, () => line() + line() + line());
      const [first = "", second = "", third = "", fourth = ""] = parts;
      writeFileSync(rotatedName(folder, 0), `older than all that was read ${line()}`);
      utimesSync(rotatedName(folder, 0), 1, 1);
      writeFileSync(file, first);
      const start = await read(file);
      const next: SourcePosition = { ...start.positions[0], offset: 120 };
      for (const [minute, text] of [second, third, fourth].entries()) {
        const rotated = rotate(file, folder, minute + 1);
        if (how === "gzip") compress(rotated);
        writeFileSync(file, text);
      }
      const heard = await listen(
        followFile(file, quick),
        next,
        untilText(parts.join("").slice(120)),
      );
      assert.equal(heard.text, parts.join("").slice(120));
      assert.deepEqual(heard.said, ["file-ended", "file-ended", "file-ended"]);
      assert.equal(heard.positions[0]?.["file"], next["file"]);
    }));
}

test("numbered backups are read in order, from the highest number down", () =>
  inFolder(async (file) => {
    const parts = Array.from({ length: 12 }, () => line());
    writeFileSync(file, parts[0] ?? "");
    const { next } = await read(file);
    for (const part of parts.slice(1)) {
      for (let number = 11; number > 0; number--) {
        const name = `${file}.${number}`;
        if (existsSync(name)) renameSync(name, `${file}.${number + 1}`);
      }
      renameSync(file, `${file}.1`);
      writeFileSync(file, part);
    }
    const rest = parts.slice(1).join("");
    const heard = await listen(followFile(file, quick), next, untilText(rest));
    assert.equal(heard.text, rest);
    assert.deepEqual([...new Set(heard.said)], ["file-ended"]);
  }));

test("a file that was removed is told as a gap, and reading goes on with the oldest left", () =>
  inFolder(async (file, folder) => {
    writeFileSync(rotatedName(folder, 0), `older than all that was read ${line()}`);
    utimesSync(rotatedName(folder, 0), 1, 1);
    writeFileSync(file, line());
    const { next } = await read(file);
    rmSync(rotate(file, folder, 1));
    const left = [line(), line()];
    for (const [index, text] of left.entries()) {
      writeFileSync(file, text);
      if (index === 0) rotate(file, folder, 2);
    }
    const heard = await listen(followFile(file, quick), next, untilText(left.join("")));
    assert.equal(heard.text, left.join(""));
    assert.deepEqual(heard.said, ["gap rotated", "file-ended"]);
  }));

test("a file that is removed while it is read is read to its end, then the gap is told", () =>
  inFolder(async (file) => {
    const before = line();
    const after = line();
    writeFileSync(file, before);
    const source = followFile(file, quick);
    const heard = await listen(source, undefined, ({ text }) => {
      if (text === before) {
        rmSync(file);
        writeFileSync(file, after);
      }
      return text.length > before.length;
    });
    assert.equal(heard.text, before + after);
    assert.deepEqual(heard.said, ["file-ended", "gap rotated"]);
    assert.equal(source.status().lostCount, 1);
  }));

test("a file that is cut is begun anew after a gap, and what it then holds is another stream", () =>
  inFolder(async (file) => {
    const before = line() + line();
    const after = line();
    writeFileSync(file, before);
    const heard = await listen(followFile(file, quick), undefined, ({ text }) => {
      if (text === before) {
        truncateSync(file);
        appendFileSync(file, after);
      }
      return text.length > before.length;
    });
    assert.equal(heard.text, before + after);
    assert.deepEqual(heard.said, ["file-ended", "gap truncated"]);
    assert.notEqual(heard.positions.at(-1)?.["file"], heard.positions[0]?.["file"]);
  }));

test("a file that is cut and grows beyond the old place is noticed by what it begins with", () =>
  inFolder(async (file) => {
    const before = line();
    const after = line() + line() + line();
    writeFileSync(file, before);
    const heard = await listen(followFile(file, quick), undefined, ({ text }) => {
      if (text === before) writeFileSync(file, after);
      return text.length >= (before + after).length;
    });
    assert.equal(heard.text, before + after);
    assert.deepEqual(heard.said, ["file-ended", "gap truncated"]);
  }));

test("what a copy still holds is read from it after copytruncate, and the gap is told", () =>
  inFolder(async (file) => {
    const before = line() + line();
    const after = line();
    writeFileSync(file, before);
    const { positions } = await read(file);
    copyFileSync(file, `${file}.1`);
    truncateSync(file);
    appendFileSync(file, after);
    const next = { ...positions[0], offset: 110 };
    const rest = before.slice(110) + after;
    const heard = await listen(followFile(file, quick), next, untilText(rest));
    assert.equal(heard.text, rest);
    assert.deepEqual(heard.said, ["file-ended", "gap truncated"]);
    const running = await listen(followFile(file, quick), undefined, ({ text }) => {
      if (text === after) {
        appendFileSync(file, before);
        copyFileSync(file, `${file}.1`);
        truncateSync(file);
        appendFileSync(file, "anew");
      }
      return text.endsWith("anew");
    });
    assert.equal(running.text, `${after}${before}anew`);
    assert.deepEqual(running.said, ["file-ended", "gap truncated"]);
  }));

test("another file with the inode of the remembered one is not taken for it", () =>
  inFolder(async (file) => {
    writeFileSync(file, line());
    const { next } = await read(file);
    // The same inode with another content, which is what a system that reuses inodes leaves.
    const after = line() + line();
    writeFileSync(file, after);
    const heard = await read(file, next);
    assert.equal(heard.text, after);
    assert.deepEqual(heard.said, ["gap truncated"]);
  }));

test("a position that nothing can be made of is a gap, and all that is left is read", () =>
  inFolder(async (file) => {
    const written = line();
    writeFileSync(file, written);
    for (const position of [{}, { file: "x", offset: -1 }, { file: 7, offset: "7" }]) {
      const heard = await read(file, position);
      assert.equal(heard.text, written);
      assert.deepEqual(heard.said, ["gap rotated"]);
    }
  }));

test("a damaged backup is read as far as it goes, then the gap is told", () =>
  inFolder(async (file, folder) => {
    const long = Array.from({ length: 20_000 }, () => line()).join("");
    writeFileSync(file, line());
    const { next } = await read(file);
    rotate(file, folder, 1);
    writeFileSync(`${rotatedName(folder, 2)}.gz`, gzipSync(long).subarray(0, -5000));
    const after = line();
    writeFileSync(file, after);
    const heard = await listen(followFile(file, quick), next, ({ text }) => text.endsWith(after));
    const got = heard.text.slice(0, -after.length);
    assert.ok(got.length > 0 && long.startsWith(got));
    assert.deepEqual(heard.said, ["file-ended", "file-ended", "gap truncated"]);
  }));

test("stop ends the signals while they wait for a change", () =>
  inFolder(async (file) => {
    writeFileSync(file, "");
    const source = followFile(file, { pollMs: 3_600_000 });
    const signals = source.signals(undefined)[Symbol.asyncIterator]();
    assert.deepEqual(await signals.next(), { done: false, value: { kind: "idle" } });
    const waiting = signals.next();
    source.stop();
    assert.equal((await waiting).done, true);
    const late = followFile(file);
    late.stop();
    assert.deepEqual((await listen(late, undefined, () => false)).said, []);
  }));

test("a change is noticed by what the system tells, without a poll", () =>
  inFolder(async (file) => {
    writeFileSync(file, line());
    const written = line();
    const source = followFile(file, { pollMs: 3_600_000 });
    const heard = await listen(source, undefined, ({ text, idleCount }) => {
      if (idleCount === 1 && !text.endsWith(written)) setTimeout(appendFileSync, 80, file, written);
      return text.endsWith(written);
    });
    assert.ok(heard.text.endsWith(written));
  }));

type Act = "append" | "rotate" | "rotate-gzip" | "rotate-number" | "restart" | "listen";

/** Never two schemes of names at once: that is not how one writer rotates. */
const acts = (rotations: readonly Act[]) =>
  fc.array(
    fc.record({
      act: fc.constantFrom<Act>("append", "append", "listen", "restart", ...rotations),
      size: fc.integer({ min: 70, max: 9000 }),
      at: fc.nat(),
    }),
    { maxLength: 25 },
  );

async function replay(
  steps: readonly { act: Act; size: number; at: number }[],
  file: string,
  folder: string,
): Promise<void> {
  let written = line();
  let taken = "";
  let position: SourcePosition | undefined;
  let minute = 0;
  writeFileSync(file, written);
  const catchUp = async (): Promise<void> => {
    const rest = written.slice(taken.length);
    const heard = await listen(followFile(file, quick), position, (so) => {
      return so.text.length >= rest.length && (rest.length > 0 || so.idleCount > 0);
    });
    assert.equal(heard.text, rest);
    assert.deepEqual([...new Set(heard.said)].join(), heard.said.length > 0 ? "file-ended" : "");
    taken = written;
    position = heard.next;
  };
  await catchUp();
  for (const { act, size, at } of [...steps, { act: "listen" as const, size: 0, at: 0 }]) {
    if (act === "append") {
      const text = line(size);
      appendFileSync(file, text);
      written += text;
    } else if (act === "listen") await catchUp();
    else if (act === "restart") {
      const before = written.length;
      const heard = await listen(followFile(file, quick), undefined, untilIdle);
      const chosen = heard.positions[at % Math.max(1, heard.positions.length)];
      // From the start of the live file: what was written before it is not asked for any more.
      if (chosen === undefined) continue;
      position = chosen;
      taken = written.slice(0, before - heard.text.length + Number(chosen["offset"]));
    } else {
      if (statSync(file).size === 0) continue;
      minute++;
      if (act === "rotate-number") {
        for (let number = 30; number > 0; number--) {
          const name = `${file}.${number}`;
          if (existsSync(name)) renameSync(name, `${file}.${number + 1}`);
        }
        renameSync(file, `${file}.1`);
      } else {
        const rotated = rotate(file, folder, minute);
        if (act === "rotate-gzip") compress(rotated);
      }
      writeFileSync(file, "");
    }
  }
}

for (const rotations of [["rotate", "rotate-gzip"], ["rotate-number"]] as const) {
  test(`over rotations and restarts every byte comes once (${rotations})`, async () => {
    await fc.assert(
      fc.asyncProperty(acts(rotations), (steps) => {
        return inFolder((file, folder) => replay(steps, file, folder));
      }),
      { numRuns: 100 },
    );
  });
}

const writerScript = `
  import { appendFileSync, closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync,
    writeSync } from "node:fs";
  import { gzipSync } from "node:zlib";
  const [file, stem] = process.argv.slice(1);
  let seed = 7;
  const random = (max) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return (seed >>> 12) % max;
  };
  let handle = openSync(file, "a");
  let old;
  for (let n = 0; n < 6000; n++) {
    const text = JSON.stringify({ n, pad: "x".repeat(60 + random(300)) }) + "\\n";
    const cut = random(text.length);
    writeSync(handle, text.slice(0, cut));
    writeSync(handle, text.slice(cut));
    if (random(150) === 0) {
      closeSync(handle);
      const name = stem + "-2026-01-02T15-04-05." + String(n % 1000).padStart(3, "0");
      const to = name.replace("15-04-05", "15-0" + Math.floor(n / 1000) + "-05") + ".log";
      renameSync(file, to);
      handle = openSync(file, "a");
      if (old !== undefined && random(2) === 0) {
        writeFileSync(old + ".gz", gzipSync(readFileSync(old)));
        rmSync(old);
      }
      old = to;
    }
    if (random(40) === 0) await new Promise((resolve) => setTimeout(resolve, random(4)));
  }
`;

test("while another process writes, rotates and compresses, every line comes once", () =>
  inFolder(async (file, folder) => {
    writeFileSync(file, "");
    const words = ["--input-type=module", "-e", writerScript, file, join(folder, "tetragon")];
    const writer = spawn(process.execPath, words, { stdio: ["ignore", "ignore", "inherit"] });
    const isEnough = ({ text }: Heard) => text.slice(-600).includes('{"n":5999,');
    const heard = await listen(followFile(file, quick), undefined, (so) => {
      return isEnough(so) && so.text.endsWith("\n");
    });
    const numbers = heard.text
      .trimEnd()
      .split("\n")
      .map((text) => JSON.parse(text).n);
    assert.deepEqual(numbers, [...Array(6000).keys()]);
    assert.deepEqual([...new Set(heard.said)], ["file-ended"]);
    assert.ok(heard.said.length > 10, `${heard.said.length} rotations`);
    if (writer.exitCode === null) await new Promise((resolve) => writer.on("close", resolve));
  }));

test("restarted at the position of any signal, it gives exactly the rest", () =>
  inFolder(async (file, folder) => {
    const parts = Array.from({ length: 3 }, () =>
      Array.from({ length: 90 }, () => line()).join(""),
    );
    writeFileSync(file, parts[0] ?? "");
    const source = followFile(file, quick);
    let step = 1;
    const whole = parts.join("");
    const heard = await listen(source, undefined, ({ text }) => {
      if (step < 3 && text.length >= parts.slice(0, step).join("").length) {
        rotate(file, folder, step);
        writeFileSync(file, parts[step] ?? "");
        step++;
      }
      return text.length >= whole.length;
    });
    assert.equal(heard.text, whole);
    const names = [...new Set(heard.positions.map((at) => at["file"]))];
    assert.equal(names.length, parts.length);
    for (const position of heard.positions) {
      const part = names.indexOf(position["file"]);
      const from = parts.slice(0, part).join("").length + Number(position["offset"]);
      const rest = await listen(followFile(file, quick), position, untilText(whole.slice(from)));
      assert.equal(rest.text, whole.slice(from));
    }
  }));

function isWindows(): boolean {
  return process.platform === "win32";
}
