/**
 * Holds how a person says which of several findings is meant: by workload, image or package.
 * In: findings, what each is of, words as they were typed. Out: those that all words fit.
 * Must never take a word loosely where something is called exactly so.
 */
import { parseReference } from "../../judge/image-reference.ts";
import { shortPlace } from "./place-name.ts";

/** What a finding is of, as far as words may name it. "" stands for what nobody told. */
export interface FindingPlace {
  /** As `placeName` gives it. */
  readonly workload: string;
  readonly imageReference: string;
  readonly imageDigest: string;
  readonly packages: readonly string[];
}

/** Case does not matter. **Order**: of `all`. **Cost**: linear in findings times words. */
export function choosePlaced<One>(
  all: readonly One[],
  words: readonly string[],
  placeOf: (one: One) => FindingPlace,
): readonly One[] {
  let left = all;
  for (const word of words) {
    const wanted = word.toLowerCase();
    const exact = left.filter((one) => isExactly(placeOf(one), wanted));
    left = exact.length > 0 ? exact : left.filter((one) => isLoosely(placeOf(one), wanted));
  }
  return left;
}

function isExactly(place: FindingPlace, wanted: string): boolean {
  const { workload, imageReference, imageDigest, packages } = place;
  const names = [workload, shortPlace(workload), imageReference, imageDigest, ...packages];
  return wanted !== "" && names.some((name) => name.toLowerCase() === wanted);
}

/** **Unit**: UTF-16 code units of a digest, without its algorithm. */
const digestLengthMin = 6;

/** A namespace, a part of the name, a repository without registry or tag, the start of a digest. */
function isLoosely({ workload, imageReference, imageDigest }: FindingPlace, word: string): boolean {
  if (word === "") return false;
  if (`/${workload.toLowerCase()}/`.includes(`/${word}/`)) return true;
  const reference = imageReference.toLowerCase();
  const repository = parseReference(reference).repository.toLowerCase();
  if ([reference, repository].some((name) => `/${name}`.endsWith(`/${word}`))) return true;
  const digest = imageDigest.toLowerCase();
  const asked = word.replace(/^.*(?:@|:)(?=[0-9a-f]+$)/, "");
  if (asked.length < digestLengthMin) return false;
  return digest.slice(digest.indexOf(":") + 1).startsWith(asked);
}
