/**
 * One supervisor: takes what is asked of its children, and what they tell, one after another. How they begin and end
 * together is in group.ts. Nothing here makes a promise unless a child does: a restart whose hooks are synchronous
 * happens within the call that tells of the crash.
 *
 * Nothing waits upwards: a supervisor that ends tells its parent after its own turn.
 */
import type { StopReason } from "../agents/define.ts";
import { agentNotFound } from "../agents/failures.ts";
import type { Clock } from "../core/clock.ts";
import { isPromise, proceed, type Soon, type Steps } from "../core/steps.ts";
import { Turns } from "../core/turns.ts";
import type { Child, Exit } from "./child.ts";
import { Effort } from "./effort.ts";
import { gaveUp, startFailed } from "./failures.ts";
import { Group, type GroupHost } from "./group.ts";
import type { Member } from "./member.ts";
import { NestedSupervisor } from "./nested.ts";
import { checkSignificant, once, type StartLimits, type SupervisorSpec } from "./spec.ts";
import { restartsAfter, shutsDown } from "./strategy.ts";

export interface SupervisorHost {
  readonly clock: Clock;
  /** A supervisor without a parent gave up; its children are stopped. */
  onGivenUp?(supervisor: Supervisor): void;
}

export type SupervisorStatus = "starting" | "running" | "stopping" | "stopped" | "failed";

export class Supervisor implements GroupHost {
  readonly spec: SupervisorSpec;
  readonly parent: Supervisor | undefined;
  readonly clock: Clock;
  readonly #host: SupervisorHost;
  readonly #group: Group;
  readonly #turns = new Turns();
  #asChild: NestedSupervisor | undefined;
  #status: SupervisorStatus;
  #error: unknown;
  /** Its own end, to be told when the turn is over. */
  #untold: Exit | undefined;
  /** Why it can never start again. */
  #gone: Error | undefined;

  constructor(spec: SupervisorSpec, host: SupervisorHost, parent?: Supervisor) {
    this.spec = spec;
    this.parent = parent;
    this.clock = host.clock;
    this.#host = host;
    this.#group = new Group(spec, this);
    this.#status = spec.escalates === false ? "running" : "stopped";
  }

