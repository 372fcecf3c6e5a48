/**
 * Holds the fold of detection: acts go to detectors, their hits become signals, and sessions with
 * signals tell what they did beside.
 * In: events with their process. Out: `signal`, `process` and `step` facts, when asked for or when
 * they are let go of. Must never allocate for an event that says nothing.
 */
import type { TimeUs } from "../../event/event.ts";
import type { Citation, Emit } from "../fact.ts";
import type { Fold, ProcessNode, Release } from "../fold.ts";
import { compareCitations } from "../merge-facts.ts";
import type { Act } from "./act.ts";
import { emitAncestors, signalFact } from "./detect-facts.ts";
import { type DetectionOptions, DetectionState } from "./detection-state.ts";
import type { DetectContext, Hit } from "./detector.ts";
import { dumpDetection, loadDetection } from "./dump-detection.ts";
import { forkDetection } from "./fork-detection.ts";
import { citeAct, readAct } from "./read-act.ts";
import { SubjectRecord } from "./subject-record.ts";

/** **Cost**: without detectors some hundred nanoseconds an event; a walk for each exec. */
export function createDetection(options: DetectionOptions): Fold<DetectionState> {
  const { detectors } = options;
  const act = createAct();
  const context = new HitContext(detectors);

  const start = (): DetectionState => {
    const state = new DetectionState(undefined, options.subjectCountMax);
    for (const detector of detectors) state.detectors.set(detector.name, detector.start());
    return state;
  };

  return {
    name: "detection",
    start,
    step(state, event, at) {
      if (!("process" in event) || event.process === undefined) return;
      if (!readAct(act, event, at.nowUs)) return;
      open(state, at.nowUs, at.emit);
      const subject = state.book.take(event, at.node, act.timeUs);
      if (subject === undefined) return;
      act.subject = subject;
      if (act.kind === "exec") citeExec(subject, citeAct(act));
      if (act.kind === "listen" || act.kind === "accept") state.book.noteServing(subject);
      // What the runtime does before the container's program is no act of the container.
      if (subject.actor === "runtime" && subject.isInContainer) return;
      if (options.isOwnAct?.(event) === true) return;
      state.steps.note(act, subject);
      context.begin(state, act);
      for (const detector of detectors) {
        detector.step(state.detectors.get(detector.name), act, context);
      }
    },
    retire(state, node: ProcessNode, emit) {
      open(state, state.nowUs, emit);
      state.book.retire(node);
    },
    tick(state, nowUs, emit) {
      open(state, nowUs, emit);
      context.begin(state, undefined);
      for (const detector of detectors) {
        detector.tick?.(state.detectors.get(detector.name), context);
      }
      state.sweep((note) => {
        for (const one of detectors) one.remembered?.(state.detectors.get(one.name), note);
      });
    },
    release(state, about: Release, emit) {
      open(state, about.nowUs, emit);
      const gone = { nowUs: about.nowUs, isGone: about.isGone.bind(about) };
      state.book.release(gone.isGone);
      state.losses.release(about.nowUs, emit);
      for (const detector of detectors) {
        detector.release?.(state.detectors.get(detector.name), gone);
      }
    },
    finish(state, emit) {
      state.emitOpen(emit);
      open(state, state.nowUs, emit);
      context.begin(state, undefined);
      for (const detector of detectors) {
        detector.finish?.(state.detectors.get(detector.name), context);
      }
    },
    companions: (state, part) => Array.from(state.partOf(part), ({ execId }) => execId),
    dump: (state) => dumpDetection(state, options),
    fork: (state, part) => forkDetection(state, options, state.partOf(part)),
    load: (data) => loadDetection(data, options),
  };
}

/** The earliest: one that was running is announced again whenever the sensor starts. */
function citeExec(subject: SubjectRecord, citation: Citation): void {
  const known = subject.execCitation;
  if (known === undefined || compareCitations(citation, known) < 0) subject.execCitation = citation;
}

function open(state: DetectionState, nowUs: TimeUs, emit: Emit): void {
  state.nowUs = nowUs;
  state.emit = emit;
}

/** One to be filled for each event. */
export function createAct(): Act {
  const nobody = new SubjectRecord("", "", -1);
  const place = { node: "", cluster: "", input: 0, offset: 0, timeUs: 0 };
  const whose = { process: undefined, parent: undefined, tid: -1 };
  return {
    kind: "call",
    timeUs: 0,
    subject: nobody,
    event: { type: "exec", ancestors: [], ...place, ...whose },
    path: "",
    otherPath: "",
    address: "",
    port: 0,
    protocol: "",
    failed: false,
    value: 0,
    text: "",
  };
}

/** One object for all acts. */
class HitContext implements DetectContext {
  private state: DetectionState | undefined;
  private act: Act | undefined;
  private readonly listening: DetectionOptions["detectors"];

  constructor(detectors: DetectionOptions["detectors"]) {
    this.listening = detectors.filter((one) => one.heard !== undefined);
  }

  begin(state: DetectionState, act: Act | undefined): void {
    this.state = state;
    this.act = act;
  }

  get nowUs(): TimeUs {
    return this.state?.nowUs ?? 0;
  }

  get book(): DetectionState["book"] {
    if (this.state === undefined) throw new Error("detectors are asked within a step");
    return this.state.book;
  }

  readonly emit: NonNullable<DetectContext["emit"]> = (fact) => this.state?.emit(fact);

  readonly lost: NonNullable<DetectContext["lost"]> = (place, detail) => {
    this.state?.losses.note(place, "detect-eviction", this.act?.timeUs ?? this.nowUs, detail);
  };

  readonly hit = (hit: Hit): void => {
    const { state, act } = this;
    if (state === undefined) return;
    const { subject } = hit;
    if (!(subject instanceof SubjectRecord)) return;
    const known = subject.forgotten ? state.book.get(subject.execId) : subject;
    if (known === undefined) return;
    state.book.settle(known);
    for (const one of this.listening) one.heard?.(state.detectors.get(one.name), hit, this);
    const citation = act === undefined ? citeSubject(known, state.nowUs) : citeAct(act);
    if (!state.signals.take(hit, known, citation)) return;
    // Whether somebody gives sessions may depend on what rules say of him.
    state.book.unsettle(known);
    const record = known.signals?.get(hit.rule.id);
    // Facts of another container than the event's are not asked for on account of this event.
    const isElsewhere = act === undefined || act.subject.container !== known.container;
    if (isElsewhere && record !== undefined) state.emit(signalFact(known, record));
    if (known.isInContainer) emitAncestors(known.entry, state.emit);
  };
}

/** A window that ended: there is no event at its end. */
function citeSubject(subject: SubjectRecord, timeUs: TimeUs): Citation {
  const { node, execId, pid, binary, execCitation } = subject;
  if (execCitation !== undefined) return { ...execCitation, timeUs };
  return { timeUs, node, execId, pid, binary, sensor: "exec", policy: "", input: 0, offset: 0 };
}
