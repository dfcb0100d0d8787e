/** Plays the scenes one after another in one system, under a client that never stops asking. */
import { setTimeout as pause } from "node:timers/promises";
import { createMabeam } from "@mabeam/foundation";
import { Client, type Tally } from "./client.ts";
import { deskWith } from "./desk.ts";
import type { Scene } from "./scene.ts";
import { sceneLines } from "./screen.ts";

/** How it ended. */
export interface Report {
  readonly faults: number;
  readonly survived: number;
  readonly restarts: number;
  readonly tally: Tally;
  /** Rejections that nobody handled. */
  readonly unhandled: number;
  readonly healthy: boolean;
  /** Whether every fault was survived, nothing was lost, and the system is as healthy as it began. */
  readonly survives: boolean;
}

/** @param paceMs how long to look at each scene before the next one */
export async function tell(scenes: readonly Scene[], paceMs: number, say: (lines: string) => void): Promise<Report> {
  let [survived, restarts, unhandled] = [0, 0, 0];
  const onUnhandled = (): void => void unhandled++;
  process.on("unhandledRejection", onUnhandled);
  await using mabeam = await createMabeam();
  mabeam.events.subscribe("agent:restarted", () => void restarts++);
  // Two desks that nobody attacks: they have to answer as if nothing happened.
  for (const id of ["north", "south"]) await mabeam.registerAgent(id, deskWith({}));
  const client = new Client(mabeam);
  for (const scene of scenes) {
    const before = client.answered;
    try {
      const made = await scene.play(mabeam);
      await pause(paceMs);
      survived++;
      say(sceneLines(scene.fault, { made: `${made} (${client.answered - before} answers meanwhile)` }));
    } catch (error) {
      say(sceneLines(scene.fault, { error }));
    }
  }
  const tally = await client.done();
  const { healthy } = mabeam.systemStatus();
  await mabeam.close();
  // One more turn, so that a rejection of the last moment is seen.
  await pause(1);
  process.off("unhandledRejection", onUnhandled);
  const survives = survived === scenes.length && tally.lost === 0 && tally.answered > 0 && unhandled === 0 && healthy;
  return { faults: scenes.length, survived, restarts, tally, unhandled, healthy, survives };
}
