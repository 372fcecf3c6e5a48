/**
 * Holds how the command line shows the result of `scan`.
 * In: its output. Out: the two files and what to do with them.
 */
import { renderJson } from "../../core/report/render-json.ts";
import { terminal } from "../../core/report/safe-text.ts";
import type { ScanOutput } from "../../operations/scan.ts";
import { exitStatus } from "./exit-status.ts";
import type { Presentation } from "./presentation.ts";

export const scanPresentation: Presentation<ScanOutput> = {
  positionals: [{ key: "target", metavar: "image|directory|archive", required: true }],
  metavars: { directory: "directory", name: "name", timeout: "duration" },
  examples: [
    {
      line: "waggle scan nginx:1.27",
      says: "The SBOM and the scan of an image: nginx.syft.json and nginx.grype.json",
    },
    { line: "waggle scan image.tar --directory scans --name web", says: "An archive, elsewhere" },
  ],
  formats: ["text", "json"],
  hasTop: false,
  hasConfig: false,
  hasTime: false,
  show: (output, view) => {
    const { sbomFile, vulnerabilitiesFile, toolVersions } = output;
    const tools = Object.entries(toolVersions).map(([name, version]) => `${name} ${version}`);
    const text = terminal`SBOM             ${sbomFile}
vulnerabilities  ${vulnerabilitiesFile}
made with        ${tools.join(", ")}

next: waggle report --events FILE --sbom ${sbomFile} --vulns ${vulnerabilitiesFile}`;
    const document = view.format === "json" ? renderJson(output) : text;
    return { document, notices: [], exitStatus: exitStatus.done };
  },
};
