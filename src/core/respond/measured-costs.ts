/**
 * Holds what recordings show that the shipped policies cost.
 * In: nothing. Out: numbers, counted by `src/testing/count-policy-events.ts` over each whole
 * recording that had the hooks of the policy. Must never hold an estimate.
 */

/** What a recording shows that a policy of these hooks and filters costs. */
export interface PolicyCost {
  readonly recording: string;
  /** Events that pass its filters; hooks that the recording did not have are not counted. */
  readonly eventCount: number;
  readonly perSecond: number;
}

type Row = readonly [purpose: string, recording: string, eventCount: number, perSecond: number];

const rows: readonly Row[] = [
  ["loader", "shop-full", 3061, 4.7],
  ["file-use", "shop-full", 2248, 3.4],
  ["code-mappings", "shop-full", 3179, 4.9],
  ["tcp-connections", "shop-full", 532, 0.81],
  ["tcp-accepts", "shop-full", 303, 0.46],
  ["tcp-sent", "shop-full", 757, 1.2],
  ["tcp-received", "shop-full", 838, 1.3],
  ["udp", "shop-full", 13, 0.02],
  ["privileges", "shop-full", 119, 0.18],
  ["namespaces", "shop-full", 716, 1.1],
  ["kernel-changes", "shop-full", 48, 0.073],
  ["loader", "shop-late", 931, 2.2],
  ["tcp-connections", "shop-late", 258, 0.61],
  ["tcp-accepts", "shop-late", 152, 0.36],
  ["tcp-sent", "shop-late", 396, 0.93],
  ["tcp-received", "shop-late", 456, 1.1],
  ["loader", "host-smoke", 904, 1.8],
  ["file-use", "host-smoke", 200, 0.41],
  ["code-mappings", "host-smoke", 914, 1.9],
  ["tcp-connections", "host-smoke", 40, 0.082],
  ["tcp-accepts", "host-smoke", 8, 0.016],
  ["tcp-sent", "host-smoke", 49, 0.1],
  ["tcp-received", "host-smoke", 28, 0.057],
  ["privileges", "host-smoke", 5, 0.01],
  ["namespaces", "host-smoke", 5, 0.01],
  ["kernel-changes", "host-smoke", 83, 0.17],
  ["tcp-connections", "attacks-dev", 1989, 1.6],
  ["tcp-accepts", "attacks-dev", 778, 0.63],
  ["tcp-sent", "attacks-dev", 2614, 2.1],
  ["tcp-received", "attacks-dev", 2847, 2.3],
  ["privileges", "attacks-dev", 266, 0.21],
  ["namespaces", "attacks-dev", 779, 0.63],
  ["kernel-changes", "attacks-dev", 153, 0.12],
  ["runtime-sockets", "attacks-dev", 4, 0.0032],
  ["file-writes", "attacks-dev", 956, 0.77],
  ["path-changes", "attacks-dev", 404, 0.33],
  ["path-links", "attacks-dev", 21, 0.017],
  ["file-capabilities", "attacks-dev", 0, 0],
  ["tcp-connections", "ordinary-dev", 1358, 1.3],
  ["tcp-accepts", "ordinary-dev", 622, 0.59],
  ["tcp-sent", "ordinary-dev", 1838, 1.7],
  ["tcp-received", "ordinary-dev", 2053, 1.9],
  ["privileges", "ordinary-dev", 200, 0.19],
  ["namespaces", "ordinary-dev", 562, 0.53],
  ["kernel-changes", "ordinary-dev", 95, 0.09],
  ["runtime-sockets", "ordinary-dev", 0, 0],
  ["file-writes", "ordinary-dev", 297, 0.28],
  ["path-changes", "ordinary-dev", 237, 0.22],
  ["path-links", "ordinary-dev", 12, 0.011],
  ["file-capabilities", "ordinary-dev", 0, 0],
];

/** **Order**: of recordings. Empty for a policy whose hooks no recording had. */
export function costsOf(purpose: string): readonly PolicyCost[] {
  return rows
    .filter(([name]) => name === purpose)
    .map(([, recording, eventCount, perSecond]) => ({ recording, eventCount, perSecond }));
}
