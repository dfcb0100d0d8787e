// What a user of the packed packages writes: scripts/check-surface.mjs type-checks it against their types.
import { createMabeam, defineAgent } from "@mabeam/foundation";
import { choice, evaluate, exactMatch, program } from "@mabeam/dspex";

const greeter = program({
  name: "greeter",
  signature: "name -> greeting",
  variables: [choice("word", ["hello", "ahoy"])],
  forward: ({ name }, { config }) => ({ greeting: `${config.word} ${name}` }),
});
const { greeting } = await greeter.forward({ name: "Ada" });
export const shouted: string = greeting.toUpperCase();
// @ts-expect-error the input is called name
await greeter.forward({ nome: "Ada" });
export const known = [createMabeam, defineAgent, evaluate, exactMatch];
