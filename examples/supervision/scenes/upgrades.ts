/** New code for a desk that is being asked. */
import assert from "node:assert/strict";
import { deskWith } from "../desk.ts";
import { refusal, type Scene } from "../scene.ts";

export const badMigration: Scene = {
  fault: "An upgrade whose migrate throws",
  async play(mabeam) {
    const desk = await mabeam.registerAgent("bad-migration", deskWith({ version: () => 1 }));
    const migrate = (): never => {
      throw new Error("a column is missing");
    };
    const broken = deskWith({ version: () => 2 }, { version: 2, migrate });
    assert.equal(await refusal(mabeam.upgradeAgent("bad-migration", broken)), "HANDLER_FAILED");
    assert.deepEqual([await desk.ask("version"), desk.info().version, desk.info().restarts], [1, 1, 0]);
    return "HANDLER_FAILED for whoever upgrades; version 1 goes on with its state";
  },
};

export const upgradeUnderLoad: Scene = {
  fault: "An upgrade under load",
  async play(mabeam) {
    const definition = deskWith({ version: () => 1, count: ({ state }) => state.quotes });
    const desk = await mabeam.registerAgent("upgraded", definition);
    const replies = Array.from({ length: 900 }, () => desk.ask("version"));
    const counted = await desk.ask("count");
    const more = Array.from({ length: 900 }, () => desk.ask("version"));
    const next = deskWith(
      { version: () => 2, count: ({ state }) => state.quotes },
      { version: 2, migrate: (state: { quotes: number }) => ({ quotes: state.quotes + 1000 }) },
    );
    await mabeam.upgradeAgent("upgraded", next);
    const versions = await Promise.all([...replies, ...more, desk.ask("version")]);
    const old = versions.filter((version) => version === 1).length;
    assert.equal(versions.length, 1801);
    assert.ok(versions.every((version, index) => version === (index < old ? 1 : 2)));
    assert.ok((await desk.ask("count")) >= counted + 1000);
    return `${old} messages answered by version 1, ${versions.length - old} by version 2, in order; the state migrated`;
  },
};
