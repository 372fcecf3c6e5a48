/**
 * Holds the answers that objects of a cluster give.
 * In: decoded objects. Out: a view; without objects "unknown" to everything.
 */
import type { ClusterObjects } from "../../inventory/cluster/cluster-objects.ts";
import { indexAddresses } from "./address-index.ts";
import type { ClusterView, PolicyAnswer } from "./cluster-view.ts";
import { addDirectEntries, EntryBook } from "./declared-entries.ts";
import { CredentialBook } from "./pod-credentials.ts";
import { indexPods } from "./pod-index.ts";
import { listPolicyAddresses } from "./policy-addresses.ts";
import { PolicyBook } from "./policy-book.ts";
import { EndFinder } from "./policy-end.ts";
import { addRouteEntries } from "./published-routes.ts";
import { indexServices, targetsOfPort } from "./service-index.ts";

const unknownAnswer: PolicyAnswer = { allowed: undefined, policies: [] };

const unknownView: ClusterView = {
  isKnown: false,
  hasPolicies: false,
  hasServices: false,
  hasRoutes: false,
  policyAddresses: [],
  pod: () => undefined,
  pods: () => [],
  ownerOf: () => undefined,
  isInside: () => false,
  entriesOf: () => [],
  canReach: () => unknownAnswer,
  targetPort: () => 0,
  credentialsOf: () => [],
};

/** **Cost**: linear in the objects, but for the selectors of services and policies. */
export function createClusterView(objects?: ClusterObjects): ClusterView {
  if (objects === undefined || isEmpty(objects)) return unknownView;
  const pods = indexPods(objects);
  const services = indexServices(objects, pods);
  const addresses = indexAddresses(objects, pods, services);
  const entries = new EntryBook();
  addDirectEntries(objects, pods, services, entries);
  addRouteEntries(objects, services, entries);
  const policies = new PolicyBook(objects, pods);
  const ends = new EndFinder(pods, addresses);
  const credentials = new CredentialBook(objects);
  const views = pods.entries.map(({ view }) => view);
  return {
    isKnown: true,
    hasPolicies: objects.hasPolicies,
    hasServices: objects.hasServices,
    hasRoutes: objects.hasRoutes,
    policyAddresses: listPolicyAddresses(objects.policies),
    pod: (name) => pods.find(name)?.view,
    pods: () => views,
    ownerOf: addresses.ownerOf,
    isInside: addresses.isInside,
    entriesOf: (name) => {
      const entry = pods.find(name);
      return entry === undefined ? [] : entries.of(entry);
    },
    canReach: ({ from, to, port, protocol }) => {
      const targets = ends.find(to, port);
      const sources = ends.find(from, 0);
      const source = sources[0];
      const target = targets[0];
      if (source === undefined || target === undefined) return unknownAnswer;
      if (sources.length + targets.length === 2) {
        return policies.answer(source, target, { port: target.port, protocol });
      }
      const answers = sources.flatMap((source) =>
        targets.map((target) => policies.answer(source, target, { port: target.port, protocol })),
      );
      return widest(answers);
    },
    targetPort: (address, port, protocol) => {
      const service = addresses.serviceOf(address);
      const line = service?.service.ports.find(
        (one) => one.port === port && one.protocol === protocol,
      );
      if (service === undefined || line === undefined) return 0;
      const ports = new Set(targetsOfPort(service, line).map((target) => target.port));
      const [only = 0] = ports;
      return ports.size === 1 ? only : 0;
    },
    credentialsOf: (name, container) => {
      const entry = pods.find(name);
      return entry === undefined ? [] : credentials.of(entry, container);
    },
  };
}

function isEmpty(objects: ClusterObjects): boolean {
  return objects.pods.length + objects.services.length + objects.nodes.length === 0;
}

/** Behind a service one pod that can be reached is enough. */
function widest(answers: readonly PolicyAnswer[]): PolicyAnswer {
  return (
    answers.find(({ allowed }) => allowed === true) ??
    answers.find(({ allowed }) => allowed === undefined) ??
    answers[0] ??
    unknownAnswer
  );
}
