/**
 * How an agent has done lately: bounded, and summarised when somebody asks. Reading the clock costs more than handling
 * a small message, so quick messages are sampled: one in sixteen is timed, and stands for the others.
 */

/** Figures of one agent over its window. */
export interface AgentMetrics {
  /** Messages handled per second over the window. */
  throughput: number;
  /** Of handling, without the time in the mailbox. Handlers under 5 µs are sampled, 1 in 16. */
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  /** Failed of all in the window, 0 to 1. A refusal is no failure. */
  errorRate: number;
  /** Since registration. */
  handled: number;
  failed: number;
}

const capacity = 256;
const quickMs = 0.005;
const sampledEvery = 16;

/** The last 256 samples, each with the messages that it stands for. Grows with the first of them. */
export class LatencyWindow {
  handled = 0;
  failed = 0;
  readonly #durations: number[] = [];
  readonly #endedAt: number[] = [];
  readonly #counts: number[] = [];
  readonly #failures: number[] = [];
  #next = 0;
  /** Messages since the last sample, how many of them failed, and how many may go untimed. */
  #untimed = 0;
  #untimedFailed = 0;
  #mayGoUntimed = 0;

  /** Whether the next message should be timed, and then be told of by {@link record} instead of {@link count}. */
  get wantsTime(): boolean {
    return this.#untimed >= this.#mayGoUntimed;
  }

  /** A message that was not timed. */
  count(failed: boolean): void {
    this.handled++;
    this.#untimed++;
    if (!failed) return;
    this.failed++;
    this.#untimedFailed++;
  }

  /** @param endedAt monotonic milliseconds */
  record(durationMs: number, endedAt: number, failed: boolean): void {
    this.count(failed);
    const slot = this.#next;
    this.#durations[slot] = durationMs;
    this.#endedAt[slot] = endedAt;
    this.#counts[slot] = this.#untimed;
    this.#failures[slot] = this.#untimedFailed;
    this.#next = (slot + 1) % capacity;
    this.#untimed = 0;
    this.#untimedFailed = 0;
    this.#mayGoUntimed = durationMs < quickMs ? sampledEvery - 1 : 0;
  }

  /** @param now monotonic milliseconds */
  metrics(now: number): AgentMetrics {
    const { handled, failed } = this;
    if (this.#durations.length === 0)
      return { throughput: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0, errorRate: 0, handled, failed };
    const count = total(this.#counts) + this.#untimed;
    const oldest = this.#endedAt.reduce((least, each) => Math.min(least, each), Infinity);
    const quantile = this.#quantiles();
    return {
      throughput: (count * 1000) / Math.max(1, now - oldest),
      p50Ms: quantile(0.5),
      p95Ms: quantile(0.95),
      p99Ms: quantile(0.99),
      errorRate: (total(this.#failures) + this.#untimedFailed) / count,
      handled,
      failed,
    };
  }

  /** The duration that `share` of the messages do not exceed. */
  #quantiles(): (share: number) => number {
    const order = this.#durations.map((_, slot) => slot);
    order.sort((a, b) => (this.#durations[a] as number) - (this.#durations[b] as number));
    const count = total(this.#counts);
    return (share) => {
      let left = Math.ceil(share * count);
      const slot = order.find((each) => (left -= this.#counts[each] as number) <= 0);
      return this.#durations[slot ?? (order.at(-1) as number)] as number;
    };
  }
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}