  /** What its parent starts and stops. */
  get asChild(): Child {
    return (this.#asChild ??= new NestedSupervisor(this));
  }

  get status(): SupervisorStatus {
    return this.#status;
  }

  /** Why it failed, or did not begin. */
  get error(): unknown {
    return this.#error;
  }

  /** In start order. */
  get children(): Iterable<Child> {
    return this.#group.children;
  }

  /** Restarts that the present window holds. */
  get restarts(): number {
    return this.#group.window.count(this.clock.monotonic());
  }

  /**
   * Adds a child, last in the start order; it is not begun.
   * @param isListed whether it begins and restarts with its group even before it was first up. Default false: what was
   * registered to wait is started by nobody but whoever asks
   * @throws MabeamError `INVALID_INPUT` for a significant child that can never end the supervisor
   */
  add(child: Child, isListed: boolean = false): void {
    checkSignificant(child, this.spec);
    if (this.#group.get(child) !== undefined) return;
    const member = this.#group.add(child);
    if (isListed) member.isListed = true;
  }

  /** Lets a child go that was finished before; without effect on a stranger. */
  forget(child: Child): void {
    const member = this.#group.get(child);
    if (member === undefined) return;
    member.giveUpStarts();
    this.#group.forget(member);
  }

  /**
   * Starts a child; without effect on one that is up. A start that fails is tried again within `limits`, which does not
   * count against the group; then the child is given up. (A temporary child has one try.) When the supervisor itself is
   * down, it comes up first, with all its children.
   * @throws MabeamError `HANDLER_FAILED` with the last cause, when the child is given up; `AGENT_NOT_RUNNING` when it is
   * stopped meanwhile; `AGENT_NOT_FOUND` for a child that was not added
   */
  start(child: Child, limits: StartLimits): Soon<void> {
    return proceed(this.#pursue(this.#member(child), limits, false));
  }

  /** Ends the present life and begins a new one, from any status, uncounted and without waiting for a backoff. @throws as {@link start} */
  restart(child: Child, limits: StartLimits): Soon<void> {
    return proceed(this.#pursue(this.#member(child), limits, true));
  }

  /** Ends the present life, or the attempt to begin one. `false` if there was nothing to end. */
  stop(child: Child, reason: StopReason): Soon<boolean> {
    const member = this.#group.get(child);
    if (member === undefined) return false;
    member.giveUpStarts();
    this.#group.interrupt(member);
    return this.#take(() => this.#stop(member, reason));
  }

  /** Stops a child for good: whoever starts it from now on is told `why` not. */
  finish(child: Child, reason: StopReason, why: Error): Soon<void> {
    const member = this.#group.get(child);
    if (member === undefined) return;
    member.gone ??= why;
    member.isListed = false;
    const stopped = this.stop(child, reason);
    if (isPromise(stopped)) return stopped.then(() => {});
  }

  /** The child tells that a life ended which nobody ended. What was stopped or begun anew since is history. */
  exited(child: Child, exit: Exit): void {
    const member = this.#group.get(child);
    if (member?.ended(exit) === true) this.later(() => this.#afterExit(member, exit));
  }

  /** Begins its children in order; when one fails, those already up are stopped in reverse, and it has failed to begin. */
  begin(why: "start" | "restart"): Soon<boolean> {
    const { halts } = this.#group;
    return this.#take(() => this.#begin(why, halts));
  }

  /** Makes a {@link begin} under way fail soon. */
  interrupt(): void {
    this.#group.halt();
  }

  /** Ends its children in reverse, one after another; begins, restarts and backoffs under way are given up. */
  end(reason: StopReason): Soon<void> {
    this.#group.halt();
    this.#group.giveUpStarts();
    return this.#take(() => this.#end(reason));
  }

  /**
   * Ends, and begins anew, whatever its status; uncounted.
   * @throws MabeamError `HANDLER_FAILED` when a child does not start: then it is failed
   */
  renew(): Soon<void> {
    if (this.parent !== undefined) return this.parent.restart(this.asChild, once);
    const { halts } = this.#group;
    return this.#take(() => this.#renew(halts));
  }

  /** Whoever starts one of its children from now on is told `why` not. */
  retire(why: Error): void {
    this.#gone ??= why;
  }

  /** Stays failed, as does the child that it failed for. */
  fail(): void {
    for (const member of this.#group.members) if (member.state === "between") member.fail();
    this.#status = "failed";
  }

  later(work: () => Steps<void>): void {
    void this.#take(work);
  }

  *exceeded(failed: Member): Steps<void> {
    if (this.spec.escalates === false) return;
    this.#error = gaveUp(this.spec, failed.child);
    this.#group.giveUpStarts();
    this.#status = "stopping";
    yield* this.#group.end("stop");
    this.#status = "failed";
    this.#untold = { kind: "crash", error: this.#error };
  }

  /** Tries to start a child until it is up, in as many turns as that takes. */
  *#pursue(member: Member, limits: StartLimits, isAnew: boolean): Steps<void> {
    const effort = new Effort(member, limits, isAnew);
    for (;;) {
      const left: "nothing" | "supervisor" | "wait" = yield this.#take(() => this.#try(member, effort));
      if (left === "nothing") return;
      if (left === "supervisor") yield* this.#comeUp();
      else if (effort.delayMs !== undefined) yield effort.pause(this.clock);
    }
  }

  /** One try to start a child. @returns what has to come before the next one */
  *#try(member: Member, effort: Effort): Steps<"nothing" | "supervisor" | "wait"> {
    effort.checkWanted(this.#gone);
    if (this.#status !== "running") return "supervisor";
    const why = effort.isAnew ? "restart" : "start";
    if (effort.isAnew && member.isLive) {
      yield* member.end("restart");
      effort.checkWanted(this.#gone);
    }
    effort.isAnew = false;
    if (member.child.isUp) return "nothing";
    this.#group.handOver(member);
    if (yield* this.#group.beginOne(member, why)) return "nothing";
    effort.checkWanted(this.#gone);
    effort.failed(this.clock.monotonic(), this.spec.escalates === false ? this.#group.window : undefined);
    return "wait";
  }

  /** Outside any turn of its own: the parent begins it in one of its. */
  *#comeUp(): Steps<void> {
    if (this.#gone !== undefined) throw this.#gone;
    if (this.parent !== undefined) {
      yield this.parent.start(this.asChild, once);
      return;
    }
    if (yield this.begin("restart")) return;
    this.fail();
    throw startFailed(this.asChild);
  }

  *#renew(halts: number): Steps<void> {
    yield* this.#end("restart");
    if (yield* this.#begin("restart", halts)) return;
    this.fail();
    throw startFailed(this.asChild);
  }

  *#stop(member: Member, reason: StopReason): Steps<boolean> {
    this.#group.handOver(member);
    const wasLive = member.isLive || member.state === "failed";
    yield* member.end(reason);
    return wasLive;
  }

  *#afterExit(member: Member, exit: Exit): Steps<void> {
    // Something happened to the child since: this end is history.
    if (member.exit !== exit) return;
    if (restartsAfter(member.child.restart, exit.kind)) return yield* this.#group.revive(member);
    if (exit.kind === "crash") member.fail();
    else yield* member.end("stop");
    if (!shutsDown(this.spec.autoShutdown ?? "never", this.#group.members, member)) return;
    this.#group.giveUpStarts();
    yield* this.#end("stop");
    this.#untold = { kind: "normal" };
  }

  *#begin(why: "start" | "restart", halts: number): Steps<boolean> {
    if (this.#status === "running") return true;
    this.#status = "starting";
    const failed = yield* this.#group.begin(why, halts);
    this.#status = failed === undefined ? "running" : "failed";
    this.#error = failed?.child.error;
    return failed === undefined;
  }

  *#end(reason: StopReason): Steps<void> {
    this.#status = "stopping";
    yield* this.#group.end(reason);
    this.#status = "stopped";
  }

  #member(child: Child): Member {
    const member = this.#group.get(child);
    if (member === undefined) throw agentNotFound(child.id);
    return member;
  }

  #take<T>(work: () => Steps<T>): Soon<T> {
    const done = this.#turns.take(() => proceed(work()));
    if (isPromise(done)) done.then(this.#tell, this.#tell);
    else this.#tell();
    return done;
  }

  readonly #tell = (): void => {
    const exit = this.#untold;
    if (exit === undefined) return;
    this.#untold = undefined;
    if (this.parent !== undefined) this.parent.exited(this.asChild, exit);
    else if (exit.kind === "crash") this.#host.onGivenUp?.(this);
  };
}
