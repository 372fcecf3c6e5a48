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
