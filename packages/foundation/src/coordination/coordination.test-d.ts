/** What the compiler promises to users of coordination. */
import { expectTypeOf } from "vitest";
import { compromise, mechanisms } from "../coordination.ts";
import type { PluralityVoteOutcome } from "../coordination.ts";
import type { Json } from "../core/json.ts";
import { defineAgent } from "../agents/define.ts";
import type { AgentRef } from "../agents/ref.ts";
import { participant } from "./participant.ts";
import type { ProtocolRequest } from "./protocol.ts";
import type { Protocols } from "./protocols.ts";
import type { ThresholdVoteOutcome } from "./consensus/threshold.ts";

declare const protocols: Protocols;
const participants = ["a"];

// A built-in protocol knows its configuration and its result.
const session = protocols.run("majority", { participants, options: ["x"] });
const outcome = await session.outcome;
if (outcome.status === "cancelled") expectTypeOf(outcome.result).toEqualTypeOf<null>();
else expectTypeOf(outcome.result).toEqualTypeOf<ThresholdVoteOutcome>();
protocols.run("weighted", { participants: { role: "reviewer" }, options: ["x"], weights: { a: 1 } });
// One that was registered takes what it takes.
expectTypeOf(protocols.run("mine", { participants, depth: 3 }).outcome).resolves.toHaveProperty("result");

// The record of mechanisms has precise types.
expectTypeOf(mechanisms["vote.plurality"]).returns.toEqualTypeOf<PluralityVoteOutcome>();
// @ts-expect-error there is no such mechanism
void mechanisms["vote.loudest"];
// A threshold needs its base.
// @ts-expect-error the base is missing
mechanisms["vote.threshold"]({ voters: [], options: [], ballots: [], threshold: { op: ">", num: 1, den: 2 } });
expectTypeOf(compromise({ requests: [], method: "median" }).value).toEqualTypeOf<number>();
expectTypeOf(compromise({ requests: [], method: "mode" }).value).toEqualTypeOf<Json>();

// Behaviours become handlers of those names, with typed requests and answers.
const definition = defineAgent({
  name: "voter",
  state: () => ({ votes: 0 }),
  handlers: { ...participant({ vote: (_, request) => request.options?.[0] ?? null }), add: (_, n: number) => n },
});
declare const ref: AgentRef<typeof definition.handlers>;
expectTypeOf(ref.ask("add", 2)).resolves.toEqualTypeOf<number>();
expectTypeOf(ref.ask("vote", {} as ProtocolRequest)).resolves.toEqualTypeOf<string | null>();
// @ts-expect-error a vote is a string or null
participant({ vote: () => 7 });
// @ts-expect-error there is no such question
participant({ shout: () => "x" });
