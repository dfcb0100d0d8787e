/** A process that is killed, and what its persisted agent still knows in the next one. */
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMabeam } from "@mabeam/foundation";
import { counter } from "../counter.ts";
import type { Scene } from "../scene.ts";

export const killed: Scene = {
  fault: "kill -9 for a whole process, with a persisted agent in it",
  async play() {
    const folder = await mkdtemp(join(tmpdir(), "mabeam-supervision-"));
    try {
      const acknowledged = await countUntilKilled(folder, 50);
      await using mabeam = await createMabeam({ journal: folder });
      const ref = await mabeam.registerAgent("counter", counter, { persist: true });
      const kept = await ref.ask("count");
      assert.ok(kept >= acknowledged);
      return `it had acknowledged ${acknowledged} counts when it died; the next process goes on at ${kept}`;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** @returns the last count that the process acknowledged before it was killed, some time after it had reached `enough` */
async function countUntilKilled(folder: string, enough: number): Promise<number> {
  const child = fork(new URL("../count.process.ts", import.meta.url), [folder], { stdio: "inherit" });
  let acknowledged = 0;
  child.on("message", (count: number) => {
    acknowledged = count;
    if (count === enough) child.kill("SIGKILL");
  });
  await once(child, "close");
  assert.ok(acknowledged >= enough, "the process ended before it was killed");
  return acknowledged;
}
