/**
 * Holds how notices write an incident for machines: the incident document, and findings of OCSF.
 * In: a notice, the program's version. Out: JSON texts. The renderers are those of reports.
 */
import { nameTechnique } from "../../core/observe/detect/techniques.ts";
import { incidentDocument } from "../../core/report/incident/render-incident-json.ts";
import { renderIncidentOcsf } from "../../core/report/incident/render-incident-ocsf.ts";
import type { Notice, NoticeDocuments } from "../../ports/notifier.ts";

export function createNoticeDocuments(productVersion: string): NoticeDocuments {
  const options = { productVersion, techniqueName: nameTechnique };
  return {
    incident: (notice) => JSON.stringify(plainIncident(notice)),
    ocsf: ({ incident }) => JSON.stringify(renderIncidentOcsf(incident, options)),
  };
}

/** As `waggle incident --format json` has it, within the envelope of a notice. */
function plainIncident({ incident, cluster }: Notice): unknown {
  const document = incidentDocument([incident], { generatedAt: null, inputNames: [], cluster });
  const [plain] = document["incidents"] as readonly unknown[];
  return plain;
}
