/**
 * Holds the cases that stand beside each rule: what must match it, and what must not.
 * In: plain data of a `*.cases.yaml` document, as people write it (`docs/rule-cases.md`). Out:
 * events as Tetragon would send them. Must never throw: what is wrong is told with its path.
 */
import type { Event, ExecEvent, HookEvent, ProcessEventBase } from "../../event/event.ts";
import { hasFlag } from "../../event/process-flags.ts";
import { type CaseHook, CaseSockets, hookActNames, writeAct } from "./case-acts.ts";
import { type CaseProblem, CaseReader } from "./case-reader.ts";
import {
  type CaseContainer,
  type CaseProcess,
  CaseWorld,
  caseNode,
  caseStartUs,
  plainProgram,
} from "./case-world.ts";

/** One little story with what a rule must say of it. */
export interface RuleCase {
  readonly name: string;
  /** Id of the rule; "" is the one rule of the file beside. */
  readonly rule: string;
  /** `recording/scenario` it was taken from; "" written by hand. */
  readonly from: string;
  /** How many signals of the rule; undefined is at least one, or none where it must be quiet. */
  readonly expectCount: number | undefined;
  /** Where it stands in the document. */
  readonly path: string;
  /** **Order**: as told; times may go back. */
  readonly events: readonly Event[];
}

export interface RuleCases {
  readonly matching: readonly RuleCase[];
  readonly quiet: readonly RuleCase[];
  readonly problems: readonly CaseProblem[];
}

const stepUs = 10_000;

/** **Errors**: values with the path into the document; a case with one is still decoded. */
export function decodeCases(plain: unknown): RuleCases {
  const problems: CaseProblem[] = [];
  const document = CaseReader.of(plain, "", problems);
  const rule = document.text("rule");
  const decode = (key: "matching" | "quiet") =>
    document.maps(key).map((told) => decodeCase(told, rule));
  const cases = { matching: decode("matching"), quiet: decode("quiet") };
  document.finish();
  return { ...cases, problems };
}

function decodeCase(told: CaseReader, rule: string): RuleCase {
  const stage = new CaseStage();
  const containers = told.map("containers");
  for (const name of containers?.keys() ?? []) {
    stage.world.addContainer(name, containers?.map(name));
  }
  for (const one of told.maps("running")) stage.play(one, true);
  for (const one of told.maps("events")) stage.play(one, false);
  const made: RuleCase = {
    name: told.text("name"),
    rule: told.text("rule", rule),
    from: told.text("from"),
    expectCount: told.has("expect-count") ? told.number("expect-count", 1) : undefined,
    path: told.path,
    events: stage.events,
  };
  if (made.name === "") told.complain("name", "is missing");
  if (made.events.length === 0) told.complain("events", "is empty");
  told.finish();
  return made;
}

/** Plays the lines of one case. */
class CaseStage {
  readonly events: Event[] = [];
  readonly world = new CaseWorld((process) => this.tellExec(process));
  private readonly sockets = new CaseSockets();

  play(told: CaseReader, isRunning: boolean): void {
    this.world.nowUs = told.has("at")
      ? caseStartUs + Math.round(told.number("at", 0) * 1e6)
      : this.world.nowUs + (isRunning ? 0 : stepUs);
    if (!told.has("pid")) told.complain("pid", "is missing");
    const pid = told.number("pid", 0);
    const act = this.findAct(told, isRunning);
    if (act === "exec") this.exec(told, pid, isRunning);
    else if (act === "fork") this.fork(told, pid);
    else if (act !== "") this.act(told, pid, act);
    told.finish();
  }

  private findAct(told: CaseReader, isRunning: boolean): string {
    // `setuid: true` beside `exec` says of the file what `setuid: 0` alone says of a call.
    const names = isRunning || told.has("exec") ? ["exec"] : ["fork", "exit", ...hookActNames];
    const found = names.filter((name) => told.has(name));
    if (found.length === 1) return found[0] ?? "";
    told.complain("", found.length === 0 ? "says nothing that is done" : "says more than one act");
    return "";
  }

