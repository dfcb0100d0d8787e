/** One request to start a child, over all its tries. It has an account of its own: it counts against nobody else. */
import type { Clock } from "../core/clock.ts";
import { restartDelayMs } from "./backoff.ts";
import { startFailed, stoppedMeanwhile } from "./failures.ts";
import { RestartWindow } from "./intensity.ts";
import type { Member } from "./member.ts";
import type { StartLimits } from "./spec.ts";

export class Effort {
  /** Whether the present life is to end first. */
  isAnew: boolean;
  /** How long the next try waits, in milliseconds; `undefined`: not at all. */
  delayMs: number | undefined;
  readonly #member: Member;
  readonly #limits: StartLimits;
  /** {@link Member.stops} when it was asked for. */
  readonly #stops: number;
  #tries = 0;
  #window: RestartWindow | undefined;

  constructor(member: Member, limits: StartLimits, isAnew: boolean) {
    this.#member = member;
    this.#limits = limits;
    this.#stops = member.stops;
    this.isAnew = isAnew;
  }

  /**
   * @param supervisorGone why the supervisor can never start again, if so
   * @throws why the start is not wanted any more
   */
  checkWanted(supervisorGone: Error | undefined): void {
    const why = supervisorGone ?? this.#member.gone;
    if (why !== undefined) throw why;
    if (this.#member.stops !== this.#stops) throw stoppedMeanwhile(this.#member.child);
  }

  /**
   * Counts a try that failed.
   * @param shared the account that it counts on, if not its own
   * @throws when it was the last: then the child is given up
   */
  failed(now: number, shared: RestartWindow | undefined): void {
    const { child } = this.#member;
    this.#window = shared ?? this.#window ?? new RestartWindow(this.#limits);
    const isLast = this.#window.add(now) || child.restart === "temporary";
    this.delayMs = restartDelayMs(this.#limits.backoff, ++this.#tries);
    if (!isLast) return;
    this.#window.clear();
    this.#member.fail();
    throw startFailed(child);
  }

  /** Ends after the delay, or as soon as the start is given up. */
  pause(clock: Clock): Promise<void> {
    return new Promise((resolve) => {
      const wakes = (this.#member.wakes ??= new Set());
      const wake = (): void => {
        timer.cancel();
        wakes.delete(wake);
        resolve();
      };
      const timer = clock.after(this.delayMs ?? 0, wake);
      wakes.add(wake);
    });
  }
}
