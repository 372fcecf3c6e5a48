/**
 * Holds workflows as a part of the daemon: they start when an incident is news, and by time.
 * In: names of workflows, notices. Out: runs, each in a process of its own; their records are in
 * the state. Must never keep a daemon from watching because of one wrong workflow.
 */
import { makeVisible } from "../../core/report/safe-text.ts";
import type { Notice } from "../../ports/notifier.ts";
import { WaggleError } from "../../ports/waggle-error.ts";
import { findWorkflow } from "../workflow/load-workflows.ts";
import { WorkflowTriggers } from "../workflow/trigger-workflows.ts";
import type { Workflow } from "../workflow/workflow.ts";
import type { Daemon } from "./daemon.ts";

export class WorkflowRunner {
  private readonly daemon: Daemon;
  private triggers: WorkflowTriggers | undefined;

  constructor(daemon: Daemon) {
    this.daemon = daemon;
  }

  /** What ends an incident starts nothing. */
  note({ kind, incident }: Pick<Notice, "kind" | "incident">): void {
    if (kind === "open" || kind === "update") this.triggers?.noteIncident(incident);
  }

  /** Ends when the signal is given; at once without workflows. **Errors**: throws defects only. */
  async run(signal: AbortSignal): Promise<void> {
    const { settings, context, log } = this.daemon;
    const workflows = await this.load();
    if (workflows.length === 0) return;
    const { services } = context.outside;
    const maker = await services.reportMaker();
    const { file } = context.settings;
    this.triggers = new WorkflowTriggers({
      ...{ workflows, clock: services.clock, log },
      words: [
        ...["--state", settings.state, "--format", "json"],
        ...(file === "" ? [] : ["--config", file]),
      ],
      start: (words, given) => maker.make(words, given),
      // The status pages take no requests but GET: nobody can ask yet.
      secretOf: () => undefined,
    });
    log.info("Workflows start by themselves.", { workflows: workflows.map(({ name }) => name) });
    await this.triggers.run(signal);
  }

  private async load(): Promise<readonly Workflow[]> {
    const { settings, context, log } = this.daemon;
    const found: Workflow[] = [];
    for (const name of settings.workflows) {
      try {
        const workflow = await findWorkflow(name, [], context);
        const { incident, schedule } = workflow.triggers;
        if (incident !== undefined || schedule !== undefined) found.push(workflow);
        else
          log.warn("A workflow is started neither by incidents nor by time.", { workflow: name });
      } catch (error) {
        if (!(error instanceof WaggleError)) throw error;
        const why = makeVisible(error.message, 2000);
        log.error("A workflow cannot run.", { workflow: makeVisible(name, 200), why });
      }
    }
    return found;
  }
}
