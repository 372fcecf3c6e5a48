/**
 * Holds how a finding of the history is named on the command line.
 * In: a tracked finding, or nothing. Out: one line of plain text, untrusted names inside.
 */
import type { TrackedFinding } from "../../core/judge/change/finding-change.ts";
import { shortPlace } from "../../core/report/change/place-name.ts";

/** `CVE-2022-0778 in openssl 1.1.1k-1 of shop/web`. */
export function describeTracked(finding: TrackedFinding): string {
  const { vulnerability, package: name, version, workload } = finding;
  const what = version === "" ? name : `${name} ${version}`;
  return `${vulnerability} in ${what} of ${shortPlace(workload)}`;
}

/** `new → fixed`; the state alone where it stays, or where there was none. */
export function describeStep({ from, to }: { readonly from: string; readonly to: string }): string {
  return from === "" || from === to ? to : `${from} → ${to}`;
}

/** To the minute, as a ledger is read. */
export function shortTime(time: string | null): string {
  return (time ?? "").slice(0, 16).replace("T", " ").padEnd(16);
}
