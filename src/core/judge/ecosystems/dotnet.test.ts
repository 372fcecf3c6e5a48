/** Tests how .NET packages own assemblies. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeSample, placed } from "../../../testing/sample-image.ts";
import { dotnetEcosystem } from "./dotnet.ts";

const dotnet = ["/usr/share/dotnet/dotnet"];
const deps = placed("/app/App.deps.json");

test("the assembly beside the dependency list is the package's", () => {
  const usages = judgeSample({
    packages: [
      { name: "Newtonsoft.Json", type: "dotnet", ...deps },
      { name: "Dapper", type: "dotnet", ...deps },
      { name: "Npgsql.All", type: "dotnet", ...deps, files: ["/app/Npgsql.dll"] },
    ],
    files: { "/app/Newtonsoft.Json.dll": {}, "/app/Dapper.dll": {}, "/app/Npgsql.dll": {} },
    uses: [
      { path: "/app/Newtonsoft.Json.dll", binaries: dotnet },
      { path: "/app/Npgsql.dll", binaries: dotnet },
      { path: "/app/App.deps.json", binaries: dotnet },
    ],
  });
  assert.equal(usages.get("Newtonsoft.Json")?.level, "runtime-read");
  assert.equal(usages.get("Npgsql.All")?.level, "runtime-read");
  assert.equal(usages.get("Dapper")?.state, "not-observed");
  assert.equal(dotnetEcosystem.isMetadata("/app/App.runtimeconfig.json"), true);
});

test("a package without an assembly of its own name is unknown, never unused", () => {
  const packages = [
    { name: "SQLitePCLRaw.bundle_e_sqlite3", type: "dotnet", ...deps },
    { name: "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64", type: "dotnet", ...deps },
  ];
  const listed = judgeSample({ packages, files: { "/app/App.dll": {}, "/x": "-> y" }, uses: [] });
  for (const { name } of packages) assert.equal(listed.get(name)?.state, "unknown");
  const unlisted = judgeSample({ packages, uses: [] });
  for (const { name } of packages) assert.equal(unlisted.get(name)?.state, "unknown");
});

test("a shared framework owns all beside its dependency list", () => {
  const shared = "/usr/share/dotnet/shared";
  const place = (name: string) => placed(`${shared}/${name}/8.0.0/${name}.deps.json`);
  const web = "Microsoft.AspNetCore.App";
  const core = "Microsoft.NETCore.App";
  const usages = judgeSample({
    packages: [
      { name: `${core}.Runtime.linux-x64`, type: "dotnet", ...place(core) },
      { name: `${web}.Runtime.linux-x64`, type: "dotnet", ...place(web) },
    ],
    files: {
      [`${shared}/${core}/8.0.0/System.Runtime.dll`]: {},
      [`${shared}/${web}/8.0.0/Microsoft.AspNetCore.dll`]: {},
    },
    uses: [{ path: `${shared}/${core}/8.0.0/System.Runtime.dll`, binaries: dotnet }],
  });
  assert.equal(usages.get(`${core}.Runtime.linux-x64`)?.state, "in-use");
  assert.equal(usages.get(`${web}.Runtime.linux-x64`)?.state, "not-observed");
});
