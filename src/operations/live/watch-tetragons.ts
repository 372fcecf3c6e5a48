/**
 * Holds the parts of a daemon that look after Tetragons and the cluster they are in: which there
 * are, whether their policies work, our own policies, canaries.
 * In: the daemon. Out: parts to run side by side.
 */
import type { CoverageFact } from "../../core/observe/fact.ts";
import type { EventSource } from "../../ports/event-source.ts";
import { canaryGraceMs, runCanaries } from "./canary.ts";
import type { Daemon } from "./daemon.ts";
import { lookAfterPolicies } from "./look-after-policies.ts";
import { AgentWatch } from "./watch-agents.ts";
import { watchObjects } from "./watch-objects.ts";
import { watchServers } from "./watch-servers.ts";

/** **Unit**: sensors and policies that health names. */
const toldCountMax = 40;

export interface TetragonHooks {
  /** Objects of the cluster changed. */
  readonly onChange: () => void;
  /** A source was found: it is to be read. */
  readonly begin: (source: EventSource) => void;
}

/** **Order**: none matters. */
export function tetragonParts(
  daemon: Daemon,
  { onChange, begin }: TetragonHooks,
  signal: AbortSignal,
): readonly { readonly name: string; readonly work: () => Promise<void> }[] {
  const agents = new AgentWatch(daemon, begin);
  const calls = { onChange, onPods: agents.look.bind(agents) };
  return [
    { name: "cluster", work: () => watchObjects(daemon, calls, signal) },
    { name: "servers", work: () => watchServers(daemon, signal) },
    { name: "policies", work: () => lookAfterPolicies(daemon, signal) },
    { name: "canaries", work: () => runDaemonCanaries(daemon, signal) },
  ];
}

async function runDaemonCanaries(daemon: Daemon, signal: AbortSignal): Promise<void> {
  const { settings, context, log, observation, canaries } = daemon;
  if (settings.canaryUs === 0 || canaries === undefined) return;
  const { services } = context.outside;
  const node = () => localNode(daemon);
  await runCanaries(
    {
      ...{ runner: await services.canaryRunner(), clock: services.clock, log, node },
      ...{ intervalMs: settings.canaryUs / 1000, graceMs: canaryGraceMs },
      coverage: () =>
        observation
          .openFacts(new Set())
          .filter((fact): fact is CoverageFact => fact.kind === "coverage" && fact.node === node()),
      sightings: () => canaries.take(),
      expect: (mark) => canaries.expect(mark),
      tell: ({ silent, unexercised }) => {
        const nowUs = services.clock.nowUs();
        const unknown = unexercised.map((policy) => `${policy}: not exercised`);
        const told = [...silent.map((one) => `${one}: silent`), ...unknown].slice(0, toldCountMax);
        daemon.health.note("canaries", silent.length === 0, told.join("; "), nowUs);
      },
      emit: (fact) => observation.returnSettled([fact]),
    },
    signal,
  );
}

/** A Tetragon behind a socket, and a file, are of this machine; "" while unknown. */
function localNode({ sources, observation }: Daemon): string {
  const socket = sources.find(({ name }) => name.startsWith("tetragon:unix:"));
  if (socket !== undefined) return socket.status().node;
  const nodes = observation.inputs().flatMap((input) => input.nodes.map((one) => one.node));
  return new Set(nodes).size === 1 ? (nodes[0] ?? "") : "";
}
