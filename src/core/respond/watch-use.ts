/**
 * Holds the shipped policies that show which packages are used.
 * In: nothing. Out: policies. Must never filter by what is vulnerable: that is compiled.
 */
import { canaryEnding } from "./canary-mark.ts";
import { createPolicy } from "./policy-document.ts";
import type { ShippedPolicy } from "./shipped-policy.ts";

/** Where installers of interpreted languages put packages, and where people put applications. */
const packageDirectories = [
  "/app/",
  "/code/",
  "/home/",
  "/opt/",
  "/srv/",
  "/usr/app/",
  "/usr/lib/node_modules/",
  "/usr/lib/php",
  "/usr/lib/python",
  "/usr/lib/ruby",
  "/usr/local/bundle/",
  "/usr/local/lib/",
  "/usr/share/dotnet/",
  "/usr/share/java/",
  "/usr/share/nodejs/",
  "/usr/share/perl",
  "/usr/share/php",
  "/usr/share/ruby",
  "/usr/src/",
  "/var/lib/gems/",
  "/var/www/",
  "/workspace/",
];

/** Code of interpreted languages, wherever it lies. */
const codeEndings = [
  ...[".py", ".pyc", ".pth", ".whl", ".egg"],
  ...[".js", ".mjs", ".cjs", ".ts", ".node", ".wasm", "/package.json"],
  ...[".rb", ".php", ".phar", ".pl", ".pm", ".lua", ".tcl"],
  ...[".jar", ".war", ".ear", ".class", ".dll", ".beam"],
  canaryEnding,
];

export const usePolicies: readonly ShippedPolicy[] = [
  {
    policy: createPolicy("loader", { loader: true, hooks: [] }),
    group: "use",
    shows: "programs and libraries that are mapped, with their build id",
    feeds: "file-use facts (mapped), sensor loader",
    costNote: "",
    kernel: "5.19",
    blindSpots: [
      "objects without a build id: 18 of the 55 libraries of a recorded Python service",
      "mappings of data are reported like those of code",
      "one event a process and path: counts are no numbers of calls",
      "libraries of programs that ran before it was loaded",
    ],
    isDefault: true,
  },
  {
    policy: createPolicy("file-use", {
      hooks: [
        {
          call: "security_file_open",
          syscall: false,
          tags: ["waggle.use"],
          args: [{ index: 0, type: "file" }],
          selectors: [
            {
              matchArgs: [{ index: 0, operator: "Prefix", values: packageDirectories }],
              matchActions: [{ action: "Post" }],
            },
            {
              matchArgs: [{ index: 0, operator: "Postfix", values: codeEndings }],
              matchActions: [{ action: "Post" }],
            },
          ],
        },
      ],
    }),
    group: "use",
    shows: "opened files of interpreted languages: modules, scripts, archives",
    feeds: "file-use facts (read), sensor open",
    costNote:
      "the recordings watched not all of its directories; with SBOMs and scans `waggle policy " +
      "plan` makes a cheaper one, of only what is open",
    kernel: "5.3",
    blindSpots: [
      "files that were opened before it was loaded, and programs that read once at their start",
      "a directory of packages that is not in its list, for files without a usual ending",
      "what an archive holds: the opening of a jar says nothing of the classes in it",
    ],
    isDefault: false,
  },
  {
    policy: createPolicy("code-mappings", {
      hooks: [
        {
          call: "security_mmap_file",
          syscall: false,
          tags: ["waggle.use"],
          args: [
            { index: 0, type: "file" },
            { index: 1, type: "uint32", label: "prot" },
            { index: 2, type: "uint32", label: "flags" },
          ],
          selectors: [
            {
              matchArgs: [
                { index: 0, operator: "Prefix", values: ["/"] },
                { index: 1, operator: "Mask", values: ["4"] },
              ],
              matchActions: [{ action: "Post" }],
            },
          ],
        },
      ],
    }),
    group: "use",
    shows: "files that are mapped to be executed, with or without a build id",
    feeds: "file-use facts (mapped), sensor mmap",
    costNote: "the recordings watched the usual directories, and not all",
    kernel: "5.3",
    blindSpots: [
      "code that was mapped before it was loaded",
      "memory that becomes executable later (mprotect), and code that is no file",
      "paths that cannot be resolved to the root of the process",
    ],
    isDefault: false,
  },
];
