/** Replaces an agent's code while it runs. No message is lost, and an agent whose `migrate` throws goes on as it was. */
import type { Actor } from "../agents/actor.ts";
import { agentNotRunning, unknownHandler } from "../agents/failures.ts";
import type { Kind } from "../agents/kind.ts";
import { describe } from "../core/describe.ts";
import { MabeamError } from "../core/errors.ts";

/**
 * Messages under way finish under the old definition, those that wait are handled under the new one. An agent that is
 * not running gets its new code with its next start.
 * @throws MabeamError `HANDLER_FAILED` with what `migrate` threw; `AGENT_NOT_RUNNING` when it is stopped meanwhile
 */
export async function upgradeActor(actor: Actor, kind: Kind): Promise<void> {
  const { inbox, lives } = actor;
  lives.hold();
  try {
    // What is under way ends by itself: every handler has a deadline.
    await inbox?.until(() => inbox.isIdle, actor.options.askTimeoutMs);
    if (lives.status === "starting") throw agentNotRunning(actor.id, "restarting");
    const from = actor.kind;
    await migrateState(actor, kind);
    actor.kind = kind;
    inbox?.revise((message) => {
      if (message.kind !== "handler") return true;
      const code = kind.handlers.get(message.name);
      if (code !== undefined) message.code = code;
      else message.fail(unknownHandler(actor.id, kind, message.name));
      return code !== undefined;
    });
    actor.system.replaced(actor, from);
    await keep(actor);
    actor.announce("agent:upgraded", () => ({ from: from.version, to: kind.version }));
  } finally {
    lives.release();
  }
}

async function migrateState(actor: Actor, to: Kind): Promise<void> {
  const { life } = actor.lives;
  const { version } = actor.kind;
  if (life === undefined || version === to.version || to.definition.migrate === undefined) return;
  let migrated: unknown;
  try {
    migrated = await to.definition.migrate(copyOf(life.state), version);
  } catch (error) {
    const message = `"${actor.id}" stays at version ${version}: migrate to ${to.version} threw: ${describe(error)}`;
    throw new MabeamError("HANDLER_FAILED", message, { details: { agent: actor.id, version }, cause: error });
  }
  // Crashed or stopped while an asynchronous migrate ran.
  if (!life.isAlive) throw agentNotRunning(actor.id, actor.status);
  life.state = migrated;
}

/** A copy, so that a migrate that throws half way leaves nothing half changed; what cannot be copied is given as it is. */
function copyOf(state: unknown): unknown {
  try {
    return structuredClone(state);
  } catch {
    return state;
  }
}

async function keep({ id, kind, lives, options, system }: Actor): Promise<void> {
  if (!options.persist || lives.life === undefined) return;
  await system.snapshots.save(id, { name: kind.name, version: kind.version, state: lives.life.state });
}
