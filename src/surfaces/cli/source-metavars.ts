/**
 * Holds what stands for the values of the inputs that several commands share, in their help.
 * In: nothing. Out: a table.
 */
export const sourceMetavars = {
  events: "file",
  sbom: "[name=]file",
  vulns: "file",
  k8s: "file",
  containers: "file",
  policies: "file",
  tetragonMetrics: "file",
  processes: "file",
  profiles: "file",
  kev: "file",
  epss: "file",
  since: "time",
  until: "time",
  report: "file",
} as const;
