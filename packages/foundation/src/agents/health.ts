/** Asks an agent for its health while a life lasts. Beside the mailbox: a flooded or hung agent is asked all the same. */
import type { Timer } from "../core/clock.ts";
import { isPromise } from "../core/steps.ts";
import { describe } from "../core/describe.ts";
import type { Health } from "./define.ts";
import { unhealthy } from "./failures.ts";
import type { Life } from "./life.ts";

/** Asks every `intervalMs` until the life ends; an answer that is bad, thrown or late by then crashes it. */
export function watchHealth(life: Life, intervalMs: number): void {
  const { actor } = life;
  const { clock } = actor.system;
  let timer: Timer | undefined;
  let isAsked = false;
  let oldest = actor.inbox?.oldest;

  const crash = (detail: string): void => {
    actor.lives.crash(life, unhealthy(actor.id, detail));
  };
  const judge = (health: unknown): void => {
    isAsked = false;
    const detail = faultIn(health);
    if (detail !== undefined) crash(detail);
  };
  const failed = (error: unknown): void => crash(describe(error));
  const ask = (): void => {
    try {
      const health = actor.executor.health(life);
      if (health === undefined) return;
      if (!isPromise(health)) return judge(health);
      isAsked = true;
      health.then(judge, failed);
    } catch (error) {
      failed(error);
    }
  };
  const look = (): void => {
    if (!life.isAlive) return;
    const hasHook = actor.kind.definition.health !== undefined;
    const stuck = oldest;
    oldest = actor.inbox?.oldest;
    if (hasHook && isAsked) return crash(`it did not answer within ${intervalMs} ms`);
    if (hasHook) ask();
    else if (stuck !== undefined && stuck === oldest && (actor.inbox?.depth ?? 0) > 0)
      return crash(`"${stuck.name}" has been under way for ${intervalMs} ms, and messages wait`);
    if (life.isAlive) next();
  };
  const next = (): void => {
    timer = clock.after(intervalMs, look);
    // Looking after an agent is no reason for a process to stay.
    timer.keepAlive(false);
  };
  life.onEnd(() => timer?.cancel());
  next();
}

function faultIn(health: unknown): string | undefined {
  if (typeof health !== "object" || health === null || typeof (health as Health).healthy !== "boolean")
    return `health must give { healthy: boolean }, not ${describe(health)}`;
  const { healthy, detail } = health as Health;
  return healthy ? undefined : (detail ?? "it says so itself");
}
