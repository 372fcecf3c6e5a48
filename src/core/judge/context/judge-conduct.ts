/**
 * Holds the roles that no program or name tells alone: what a workload does with its connections,
 * and what kind of object runs it.
 * In: signals, and what the rules claimed. Out: further claims.
 * Must never call something idle that was seen to talk to anybody.
 */

import { quoteName } from "../quote-name.ts";
import { isHostRight } from "../ranking-rules.ts";
import type { Link } from "./context-scene.ts";
import type { RoleClaim } from "./role-claim.ts";
import { applicationRuntimes, idlePrograms, roleRules, storePorts } from "./role-rules.ts";
import { plainProgram, type RoleSignals } from "./role-signals.ts";
import type { RoleName } from "./workload-context.ts";

/** **Order**: fixed. A node does many things at once: of it only a proxy is told. */
export function judgeConduct(
  signals: RoleSignals,
  products: readonly RoleClaim[],
): readonly RoleClaim[] {
  if (signals.place.isHost) return claimProxy(signals, products);
  return [
    ...claimProxy(signals, products),
    ...claimApi(signals, products),
    ...claimBatch(signals),
    ...claimWorker(signals, products),
    ...claimIdle(signals, products),
    ...claimNodeAgent(signals),
  ];
}

const linkEvidenceMax = 2;

function proofOf(links: readonly Link[]): readonly string[] {
  return links.slice(0, linkEvidenceMax).flatMap(({ edge }) => edge.evidence.slice(0, 1));
}

/** Ends that a request can be passed on to. */
const onward: ReadonlySet<string> = new Set(["workload", "service", "private", "node"]);

/** A web server that others call and that calls others itself passes requests on. */
function claimProxy(
  { inbound, outbound, listening }: RoleSignals,
  products: readonly RoleClaim[],
): readonly RoleClaim[] {
  const isServer = products.some(
    ({ role, confidence }) => role === "web-server" && confidence !== "low",
  );
  if (!isServer || (inbound.length === 0 && listening.length === 0)) return [];
  const passed = outbound.filter(
    ({ edge }) => onward.has(edge.to.kind) && !storePorts.has(edge.port) && edge.protocol === "tcp",
  );
  if (passed.length === 0) return [];
  const names = [...new Set(passed.map(({ edge }) => edge.to.name))].slice(0, 3).map(quoteName);
  return [
    {
      role: "proxy",
      confidence: inbound.length > 0 ? "high" : "medium",
      because: [`a web server that opens connections to ${names.join(", ")} itself`],
      evidence: [...proofOf(inbound), ...proofOf(passed)],
    },
  ];
}

/** Roles whose programs explain by themselves that the workload listens and is called. */
const explained: ReadonlySet<RoleName> = new Set(
  (
    "database cache queue proxy web-server monitoring logging ci build storage dns identity " +
    "secrets control-plane"
  ).split(" ") as RoleName[],
);

const serverPrograms: ReadonlySet<string> = new Set(
  roleRules
    .filter(({ role }) => role === "api")
    .flatMap(({ programs = "" }) => programs.split(" ").map(plainProgram)),
);
const serverPackages: readonly string[] = roleRules
  .filter(({ role }) => role === "api")
  .flatMap(({ packages = "" }) => packages.split(" "));

function claimApi(signals: RoleSignals, products: readonly RoleClaim[]): readonly RoleClaim[] {
  const { listening, inbound, programs, packages } = signals;
  const tcp = listening.filter(({ protocol }) => protocol === "tcp");
  if (tcp.length === 0 && inbound.length === 0) return claimUnseenApi(signals, products);
  const isRuntime = (name: string) => applicationRuntimes.has(name) || serverPrograms.has(name);
  const serving = new Set(tcp.flatMap(({ binaries }) => binaries.map(plainProgram)));
  const runtime =
    [...serving].find(isRuntime) ?? [...programs.keys()].find((name) => isRuntime(name));
  const framework = serverPackages.find((name) => packages.has(name));
  const product = products.find(
    ({ role, confidence }) => explained.has(role) && confidence !== "low",
  );
  const isOwnServer = framework !== undefined || [...serving].some(isRuntime);
  if (product !== undefined && !(isOwnServer && product.role === "web-server")) return [];
  const because: string[] = [];
  if (runtime !== undefined) because.push(`an application runtime, ${quoteName(runtime)}`);
  if (framework !== undefined) because.push(`the package ${quoteName(framework)} is in use`);
  const ports = [...new Set(tcp.map(({ port }) => port))].slice(0, 4);
  if (ports.length > 0) because.push(`it listens on port ${ports.join(", ")}`);
  if (inbound.length > 0) because.push("others were seen to call it");
  const isKnown = runtime !== undefined || framework !== undefined;
  const isCalled = inbound.length > 0;
  const confidence = isKnown && isCalled ? "high" : isKnown || isCalled ? "medium" : "low";
  const proofs = [
    ...(framework === undefined ? [] : (packages.get(framework) ?? []).slice(0, 1)),
    ...tcp.flatMap(({ evidence }) => evidence.slice(0, 1)),
    ...proofOf(inbound),
  ];
  return [{ role: "api", confidence, because, evidence: proofs }];
}

