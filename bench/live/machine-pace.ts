/**
 * Holds how fast the machine is at a moment: machines that are shared are half as fast in some
 * hours as in others, and numbers of two runs are compared only with this beside them.
 * In: nothing. Out: how much of a text, always the same, is parsed in a second.
 */
const lineCount = 4000;

const text = JSON.stringify(
  Array.from({ length: lineCount }, (_, at) => ({
    at,
    path: `/usr/lib/python3.13/site-packages/package-${at % 97}/module_${at}.py`,
    how: ["read", "mapped"],
    times: { firstUs: 1_750_000_000_000_000 + at * 977, lastUs: 1_750_000_600_000_000 + at },
    cited: at % 3 === 0 ? null : { pid: at, sensor: "kprobe", isKnown: true },
  })),
);

/** **Unit**: megabytes a second. **Cost**: some milliseconds. */
export function machinePace(): number {
  const startedMs = performance.now();
  JSON.parse(text);
  return text.length / 1e3 / (performance.now() - startedMs);
}
