/**
 * The children of one supervisor, and how they begin, end and begin again together. Everything here happens within the
 * supervisor's turns, in steps; what a child does not make wait is done at once.
 *
 * Between two turns nothing is held. A restart that waits, for its backoff or its next try, leaves a {@link Retry} with
 * one member and a debt with all that it concerns; its turn finds out what of them is still wanted.
 */
import type { StopReason } from "../agents/define.ts";
import type { Clock } from "../core/clock.ts";
import type { Steps } from "../core/steps.ts";
import { restartDelayMs, Streak } from "./backoff.ts";
import type { Child } from "./child.ts";
import { RestartWindow } from "./intensity.ts";
import { Member, type Retry } from "./member.ts";
import type { SupervisorSpec } from "./spec.ts";
import { planRestart } from "./strategy.ts";

/** What a group asks of its supervisor. */
export interface GroupHost {
  readonly clock: Clock;
  /** Does `work` in a turn of its own, after those that were asked for before. */
  later(work: () => Steps<void>): void;
  /** There were too many restarts, the last for `failed`, which is given up. */
  exceeded(failed: Member): Steps<void>;
}

export class Group {
  readonly window: RestartWindow;
  readonly #spec: SupervisorSpec;
  readonly #host: GroupHost;
  /** In start order. */
  readonly #members = new Map<Child, Member>();
  /** Counts what was asked to the contrary of a begin, or of a restart under way. */
  #halts = 0;
  #beginning: Member | undefined;
  /** Of the whole group, where restarts are the group's. */
  #streak: Streak | undefined;

  constructor(spec: SupervisorSpec, host: GroupHost) {
    this.#spec = spec;
    this.#host = host;
    this.window = new RestartWindow(spec);
  }

  get halts(): number {
    return this.#halts;
  }

  /** In start order. */
  get members(): Iterable<Member> {
    return this.#members.values();
  }

  get children(): Iterable<Child> {
    return this.#members.keys();
  }

  get(child: Child): Member | undefined {
    return this.#members.get(child);
  }

  add(child: Child): Member {
    const member = new Member(child);
    this.#members.set(child, member);
    return member;
  }

  forget(member: Member): void {
    this.handOver(member);
    this.#members.delete(member.child);
  }

  /** Gives up the begin, or the restart, that is under way. */
  halt(): void {
    this.#halts++;
    this.#beginning?.child.interrupt();
  }

  /** Makes the begin of this member fail soon, if it is under way. */
  interrupt(member: Member): void {
    if (this.#beginning === member) member.child.interrupt();
  }

  /** Nobody is to be up: see {@link Member.giveUpStarts}. */
  giveUpStarts(): void {
    for (const member of this.#members.values()) member.giveUpStarts();
  }

  *beginOne(member: Member, why: "start" | "restart"): Steps<boolean> {
    this.#beginning = member;
    const isUp = yield* member.begin(why);
    this.#beginning = undefined;
    return isUp;
  }

  /**
   * Begins all in order. When one fails, those already up are ended in reverse.
   * @param halts {@link halts} when it was asked for
   * @returns the one that failed
   */
  *begin(why: "start" | "restart", halts: number): Steps<Member | undefined> {
    for (const member of [...this.#members.values()]) {
      if (!member.isListed) continue;
      const { stops } = member;
      // Stopped while it began: its end comes in its turn, and the others go on.
      if (this.#halts === halts && ((yield* this.beginOne(member, why)) || member.stops !== stops)) continue;
      yield* this.end("stop", member);
      return member;
    }
    return undefined;
  }

  /** Ends all in reverse, one after another. The next life begins with a clean account. */
  *end(reason: StopReason, except?: Member): Steps<void> {
    this.window.clear();
    this.#streak = undefined;
    for (const member of [...this.#members.values()].toReversed()) {
      member.cancelRetry();
      member.streak = undefined;
      if (member !== except && member.isLive) yield* member.end(reason);
    }
  }

  /** Restarts a child that failed, and who restarts with it. Every try counts. */
  *revive(failed: Member): Steps<void> {
    const now = this.#host.clock.monotonic();
    if (this.window.add(now)) {
      this.window.clear();
      failed.streak = undefined;
      failed.fail();
      return yield* this.#host.exceeded(failed);
    }
    const delayMs = restartDelayMs(this.#spec.backoff, this.#streakOf(failed).next(now, this.#spec.withinMs));
    const halts = this.#halts;
    yield* this.#endWith(failed);
    if (this.#halts !== halts) return;
    if (delayMs === undefined) yield* this.#beginOwed(failed);
    else this.#retry({ leader: failed, hasFailed: false, timer: undefined }, delayMs);
  }

  /** A retry whose leader is stopped, or started by somebody: the next one that waits with it leads on. */
  handOver(leader: Member): void {
    const { retry } = leader;
    if (retry === undefined) return;
    const { start } = planRestart(this.#spec.strategy, this.#members.values(), leader);
    const next = start.find((member) => member !== leader && member.isOwed && member.retry === undefined);
    if (next === undefined) return leader.cancelRetry();
    leader.retry = undefined;
    next.retry = retry;
    retry.leader = next;
    retry.hasFailed = false;
  }

  /** Ends who restarts with `failed`; all that are to begin again are owed it then. */
  *#endWith(failed: Member): Steps<void> {
    const { stop, start } = planRestart(this.#spec.strategy, this.#members.values(), failed);
    for (const member of stop) yield* member.end(member.child.restart === "temporary" ? "stop" : "restart");
    for (const member of start) {
      member.cancelRetry();
      member.isOwed = true;
    }
  }

  /** Begins, in order, who is owed it with `leader`; one that fails leads the next try. */
  *#beginOwed(leader: Member): Steps<void> {
    const halts = this.#halts;
    for (const member of planRestart(this.#spec.strategy, this.#members.values(), leader).start) {
      if (this.#halts !== halts) return;
      if (!member.isOwed) continue;
      if (yield* this.beginOne(member, "restart")) continue;
      member.isOwed = true;
      // Not from here: others had asked for their turn before; one of them may have been a stop of this very child.
      this.#retry({ leader: member, hasFailed: true, timer: undefined });
      return;
    }
    this.#streakOf(leader).isUp(this.#host.clock.monotonic());
  }

  /** Goes on in a later turn, after `delayMs` if any, unless the retry is cancelled until then. */
  #retry(retry: Retry, delayMs?: number): void {
    retry.leader.retry = retry;
    const goOn = (): void => this.#host.later(() => this.#goOn(retry));
    if (delayMs === undefined) goOn();
    else retry.timer = this.#host.clock.after(delayMs, goOn);
  }

  *#goOn(retry: Retry): Steps<void> {
    const { leader, hasFailed } = retry;
    if (leader.retry !== retry) return;
    leader.retry = undefined;
    yield* hasFailed ? this.revive(leader) : this.#beginOwed(leader);
  }

  #streakOf(member: Member): Streak {
    if (this.#spec.strategy === "one_for_one") return (member.streak ??= new Streak());
    return (this.#streak ??= new Streak());
  }
}
