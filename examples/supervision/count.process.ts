/** Counts in a journal, and tells each count that was acknowledged, until it is killed. */
import { createMabeam } from "@mabeam/foundation";
import { counter } from "./counter.ts";

const [folder = ""] = process.argv.slice(2);
await using mabeam = await createMabeam({ journal: folder });
const ref = await mabeam.registerAgent("counter", counter, { persist: true });
while (process.connected) process.send?.(await ref.ask("add"));
