/** How coordination has gone since the start of the system. */
import type { CoordinationReport } from "../orchestration/coordinator.ts";
import type { SystemStatus } from "./contract.ts";

export class CoordinationTally {
  #runs = 0;
  #variables = 0;
  #ok = 0;
  #totalMs = 0;

  count(report: CoordinationReport): void {
    this.#runs++;
    this.#variables += report.variables.length;
    this.#ok += report.variables.filter((variable) => variable.ok).length;
    this.#totalMs += report.durationMs;
  }

  summary(): SystemStatus["coordination"] {
    return {
      runs: this.#runs,
      successRate: this.#variables === 0 ? 1 : this.#ok / this.#variables,
      meanMs: this.#runs === 0 ? 0 : this.#totalMs / this.#runs,
    };
  }
}
