/**
 * Holds where a file is that a session wrote, as its container knows it and as its machine does.
 * In: a session, a step of it. Out: places, each with the path that it has there.
 */
import { isHostKey } from "../../observe/container-key.ts";
import type { ProcessFact, StepFact } from "../../observe/detect/detect-fact.ts";
import type { ContainerKey } from "../../observe/fact.ts";
import { hostPathsOf } from "./host-path.ts";
import { ancestorsOf, type Session } from "./session.ts";

export interface WrittenPlace {
  /** A container, or a node. */
  readonly place: ContainerKey;
  readonly path: string;
}

/** Who left the container by its rules' words, or works below who did, sees the machine's files. */
export function placesOf(
  session: Session,
  { process, subject, lastSeenUs }: Pick<StepFact, "process" | "subject" | "lastSeenUs">,
  processes: ReadonlyMap<string, ProcessFact>,
): readonly WrittenPlace[] {
  const { container, node, signals } = session;
  const own = { place: container, path: subject };
  if (isHostKey(container)) return [own];
  const below = hostPathsOf(subject).map((path) => ({ place: node, path }));
  const escapes = signals.filter(
    ({ family, firstSeenUs }) => family === "escape" && firstSeenUs <= lastSeenUs,
  );
  if (escapes.length === 0) return [own, ...below];
  const above = ancestorsOf(process, processes);
  const isOut = escapes.some((one) => above.includes(one.process));
  return isOut ? [own, { place: node, path: subject }, ...below] : [own, ...below];
}
