/**
 * Holds the asking of each Tetragon which policies it holds and whether they work.
 * In: addresses. Out: losses for policies that do not work, each time they were found so; what
 * changed is logged. Must never change anything there.
 */
import type { LossFact } from "../../core/observe/fact.ts";
import type { EventSource } from "../../ports/event-source.ts";
import type { LoadedPolicy, TetragonAddress } from "../../ports/tetragon-control.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { Daemon } from "./daemon.ts";

/** **Unit**: milliseconds. */
const intervalMs = 60_000;
const broken: ReadonlySet<string> = new Set(["load-error", "error", "disabled", "skipped"]);
/** **Unit**: policies that one entry of the log names. */
const namedCountMax = 20;

interface Known {
  /** When it was last asked: what fails now may have failed since then. */
  readonly atUs: number;
  readonly names: string;
}

/** Ends when the signal is given. **Errors**: none; a server that does not answer is told. */
export async function watchServers(daemon: Daemon, signal: AbortSignal): Promise<void> {
  const { settings, context } = daemon;
  const known = new Map<string, Known>();
  while (settings.tetragon.length > 0 && !signal.aborted) {
    for (const address of settings.tetragon) {
      const source = daemon.sources.find(({ name }) => name === `tetragon:${address.address}`);
      if (source?.status().state === "connected") await look(daemon, { address, source, known });
    }
    await context.outside.services.clock.wait(intervalMs, signal);
  }
}

interface Look {
  readonly address: TetragonAddress;
  readonly source: EventSource;
  readonly known: Map<string, Known>;
}

async function look(daemon: Daemon, { address, source, known }: Look): Promise<void> {
  const { context, health, log, observation } = daemon;
  const { clock } = context.outside.services;
  const part = `policies ${address.address}`;
  const control = await context.outside.sources.control(address);
  try {
    const policies = await control.policies();
    health.listingServers.add(address.address);
    const bad = policies.filter(({ state }) => broken.has(state));
    const names = policies.map(({ name, state }) => `${name} ${state}`).sort();
    const before = known.get(address.address);
    known.set(address.address, { atUs: observation.timeUs, names: names.join("\n") });
    if (before?.names !== names.join("\n")) {
      const shown = names.slice(0, namedCountMax);
      log.info("Tetragon holds policies.", { address: address.address, policies: shown });
    }
    health.note(part, bad.length === 0, describe(bad), clock.nowUs());
    const sinceUs = before?.atUs ?? observation.stream(source.name).timeUs;
    const node = source.status().node;
    observation.returnSettled(
      bad.map((one) => lossOf(one, { node, sinceUs, untilUs: observation.timeUs })),
    );
  } catch (error) {
    if (!(error instanceof WaggleError)) throw error;
    health.listingServers.delete(address.address);
    if (health.note(part, false, error.message, clock.nowUs())) {
      log.warn("Tetragon does not tell its policies.", { why: error.message });
    }
  } finally {
    control.close();
  }
}

function describe(bad: readonly LoadedPolicy[]): string {
  return bad
    .slice(0, namedCountMax)
    .map(({ name, state, error }) => (error === "" ? `${name}: ${state}` : `${name}: ${error}`))
    .join("; ");
}

function lossOf(
  { name, state }: LoadedPolicy,
  span: Pick<LossFact, "node" | "sinceUs" | "untilUs">,
): LossFact {
  const detail = `the tracing policy ${name} is not active: ${state}`;
  const about = { kind: "loss", container: "", count: 0 } as const;
  return { ...about, ...span, reason: `absence-of-${name}`, detail };
}
