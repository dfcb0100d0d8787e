/**
 * Restart intensity, after Erlang/OTP's supervisor: more than `maxRestarts` restarts within `withinMs` and the
 * supervisor gives up. OTP stamps whole seconds; here the window is kept to the millisecond. Pure.
 */

/** How many restarts are too many. */
export interface Intensity {
  maxRestarts: number;
  withinMs: number;
}

/** The restarts of the window that ends `now`, this one included, and whether they exceed the intensity. */
export function stampRestart(
  stamps: readonly number[],
  now: number,
  { maxRestarts, withinMs }: Intensity,
): { stamps: number[]; exceeded: boolean } {
  const recent = [...stamps.filter((stamp) => stamp >= now - withinMs), now];
  return { stamps: recent, exceeded: recent.length > maxRestarts };
}
