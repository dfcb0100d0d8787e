/** How an agent has done lately: the last calls, bounded, summarised when somebody asks. */

/** Figures of one agent over its window. */
export interface AgentMetrics {
  /** Messages handled per second over the window. */
  throughput: number;
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

/** The last 256 calls. Nothing is allocated before the first. */
export class LatencyWindow {
  handled = 0;
  failed = 0;
  #durations: Float64Array | undefined;
  #endedAt: Float64Array | undefined;
  #failures: Uint8Array | undefined;

  /** @param endedAt monotonic milliseconds */
  record(durationMs: number, endedAt: number, failed: boolean): void {
    this.#durations ??= new Float64Array(capacity);
    this.#endedAt ??= new Float64Array(capacity);
    this.#failures ??= new Uint8Array(capacity);
    const slot = this.handled % capacity;
    this.#durations[slot] = durationMs;
    this.#endedAt[slot] = endedAt;
    this.#failures[slot] = failed ? 1 : 0;
    this.handled++;
    if (failed) this.failed++;
  }

  /** @param now monotonic milliseconds */
  metrics(now: number): AgentMetrics {
    const { handled, failed } = this;
    const count = Math.min(handled, capacity);
    if (count === 0 || this.#durations === undefined || this.#endedAt === undefined || this.#failures === undefined) {
      return { throughput: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0, errorRate: 0, handled, failed };
    }
    const sorted = this.#durations.slice(0, count).sort();
    const quantile = (share: number): number => sorted[Math.min(count - 1, Math.ceil(share * count) - 1)] as number;
    const oldest = this.#endedAt.slice(0, count).reduce((least, each) => Math.min(least, each), Infinity);
    const failures = this.#failures.slice(0, count).reduce((sum, each) => sum + each, 0);
    return {
      throughput: (count * 1000) / Math.max(1, now - oldest),
      p50Ms: quantile(0.5),
      p95Ms: quantile(0.95),
      p99Ms: quantile(0.99),
      errorRate: failures / count,
      handled,
      failed,
    };
  }
}
