/** Every contestant that runs in Node; OTP is a script of its own. */
import type { Contestant } from "../contestant.ts";
import { floor } from "./floor.ts";
import { mabeam } from "./mabeam.ts";
import { nact } from "./nact.ts";
import { xstate } from "./xstate.ts";

export const contestants: readonly Contestant[] = [mabeam, floor, xstate, nact];
