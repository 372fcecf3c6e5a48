/**
 * Holds what a Detection Finding of OCSF rests on: processes, far ends, files, and by which rule.
 * In: an incident, the signals of one rule. Out: evidences and an analytic.
 */
import type { Incident } from "../../judge/incident/incident.ts";
import type { SignalFact } from "../../observe/detect/detect-fact.ts";
import type { Indicator } from "../../observe/detect/detector.ts";
import type { RuleKind } from "../../observe/detect/rule.ts";
import { makeVisible } from "../safe-text.ts";
import { type OcsfObject, ocsfProcess } from "./ocsf-parts.ts";

const evidenceCountMax = 20;

/** **Source**: OCSF 1.8.0, `analytic.type_id`. */
const analyticTypes: Readonly<Record<RuleKind, readonly [number, string]>> = {
  sigma: [1, "Rule"],
  correlation: [1, "Rule"],
  sequence: [2, "Behavioral"],
  novelty: [3, "Statistical"],
};

/** The rule, with who wrote it. */
export function analyticOf(signal: SignalFact | undefined): OcsfObject {
  const [typeId, type] = analyticTypes[signal?.ruleKind ?? "sigma"];
  return {
    uid: makeVisible(signal?.rule ?? "", 200),
    name: makeVisible(signal?.title ?? "", 300),
    type_id: typeId,
    type,
    category: signal?.family ?? "",
    desc: makeVisible(signal?.author === "" ? "" : `Author: ${signal?.author ?? ""}`, 400),
  };
}

/** One for each process that the rule matched, with what it touched. */
export function evidencesOf(
  incident: Incident,
  signals: readonly SignalFact[],
): readonly OcsfObject[] {
  const known = new Map(incident.processes.map((process) => [process.process, process]));
  return signals.slice(0, evidenceCountMax).map((signal) => {
    const process = known.get(signal.process);
    const [citation] = signal.citations;
    const plain = {
      uid: makeVisible(signal.process, 200),
      ...(citation === undefined ? {} : { pid: citation.pid }),
    };
    return {
      process: process === undefined ? plain : ocsfProcess(process, known.get(process.parent)),
      ...containerOf(incident, signal),
      ...touched(signal.indicators),
      data: {
        because: signal.because.map((text) => makeVisible(text, 400)),
        count: signal.count,
        events: signal.citations.map(({ input, offset, timeUs }) => ({ input, offset, timeUs })),
      },
    };
  });
}

function containerOf({ images }: Incident, { container, workload }: SignalFact): OcsfObject {
  if (container.startsWith("host:")) return {};
  const [image] = images;
  const name = workload?.container ?? "";
  return {
    container: {
      uid: makeVisible(container, 100),
      ...(name === "" ? {} : { name: makeVisible(name, 200) }),
      ...(image === undefined ? {} : { image: { uid: makeVisible(image, 300) } }),
    },
  };
}

/** The first of each kind: an evidence has room for one. */
function touched(indicators: readonly Indicator[]): OcsfObject {
  const first = (type: Indicator["type"]) => {
    const value = indicators.find((one) => one.type === type)?.value;
    return value === undefined ? undefined : makeVisible(value, 1000);
  };
  const [ip, domain, url, file] = [first("ip"), first("domain"), first("url"), first("file")];
  const end = { ...(ip === undefined ? {} : { ip }), ...(domain === undefined ? {} : { domain }) };
  return {
    ...(Object.keys(end).length === 0 ? {} : { dst_endpoint: end }),
    ...(url === undefined ? {} : { url: { url_string: url } }),
    ...(file === undefined
      ? {}
      : { file: { name: file.slice(file.lastIndexOf("/") + 1) || file, path: file, type_id: 1 } }),
  };
}
