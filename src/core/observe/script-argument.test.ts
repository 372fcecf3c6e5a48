/** Tests which file a command line of an interpreter is taken to run, and when none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { scriptArgument } from "./script-argument.ts";

const cases: readonly (readonly [string, string, string, string])[] = [
  ["/usr/bin/python3.9", "/app/venv/bin/gunicorn -w 1 app:app", "/", "/app/venv/bin/gunicorn"],
  ["/usr/bin/python3", "-u -W ignore -X dev serve.py --port 80", "/app", "/app/serve.py"],
  ["/usr/bin/python3", "-m pip install x", "/app", ""],
  ["/usr/bin/python3", '-c "import os; os.x()" y.py', "/app", ""],
  ["/usr/bin/python3", "-", "/app", ""],
  ["/usr/local/bin/node", "--trace-gc=1 -r dotenv/config ./server.js", "/srv", "/srv/server.js"],
  ["/usr/local/bin/node", "-e console.log(1)", "/srv", ""],
  ["/bin/sh", '-c "exec /app/run"', "/", ""],
  ["/bin/bash", "-eu -o pipefail /entry.sh a b", "/", "/entry.sh"],
  ["/bin/bash", "-lc /x.sh", "/", ""],
  ["/usr/bin/perl", "-w -I lib tool.pl", "/opt/t/bin", "/opt/t/bin/tool.pl"],
  ["/usr/bin/perl", "-ne print", "/opt", ""],
  ["/usr/bin/ruby3.1", "-rbundler/setup bin/rails server", "/app", "/app/bin/rails"],
  ["/usr/bin/java", "-Xmx1g -Dx=y -jar ../app.jar --port=1", "/srv/x", "/srv/app.jar"],
  ["/usr/bin/java", "-cp /a.jar:/b.jar -Dx=y com.example.Main -jar no.jar", "/", ""],
  ["/usr/bin/php", '-d memory_limit=1G "/srv/my app/cli.php" run', "/", "/srv/my app/cli.php"],
  ["/usr/sbin/nginx", "/etc/passwd", "/", ""],
  ["/usr/bin/python3", "serve.py", "", ""],
  ["/usr/bin/python3", "", "/", ""],
];

for (const [binary, args, cwd, expected] of cases) {
  test(`${binary} ${args} in ${cwd === "" ? "an unknown place" : cwd}`, () => {
    assert.equal(scriptArgument(binary, args, cwd), expected);
  });
}

test("a name that is cut off is not taken for a file", () => {
  assert.equal(scriptArgument("/usr/bin/python3", `${"/a".repeat(3000)}`, "/"), "");
});
