/** Every case, in the order of the table. */
import type { Case } from "../case.ts";
import { ask, askMany } from "./ask.ts";
import { capabilityFew, capabilityMany } from "./capability.ts";
import { crash, crashAll, crashGroup } from "./crash.ts";
import { fairness } from "./fairness.ts";
import { lookupAll, lookupTenth } from "./lookup.ts";
import { overload } from "./overload.ts";
import { spawn } from "./spawn.ts";
import { tellMany, tellOne } from "./tell.ts";

export const cases: readonly Case[] = [
  spawn,
  ask,
  askMany,
  tellOne,
  tellMany,
  lookupTenth,
  lookupAll,
  capabilityFew,
  capabilityMany,
  crash,
  crashAll,
  crashGroup,
  overload,
  fairness,
];
