/**
 * Holds the notice that tries a route: it looks like any other and says that it is a test.
 * In: the time, the cluster's name. Out: a notice.
 */

import type { TimeUs } from "../../core/event/event.ts";
import type { FirstAccess } from "../../core/judge/incident/incident.ts";
import type { Notice } from "../../ports/notifier.ts";

export function makeTestNotice(timeUs: TimeUs, cluster: string): Notice {
  const firstAccess: FirstAccess = {
    ...{ how: "unknown", text: "Nobody came in: this is a test.", process: "" },
    ...{ confidence: "unknown", citations: [] },
  };
  return {
    ...{ kind: "test", news: [], thread: "", cluster },
    incident: {
      ...{ id: `waggle-test-${timeUs}`, state: "open", severity: "low", score: 0 },
      ...{ scoreParts: [], confidence: "high", doubts: [] },
      headline: "A test of waggle: this route works",
      story: ["Somebody ran `waggle notify test`.", "Nothing has happened, nothing is to be done."],
      ...{ firstSeenUs: timeUs, lastSeenUs: timeUs, node: "", containers: [], workloads: [] },
      ...{ images: [], entries: [], families: [], techniques: [], tactics: [], matrix: [] },
      ...{ authors: [], signals: [], timeline: [], processes: [], artefacts: [], firstAccess },
      ...{ reach: [], possibleCauses: [], gaps: [], actions: [], related: [], omitted: [] },
    },
  };
}
