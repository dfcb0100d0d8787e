/** Counts; registered with `persist`, it never forgets what it has acknowledged. */
import { defineAgent } from "@mabeam/foundation";

export const counter = defineAgent({
  name: "counter",
  state: () => ({ count: 0 }),
  handlers: {
    add: ({ state }) => ++state.count,
    count: ({ state }) => state.count,
  },
});
