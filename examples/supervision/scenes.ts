/** All scenes, in the order in which they are played. */
import type { Scene } from "./scene.ts";
import { cannotBeKept } from "./scenes/cannot-be-kept.ts";
import { crashLoop, endlessLoop } from "./scenes/crash-loop.ts";
import { flood } from "./scenes/flood.ts";
import { escalation, oneForAll, restForOne } from "./scenes/groups.ts";
import { badStart, badStop } from "./scenes/hooks.ts";
import { hung } from "./scenes/hung.ts";
import { killed } from "./scenes/killed.ts";
import { neverAnswers } from "./scenes/never-answers.ts";
import { badListener, oddIds } from "./scenes/outsiders.ts";
import { rejects, throws, throwsNothing } from "./scenes/throws.ts";
import { badMigration, upgradeUnderLoad } from "./scenes/upgrades.ts";

export const scenes: readonly Scene[] = [
  ...[throws, rejects, throwsNothing, neverAnswers, hung, flood],
  ...[badStart, badStop, crashLoop, endlessLoop],
  ...[restForOne, oneForAll, escalation],
  ...[badMigration, upgradeUnderLoad, cannotBeKept, killed],
  ...[oddIds, badListener],
];
