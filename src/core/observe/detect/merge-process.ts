/**
 * Holds what a `Process` block of an event adds to what is known of a process.
 * In: the record, a block, how well it knows him. Out: whether others may be concerned.
 * Must let what knows more win, so that blocks in any order make the same record.
 */
import { cutText } from "../../event/bounds.ts";
import type { Process } from "../../event/event.ts";
import { hasFlag } from "../../event/process-flags.ts";
import { baseName } from "../../inventory/container-path.ts";
import { containerKey } from "../container-key.ts";
import { isUnnamedImage } from "../known-programs.ts";
import { rememberAnswers } from "../remember-answers.ts";
import { join, rolesOf } from "./program-roles.ts";
import { type SubjectRecord, subjectKnownAs, subjectTextMax } from "./subject-record.ts";

const nameOf = rememberAnswers(baseName, 1024);

/** Takes what a block adds. True when its entry, or that of others, may be another now. */
export function mergeProcess(
  subject: SubjectRecord,
  block: Process,
  known: number,
  textMax: number = subjectTextMax.arguments,
): boolean {
  if (subject.block === block && known <= subject.known) return false;
  if (subject.exitUs === 0) subject.block = block;
  const movedIn = block.containerId !== "" && !subject.isInContainer;
  if (movedIn) {
    subject.container = containerKey(block.containerId);
    if (subject.origin === "host") subject.actor = subject.origin = "service";
  }
  if (block.pod?.imageName) subject.image = block.pod.imageName;
  if (known <= subject.known) return movedIn;
  const isNew = subject.known === subjectKnownAs.id;
  subject.known = known;
  fillFrom(subject, block, textMax);
  return !isNew || movedIn;
}

/** What a parent tells of whom it started. */
export function inheritFrom(parent: SubjectRecord, subject: SubjectRecord): void {
  // A fork runs what its parent runs; Tetragon leaves its arguments out.
  if (!subject.execSeen && subject.arguments === "" && subject.binary === parent.binary) {
    subject.arguments = parent.arguments;
    subject.roles = parent.roles;
  }
  // A runtime runs itself from an open file: that is no program of somebody else.
  if (parent.roles.has("runtime") && isUnnamedImage(subject.binary)) {
    subject.roles = join(subject.roles, "runtime");
    subject.fileless = false;
  }
}

function fillFrom(subject: SubjectRecord, block: Process, textMax: number): void {
  const isListed = hasFlag(block.flags, "procFS");
  subject.binary = block.binary;
  subject.name = nameOf(block.binary);
  if (block.arguments !== "" || subject.known === subjectKnownAs.exec) {
    subject.arguments = cutText(block.arguments, textMax);
  }
  subject.argumentsCut = block.arguments.length >= textMax || isCut(block);
  subject.cwd = block.cwd;
  subject.uid = effectiveUid(block);
  subject.auid = block.auid === 0xffff_ffff ? -1 : block.auid;
  if (block.startTimeUs > 0) subject.startUs = block.startTimeUs;
  if (block.parentExecId !== "") subject.parentExecId = block.parentExecId;
  subject.execSeen = subject.known === subjectKnownAs.exec || isListed;
  subject.fileless = block.binaryProperties?.links === 0 || isUnnamedFile(block.binary);
  subject.roles = rolesOf(subject.binary, () => subject.words);
}

const cutFlags = ["truncArgs", "errorArgs", "errorFilename", "miss"] as const;

function isCut({ flags, arguments: text }: Process): boolean {
  return cutFlags.some((flag) => hasFlag(flags, flag)) || text.includes("<enomem>");
}

/** **Source**: recorded setuid programs: `uid` is then the effective one already. */
function effectiveUid(block: Process): number {
  const euid = block.credentials?.euid ?? -1;
  return euid >= 0 ? euid : block.uid;
}

/** Run from an open file; `/proc/self/exe`, as a runtime runs itself, is a file of the host. */
function isUnnamedFile(binary: string): boolean {
  return /^(?:\/proc\/(?:self|thread-self|\d+)\/fd\/\d+|\/dev\/fd\/\d+|\/?memfd:)/.test(binary);
}
