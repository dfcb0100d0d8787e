/** Entry `@mabeam/foundation/testing`: what tests of agents need. */
export { seededRandom, type Random } from "./core/random.ts";
export { testClock, type TestClock } from "./testing/test-clock.ts";
