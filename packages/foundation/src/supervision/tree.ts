/** All supervisors of one system, by name: what `mabeam.supervisor` offers. */
import { closed } from "../agents/failures.ts";
import type { AgentStatus } from "../agents/info.ts";
import type { Backoff } from "../agents/define.ts";
import { abortable, throwIfAborted } from "../core/abort.ts";
import { describe } from "../core/describe.ts";
import { invalidInput } from "../core/errors.ts";
import { isPromise, type Soon } from "../core/steps.ts";
import { checkId, checkOptions, checkSignal } from "../core/validate.ts";
import type { Child, RestartPolicy } from "./child.ts";
import { supervisorRemoved, unknownSupervisor } from "./failures.ts";
import { NestedSupervisor } from "./nested.ts";
import { checkSpec, once } from "./spec.ts";
import type { AutoShutdown, Strategy } from "./strategy.ts";
import { Supervisor, type SupervisorHost, type SupervisorStatus } from "./supervisor.ts";

/** What `mabeam.supervisor.add` takes. */
export interface SupervisorOptions {
  /** Who restarts with a child that failed: it alone, all, or those added after it. Default `one_for_one`. */
  strategy?: Strategy;
  /** More than `maxRestarts` restarts within `withinMs`, and it gives up. Defaults 3 in 5,000. */
  maxRestarts?: number;
  withinMs?: number;
  /** Default: ten restarts in a row at once, then after 1 ms, doubling up to 1,000. */
  backoff?: Backoff;
  /** The supervisor that it is a child of, last in its start order. Default: none; when it gives up, it stays failed. */
  parent?: string;
  /** Whether it ends itself when a significant child ended without a restart, or all did. Default `never`. */
  autoShutdown?: AutoShutdown;
  signal?: AbortSignal;
}

/** An agent in the tree. */
export interface AgentNode {
  readonly id: string;
  readonly type: "agent";
  readonly status: AgentStatus;
  readonly restart: RestartPolicy;
  /** Since it was registered. */
  readonly restarts: number;
}

/** A supervisor in the tree. */
export interface SupervisorNode {
  readonly id: string;
  readonly type: "supervisor";
  readonly status: SupervisorStatus;
  readonly strategy: Strategy;
  readonly maxRestarts: number;
  readonly withinMs: number;
  /** Those that the present window holds: one more than `maxRestarts`, and it gives up. */
  readonly restarts: number;
  /** In start order. */
  readonly children: readonly (SupervisorNode | AgentNode)[];
}

/** Who keeps whom alive, as plain JSON. Under the root: supervisors without a parent, then agents without a supervisor. */
export interface SupervisionTree {
  readonly id: "root";
  readonly type: "root";
  readonly children: readonly (SupervisorNode | AgentNode)[];
}

/** Supervisors as Erlang/OTP has them: they start their children in order, stop them in reverse, and restart what fails. */
export interface Supervision {
  /**
   * Adds a supervisor and starts it. Agents join by their option `supervisor`, other supervisors by `parent`.
   * @throws MabeamError `INVALID_INPUT` (`details.reason`) for a value out of range, an id that is taken or an unknown
   * parent; `ABORTED`, then nothing was added
   */
  add(id: string, options?: SupervisorOptions): Promise<void>;
  /**
   * Stops a supervisor's children in reverse order and unregisters them, with all supervisors below it. `false` for an
   * unknown id.
   * @throws MabeamError `ABORTED`: the removal goes on, unattended
   */
  remove(id: string, options?: { signal?: AbortSignal }): Promise<boolean>;
  /**
   * Stops a supervisor's children and starts them in order, from any status: so one that gave up comes up again.
   * @throws MabeamError `INVALID_INPUT` for an unknown id; `HANDLER_FAILED` when a child does not start, the others are
   * then stopped; `ABORTED`: the restart goes on, unattended
   */
  restart(id: string, options?: { signal?: AbortSignal }): Promise<void>;
  tree(): SupervisionTree;
}

export interface SupervisionHost extends SupervisorHost {
  agentNode(agent: Child): AgentNode;
  /** Agents without a supervisor. */
  loneAgents(): Iterable<AgentNode>;
  /** The agent's supervisor was removed. */
  unregister(agent: Child): Soon<unknown>;
}

const optionNames = ["strategy", "maxRestarts", "withinMs", "backoff", "parent", "autoShutdown", "signal"];

export class SupervisorTree implements Supervision {
  readonly #host: SupervisionHost;
  /** In the order in which they were added. */
  readonly #supervisors = new Map<string, Supervisor>();
  #closed: Error | undefined;

  constructor(host: SupervisionHost) {
    this.#host = host;
  }

  /** Whether no supervisor without a parent has given up. */
  get isHealthy(): boolean {
    for (const { parent, status } of this.#supervisors.values()) {
      if (parent === undefined && status === "failed") return false;
    }
    return true;
  }

