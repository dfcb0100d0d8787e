/**
 * From the values of variables to directives, delivered: each variable in dependency order says what its agents should
 * do, its directives are delivered by priority, and one variable's failure stops no other.
 */
import type { Clock } from "../core/clock.ts";
import { abortable, throwIfAborted } from "../core/abort.ts";
import { describe } from "../core/describe.ts";
import type { Deadlines } from "../core/deadlines.ts";
import { MabeamError } from "../core/errors.ts";
import { checkDirective, type Directive, type DirectiveOutcome } from "../agents/directive.ts";
import type { AgentInfo } from "../agents/info.ts";
import type { CoordinationContext, OrchestrationVariable } from "../variables/variable.ts";

/** What one coordination did, and what failed. */
export interface CoordinationReport {
  id: string;
  at: number;
  durationMs: number;
  directives: (Directive & { outcome: DirectiveOutcome; error?: string })[];
  variables: { variable: string; ok: boolean; timedOut: boolean; error?: string }[];
}

/** How long to wait for a coordination. */
export interface CoordinationOptions {
  /** Per variable, for working out its directives. Default 5,000. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** What coordination needs of the system. */
export interface CoordinationHost {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  variables(): OrchestrationVariable[];
  agent(id: string): AgentInfo | undefined;
  deliver(directive: Directive): Promise<DirectiveOutcome>;
  emit(event: "coordination:started", payload: { at: number; coordination: string }): void;
  emit(event: "coordination:completed", payload: CoordinationReport): void;
}

/** A run that waits for the present one to end. */
interface NextRun {
  context: CoordinationContext;
  timeoutMs: number;
  report: Promise<CoordinationReport>;
}

/** Runs coordinations one at a time; calls that arrive during a run share the next one. */
export class Coordinator {
  readonly #host: CoordinationHost;
  #runs = 0;
  #running: Promise<unknown> | undefined;
  #next: NextRun | undefined;

  constructor(host: CoordinationHost) {
    this.#host = host;
  }

  async coordinate(context: CoordinationContext = {}, options: CoordinationOptions = {}): Promise<CoordinationReport> {
    const { timeoutMs = 5000, signal } = options;
    throwIfAborted(signal);
    return abortable(this.#join(context, timeoutMs), signal);
  }

  #join(context: CoordinationContext, timeoutMs: number): Promise<CoordinationReport> {
    if (this.#running === undefined) return this.#start(context, timeoutMs);
    if (this.#next !== undefined) {
      // The last caller knows the latest.
      Object.assign(this.#next, { context, timeoutMs });
      return this.#next.report;
    }
    const report = this.#running.then(() => {
      const next = this.#next as NextRun;
      this.#next = undefined;
      return this.#start(next.context, next.timeoutMs);
    });
    this.#next = { context, timeoutMs, report };
    return report;
  }

  #start(context: CoordinationContext, timeoutMs: number): Promise<CoordinationReport> {
    const report = this.#run(context, timeoutMs);
    const running = report
      .catch(() => {})
      .then(() => {
        if (this.#running === running) this.#running = undefined;
      });
    this.#running = running;
    return report;
  }

  async #run(context: CoordinationContext, timeoutMs: number): Promise<CoordinationReport> {
    const at = this.#host.clock.now();
    const startedAt = this.#host.clock.monotonic();
    const report: CoordinationReport = {
      id: `coordination-${++this.#runs}`,
      at,
      durationMs: 0,
      directives: [],
      variables: [],
    };
    this.#host.emit("coordination:started", { at, coordination: report.id });
    for (const variable of this.#host.variables()) {
      await this.#coordinateVariable(variable, { now: at, ...context }, timeoutMs, report);
    }
    report.durationMs = this.#host.clock.monotonic() - startedAt;
    this.#host.emit("coordination:completed", report);
    return report;
  }

  async #coordinateVariable(
    variable: OrchestrationVariable,
    context: CoordinationContext,
    timeoutMs: number,
    report: CoordinationReport,
  ): Promise<void> {
    try {
      const directives = await this.#directivesOf(variable, context, timeoutMs);
      // Sorting is stable: equal priorities keep the order in which they were given.
      for (const directive of directives.toSorted((a, b) => b.priority - a.priority)) {
        report.directives.push({ ...directive, ...(await this.#deliver(directive)) });
      }
      report.variables.push({ variable: variable.id, ok: true, timedOut: false });
    } catch (error) {
      const timedOut = error instanceof MabeamError && error.code === "ASK_TIMEOUT";
      report.variables.push({ variable: variable.id, ok: false, timedOut, error: describe(error) });
    }
  }

  async #directivesOf(
    variable: OrchestrationVariable,
    context: CoordinationContext,
    timeoutMs: number,
  ): Promise<Directive[]> {
    if (variable.coordinate === undefined) return [];
    const agents = variable.agents.map((id) => this.#host.agent(id)).filter((info) => info !== undefined);
    const work = Promise.resolve(variable.coordinate(variable, agents, context));
    const directives = await this.#within(work, timeoutMs, variable.id);
    if (!Array.isArray(directives)) {
      throw new MabeamError("INVALID_INPUT", `The coordination of "${variable.id}" must give a list of directives.`);
    }
    for (const directive of directives) checkDirective(directive);
    return directives;
  }

  #within<T>(work: Promise<T>, timeoutMs: number, variable: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const deadline = this.#host.deadlines.set(timeoutMs, () => {
        const message = `The coordination of "${variable}" took longer than ${timeoutMs} ms and was abandoned.`;
        reject(new MabeamError("ASK_TIMEOUT", message, { details: { variable, timeoutMs } }));
      });
      work.then(resolve, reject).finally(() => deadline.clear());
    });
  }

  async #deliver(directive: Directive): Promise<{ outcome: DirectiveOutcome; error?: string }> {
    try {
      return { outcome: await this.#host.deliver(directive) };
    } catch (error) {
      return { outcome: "agent_unavailable", error: describe(error) };
    }
  }
}