  private exec(told: CaseReader, pid: number, isRunning: boolean): void {
    const container = this.containerOf(told);
    const program = {
      ...plainProgram,
      pid,
      container,
      binary: told.text("exec"),
      arguments: told.text("args"),
      cwd: told.has("cwd") ? told.text("cwd") : undefined,
      uid: told.has("uid") ? told.number("uid", 0) : undefined,
      auid: told.has("auid") ? told.number("auid", 0) : undefined,
      entered: told.flag("entered"),
      probe: told.flag("probe"),
      setuid: told.flag("setuid"),
      fileless: told.flag("fileless"),
      hostNamespaces: told.flag("host-namespaces"),
      flags: told.text("flags"),
      fromProc: isRunning,
    };
    if (program.binary === "") told.complain("exec", "names no program");
    const parent = this.parentOf(told) ?? this.world.usualParent(program);
    this.world.exec(program, parent);
  }

  private fork(told: CaseReader, pid: number): void {
    const of = this.world.process(told.number("fork", 0));
    if (of === undefined) told.complain("fork", "is the pid of no process so far");
    else this.world.fork(pid, of);
  }

  private act(told: CaseReader, pid: number, act: string): void {
    const process = this.world.process(pid) ?? this.strange(told, pid);
    if (process === undefined) return;
    if (act === "exit") this.exit(told, process);
    else {
      const context = { process, sockets: this.sockets };
      for (const hook of writeAct(act, told, context)) {
        this.tellHook(hook, process, told.texts("tags"));
        this.world.nowUs += 1;
      }
    }
  }

  /** A process that does something without an exec before it must at least name its place. */
  private strange(told: CaseReader, pid: number): CaseProcess | undefined {
    const container = this.containerOf(told);
    if (container !== undefined && container.mainPid === pid) return this.world.mainOf(container);
    told.complain("pid", "is of no process so far; give it an exec, or list it in running");
    return undefined;
  }

  private exit(told: CaseReader, process: CaseProcess): void {
    const text = told.text("exit");
    const signal = /^SIG[A-Z0-9]+$/.test(text) ? text : "";
    const status = signal === "" ? Number(text) : 0;
    if (!Number.isInteger(status)) told.complain("exit", "is neither a status nor a signal");
    this.events.push({ ...this.base(process), type: "exit", status: status | 0, signal });
  }

  /** A pid, or a container's name for its first process. */
  private parentOf(told: CaseReader): CaseProcess | undefined {
    if (!told.has("parent")) return undefined;
    const text = told.text("parent");
    const container = /^\d+$/.test(text) ? undefined : this.world.container(text);
    if (container !== undefined) return this.world.mainOf(container);
    const parent = this.world.process(Number(text));
    if (parent === undefined) told.complain("parent", "is the pid of no process so far");
    return parent;
  }

  private containerOf(told: CaseReader): CaseContainer | undefined {
    return this.world.container(told.text("container"));
  }

  private tellExec(process: CaseProcess): void {
    const base = this.base(process);
    const event: ExecEvent = { ...base, type: "exec", ancestors: [] };
    // What ran before is listed with its birth as the time of its exec.
    const isOld = hasFlag(process.process.flags, "procFS");
    this.events.push(isOld ? { ...event, timeUs: process.process.startTimeUs } : event);
  }

  private tellHook(told: CaseHook, process: CaseProcess, tags: readonly string[]): void {
    const event: HookEvent = {
      ...this.base(process),
      type: "kprobe",
      hook: told.hook,
      object: "",
      policy: told.policy,
      arguments: told.arguments,
      returned: told.returned,
      action: "KPROBE_ACTION_POST",
      message: "",
      tags,
    };
    this.events.push(event);
  }

  private base({ process, parent }: CaseProcess): ProcessEventBase {
    return {
      timeUs: this.world.nowUs,
      node: caseNode,
      cluster: "",
      input: 0,
      offset: this.events.length,
      process,
      parent,
      tid: process.pid,
    };
  }
}
