/** How much of everything: the same for all contestants of a run. All are counts, unless the name says milliseconds. */

export interface Scale {
  /** Agents in a large system. */
  readonly agents: number;
  /** Agents that crash at once, and the population in which a single one crashes. */
  readonly crashers: number;
  /** Children of one supervisor. */
  readonly children: number;
  /** How long a round of a throughput lasts. */
  readonly roundMs: number;
  /** Single operations that are timed for percentiles, per round. */
  readonly samples: number;
  /** Crashes that are timed, per round. */
  readonly crashes: number;
  /** Messages that wait for one agent while another one is asked. */
  readonly backlog: number;
  readonly overloadMs: number;
  /** Rounds of each case, of which the median counts; one more, to warm up, does not. */
  readonly rounds: number;
}

export const full: Scale = {
  agents: 100_000,
  crashers: 10_000,
  children: 1_000,
  roundMs: 250,
  samples: 20_000,
  crashes: 1_000,
  backlog: 1_000_000,
  overloadMs: 6_000,
  rounds: 5,
};

/** To see in half a minute that everything works, and about how fast. */
export const quick: Scale = {
  agents: 20_000,
  crashers: 1_000,
  children: 200,
  roundMs: 30,
  samples: 1_000,
  crashes: 200,
  backlog: 50_000,
  overloadMs: 300,
  rounds: 1,
};
