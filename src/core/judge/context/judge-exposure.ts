/**
 * Holds who can reach each workload: seen, allowed by objects, and both taken together.
 * In: the scene, roles, coverage. Out: one exposure a place.
 * Must never say "no" where neither sensors nor objects could tell, nor take "never seen" for
 * "cannot be reached".
 */
import type { FactSet } from "../../observe/fact-set.ts";
import { isWatched, type Place, type Scene } from "./context-scene.ts";
import { decideExposed } from "./decide-exposed.ts";
import { describeDisagreement } from "./describe-disagreement.ts";
import { isStep, mayPassOn, passesOn, type RolesOf, type Steps, walk } from "./exposure-graph.ts";
import { listPaths } from "./exposure-paths.ts";
import type { Inquiry } from "./inquiry.ts";
import { createAllowed } from "./judge-allowed.ts";
import { farthest, listArrivals } from "./judge-arrivals.ts";
import { judgeSight } from "./judge-sight.ts";
import type { Exposure } from "./workload-context.ts";

export interface JudgeExposureOptions {
  readonly scene: Scene;
  readonly rolesOf: RolesOf;
  readonly facts: Pick<FactSet, "coverage" | "losses">;
}

/** **Order**: of places that were watched. **Cost**: linear in links, and questions to policies. */
export function judgeExposure(options: JudgeExposureOptions): ReadonlyMap<Place, Exposure> {
  const { scene, rolesOf } = options;
  const { places } = scene;
  const allowedOf = createAllowed(scene);
  // Read once: the set sorts them at each reading.
  const { coverage, losses } = options.facts;
  const inquiries = new Map(
    places.map((place): [Place, Inquiry] => {
      const allowed = allowedOf(place);
      const arrivals = listArrivals(place, scene, allowed);
      return [place, { place, arrivals, allowed, sight: judgeSight(place, { coverage, losses }) }];
    }),
  );
  const direct = places.filter((place) => isDirect(inquiries.get(place)));
  const reached = walk(direct, scene, isStep);
  const exposed = walk(direct, scene, (link) => passesOn(link, rolesOf));
  const unclear = places.filter((place) => !exposed.has(place) && isOpenQuestion(place, inquiries));
  const maybe = walk(unclear, scene, (link) => mayPassOn(link, rolesOf));
  const judged = [...inquiries.values()].filter(({ place }) => isWatched(place));
  return new Map(
    judged.map((inquiry) => [
      inquiry.place,
      expose(inquiry, { reached, exposed, maybe, inquiries }),
    ]),
  );
}

function isDirect(inquiry: Inquiry | undefined): boolean {
  if (inquiry === undefined) return false;
  const { arrivals, allowed } = inquiry;
  return (
    arrivals.some(({ origin }) => origin === "internet") ||
    allowed.ways.some(({ isOpen }) => isOpen)
  );
}

function isOpenQuestion(place: Place, inquiries: ReadonlyMap<Place, Inquiry>): boolean {
  const inquiry = inquiries.get(place);
  return inquiry !== undefined && decideExposed(inquiry).exposed !== "no";
}

interface Walks {
  /** Along all connections: how far it is. */
  readonly reached: Steps;
  /** Only through what passes requests on. */
  readonly exposed: Steps;
  /** From where nobody knows whether the internet reaches it. */
  readonly maybe: Steps;
  readonly inquiries: ReadonlyMap<Place, Inquiry>;
}

const evidenceCountMax = 6;

function expose(inquiry: Inquiry, { reached, exposed, maybe, inquiries }: Walks): Exposure {
  const { place, arrivals, allowed } = inquiry;
  const observed = farthest(arrivals);
  const passed = exposed.get(place);
  const verdict = decideExposed(inquiry, passed, maybe.get(place));
  const step = passed ?? reached.get(place);
  const paths = listPaths({
    place,
    observed,
    arrivals,
    ways: allowed.ways,
    step,
    entryOf: (at) => ({
      arrivals: inquiries.get(at)?.arrivals ?? [],
      ways: inquiries.get(at)?.allowed.ways ?? [],
    }),
  });
  const shown = arrivals.filter(({ origin }) => origin === observed);
  const proofs = [
    ...shown.flatMap(({ link }) => link.edge.evidence.slice(0, 1)),
    ...(step?.link?.edge.evidence.slice(0, 1) ?? []),
    ...place.ports.flatMap(({ evidence }) => evidence.slice(0, 1)),
  ];
  return {
    exposed: verdict.exposed,
    observed,
    allowed: allowed.origin,
    hopCount: step?.hopCount ?? null,
    paths,
    disagreement: describeDisagreement(inquiry, observed),
    ports: place.ports,
    because: verdict.because,
    limits: verdict.limits,
    evidence: [...new Set(proofs)].slice(0, evidenceCountMax),
  };
}
