/** What a supervisor remembers of a child, and the few ways in which that changes. */
import type { Timer } from "../core/clock.ts";
import type { Steps } from "../core/steps.ts";
import type { StopReason } from "../agents/define.ts";
import type { Streak } from "./backoff.ts";
import type { Child, Exit } from "./child.ts";
import type { Listed } from "./strategy.ts";

/** A restart to come: a group has one, held by the member that leads it. */
export interface Retry {
  leader: Member;
  /** Whether its leader failed to begin, which is one more failure; otherwise those that are owed a begin go on. */
  hasFailed: boolean;
  /** Set while it waits for time to pass, and not only for its turn. */
  timer: Timer | undefined;
}

export class Member implements Listed {
  readonly child: Child;
  /** Not until it was first up, so that nobody starts what was registered to wait. */
  isListed = false;
  /** `resting`: there is nothing to end. `between`: a life has ended or failed to begin, and what is left of it waits. */
  state: "resting" | "up" | "between" | "failed" = "resting";
  /** A restart was decided, of this child or of its group, that has not come to it yet. */
  isOwed = false;
  /** Set on the one that leads a restart to come. */
  retry: Retry | undefined;
  /** The end of a life that was told, and whose turn has not come. Anything that happens to the child makes it history. */
  exit: Exit | undefined;
  /** Counts what was asked to the contrary of a start: a start that began before is given up. */
  stops = 0;
  streak: Streak | undefined;
  /** Why it can never start again. */
  gone: Error | undefined;
  /** Cut short the waits between the tries to start it. */
  wakes: Set<() => void> | undefined;

  constructor(child: Child) {
    this.child = child;
    if (child.isUp) this.#isUp();
  }

  get isLive(): boolean {
    return this.state === "up" || this.state === "between" || this.isOwed;
  }

  /** Takes note of the end of a life, unless that is history: then `false`. */
  ended(exit: Exit): boolean {
    if (this.child.isUp) return false;
    // A life that began before there was a supervisor.
    if (!this.isListed && this.gone === undefined && this.state === "resting") this.#isUp();
    // `between` when the news comes while its begin is only just being noticed.
    if (this.state !== "up" && this.state !== "between") return false;
    this.state = "between";
    this.exit = exit;
    return true;
  }

  /** Begins a life. Afterwards the child is up, or between two lives. */
  *begin(why: "start" | "restart"): Steps<boolean> {
    this.exit = undefined;
    this.isOwed = false;
    this.state = "between";
    const isUp: boolean = yield this.child.begin(why);
    if (!isUp) return false;
    this.#isUp();
    return true;
  }

  /**
   * Ends the life, or clears away what is left of one; without effect on a child that rests. For a restart, what is left
   * may stay: the next life takes it over.
   */
  *end(reason: StopReason): Steps<void> {
    this.exit = undefined;
    this.isOwed = false;
    if (this.state === "resting") return;
    if (reason === "restart" && !this.child.isUp) {
      this.state = "between";
      return;
    }
    // First: nobody else finds anything to end while this waits.
    this.state = "resting";
    yield this.child.end(reason);
    if (reason === "restart") this.state = "between";
  }

  fail(): void {
    this.exit = undefined;
    this.isOwed = false;
    this.state = "failed";
    this.child.fail();
  }

  cancelRetry(): void {
    this.retry?.timer?.cancel();
    this.retry = undefined;
  }

  /** It is to be down: whoever is trying to start it gives up, and an end that waits for its turn is history. */
  giveUpStarts(): void {
    this.stops++;
    this.exit = undefined;
    for (const wake of this.wakes ?? []) wake();
  }

  #isUp(): void {
    this.state = "up";
    this.isListed = this.gone === undefined;
  }
}
