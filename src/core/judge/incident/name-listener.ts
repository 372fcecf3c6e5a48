/**
 * Holds whose an address within is.
 * In: what is known of containers and who listens; an address, a port. Out: a name, or nothing.
 */

import { workloadOf } from "../find-identity.ts";
import { nameWorkload } from "../name-workload.ts";
import type { IncidentInput } from "./incident-input.ts";
import { quoteCommand } from "./quote-command.ts";

/** ` (“data/redis”)`; "" where nobody is known to listen there, or several are. */
export function nameListener(
  { listenersAt, containers }: Pick<IncidentInput, "listenersAt" | "containers">,
  address: string,
  port: number,
): string {
  const [only, ...others] = listenersAt(address, port);
  const fact = others.length > 0 ? undefined : containers.find((one) => one.container === only);
  return fact === undefined ? "" : ` (${quoteCommand(nameWorkload(workloadOf(fact, undefined)))})`;
}
