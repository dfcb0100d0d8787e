/**
 * From the values of variables to directives, delivered: each variable in dependency order says what its agents should
 * do, its directives are delivered by priority, and one variable's failure stops no other.
 */
import type { Clock } from "../core/clock.ts";
import { abortable, throwIfAborted } from "../core/abort.ts";
import { describe } from "../core/describe.ts";
import type { Deadlines } from "../core/deadlines.ts";
import { MabeamError } from "../core/errors.ts";
import { checkId, checkNumber, checkOptions, checkSignal, checkStrings } from "../core/validate.ts";
import { closed } from "../agents/failures.ts";
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
  /** Sets what coordination decided, unless the variable has changed since. */
  setValue(variable: OrchestrationVariable, value: any): Promise<unknown>;
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
  readonly #closing = new AbortController();

  constructor(host: CoordinationHost) {
    this.#host = host;
  }

  /** Gives up what is under way; nothing is delivered any more. */
  close(): void {
    this.#closing.abort(closed("This system"));
  }

  async coordinate(context: CoordinationContext = {}, options: CoordinationOptions = {}): Promise<CoordinationReport> {
    checkContext(context);
    checkOptions(options, ["timeoutMs", "signal"], "coordinateSystem");
    const { timeoutMs = 5000, signal } = options;
    checkNumber(timeoutMs, "timeoutMs", { min: 1 });
    checkSignal(signal);
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
      for (const rank of byPriority(directives)) report.directives.push(...(await this.#deliverRank(rank)));
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
    const decided = await this.#decide(variable, variable.coordinate, context, timeoutMs);
    const directives = Array.isArray(decided) ? decided : decided?.directives;
    if (!Array.isArray(directives)) {
      throw new MabeamError("INVALID_INPUT", `The coordination of "${variable.id}" must give a list of directives.`);
    }
    for (const directive of directives) checkDirective(directive);
    // A new value counts before anybody is told of it.
    if (!Array.isArray(decided)) await this.#host.setValue(variable, decided.value);
    return directives;
  }

  /** What the variable's function makes of the context; its signal fires when nobody waits for it any more. */
  async #decide<Decided>(
    variable: OrchestrationVariable,
    coordinate: (variable: OrchestrationVariable, agents: AgentInfo[], context: CoordinationContext) => Decided,
    context: CoordinationContext,
    timeoutMs: number,
  ): Promise<Awaited<Decided>> {
    const agents = variable.agents.map((id) => this.#host.agent(id)).filter((info) => info !== undefined);
    const abandoned = new AbortController();
    const late = (): MabeamError => {
      const message = `The coordination of "${variable.id}" took longer than ${timeoutMs} ms and was abandoned.`;
      return new MabeamError("ASK_TIMEOUT", message, { details: { variable: variable.id, timeoutMs } });
    };
    const work = async (): Promise<Awaited<Decided>> =>
      await coordinate(variable, agents, { ...context, signal: abandoned.signal });
    try {
      return await this.#host.deadlines.within(timeoutMs, late, work(), this.#closing.signal);
    } catch (error) {
      abandoned.abort(error);
      throw error;
    }
  }

  /** Different agents need not wait for each other; each gets its own directives in the order in which they were given. */
  #deliverRank(rank: readonly Directive[]): Promise<CoordinationReport["directives"]> {
    const last = new Map<string, Promise<unknown>>();
    return Promise.all(
      rank.map((directive) => {
        const delivery = Promise.resolve(last.get(directive.agent)).then(() => this.#deliver(directive));
        last.set(directive.agent, delivery);
        return delivery.then((result) => ({ ...directive, ...result }));
      }),
    );
  }

  async #deliver(directive: Directive): Promise<{ outcome: DirectiveOutcome; error?: string }> {
    try {
      throwIfAborted(this.#closing.signal);
      return { outcome: await this.#host.deliver(directive) };
    } catch (error) {
      return { outcome: "agent_unavailable", error: describe(error) };
    }
  }
}

/** Directives of one priority together, higher ones first; within one they keep the order in which they were given. */
function byPriority(directives: readonly Directive[]): Directive[][] {
  const ranks = new Map<number, Directive[]>();
  for (const directive of directives.toSorted((a, b) => b.priority - a.priority)) {
    const rank = ranks.get(directive.priority) ?? [];
    rank.push(directive);
    ranks.set(directive.priority, rank);
  }
  return [...ranks.values()];
}

function checkContext(context: CoordinationContext): void {
  checkOptions(
    context,
    ["taskRequirements", "availableResources", "systemLoad", "now", "signal"],
    "a coordination's context",
  );
  if (context.systemLoad !== undefined) checkNumber(context.systemLoad, "systemLoad", { min: 0 });
  if (context.now !== undefined) checkNumber(context.now, "now");
  const { taskRequirements } = context;
  if (taskRequirements === undefined) return;
  checkOptions(taskRequirements, ["capabilities", "role"], "taskRequirements");
  if (taskRequirements.capabilities !== undefined) checkStrings(taskRequirements.capabilities, "capabilities");
  if (taskRequirements.role !== undefined) checkId(taskRequirements.role, "role");
}