/** Nothing tells of sockets: a server for applications, or a runtime with a declared port. */
function claimUnseenApi(
  { programs, packages, place, seesNetwork }: RoleSignals,
  products: readonly RoleClaim[],
): readonly RoleClaim[] {
  if (seesNetwork || products.some(({ confidence }) => confidence !== "low")) return [];
  const framework = serverPackages.find((name) => packages.has(name));
  const server = [...programs.keys()].find((name) => serverPrograms.has(name));
  const runtime = [...programs.keys()].find((name) => applicationRuntimes.has(name));
  const isDeclared = place.views.some(({ ports }) =>
    ports.some(({ container }) => container === place.workload.container),
  );
  const name = framework ?? server ?? (isDeclared ? runtime : undefined);
  if (name === undefined) return [];
  const confidence = (framework ?? server) ? "medium" : "low";
  const because = [`${quoteName(name)} is in use, and no sensor tells of its sockets`];
  const evidence = (packages.get(name) ?? []).slice(0, 1);
  return [{ role: "api", confidence, because, evidence }];
}

function claimBatch({ place }: RoleSignals): readonly RoleClaim[] {
  const { kind } = place.workload;
  if (kind !== "Job" && kind !== "CronJob") return [];
  return [{ role: "batch", confidence: "high", because: [`it runs as a ${kind}`], evidence: [] }];
}

/** Nobody calls it, and it works on what others put into a store or queue. */
function claimWorker(signals: RoleSignals, products: readonly RoleClaim[]): readonly RoleClaim[] {
  const { listening, inbound, outbound, programs, place } = signals;
  const isJob = place.workload.kind === "Job" || place.workload.kind === "CronJob";
  if (listening.length > 0 || inbound.length > 0 || isJob) return [];
  const stores = outbound.filter(({ edge }) => storePorts.has(edge.port));
  if (stores.length === 0) return [];
  const isNamed = products.some(({ role }) => role === "worker");
  const hasRuntime = [...programs.keys()].some((name) => applicationRuntimes.has(name));
  const names = [...new Set(stores.map(({ edge }) => edge.to.name))].slice(0, 3).map(quoteName);
  return [
    {
      role: "worker",
      confidence: isNamed ? "high" : hasRuntime ? "medium" : "low",
      because: [`nothing listens in it, and it works with ${names.join(", ")}`],
      evidence: proofOf(stores),
    },
  ];
}

function claimIdle(signals: RoleSignals, products: readonly RoleClaim[]): readonly RoleClaim[] {
  const { programs, listening, inbound, outbound, place, seesNetwork } = signals;
  if (listening.length > 0 || inbound.length > 0 || outbound.length > 0) return [];
  const names = [...programs.keys()];
  const isJob = place.workload.kind === "Job" || place.workload.kind === "CronJob";
  if (names.length === 0 || isJob || products.some(({ confidence }) => confidence !== "low")) {
    return [];
  }
  if (!names.every((name) => idlePrograms.has(name))) return [];
  const isWhole = place.containers.every(({ join }) => join.container.fromStart);
  const shown = names.slice(0, 4).map(quoteName).join(", ");
  const silence = seesNetwork ? ", and nothing listens" : "; no sensor tells of its sockets";
  const confidence = !seesNetwork ? "low" : isWhole ? "high" : "medium";
  const because = [`its own processes only ran ${shown}${silence}`];
  return [{ role: "idle", confidence, because, evidence: [] }];
}

/** One on every node with the node's rights: whoever has it has them all. */
function claimNodeAgent({ place }: RoleSignals): readonly RoleClaim[] {
  if (place.workload.kind !== "DaemonSet") return [];
  const rights = place.containers.flatMap(({ privileges }) => privileges).filter(isHostRight);
  if (rights.length === 0) return [];
  const because = ["it runs on every node with rights over the node"];
  return [{ role: "admin-tool", confidence: "low", because, evidence: [] }];
}
