/**
 * Holds what a path of a job, unit or start file says of whom it is for and what it starts.
 * In: the path as the machine knows it, what was started. Out: yes or no.
 */
import type { ProcessFact } from "../../observe/detect/detect-fact.ts";
import { programOf } from "./name-process.ts";
import type { Run } from "./read-run.ts";

const ofAccount = /^\/(?:var\/spool\/cron\/(?:crontabs\/)?|etc\/crontabs\/)([\w-]+)$/;
const ofHome = /^(\/.+?)\/(?:\.ssh\/[^/]+|\.config\/.+|\.local\/.+|\.\w+)$/;

/** Files of one account start something for it alone; those of the machine for all. */
export function fitsAccount(path: string, { session, root }: Run): boolean {
  const account = ofAccount.exec(path)?.[1];
  if (account !== undefined) return isRoot(root) === (account === "root") || root.uid < 0;
  const home = ofHome.exec(path)?.[1];
  if (home === undefined) return true;
  if (home === "/root") return isRoot(root);
  return session.processes.some(({ cwd }) => cwd === home || cwd.startsWith(`${home}/`));
}

function isRoot({ uid, auid }: ProcessFact): boolean {
  return auid >= 0 ? auid === 0 : uid === 0;
}

/** The unit's name is the program's, or stands in its command line as a file's. */
export function fitsUnit(path: string, root: ProcessFact): boolean {
  const stem = stemOf(path);
  if (stem.length < stemLengthMin) return false;
  if (programOf(root).replace(/^\./, "") === stem) return true;
  const words = root.arguments.split(/[\s"'`;|&<>()=]+/, 64).filter((word) => word.includes("/"));
  return words.some((word) => bareName(word) === stem);
}

/** Shorter ones fit by chance. */
const stemLengthMin = 3;

/** Somebody tells the service manager to start it, or to look again at what there is. */
export function startsUnit(process: ProcessFact, path: string): boolean {
  const program = programOf(process);
  if (!/^(?:systemctl|service|rc-service|initctl|invoke-rc\.d)$/.test(program)) return false;
  const words = process.arguments.split(/\s+/, 32);
  const starts = words.some((word) => /^(?:start|restart|reenable|enable|--now)$/.test(word));
  const stem = stemOf(path);
  return starts && words.some((word) => stemOf(word) === stem);
}

/** `/etc/systemd/system/netd@.service` is `netd`. */
function stemOf(path: string): string {
  return path
    .slice(path.lastIndexOf("/") + 1)
    .replace(/\.(?:service|timer|socket|path|conf)$/, "")
    .replace(/@.*$/, "");
}

/** Without what hides it and what tells its kind: `/opt/.netd.sh` is `netd`. */
function bareName(path: string): string {
  return path
    .slice(path.lastIndexOf("/") + 1)
    .replace(/^\./, "")
    .replace(/\.\w{1,4}$/, "");
}
