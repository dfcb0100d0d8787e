/** A service that closes on SIGTERM; run by signals.test.ts. Its one argument: how long its agents take to stop. */
import { createMabeam, defineAgent } from "../index.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const mabeam = await createMabeam({ closeOn: ["SIGTERM"] });
const definition = defineAgent({
  name: "service",
  handlers: {},
  onStop: async (ctx, reason) => {
    say(`${ctx.id} ${reason}`);
    await new Promise<void>((resolve) => ctx.clock.after(Number(process.argv[2]), resolve));
  },
});
for (const id of ["a", "b"]) await mabeam.registerAgent(id, definition);
// Something that would keep the process alive, as a server would.
process.stdin.resume();
say("ready");
