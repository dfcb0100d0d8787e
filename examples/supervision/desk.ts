/** The service: desks that quote prices. Each scene gives one of them a fault of its own. */
import { defineAgent, type AgentDefinition, type Handlers } from "@mabeam/foundation";

/** The price of an item; whoever asks can tell a right answer from a wrong one. */
export const priceOf = (item: number): number => 3 * item + 1;

/** What a desk remembers, until it crashes. */
export interface DeskState {
  quotes: number;
}

type DeskHandlers = typeof handlers;

const handlers = {
  quote: ({ state }: { state: DeskState }, item: number): number => {
    state.quotes++;
    return priceOf(item);
  },
};

/** A desk that also has these handlers, and whatever else `more` says. */
export function deskWith<H extends Handlers<DeskState>>(
  faults: H,
  more: Omit<Partial<AgentDefinition<DeskState>>, "handlers"> = {},
): AgentDefinition<DeskState, DeskHandlers & H> {
  return defineAgent({
    name: "desk",
    capabilities: ["quotes"],
    state: () => ({ quotes: 0 }),
    ...more,
    handlers: { ...handlers, ...faults },
  });
}
