/**
 * Holds workflows as a part of the daemon: they start when an incident is news, by time, and when
 * somebody who knows the secret asks.
 * In: names of workflows, notices, requests. Out: runs, each in a process of its own; their records
 * are in the state. Must never keep a daemon from watching because of one wrong workflow.
 */
import type { Incident } from "../../core/judge/incident/incident.ts";
import { makeVisible } from "../../core/report/safe-text.ts";
import type { StatusPage, StatusRequest } from "../../ports/status-server.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import type { WebhookAnswer, WorkflowTriggers } from "../workflow/trigger-workflows.ts";
import type { Workflow } from "../workflow/workflow.ts";
import type { Daemon } from "./daemon.ts";

const earlyCountMax = 100;

export class WorkflowRunner {
  private readonly daemon: Daemon;
  private triggers: WorkflowTriggers | undefined;
  /** What happened before workflows were read. */
  private early: Incident[] | undefined = [];

  constructor(daemon: Daemon) {
    this.daemon = daemon;
  }

  /** An incident began, or something new happened in it. */
  note(incident: Incident): void {
    if (this.early === undefined) this.triggers?.noteIncident(incident);
    else if (this.early.length < earlyCountMax) this.early.push(incident);
    else this.daemon.log.warn("A workflow was not started: too much happened at once.");
  }

  /** A POST to the status pages. **Returns**: once the run waits for its turn, not when it ran. */
  async take({ path, token, body }: StatusRequest): Promise<StatusPage> {
    const answer = this.triggers?.takeWebhook(path, token, readInputs(body)) ?? "unknown";
    const [status, text] = answers[answer];
    return { status, contentType: "text/plain; charset=utf-8", body: `${text}\n` };
  }

  /** Ends when the signal is given; at once without workflows. **Errors**: throws defects only. */
  async run(signal: AbortSignal): Promise<void> {
    const { settings, context, log } = this.daemon;
    const workflows = await this.load();
    if (workflows.length === 0) {
      this.early = undefined;
      return;
    }
    const { services } = context.outside;
    const maker = await services.reportMaker();
    const { file } = context.settings;
    const { WorkflowTriggers } = await import("../workflow/trigger-workflows.ts");
    this.triggers = new WorkflowTriggers({
      ...{ workflows, clock: services.clock, log },
      words: [
        ...["--state", settings.state, "--format", "json"],
        ...(file === "" ? [] : ["--config", file]),
      ],
      start: (words, given) => maker.make(words, given),
      secretOf: (name) => services.variable(name),
    });
    for (const incident of this.early ?? []) this.triggers.noteIncident(incident);
    this.early = undefined;
    log.info("Workflows start by themselves.", { workflows: workflows.map(({ name }) => name) });
    await this.triggers.run(signal);
  }

  private async load(): Promise<readonly Workflow[]> {
    const { settings, context, log } = this.daemon;
    if (settings.workflows.length === 0) return [];
    // Steps bring with them all that makes reports: most daemons never need it in their memory.
    const { findWorkflow } = await import("../workflow/load-workflows.ts");
    const found: Workflow[] = [];
    for (const name of settings.workflows) {
      try {
        const workflow = await findWorkflow(name, [], context);
        const { incident, schedule, webhook } = workflow.triggers;
        const starts = [incident, schedule, webhook].some((one) => one !== undefined);
        if (starts) found.push(workflow);
        else log.warn("No trigger of this workflow starts it by itself.", { workflow: name });
        this.warnOfSecret(workflow);
      } catch (error) {
        if (!(error instanceof WaggleError)) throw error;
        const why = makeVisible(error.message, 2000);
        log.error("A workflow cannot run.", { workflow: makeVisible(name, 200), why });
      }
    }
    return found;
  }

  /** Without it every request is refused, which nobody should have to find out by trying. */
  private warnOfSecret({ name, triggers }: Workflow): void {
    const { context, log, settings } = this.daemon;
    const { webhook } = triggers;
    if (webhook === undefined) return;
    const isSet = (context.outside.services.variable(webhook.secretEnv) ?? "") !== "";
    const fields = { workflow: name, variable: webhook.secretEnv };
    if (!isSet) log.warn("The secret of a web hook is not set: all requests are refused.", fields);
    if (settings.status === "") log.warn("Status pages are off: no web hook can come.", fields);
  }
}

const answers: Readonly<Record<WebhookAnswer, readonly [status: number, text: string]>> = {
  taken: [202, "taken"],
  unknown: [404, "not found"],
  refused: [401, "the secret is wrong"],
  wrong: [400, "the body is no JSON object with inputs of the workflow"],
  full: [429, "too many runs wait"],
};

/** What is no JSON stays text, which no workflow takes; who asks is looked at first. */
function readInputs(body: string): unknown {
  if (body.trim() === "") return undefined;
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return body;
    throw error;
  }
}
