/** The standard handlers by which an agent takes part in protocols. */
import type { AgentContext } from "../agents/define.ts";
import { invalidInput } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { isRecord, shown } from "./mechanism-input.ts";
import type { ProtocolRequest } from "./protocol.ts";

/** What an agent says when it is asked. The protocol judges the answer. */
// `any`: the state is whatever the definition that this is spread into says.
type Behaviour<Answer> = (ctx: AgentContext<any>, request: ProtocolRequest) => Answer | Promise<Answer>;

/** An agent's behaviours by the question that they answer. */
export interface Behaviours {
  /** One of `request.options`, or `null` to abstain. */
  vote?: Behaviour<string | null>;
  /** An amount. */
  bid?: Behaviour<number>;
  /** Tiers, best first. */
  rank?: Behaviour<readonly (readonly string[])[]>;
  propose?: Behaviour<Json>;
  offer?: Behaviour<Json>;
  claim?: Behaviour<Json>;
  estimate?: Behaviour<Json>;
}

const questions = ["vote", "bid", "rank", "propose", "offer", "claim", "estimate"];

/**
 * Handlers to spread into a definition: `handlers: { ...participant({ vote: () => "yes" }), other }`.
 * @throws MabeamError `INVALID_INPUT` (`invalid-behaviour`) for an unknown question or a behaviour that is no function
 */
export function participant<B extends Behaviours>(behaviours: B & Behaviours): B {
  if (!isRecord(behaviours))
    throw invalidInput("invalid-behaviour", `participant takes behaviours, not ${shown(behaviours)}.`);
  for (const [question, behaviour] of Object.entries(behaviours)) {
    if (!questions.includes(question) || typeof behaviour !== "function") {
      const message = `participant takes functions named ${questions.join(", ")}; "${question}" is ${shown(behaviour)}.`;
      throw invalidInput("invalid-behaviour", message, { question });
    }
  }
  return { ...behaviours };
}
