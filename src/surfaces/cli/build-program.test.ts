/**
 * Tests of `build-program.ts`, `presentation.ts` and `surface-options.ts`: the grammar comes from
 * the tables; and of `present-report.ts`, `present-inspect.ts` as far as no recording is needed.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import type { Operation, OperationContext } from "../../operations/operation.ts";
import { buildProgram, type Request } from "./build-program.ts";
import { renderInspection } from "./present-inspect.ts";
import { bind, type Presentation } from "./presentation.ts";
import { surfaceOptions } from "./surface-options.ts";

const input = z.strictObject({
  words: z.array(z.string()).describe("Words"),
  limit: z.int().optional().describe("Limit"),
  loud: z.boolean().optional().describe("Loud"),
});

const echo: Operation<z.infer<typeof input>, string> = {
  ...{ name: "echo", summary: "say", description: "Says it.", effect: "read", input },
  run: async ({ words, limit, loud }) => {
    const text = words.slice(0, limit ?? 10).join(" ");
    return loud === true ? text.toUpperCase() : text;
  },
};

const presentation: Presentation<string> = {
  positionals: [{ key: "words", metavar: "word", required: true }],
  metavars: {},
  examples: [{ line: "waggle echo a b", says: "Says a b" }],
  formats: ["text", "json"],
  ...{ hasTop: false, hasConfig: false, hasTime: false },
  show: (output, view) => ({
    document: view.format === "json" ? JSON.stringify(output) : output,
    ...{ notices: [], exitStatus: 0 },
  }),
};

const command = bind(echo, presentation);
const view = { format: "text", width: 80, color: false, top: 0 } as const;

function parse(...words: string[]): { request: Request | undefined; printed: string } {
  const found: { request: Request | undefined; printed: string } = {
    request: undefined,
    printed: "",
  };
  const program = buildProgram({
    ...{ version: "1", commands: [command], width: 80 },
    writeOut: (text) => {
      found.printed += text;
    },
    onRequest: (request) => {
      found.request = request;
    },
  });
  try {
    program.parse(words, { from: "user" });
  } catch (error) {
    // Help ends parsing by an error of its own.
    if (found.printed === "") throw error;
  }
  return found;
}

test("positional words, numbers and flags reach the operation in its own types", async () => {
  const { request } = parse("echo", "a", "b", "c", "--limit", "2", "--loud", "--format", "json");
  assert.deepEqual(request?.raw, { words: ["a", "b", "c"], limit: 2, loud: true });
  assert.equal(request?.format, "json");
  const show = await request?.command.run(request.raw, {} as OperationContext);
  assert.equal(show?.(view).document, "A B");
});

test("the surface's own options are those that the presentation asks for", () => {
  const flags = (which: Partial<Presentation<string>>) =>
    surfaceOptions(bind(echo, { ...presentation, ...which })).map(({ long }) => long);
  assert.deepEqual(flags({}), ["--format", "--output", "--color"]);
  const all = { hasTop: true, hasConfig: true, hasTime: true };
  assert.deepEqual(flags(all).sort(), [
    ...["--color", "--config", "--format", "--now", "--output", "--top"],
  ]);
});

test("a missing word, an unknown option and a wrong number are refused", () => {
  assert.throws(() => parse("echo"), /missing required argument 'word'/);
  assert.throws(() => parse("echo", "a", "--loudly"), /unknown option '--loudly'/);
  assert.throws(() => parse("echo", "a", "--limit", "two"), /--limit takes a whole number/);
});

test("the completion script is printed by a command of its own", () => {
  assert.match(parse("completion", "bash").printed, /complete -F _waggle waggle/);
});

test("the help of the program shows the first example of each command, and exit statuses", () => {
  const { printed } = parse("--help");
  assert.match(printed, /Examples:\n {2}# Says a b\n {2}\$ waggle echo a b\n\nExit status:/);
});

test("an inspection of nothing says that there are no problems", () => {
  const none = { eventFiles: [], documents: [], sensors: [], losses: [], problems: [] };
  assert.equal(renderInspection(none, view).toString(), "No problems.");
});

test("an inspection shows hostile names only made visible, and counts what it leaves out", () => {
  const problem = {
    ...({ code: "x", weight: "lost", count: 3, message: "a\x1b[2Jb" } as const),
    first: { input: "f\u202e.json", offset: 7, line: 2 },
  };
  const problems = Array.from({ length: 20 }, (_, index) => ({ ...problem, code: `x${index}` }));
  const text = renderInspection(
    { eventFiles: [], documents: [], sensors: [], losses: [], problems },
    view,
  ).toString();
  assert.ok(!/[\x1b\u202e]/.test(text));
  assert.match(text, /lost x0 ×3: a\\x1b\[2Jb/);
  assert.match(text, /line 2, byte 7/);
  assert.match(text, /and 8 more kinds/);
});
