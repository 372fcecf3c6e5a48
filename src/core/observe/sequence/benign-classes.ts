/**
 * Holds the kinds of ordinary work that sequences spare by one word: `unless: [probe]`.
 * In: nothing. Out: a table of selections, in the form that rules have.
 */

/** **Shape**: alternatives; each a map of fields as under `where`. */
export const benignClasses: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> =
  {
    probe: [{ "entry.kind": "probe" }, { actor: "probe" }],
    startup: [{ "entry.kind": "startup", container: true }, { actor: "startup" }],
    runtime: [{ "entry.kind": "runtime" }, { actor: "runtime" }, { role: "runtime" }],
    scheduled: [{ "entry.kind": "scheduled" }],
    operator: [{ "entry.kind": "operator" }],
    "package-manager": [
      { "entry.kind": "package-manager" },
      { actor: "package-manager" },
      { role: "package-manager" },
      { "ancestor.role": "package-manager" },
    ],
    backup: [{ role: "backup" }, { "ancestor.role": "backup" }],
    compiler: [{ role: "compiler" }, { "ancestor.role": "compiler" }],
    /** A machine is set up by a tool that is made for it. */
    configuration: [
      { "command|contains": ["AnsiballZ_", ".ansible/tmp", "cloud-init", "puppet", "salt-call"] },
      { "parent.command|contains": ["AnsiballZ_", ".ansible/tmp"] },
      { "ancestor.name|startswith": ["ansible", "puppet", "chef", "salt-", "cloud-init"] },
    ],
    /** `env` before another program tells nothing. */
    wrapping: [{ name: "env", "arguments|re": "[^\\s]" }],
    "own-network": [{ "address.class": ["loopback", "unspecified"] }],
    "private-network": [
      { "address.class": ["loopback", "unspecified", "private", "link-local", "multicast"] },
    ],
  };