  /** @throws MabeamError `INVALID_INPUT` for an unknown id */
  get(id: string): Supervisor {
    const supervisor = this.#supervisors.get(id);
    if (supervisor === undefined) throw unknownSupervisor(id);
    return supervisor;
  }

  async add(id: string, options: SupervisorOptions = {}): Promise<void> {
    this.#checkOpen();
    const supervisor = this.#make(id, options);
    throwIfAborted(options.signal);
    const { parent } = supervisor;
    this.#supervisors.set(id, supervisor);
    parent?.add(supervisor.asChild, true);
    // Under a parent that is down it waits for it: whoever adds a supervisor does not ask for what was given up.
    if (parent !== undefined && !isComing(parent)) return;
    try {
      const begun: Soon<unknown> =
        parent === undefined ? supervisor.begin("start") : parent.start(supervisor.asChild, once);
      if (isPromise(begun)) await abortable(begun, options.signal);
    } catch (error) {
      await this.#remove(supervisor);
      throw error;
    }
  }

  async remove(id: string, options: { signal?: AbortSignal } = {}): Promise<boolean> {
    this.#checkOpen();
    checkCall(id, options, "supervisor.remove");
    const supervisor = this.#supervisors.get(id);
    if (supervisor === undefined) return false;
    await abortable(this.#remove(supervisor), options.signal);
    return true;
  }

  async restart(id: string, options: { signal?: AbortSignal } = {}): Promise<void> {
    this.#checkOpen();
    checkCall(id, options, "supervisor.restart");
    const renewed = this.get(id).renew();
    if (isPromise(renewed)) await abortable(renewed, options.signal);
  }

  tree(): SupervisionTree {
    const tops = [...this.#supervisors.values()].filter(({ parent }) => parent === undefined);
    const children = [...tops.map((top) => this.#node(top)), ...this.#host.loneAgents()];
    return { id: "root", type: "root", children };
  }

  /** Ends all supervisors, the last added first; nothing can be started under them any more. */
  async close(): Promise<void> {
    const why = (this.#closed ??= closed("This system"));
    const supervisors = [...this.#supervisors.values()].toReversed();
    for (const supervisor of supervisors) supervisor.retire(why);
    for (const supervisor of supervisors) if (supervisor.parent === undefined) await supervisor.end("close");
  }

  #make(id: string, options: SupervisorOptions): Supervisor {
    checkId(id, "A supervisor id");
    checkOptions(options, optionNames, "supervisor.add");
    checkSignal(options.signal);
    const { strategy = "one_for_one", maxRestarts = 3, withinMs = 5000, backoff, autoShutdown = "never" } = options;
    // Copied: what the caller changes later is not ours.
    const own = backoff !== null && typeof backoff === "object" ? { ...backoff } : backoff;
    const spec = checkSpec({ id, strategy, maxRestarts, withinMs, backoff: own, autoShutdown });
    if (this.#supervisors.has(id)) {
      const message = `There is already a supervisor "${id}"; remove it first, or choose another id.`;
      throw invalidInput("duplicate-supervisor", message, { supervisor: id });
    }
    return new Supervisor(spec, this.#host, this.#parent(options.parent));
  }

  #parent(id: unknown): Supervisor | undefined {
    if (id === undefined) return undefined;
    if (typeof id !== "string") throw invalidInput("invalid-id", `parent must be an id, not ${describe(id)}.`);
    return this.get(id);
  }

  async #remove(supervisor: Supervisor): Promise<void> {
    const { spec, parent } = supervisor;
    const removed = [...below(supervisor)];
    const why = supervisorRemoved(spec.id);
    for (const one of removed) {
      one.retire(why);
      this.#supervisors.delete(one.spec.id);
    }
    if (parent === undefined) await supervisor.end("stop");
    else await parent.finish(supervisor.asChild, "stop", why);
    parent?.forget(supervisor.asChild);
    for (const one of removed.toReversed()) {
      const agents = [...one.children].filter(({ type }) => type === "agent");
      for (const agent of agents.toReversed()) await this.#host.unregister(agent);
    }
  }

  #node(supervisor: Supervisor): SupervisorNode {
    const { spec, status, restarts } = supervisor;
    const { id, strategy, maxRestarts, withinMs } = spec;
    const children = [...supervisor.children].map((child) =>
      child instanceof NestedSupervisor ? this.#node(child.supervisor) : this.#host.agentNode(child),
    );
    return { id, type: "supervisor", status, strategy, maxRestarts, withinMs, restarts, children };
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw this.#closed;
  }
}

function isComing({ status }: Supervisor): boolean {
  return status === "running" || status === "starting";
}

/** It and all supervisors under it, parents first. */
function* below(supervisor: Supervisor): Generator<Supervisor> {
  yield supervisor;
  for (const child of supervisor.children) if (child instanceof NestedSupervisor) yield* below(child.supervisor);
}

function checkCall(id: unknown, options: { signal?: AbortSignal }, what: string): void {
  checkId(id, "A supervisor id");
  checkOptions(options, ["signal"], what);
  checkSignal(options.signal);
}
